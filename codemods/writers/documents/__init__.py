"""Writes tables whose rows are documents: what is not given is missing, and code changes a document and saves it."""
