"""The inside of a pinned process: what the dual run puts in place before the application is imported."""
