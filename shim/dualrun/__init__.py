"""Runs the same sessions through the legacy path and the new one, and compares what each client received."""
