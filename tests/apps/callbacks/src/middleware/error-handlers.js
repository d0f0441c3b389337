function notFound(req, res, next) {
  res.status(404).json({ success: false, error: 'Cannot ' + req.method + ' ' + req.originalUrl });
}

// eslint-disable-next-line no-unused-vars
function handleErrors(err, req, res, next) {
  const status = err.status || 500;
  res.status(status).json({ success: false, error: status === 500 ? 'Internal error' : err.message });
}

module.exports = { notFound, handleErrors };
