"""Whether an API is idle: shown by measurements, never by their absence."""
