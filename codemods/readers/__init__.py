"""Source frameworks into the common forms: routes, tables, queries, validators, and sites to report."""
