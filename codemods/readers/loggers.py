"""Packages that write logs."""

from __future__ import annotations

LOGGERS = frozenset({"winston", "pino", "pino-http", "bunyan", "loglevel", "log4js", "signale", "consola", "tracer"})
"""Their calls become calls of the console, whose lines Convex keeps."""
