"""Reads Express applications, versions 4 and 5, into routes with everything that runs around them."""

from codemods.readers.express.routes import read_app

__all__ = ["read_app"]
