"""Writes Convex source: functions, routes, tables, queries, validators, and the library that they use."""
