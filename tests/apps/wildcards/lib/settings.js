export const VERSION = 1
export const PREFIX = `/v${VERSION}`
export const COLOURS = ['red', 'green']
