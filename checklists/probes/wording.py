"""Numbers in sentences."""

from __future__ import annotations


def count(number: int, noun: str) -> str:
    """'1 site', '2 sites'."""
    return f"{number} {noun}" + ("" if number == 1 else "s")
