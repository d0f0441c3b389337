const { LINES } = require('../data/stations');
const { fail, ok } = require('../helpers/api-response');
const { findLine, findStation } = require('../services/station-service');

const list = (req, res) => ok(res, Object.keys(LINES).sort());

function show(req, res) {
  const line = findLine(req.params.name);
  if (!line) return fail(res, 404, 'No line ' + req.params.name);
  if (line.closed) return res.status(410).json({ success: false, error: 'closed', colour: line.colour });
  ok(res, line);
}

async function stops(req, res, next) {
  try {
    const line = findLine(req.params.name);
    if (!line) return res.sendStatus(404);
    const stations = await Promise.all(line.stops.map((code) => findStation(code)));
    res.json(stations.map((station) => station.name));
  } catch (err) {
    next(err);
  }
}

const fare = (req, res) => {
  const zones = Number(req.params.zones);
  const line = findLine(req.params.name);
  let price;
  if (!line) {
    fail(res, 404, 'No line ' + req.params.name);
  } else if (!Number.isInteger(zones) || zones < 1) {
    fail(res, 400, 'zones is a whole number');
  } else {
    switch (zones) {
      case 1:
        price = 2;
        break;
      case 2:
        price = 3.5;
        break;
      default:
        price = 5;
    }
    res.json({ line: line.name, zones, price, currency: res.locals.language === 'fr' ? 'EUR' : 'GBP' });
  }
};

const check = (req, res) => {
  const { ticket, zones = 1, ...rest } = req.body;
  const errors = [];
  if (!ticket) errors.push('ticket');
  if (typeof zones !== 'number') errors.push('zones');
  if (errors.length) return fail(res, 422, errors.join(', '));
  const valid = ticket.length > 3;
  return res.status(valid ? 200 : 402).json({ line: req.params.name, valid, zones, ignored: Object.keys(rest).sort() });
};

module.exports = { list, show, stops, fare, check };
