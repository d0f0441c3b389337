const express = require('express');
const lines = require('../controllers/line-controller.js');
const addLocals = require('../middleware/add-locals');

const router = express.Router();

router.route('/').get(lines.list);
router.route('/:name').get(lines.show);
router.get('/:name/stops', lines.stops);
router.get('/:name/fare/:zones', addLocals, lines.fare);
router.post('/:name/check', lines.check);

module.exports = router;
