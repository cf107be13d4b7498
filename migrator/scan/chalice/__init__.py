"""AWS Chalice: routes are decorated functions, settings stand in .chalice/config.json."""

from migrator.scan.chalice.reader import read_chalice

__all__ = ["read_chalice"]
