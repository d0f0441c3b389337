exports.ok = function (res, data, status) {
  return res.status(status || 200).json({ success: true, data: data });
};

exports.fail = (res, status, message) => res.status(status).json({ success: false, error: message });

exports.HttpError = class HttpError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
};
