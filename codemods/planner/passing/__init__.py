"""Middleware as steps at the edge: what each hands on, and which routes can do without it."""
