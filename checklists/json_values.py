"""Reads what AWS answered without trusting its shape: another shape is empty, not an error."""

from __future__ import annotations

from pydantic import JsonValue


def text(value: JsonValue | None) -> str:
    return value if isinstance(value, str) else ""


def mapping(value: JsonValue | None) -> dict[str, JsonValue]:
    return value if isinstance(value, dict) else {}


def rows(value: JsonValue | None) -> list[dict[str, JsonValue]]:
    """The objects of a list; one object alone is a list of one, as IAM writes statements."""
    if isinstance(value, dict):
        return [value]
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def texts(value: JsonValue | None) -> list[str]:
    """The texts of a list; one text alone is a list of one, as IAM writes actions."""
    if isinstance(value, str):
        return [value]
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def strings_in(value: JsonValue | None) -> list[str]:
    """Every text at any depth, values only, in order."""
    found: list[str] = []
    waiting: list[JsonValue | None] = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            found.append(one)
        elif isinstance(one, list):
            waiting.extend(reversed(one))
        elif isinstance(one, dict):
            waiting.extend(reversed(list(one.values())))
    return found
