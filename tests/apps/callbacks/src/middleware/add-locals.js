module.exports = (req, res, next) => {
  res.locals.language = req.query.lang === 'fr' ? 'fr' : 'en';
  res.locals.verbose = Boolean(req.query.verbose);
  next();
};
