"""Several messages in one body, a line each: https://github.com/ndjson/ndjson-spec

A line is a JSON value, and its characters are the message as they stand. With `lines=strings` a line is a JSON string,
and the message is what it says: so any text can go in a batch, one that is no JSON or holds a newline too.
"""

from __future__ import annotations

import json


class BadLine(ValueError):
    """Raised for the first line that can't be a message. `number` counts from 1."""

    def __init__(self, number: int, problem: str) -> None:
        self.number, self.problem = number, problem
        super().__init__(number, problem)

    def __str__(self) -> str:
        return f"line {self.number} of the batch {self.problem}; no message of it was handled"


def read_lines(body: str) -> list[str]:
    """The lines of JSON values, byte for byte. Raises BadLine."""
    lines = _lines(body)
    for number, line in enumerate(lines, 1):
        _parse(number, line)
    return lines


def read_strings(body: str) -> list[str]:
    """What the lines, JSON strings, say. Raises BadLine."""
    return [_string(number, line) for number, line in enumerate(_lines(body), 1)]


def _lines(body: str) -> list[str]:
    """Without their ends, LF or CRLF. What follows the last one is a line if there is something."""
    lines = body.split("\n")
    if not lines[-1]:
        lines.pop()
    return [line.removesuffix("\r") for line in lines]


def _parse(number: int, line: str) -> object:
    try:
        return json.loads(line, parse_constant=_refuse, parse_int=str, parse_float=str)
    except (ValueError, RecursionError) as error:
        raise BadLine(number, "is not JSON") from error


def _string(number: int, line: str) -> str:
    value = _parse(number, line)
    if not isinstance(value, str) or not line.strip().startswith('"'):
        raise BadLine(number, "is not a JSON string")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise BadLine(number, "holds half of a surrogate pair") from error
    return value


def _refuse(constant: str) -> object:
    raise ValueError(constant)
