const stationRoutes = require('./station-routes');
const lineRoutes = require('./line-routes');

module.exports = function (app) {
  app.get('/', function (req, res) {
    res.json({ stations: '/api/stations', lines: '/api/lines', reports: '/api/reports' });
  });
  app.use('/api/stations', stationRoutes);
  app.use('/api/lines', lineRoutes);
  app.use('/api/reports', require('./report-routes'));
};
