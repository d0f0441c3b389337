const { STATIONS } = require('../data/stations');
const { ok, fail } = require('../helpers/api-response');
const stationService = require('../services/station-service');

const GREETINGS = { en: 'Welcome to', fr: 'Bienvenue à' };

exports.list = function (req, res) {
  const zone = req.query.zone ? parseInt(req.query.zone, 10) : undefined;
  if (zone !== undefined && isNaN(zone)) {
    return fail(res, 400, 'zone is a number');
  }
  const found = stationService.inZone(zone);
  if (found.length === 0) {
    return fail(res, 404, 'no station there');
  }
  ok(res, found.map((station) => ({ code: station.code, name: station.name })));
};

exports.nearest = (req, res, next) => {
  if (!req.query.to) return next(new Error('where to?'));
  res.json({ nearest: STATIONS[0].code, to: req.query.to });
};

exports.load = (req, res, next) => {
  stationService
    .findStation(req.params.code)
    .then((station) => {
      res.locals.station = station;
      next();
    })
    .catch(next);
};

exports.show = (req, res) => {
  const { station, language, verbose } = res.locals;
  const shown = { name: station.name, greeting: GREETINGS[language] + ' ' + station.name };
  if (verbose) shown.lines = station.lines;
  ok(res, shown);
};

exports.exits = (req, res) => {
  const exits = Object.keys(res.locals.station.exits);
  if (!exits.length) {
    res.status(204).end();
    return;
  }
  res.json(exits);
};

exports.next = (req, res, next) =>
  stationService
    .findStation(req.params.code)
    .then((station) => station.lines[0])
    .then((name) => stationService.findLine(name))
    .then((line) => {
      if (line.closed) {
        fail(res, 503, 'closed');
      } else {
        ok(res, { line: line.name, minutes: line.stops.length * 2 });
      }
    })
    .catch((error) => next(error));
