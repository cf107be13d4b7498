"""Writes what was planned as one transaction: all of it or nothing, with a journal, and a way back."""
