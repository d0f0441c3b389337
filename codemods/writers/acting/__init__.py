"""Actions and jobs: internal functions for the database work between calls of the world outside."""
