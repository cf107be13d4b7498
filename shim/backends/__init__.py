"""Whom the shim talks to."""
