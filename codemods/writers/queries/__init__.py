"""Database calls as expressions over `ctx.db`."""
