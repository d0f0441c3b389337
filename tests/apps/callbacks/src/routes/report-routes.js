const { Router } = require('express');
const reports = require('../controllers/report-controller');

const router = Router();

router.get('/', reports.list);
router.post('/', reports.create);
router.get('/:id', reports.get);
router.put('/:id/solved', reports.solve);
router.delete('/:id', reports.remove);

module.exports = router;
