const prisma = require('../services/report-store');
const { ok, fail } = require('../helpers/api-response');
const { findStation } = require('../services/station-service');

module.exports.list = (req, res, next) => {
  prisma.report
    .findMany({ where: { solved: false }, orderBy: { text: 'asc' } })
    .then((reports) => ok(res, reports))
    .catch(next);
};

module.exports.create = (req, res) => {
  const { station, text } = req.body;
  if (!text) return fail(res, 400, 'text is missing');
  findStation(station)
    .then((found) => prisma.report.create({ data: { station: found.code, text } }))
    .then((report) => ok(res, report, 201))
    .catch((err) => fail(res, err.status || 500, err.message));
};

module.exports.get = async (req, res, next) => {
  try {
    const report = await prisma.report.findUnique({ where: { id: req.params.id } });
    if (!report) return next();
    ok(res, report);
  } catch (err) {
    next(err);
  }
};

module.exports.solve = async (req, res) => {
  try {
    const report = await prisma.report.findUnique({ where: { id: req.params.id } });
    if (!report) return fail(res, 404, 'No such report');
    if (report.solved) {
      return fail(res, 409, 'Solved already');
    }
    ok(res, await prisma.report.update({ where: { id: report.id }, data: { solved: true } }));
  } catch (err) {
    fail(res, 500, 'Could not be solved');
  }
};

module.exports.remove = (req, res, next) => {
  prisma.report
    .deleteMany({ where: { id: req.params.id } })
    .then(({ count }) => (count === 0 ? fail(res, 404, 'No such report') : res.sendStatus(204)))
    .catch(next);
};
