"""What names and expressions mean, followed through imports, objects, classes and types without running anything."""
