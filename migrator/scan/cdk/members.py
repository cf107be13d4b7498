"""Methods of text, lists and records in both languages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from migrator.scan.cdk.values import (
    ClassValue,
    Closure,
    External,
    Joined,
    Method,
    Unknown,
    as_string,
    decided,
    joined,
    options,
)

if TYPE_CHECKING:
    from migrator.scan.cdk.calling import Caller

MISSING: Final = object()
"""Not one of these functions."""
MOST_ITEMS: Final = 2_000
_PLACEHOLDER: Final = re.compile(r"%[sd]|\{(\w*)\}")


class Members:
    def text_method(  # noqa: PLR0911, PLR0912 - one line a method
        self, caller: Caller, value: str | Joined, name: str, arguments: list[object], keywords: dict[str, object]
    ) -> object:
        if name in {"toString", "trim", "strip", "toLowerCase", "lower"} and isinstance(value, Joined):
            return value
        if name == "join" and arguments:
            items = caller.elements(arguments[0])
            return joined(
                piece for position, item in enumerate(items) for piece in ([value, item] if position else [item])
            )
        if not isinstance(value, str):
            return (
                value
                if name in {"replace", "concat", "slice", "substring"}
                else Unknown(f"{name} of text that is not known")
            )
        texts = [text if (text := as_string(argument)) is not None else "" for argument in arguments]
        match name:
            case "toLowerCase" | "lower":
                return value.lower()
            case "toUpperCase" | "upper":
                return value.upper()
            case "capitalize" | "title":
                return value.capitalize() if name == "capitalize" else value.title()
            case "trim" | "strip":
                return value.strip(*texts[:1])
            case "replace" | "replaceAll" if len(texts) > 1:
                if isinstance(arguments[0], str):
                    return value.replace(
                        texts[0], texts[1], 1 if name == "replace" and not self.is_python(caller) else -1
                    )
                return Unknown("a replacement by a pattern")
            case "split" if texts:
                return list(value.split(texts[0]) if texts[0] else value)
            case "startsWith" | "startswith":
                return value.startswith(texts[0]) if texts else None
            case "endsWith" | "endswith":
                return value.endswith(texts[0]) if texts else None
            case "includes":
                return texts[0] in value if texts else None
            case "charAt" if arguments and isinstance(arguments[0], int):
                return value[arguments[0] : arguments[0] + 1]
            case "slice" | "substring" | "substr":
                bounds = [number for number in arguments if isinstance(number, int)]
                return value[slice(*bounds[:2])] if len(bounds) > 1 else value[bounds[0] :] if bounds else value
            case "concat":
                return joined([value, *arguments])
            case "format":
                return self.formatted(value, arguments, keywords)
            case "toString" | "encode" | "decode":
                return value
        return MISSING

    def list_method(  # noqa: PLR0911 - one line a method
        self, caller: Caller, value: list[object], name: str, arguments: list[object]
    ) -> object:
        match name:
            case "append" | "push" | "add" | "unshift" if len(value) < MOST_ITEMS:
                value.extend(arguments)
                return None
            case "extend" if arguments and len(value) < MOST_ITEMS:
                value.extend(caller.elements(arguments[0]))
                return None
            case "concat":
                return [*value, *(item for argument in arguments for item in caller.elements(argument))]
            case "join":
                return self.text_method(
                    caller, as_string(arguments[0]) or "" if arguments else ",", "join", [value], {}
                )
            case "includes":
                return arguments[0] in value if arguments else None
            case "entries":
                return [[position, item] for position, item in enumerate(value)]
            case "forEach" | "map" | "filter" | "flatMap" | "find" | "reduce" | "some" | "every":
                return self.over(caller, Method(value, name), arguments)
            case "slice" | "reverse" | "sort" | "values" | "copy" | "flat":
                return list(value)
        return MISSING

    def over(self, caller: Caller, method: Method, arguments: list[object]) -> object:
        items = list(method.value) if isinstance(method.value, list) else []
        function = arguments[0] if arguments else None
        if not isinstance(function, Closure | ClassValue | External):
            return items
        if method.name == "reduce":
            total = arguments[1] if len(arguments) > 1 else None
            for item in items:
                total = self.apply(caller, function, [total, item])
            return total
        made = [self.apply(caller, function, [item, position]) for position, item in enumerate(items)]
        if method.name in {"filter", "find"}:
            kept = [item for item, verdict in zip(items, made, strict=True) if decided(verdict) is not False]
            return kept if method.name == "filter" else (kept[0] if kept else None)
        if method.name == "flatMap":
            return [inner for item in made for inner in (item if isinstance(item, list) else [item])]
        return made if method.name == "map" else None

    def apply(self, caller: Caller, function: Closure | ClassValue | External, arguments: list[object]) -> object:
        if not isinstance(function, Closure):
            return Unknown("what a class makes of a list is not followed")
        wanted = sum(1 for parameter in function.node.parameters if parameter.kind == "one")
        return caller.run_closure(function, arguments[: max(wanted, 1)], {})

    def record_method(  # noqa: PLR0911 - one line a method
        self, value: dict[str, object], name: str, arguments: list[object]
    ) -> object:
        key = as_string(arguments[0]) if arguments else None
        match name:
            case "get" | "pop":
                return value.get(key or "", arguments[1] if len(arguments) > 1 else None)
            case "items" | "entries":
                return pairs(value, "entries")
            case "keys" | "values":
                return pairs(value, name)
            case "update" if arguments:
                value.update(options(arguments[0]))
                return None
            case "set" if len(arguments) > 1 and key is not None:
                value[key] = arguments[1]
                return None
            case "setdefault" if len(arguments) > 1 and key is not None:
                return value.setdefault(key, arguments[1])
            case "copy":
                return dict(value)
            case "has" | "hasOwnProperty":
                return key in value
        return MISSING

    def percent(self, left: str, right: object) -> object:
        values = list(right) if isinstance(right, list) else [right]
        return self.formatted(left, values, {})

    def formatted(self, text: str, arguments: list[object], keywords: dict[str, object]) -> object:
        parts: list[object] = []
        end, taken = 0, 0
        for match in _PLACEHOLDER.finditer(text):
            parts.append(text[end : match.start()])
            name, end = match.group(1), match.end()
            if name and not name.isdigit():
                parts.append(keywords.get(name, Unknown("a placeholder without a value")))
                continue
            position = int(name) if name else taken
            taken += 1
            parts.append(arguments[position] if position < len(arguments) else Unknown("a placeholder without a value"))
        return joined([*parts, text[end:]])

    def is_python(self, caller: Caller) -> bool:
        return caller.entry.endswith(".py")


def pairs(value: dict[str, object], what: str) -> list[object]:
    if what == "entries":
        return [[key, item] for key, item in value.items()]
    return list(value) if what == "keys" else list(value.values())
