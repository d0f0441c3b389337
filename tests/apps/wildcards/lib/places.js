export const PLACES = new Map([
  ['oslo', { name: 'Oslo', twin: 'bergen' }],
  ['bergen', { name: 'Bergen', twin: 'oslo' }],
])
