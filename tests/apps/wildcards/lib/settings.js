export const PREFIX = '/v1'
export const COLOURS = ['red', 'green']
