const router = require('express').Router();
const stations = require('../controllers/station-controller');
const addLocals = require('../middleware/add-locals');

router.get('/', stations.list);
router.get('/nearest', stations.nearest);
router.get('/:code', addLocals, stations.load, stations.show);
router.get('/:code/exits', stations.load, stations.exits);
router.get('/:code/next', stations.next);

module.exports = router;
