"""`convex/http.ts`: routes, middleware, checks and error handlers with Hono's context."""
