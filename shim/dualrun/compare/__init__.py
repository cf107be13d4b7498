"""Compares what clients received on two paths."""
