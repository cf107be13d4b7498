"""Whether what arrived is what a case expects.

An expectation is a mapping of one or more of
    text      the whole text
    json      the whole JSON value; keys in any order
    subset    the JSON value has at least these members, at every depth
    order     path -> the list of all keys there, in order
    absent    paths that must not be there
    matches   a regular expression for the whole text
A path is dotted; the empty one is the value itself. Strings in `json` and `subset` may be placeholders: see `KINDS`,
or `<re:…>`, a regular expression for a whole string.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

_ID = re.compile(r"[A-Za-z0-9_-]{15}=")
_CLF = re.compile(r"\d\d/(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)/\d{4}:\d\d:\d\d:\d\d \+0000")
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_TRACE = re.compile(r"Root=1-[0-9a-f]{8}-[0-9a-f]{24}(;.*)?")
_DOMAIN = re.compile(r"[a-z0-9]{10}\.execute-api\.[a-z0-9-]+\.amazonaws\.com")
_IP = re.compile(r"\d{1,3}(\.\d{1,3}){3}|[0-9a-f:]+:[0-9a-f:]*")
CLOCK_SKEW_S = 300.0

KINDS: dict[str, Callable[[Any], bool]] = {
    "<any>": lambda _: True,
    "<string>": lambda value: isinstance(value, str),
    "<non-empty>": lambda value: isinstance(value, str) and value != "",
    "<int>": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "<number>": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "<id>": lambda value: isinstance(value, str) and _ID.fullmatch(value) is not None,
    "<clf>": lambda value: isinstance(value, str) and _CLF.fullmatch(value) is not None,
    "<iso>": lambda value: isinstance(value, str) and _ISO.fullmatch(value) is not None,
    "<trace>": lambda value: isinstance(value, str) and _TRACE.fullmatch(value) is not None,
    "<domain>": lambda value: isinstance(value, str) and _DOMAIN.fullmatch(value) is not None,
    "<ip>": lambda value: isinstance(value, str) and _IP.fullmatch(value) is not None,
    "<now-ms>": lambda value: isinstance(value, int) and abs(value / 1000 - time.time()) < CLOCK_SKEW_S,
}
WORDS = {"text", "json", "subset", "order", "absent", "matches"}


class Different(AssertionError):
    """Raised when something else arrived than was expected; `problem` is a sentence."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(problem)


def check(expected: Mapping[str, Any], text: str | bytes) -> None:
    """`text`: what arrived, before it is read as JSON. Raises Different."""
    if isinstance(text, bytes):
        raise Different(f"bytes arrived where text was expected: {text[:100]!r}")
    if "text" in expected and text != expected["text"]:
        raise Different(f"expected the text {_short(expected['text'])}, got {_short(text)}")
    if "matches" in expected and re.fullmatch(expected["matches"], text, re.DOTALL) is None:
        raise Different(f"expected text like {expected['matches']}, got {_short(text)}")
    if not expected.keys() & {"json", "subset", "order", "absent"}:
        return
    try:
        value = json.loads(text)
    except ValueError:
        raise Different(f"expected JSON, got {_short(text)}") from None
    check_value(expected, value)


def check_value(expected: Mapping[str, Any], value: object) -> None:
    """The same for a value that was read already. Raises Different."""
    if "json" in expected:
        _same(expected["json"], value, "", whole=True)
    if "subset" in expected:
        _same(expected["subset"], value, "", whole=False)
    for path, keys in expected.get("order", {}).items():
        at = find(value, path)
        found = list(at) if isinstance(at, Mapping) else at
        if found != keys:
            raise Different(f"expected the keys {keys} in this order at {path or 'the top'}, got {found}")
    for path in expected.get("absent", ()):
        if find(value, path) is not MISSING:
            raise Different(f"{path} should not be there, and is {_short(find(value, path))}")


MISSING = object()


def find(value: Any, path: str) -> Any:
    """What is at a dotted path, or MISSING."""
    for name in path.split(".") if path else ():
        if not isinstance(value, Mapping) or name not in value:
            return MISSING
        value = value[name]
    return value


def _same(expected: Any, value: Any, path: str, *, whole: bool) -> None:
    if isinstance(expected, Mapping) and isinstance(value, Mapping):
        if missing := [key for key in expected if key not in value]:
            raise Different(f"{path or 'the top'} has no {', '.join(missing)}: {_short(value)}")
        if whole and (more := [key for key in value if key not in expected]):
            raise Different(f"{path or 'the top'} has {', '.join(more)}, which should not be there")
        for key, each in expected.items():
            _same(each, value[key], f"{path}.{key}" if path else key, whole=whole)
    elif isinstance(expected, list) and isinstance(value, list) and len(expected) == len(value):
        for index, (each, found) in enumerate(zip(expected, value, strict=True)):
            _same(each, found, f"{path}[{index}]", whole=whole)
    elif not _matches(expected, value):
        raise Different(f"expected {_short(expected)} at {path or 'the top'}, got {_short(value)}")


def _matches(expected: Any, value: Any) -> bool:
    if isinstance(expected, str):
        if expected in KINDS:
            return KINDS[expected](value)
        if expected.startswith("<re:"):
            return isinstance(value, str) and re.fullmatch(expected[4:-1], value) is not None
    return type(expected) is type(value) and bool(expected == value)


def _short(value: object) -> str:
    shown = value if isinstance(value, str) else json.dumps(value, default=str)
    return repr(shown if len(shown) <= 300 else f"{shown[:300]}… ({len(shown)} characters)")
