"""Reads Express applications, versions 4 and 5, into routes with everything that runs around them."""

from codemods.readers.express.routes import Registered, read_app, read_registrations

__all__ = ["Registered", "read_app", "read_registrations"]
