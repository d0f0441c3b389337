'use strict';

const express = require('express');
const cors = require('cors');
const morgan = require('morgan');
const { notFound, handleErrors } = require('./middleware/error-handlers');

const app = express();

app.use(cors());
app.use(morgan('dev'));
app.use(express.json());

require('./routes')(app);

app.use(notFound);
app.use(handleErrors);

module.exports = app;
