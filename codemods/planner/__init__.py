"""From what the application means to what will be written: effects, function kinds, names, target files, refusals."""
