const { STATIONS, LINES } = require('../data/stations');
const { HttpError } = require('../helpers/api-response');

exports.findStation = function (code) {
  const found = STATIONS.find(function (station) {
    return station.code === code;
  });
  return found ? Promise.resolve(found) : Promise.reject(new HttpError(404, 'No station ' + code));
};

exports.findLine = (name) => {
  if (!Object.prototype.hasOwnProperty.call(LINES, name)) return null;
  return { name, ...LINES[name] };
};

exports.inZone = (zone) => STATIONS.filter((station) => zone === undefined || station.zone === zone);
