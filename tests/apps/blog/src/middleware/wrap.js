/** Hands errors of promises on. */
module.exports = (handler) => (req, res, next) => handler(req, res, next).catch(next);
