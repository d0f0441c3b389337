"""The environment: variables, settings, tokens, and secrets that no code may hold."""
