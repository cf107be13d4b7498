"""Carries a plan out, step by step, and takes it back. The only part of a teardown that changes anything."""
