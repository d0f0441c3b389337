"""Which code of the source has no more use once routes are carried over: found element by element, across files."""
