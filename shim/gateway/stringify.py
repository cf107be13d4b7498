"""The text of a JSON value, as API Gateway prints one: the way that Java does.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-selection-expressions.html
says `[item1, item2]` for an array; objects and numbers follow from that.
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

MOST_LEVELS = 32
"""Arrays and objects nested deeper are printed as nothing: no key is so deep, and a client may nest as it likes."""

_WORDS = {None: "null", True: "true", False: "false"}


def value_text(value: object) -> str:
    """`null` is the empty string, `true` and `1.0E20` are themselves, an object is `{a=1, b=x}`."""
    return "" if value is None else _text(value, MOST_LEVELS)


def _text(value: object, levels: int) -> str:
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, bool):
        return _WORDS[value]
    if isinstance(value, float):
        return _double(value)
    if isinstance(value, list | dict):
        return _nested(value, levels - 1) if levels else ""
    return str(value)


def _nested(value: list[Any] | dict[str, Any], levels: int) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_text(item, levels) for item in value) + "]"
    return "{" + ", ".join(f"{key}={_text(item, levels)}" for key, item in value.items()) + "}"


def _double(value: float) -> str:
    """`Double.toString`: positional from 0.001 up to ten million, else one digit, a fraction and `E`."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return repr(value)
    number = Decimal(repr(value)).normalize()
    digits = "".join(map(str, number.as_tuple().digits))
    return f"{'-' if value < 0 else ''}{digits[0]}.{digits[1:] or '0'}E{number.adjusted()}"
