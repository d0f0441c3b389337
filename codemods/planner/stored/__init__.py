"""Values of the database in code: dates, decimals, documents, keys, and the types of rows."""
