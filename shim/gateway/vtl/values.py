"""Values of templates: what is true, what is equal, how they print, and arithmetic. Velocity 1.7's rules.

A value is None, a bool, an int, a float, a str, a list, a dict, or one of the classes below and in `objects.py`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from shim.gateway.vtl.budget import Budget
from shim.gateway.vtl.errors import Refusal
from shim.gateway.vtl.limits import INTEGER_MAX


class Missing(str):
    """What API Gateway has no value for: it prints nothing, and is false."""

    __slots__ = ()


MISSING: Final = Missing()


class Total(dict[str, Any]):
    """A map in which every other key is `MISSING`, such as `$context`."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One of a map's `entrySet()`."""

    key: object
    value: object


@dataclass(slots=True)
class Loop:
    """`$foreach`. `index` counts from 0."""

    parent: object
    index: int = 0
    has_next: bool = False


def truth(value: object) -> bool:
    """Everything but false, null and what is missing; also 0 and the empty string are true."""
    return value is not None and value is not False and value is not MISSING


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def text_of(value: object, budget: Budget) -> str:
    """As Java prints it: `[1, 2]`, `{a=1, b=null}`, `1.0E10`."""
    if isinstance(value, str):
        return value
    if not isinstance(value, list | dict | Entry):
        return _scalar(value)
    parts: list[str] = []
    _write(value, parts, budget)
    return "".join(parts)


def equal(left: object, right: object, budget: Budget) -> bool:
    """Numbers by value, containers by their elements, and values of different kinds by how they print."""
    budget.spend()
    if left is None or right is None:
        return left is right
    if is_number(left) and is_number(right):
        return left == right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(equal(*pair, budget) for pair in zip(left, right, strict=True))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(equal(left[key], right[key], budget) for key in left)
    return text_of(left, budget) == text_of(right, budget)


def less(left: Any, right: Any, *, or_equal: bool) -> bool:  # noqa: ANN401 - numbers, else false
    """False unless both are numbers."""
    if not (is_number(left) and is_number(right)):
        return False
    return bool(left <= right if or_equal else left < right)


def arithmetic(operator: str, left: Any, right: Any) -> int | float | None:  # noqa: ANN401 - numbers, else None
    """None when one is no number, and for a division by zero. Whole numbers are divided towards zero."""
    if not (is_number(left) and is_number(right)) or (operator in "/%" and right == 0):
        return None
    whole = isinstance(left, int) and isinstance(right, int)
    try:
        result: int | float
        if operator == "+":
            result = left + right
        elif operator == "-":
            result = left - right
        elif operator == "*":
            result = left * right
        elif operator == "/":
            quotient = abs(left) // abs(right) if whole else left / right
            result = -quotient if whole and (left < 0) != (right < 0) else quotient
        elif whole:
            result = int(math.copysign(1, left)) * (abs(left) % abs(right))
        else:
            result = math.fmod(left, right)
    except OverflowError as error:
        raise Refusal("the result of the arithmetic is too large") from error
    if abs(result) > INTEGER_MAX if isinstance(result, int) else not math.isfinite(result):
        raise Refusal("the result of the arithmetic is too large")
    return result


def _scalar(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _double(value)
    if isinstance(value, int):
        return str(value)
    return ""


def _write(value: object, parts: list[str], budget: Budget) -> None:
    budget.spend()
    if isinstance(value, list):
        parts.append("[")
        for index, item in enumerate(value):
            if index:
                parts.append(", ")
            _write(item, parts, budget)
        parts.append("]")
    elif isinstance(value, dict):
        parts.append("{")
        for index, (key, item) in enumerate(value.items()):
            parts.append(", " if index else "")
            _write(Entry(key, item), parts, budget)
        parts.append("}")
    elif isinstance(value, Entry):
        _write(value.key, parts, budget)
        parts.append("=")
        _write(value.value, parts, budget)
    else:
        parts.append(budget.made(value if isinstance(value, str) else _scalar(value)))


def _double(value: float) -> str:
    """Java's Double.toString."""
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return repr(value)
    sign, digits, exponent = Decimal(repr(value)).as_tuple()
    mantissa = "".join(map(str, digits)).rstrip("0") or "0"
    power = int(exponent) + len(digits) - 1
    return f"{'-' if sign else ''}{mantissa[0]}.{mantissa[1:] or '0'}E{power}"
