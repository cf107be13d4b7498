"""The Python side: an application read with `ast`, and values followed through it. Nothing is imported or run."""
