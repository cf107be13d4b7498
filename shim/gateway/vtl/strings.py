"""The methods of strings, as java.lang.String has them. Characters are Unicode's, not UTF-16's."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from shim.gateway.vtl.budget import Budget
from shim.gateway.vtl.errors import Refusal
from shim.gateway.vtl.limits import OUTPUT_CHARACTERS, PATTERN_CHARACTERS
from shim.gateway.vtl.values import is_number, text_of

WITH_PATTERN: Final = frozenset({"replaceAll", "replaceFirst", "matches", "split"})
"""Those whose first argument is a regular expression, and must therefore be written in the template."""

_REPLACEMENT: Final = re.compile(r"\\(.)|\$([0-9])|\$\{([A-Za-z][A-Za-z0-9]*)\}|[\\$]", re.DOTALL)


_JAVA_GROUP: Final = re.compile(r"\(\?<(?=[A-Za-z])")
_REPETITION: Final = re.compile(r"(?:\\.|[^\\*+{])*[*+{]", re.DOTALL)


def compile_pattern(source: str) -> re.Pattern[str]:
    """Java's way of naming groups is understood. Raises re.error."""
    return re.compile(_JAVA_GROUP.sub("(?P<", source))


def text(value: object) -> str:
    """Raises Refusal."""
    if not isinstance(value, str):
        raise Refusal("a text is expected")
    return value


def whole(value: object) -> int:
    """Raises Refusal."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise Refusal("a whole number is expected")
    return value


def number(value: object) -> int | float:
    """Raises Refusal."""
    if not isinstance(value, int | float) or not is_number(value):
        raise Refusal("a number is expected")
    return value


def whole_number(value: object) -> int:
    """What a text says. Raises Refusal."""
    given = text(value) if not is_number(value) else str(value)
    if not re.fullmatch(r"[+-]?[0-9]{1,19}", given):
        raise Refusal(f"{given[:40]!r} is no whole number")
    return int(given)


def real_number(value: object) -> float:
    """What a text says. Raises Refusal."""
    given = text(value)
    if not re.fullmatch(r"[+-]?(?:[0-9]{1,300}\.?[0-9]{0,300}|\.[0-9]{1,300})(?:[eE][+-]?[0-9]{1,2})?", given):
        raise Refusal(f"{given[:40]!r} is no number")
    return float(given)


def _substring(budget: Budget, value: str, first: object, *rest: object) -> str:
    start = whole(first)
    end = whole(rest[0]) if rest else len(value)
    if not 0 <= start <= end <= len(value):
        raise Refusal(f"there are no characters {start} to {end} in a text of {len(value)}")
    return budget.made(value[start:end])


def _char_at(_: Budget, value: str, index: object) -> str:
    at = whole(index)
    if not 0 <= at < len(value):
        raise Refusal(f"there is no character {at} in a text of {len(value)}")
    return value[at]


def _index_of(_: Budget, value: str, part: object, *start: object) -> int:
    return value.find(text(part), max(0, whole(start[0])) if start else 0)


def _last_index_of(_: Budget, value: str, part: object) -> int:
    return value.rfind(text(part))


def _replace(budget: Budget, value: str, old: object, new: object) -> str:
    before, after = text(old), text(new)
    budget.room(len(value) + value.count(before) * len(after))
    return value.replace(before, after)


def _replace_pattern(limit: int) -> Callable[..., object]:
    def run(budget: Budget, value: str, pattern: re.Pattern[str], replacement: object) -> str:
        template = text(replacement)
        _check_length(value, pattern)
        parts, at, size = [], 0, 0
        for found in pattern.finditer(value):
            made = _expand(template, found)
            parts += [value[at : found.start()], made]
            at, size = found.end(), size + len(made)
            if size > OUTPUT_CHARACTERS:
                budget.room(size)
            if len(parts) == 2 * limit:
                break
        parts.append(value[at:])
        return budget.made("".join(parts))

    return run


def _expand(template: str, found: re.Match[str]) -> str:
    """A replacement as java.util.regex reads it: `$1`, `${name}`, and a backslash takes the next as it is."""

    def part(mark: re.Match[str]) -> str:
        if mark[1] is not None:
            return mark[1]
        group: str | int | None = int(mark[2]) if mark[2] else mark[3]
        try:
            if group is not None:
                return found[group] or ""
        except IndexError:
            pass
        raise Refusal("the replacement names a group that its pattern has not")

    return _REPLACEMENT.sub(part, template)


def _split(budget: Budget, value: str, pattern: re.Pattern[str], *limit: object) -> list[object]:
    """Without a limit, empty texts at the end are dropped; and one at the start that an empty match made."""
    most = whole(limit[0]) if limit else 0
    _check_length(value, pattern)
    budget.room(len(value))
    parts: list[object] = []
    at = 0
    for found in pattern.finditer(value):
        if 0 < most <= len(parts) + 1:
            break
        if found.end() == 0 or found.start() == found.end() == len(value):
            continue
        parts.append(value[at : found.start()])
        at = found.end()
    parts.append(value[at:])
    if most == 0:
        while len(parts) > 1 and parts[-1] == "":
            parts.pop()
    return parts


def _matches(_: Budget, value: str, pattern: re.Pattern[str]) -> bool:
    _check_length(value, pattern)
    return pattern.fullmatch(value) is not None


def _check_length(value: str, pattern: re.Pattern[str]) -> None:
    if len(value) > PATTERN_CHARACTERS and _REPETITION.match(pattern.pattern):
        raise Refusal(f"a pattern with a repetition takes at most {PATTERN_CHARACTERS} characters")


def _compare(_: Budget, value: str, other: object) -> int:
    return (value > text(other)) - (value < text(other))


METHODS: Final[Mapping[str, tuple[Callable[..., object], tuple[int, ...]]]] = {
    "length": (lambda _, value: len(value), (0,)),
    "isEmpty": (lambda _, value: not value, (0,)),
    "isBlank": (lambda _, value: not value.strip(), (0,)),
    "trim": (lambda budget, value: budget.made(value.strip("".join(map(chr, range(33))))), (0,)),
    "toLowerCase": (lambda budget, value: budget.made(value.lower()), (0,)),
    "toUpperCase": (lambda budget, value: budget.made(value.upper()), (0,)),
    "contains": (lambda _, value, part: text(part) in value, (1,)),
    "startsWith": (lambda _, value, part: value.startswith(text(part)), (1,)),
    "endsWith": (lambda _, value, part: value.endswith(text(part)), (1,)),
    "equalsIgnoreCase": (lambda _, value, other: isinstance(other, str) and value.lower() == other.lower(), (1,)),
    "compareTo": (_compare, (1,)),
    "indexOf": (_index_of, (1, 2)),
    "lastIndexOf": (_last_index_of, (1,)),
    "substring": (_substring, (1, 2)),
    "charAt": (_char_at, (1,)),
    "concat": (lambda budget, value, other: budget.made(value + text(other)), (1,)),
    "replace": (_replace, (2,)),
    "replaceAll": (_replace_pattern(0), (2,)),
    "replaceFirst": (_replace_pattern(1), (2,)),
    "matches": (_matches, (1,)),
    "split": (_split, (1, 2)),
    "valueOf": (lambda budget, value, other: budget.made(text_of(other, budget)), (1,)),
}
