"""Validation: what schemas and chains of checks make sure of, and what they refuse."""
