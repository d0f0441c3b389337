"""What the application means, in frozen dataclasses that no source framework or output format leaks into."""
