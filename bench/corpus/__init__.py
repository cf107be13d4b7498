"""Scan, migrate, start and verify over a folder of real applications, and one table of what came of it."""
