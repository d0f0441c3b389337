const STATIONS = [
  { code: 'nor', name: 'North', zone: 1, lines: ['red', 'blue'], exits: { a: 'Market', b: 'Harbour' } },
  { code: 'mid', name: 'Middle', zone: 1, lines: ['red'], exits: {} },
  { code: 'eas', name: 'East', zone: 2, lines: ['blue'], exits: { a: 'Park' } },
];

const LINES = {
  red: { colour: '#f00', stops: ['nor', 'mid'], closed: false },
  blue: { colour: '#00f', stops: ['nor', 'eas'], closed: false },
  grey: { colour: '#888', stops: [], closed: true },
};

module.exports = { STATIONS, LINES };
