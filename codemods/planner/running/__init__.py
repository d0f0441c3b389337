"""Where code may run: globals, packages, time, memory, and work of the world outside."""
