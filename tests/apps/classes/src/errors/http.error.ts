export class HttpError extends Error {
  public readonly status: number;
  public readonly details?: Record<string, string>;

  constructor(status: number, message: string, details?: Record<string, string>) {
    super(message);
    this.status = status;
    this.details = details;
  }
}

export class NotFoundError extends HttpError {
  constructor(what: string, id: string) {
    super(404, `${what} ${id} was not found`);
  }
}

export class ConflictError extends HttpError {
  constructor(message: string) {
    super(409, message);
  }
}

export class InvalidError extends HttpError {
  constructor(details: Record<string, string>) {
    super(422, "Invalid input", details);
  }
}
