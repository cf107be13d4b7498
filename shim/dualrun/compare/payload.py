"""The text of a message as a value with leaves, and the keys by which messages are matched."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from shim.dualrun.compare.moments import moment_of_number
from shim.dualrun.compare.tokens import split

MAX_DEPTH: Final = 64
"""Deeper JSON is compared as text, so that no message can exhaust the stack."""

_PLAIN_KEY: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


@dataclass(frozen=True, slots=True, eq=False)
class Payload:
    """exact: equal for texts that mean the same JSON. shape: the same without moments and opaque ids.

    value: what JSON says; the text itself when it is no JSON object or array.
    """

    value: object
    exact: str
    shape: str


@lru_cache(maxsize=4096)
def parse(text: str) -> Payload:
    value = _value_of(text)
    if isinstance(value, str):
        return Payload(value, f"text {value}", f"text {split(value).shape}")
    return Payload(value, _canonical(value), _canonical(shape_of(value)))


def shape_of(value: object) -> object:
    match value:
        case dict():
            return {key: shape_of(item) for key, item in value.items()}
        case list():
            return [shape_of(item) for item in value]
        case str():
            return split(value).shape
        case bool():
            return value
        case int() | float() if moment_of_number(value):
            return "<timestamp>"
    return value


def shape_key(value: object) -> str:
    return _canonical(shape_of(value))


def is_error_frame(text: str) -> bool:
    """Whether it is API Gateway's answer to a message that failed or matched no route."""
    value = parse(text).value
    return isinstance(value, dict) and value.keys() == {"message", "connectionId", "requestId"}


def child(path: str, key: str) -> str:
    return f"{path}.{key}" if _PLAIN_KEY.fullmatch(key) else f"{path}[{json.dumps(key, ensure_ascii=False)}]"


def general(path: str) -> str:
    """The path with any index for each index: '$.users[0].id' -> '$.users[].id'."""
    return re.sub(r"\[\d+\]", "[]", path)


def shown(value: object) -> str:
    """A value as JSON, for people."""
    return json.dumps(value, ensure_ascii=False)


def _value_of(text: str) -> object:
    if not text.lstrip().startswith(("{", "[")):
        return text
    try:
        value = json.loads(text, parse_float=_number)
    except (ValueError, RecursionError):
        return text
    return value if _is_shallow(value) else text


def _number(digits: str) -> float:
    """JSON has one kind of number: 1.0 is 1."""
    number = float(digits)
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def _is_shallow(value: object) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            item
            for container in level
            if isinstance(container, dict | list)
            for item in (container.values() if isinstance(container, dict) else container)
        ]
        if not level:
            return True
    return False


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
