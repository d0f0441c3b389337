"""What handlers ask of a request: fields, parts, headers, and what stands for the whole of it."""
