"""The text of a message as a value with leaves, and the keys by which messages are matched."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from shim.dualrun.compare.moments import is_moment
from shim.dualrun.compare.tokens import may_have_tokens, split

MAX_DEPTH: Final = 64
"""Deeper JSON is compared as text, so that no message can exhaust the stack."""

_CONTAINERS: Final = {dict, list}
_FRAME_KEYS: Final = {"message", "connectionId", "requestId"}
_PLAIN_KEY: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


@dataclass(frozen=True, slots=True, eq=False)
class Payload:
    """exact: equal for texts that mean the same JSON. shape: the same without moments and opaque ids.

    is_error_frame: whether it is API Gateway's answer to a message that failed or matched no route.
    """

    exact: int
    shape: int
    is_error_frame: bool


_remembered: dict[str, Payload] | None = None


@contextmanager
def remembering_payloads() -> Iterator[None]:
    """While it lasts, each text is parsed once, however many there are: some 250 bytes for each different text."""
    global _remembered  # noqa: PLW0603 - to hand it through would take a parameter of every function in between
    before = _remembered
    _remembered = {} if before is None else before
    try:
        yield
    finally:
        _remembered = before


def parse(text: str) -> Payload:
    """`exact` and `shape` are hashes of 61 bits that hold within one process only."""
    if _remembered is None:
        return _parse_lately(text)
    found = _remembered.get(text)
    if found is None:
        found = _remembered[text] = _parse(text)
    return found


def _parse(text: str) -> Payload:
    value = value_of(text)
    parts: list[object] = []
    tokens: list[object] = []
    _take_apart(value, parts, tokens)
    shape = tuple(parts)
    is_error_frame = isinstance(value, dict) and value.keys() == _FRAME_KEYS
    return Payload(hash((shape, tuple(tokens))), hash(shape), is_error_frame)


_parse_lately = lru_cache(maxsize=4096)(_parse)


def shape_key(value: object) -> int:
    parts: list[object] = []
    _take_apart(value, parts, [])
    return hash(tuple(parts))


# What a value begins with among the parts, so that no two values have the same parts.
_OBJECT, _LIST, _TOKENS, _NUMBER, _MOMENT, _TRUE, _FALSE, _NULL = range(8)


def _take_apart(  # noqa: PLR0912 - a case for each type
    value: object, parts: list[object], tokens: list[object]
) -> None:
    """`parts`: what is the same in all messages of one shape; `tokens`: moments and ids, in the order of the parts."""
    if isinstance(value, str):
        if may_have_tokens(value) and (found := split(value)).tokens:
            parts += (_TOKENS, len(found.tokens), *found.literals)
            for token in found.tokens:
                parts.append(token.kind)
                tokens.append(token.text)
        else:
            parts.append(value)
    elif isinstance(value, dict):
        parts += (_OBJECT, len(value))
        for key in sorted(value):
            parts.append(key)
            item = value[key]
            if type(item) is str and not may_have_tokens(item):
                parts.append(item)
            else:
                _take_apart(item, parts, tokens)
    elif isinstance(value, list):
        parts += (_LIST, len(value))
        for item in value:
            _take_apart(item, parts, tokens)
    elif value is True:
        parts.append(_TRUE)
    elif value is False:
        parts.append(_FALSE)
    elif isinstance(value, int | float):
        if is_moment(value):
            parts.append(_MOMENT)
            tokens.append(value)
        else:
            parts += (_NUMBER, value if value == value else "NaN")  # noqa: PLR0124 - NaN is not itself
    else:
        parts.append(_NULL)


def is_error_frame(text: str) -> bool:
    """Whether it is API Gateway's answer to a message that failed or matched no route."""
    return parse(text).is_error_frame


def child(path: str, key: str) -> str:
    return f"{path}.{key}" if _PLAIN_KEY.fullmatch(key) else f"{path}[{json.dumps(key, ensure_ascii=False)}]"


@lru_cache(maxsize=4096)
def general(path: str) -> str:
    """The path with any index for each index: '$.users[0].id' -> '$.users[].id'."""
    return re.sub(r"\[\d+\]", "[]", path)


def shown(value: object) -> str:
    """A value as JSON, for people."""
    return json.dumps(value, ensure_ascii=False)


@lru_cache(maxsize=4096)
def value_of(text: str) -> object:
    """What JSON says, not to be changed; the text itself when it is no JSON object or array."""
    if not text.lstrip().startswith(("{", "[")):
        return text
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if text.count("[") + text.count("{") > MAX_DEPTH and not _is_shallow(value):
        return text
    return value


def _is_shallow(value: object, depth: int = MAX_DEPTH) -> bool:
    if isinstance(value, dict):
        return depth > 0 and all(_is_shallow(item, depth - 1) for item in value.values() if type(item) in _CONTAINERS)
    if isinstance(value, list):
        return depth > 0 and all(_is_shallow(item, depth - 1) for item in value if type(item) in _CONTAINERS)
    return True
