"""The command line: thin drivers over codemods, and the only place that prints."""
