"""What of the languages' own libraries a CDK program needs: paths, text, lists, records, the environment."""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from migrator.scan.cdk.values import (
    ClassValue,
    Closure,
    External,
    Instance,
    Joined,
    Made,
    Method,
    PathText,
    Token,
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

_ENVIRONMENTS: Final = frozenset({"process.env", "os.environ"})
_JOINS: Final = frozenset({"path.join", "path.resolve", "os.path.join", "path.posix.join", "path.posix.resolve"})
_SAME: Final = frozenset(
    {
        "os.path.abspath", "os.path.realpath", "os.path.normpath", "path.normalize", "url.fileURLToPath", "str",
        "os.fspath", "copy.deepcopy", "copy.copy", "list", "tuple", "set", "dict", "Object.freeze", "structuredClone",
        "String", "sorted", "Array.from", "int", "Number", "os.path.expanduser", "require.resolve", "iter",
    }
)  # fmt: skip
"""Functions whose value is their argument, as far as a construct is concerned."""
_PATHS: Final = frozenset({"pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath"})
_PLACEHOLDER: Final = re.compile(r"%[sd]|\{(\w*)\}")


class Library:
    """`here`: the folder in which the CDK command runs, with '/' for the application's; `context`: of cdk.json."""

    def __init__(self, here: str, context: dict[str, object]) -> None:
        self.here, self.context = here, context

    # Names

    def environment(self, value: External, name: str) -> object:
        if value.name in _ENVIRONMENTS and name not in {"get", "items"}:
            return Unknown(f"comes from the environment variable {name} of the deployment")
        return None

    def call(self, caller: Caller, called: External, arguments: list[object], keywords: dict[str, object]) -> object:  # noqa: PLR0911, PLR0912 - one line a function
        name = called.name
        first = arguments[0] if arguments else None
        if name in _JOINS:
            made: object = PathText(self.here) if name.endswith("resolve") else arguments[0] if arguments else ""
            for part in arguments if name.endswith("resolve") else arguments[1:]:
                made = self.join_paths(made, part)
            return made.text if isinstance(made, PathText) else made
        if name in {"os.path.dirname", "path.dirname"}:
            text = as_string(first)
            return PurePosixPath(text).parent.as_posix() if text is not None else first
        if name in {"os.path.basename", "path.basename"}:
            text = as_string(first)
            return PurePosixPath(text).name.removesuffix(self.plain(arguments, 1)) if text is not None else first
        if name in {"os.getcwd", "process.cwd"}:
            return self.here
        if name in _PATHS:
            return PathText(text) if (text := as_string(first)) is not None else Unknown("a path is not known")
        if name == "pathlib.Path.cwd":
            return PathText(self.here)
        if name in {"os.getenv", "os.environ.get"}:
            unknown = Unknown(f"comes from the environment variable {as_string(first)} of the deployment")
            return arguments[1] if len(arguments) > 1 else keywords.get("default", unknown)
        if name in _SAME:
            copied = list(first) if isinstance(first, list) else first
            return (
                [*first]
                if isinstance(first, dict) and name in {"list", "sorted"}
                else {**options(first), **keywords}
                if name == "dict"
                else copied
            )
        if name == "typing.cast":
            return arguments[-1]
        if name in {"Object.entries", "Object.keys", "Object.values"} and isinstance(first, dict):
            return _pairs(first, name.rpartition(".")[2])
        if name in {"Object.assign", "Object.fromEntries"}:
            return _merged(arguments if name == "Object.assign" else [_from_entries(first)])
        if name in {"len", "enumerate", "zip", "range", "reversed", "map", "filter"}:
            return self.sequence(caller, name, arguments)
        if name in {"getattr", "hasattr"} and isinstance(arguments[1] if len(arguments) > 1 else None, str):
            found = caller.member(first, str(arguments[1]))
            return found if name == "getattr" else Unknown("whether an attribute is there")
        if name == "setattr" and len(arguments) == 3 and isinstance(first, Instance):
            first.names[str(arguments[1])] = arguments[2]
            return None
        if name in {"isinstance", "print", "console.log", "bool", "Boolean"}:
            return Unknown(f"{name} is not followed")
        if name in {"JSON.stringify", "json.dumps"}:
            return _as_json(first)
        return MISSING

    def sequence(self, caller: Caller, name: str, arguments: list[object]) -> object:
        if name == "range":
            numbers = [item for item in arguments if isinstance(item, int)]
            return (
                list(range(*numbers))[:MOST_ITEMS]
                if len(numbers) == len(arguments) and 0 < len(numbers) < 4
                else Unknown("range")
            )
        if name in {"map", "filter"}:
            items = caller.elements(arguments[-1]) if arguments else []
            place = Method(items, name)
            return self.over(caller, place, arguments[:1])
        lists = [caller.elements(argument) for argument in arguments]
        if name == "len":
            return len(lists[0]) if lists and isinstance(arguments[0], list | dict) else Unknown("a length")
        if name == "enumerate":
            return [[position, item] for position, item in enumerate(lists[0])] if lists else []
        if name == "zip":
            return [list(group) for group in zip(*lists, strict=False)]
        return list(reversed(lists[0])) if lists else []

    # Methods

    def method(  # noqa: PLR0911 - one line a kind of value
        self, caller: Caller, value: object, name: str, arguments: list[object], keywords: dict[str, object]
    ) -> object:
        if isinstance(value, str | Joined):
            return self.text_method(caller, value, name, arguments, keywords)
        if isinstance(value, list):
            return self.list_method(caller, value, name, arguments)
        if isinstance(value, dict):
            return self.record_method(value, name, arguments)
        if isinstance(value, PathText):
            return self.path_method(value, name, arguments)
        if isinstance(value, Unknown) and name == "get" and len(arguments) > 1:
            return arguments[1]
        if isinstance(value, int | float) and name in {"toString", "toFixed"}:
            return str(value)
        if name in {"tryGetContext", "try_get_context", "getContext", "get_context"} and arguments:
            missing = Unknown(f"comes from the context value {as_string(arguments[0])} of the deployment")
            return self.context.get(as_string(arguments[0]) or "", missing)
        if isinstance(value, Made | Token) and name in {"toString", "valueOf"}:
            return value
        return MISSING

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
                return _pairs(value, "entries")
            case "keys" | "values":
                return _pairs(value, name)
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

    # Paths

    def join_paths(self, left: object, right: object) -> object:
        first, second = as_string(left), as_string(right)
        if first is None or second is None:
            return Unknown("a path is not known")
        return PathText(second if second.startswith("/") else f"{first}/{second}".replace("//", "/"))

    def path_member(self, value: PathText, name: str) -> object:
        pure = PurePosixPath(value.text)
        match name:
            case "parent":
                return PathText(pure.parent.as_posix())
            case "parents":
                return [PathText(parent.as_posix()) for parent in pure.parents]
            case "name" | "stem" | "suffix":
                return str(getattr(pure, name))
        return Method(value, name)

    def path_method(self, value: PathText, name: str, arguments: list[object]) -> object:
        if name in {"resolve", "absolute"}:
            return value if value.text.startswith("/") else self.join_paths(self.here, value)
        if name in {"as_posix", "toString"}:
            return value.text
        if name == "joinpath":
            made: object = value
            for argument in arguments:
                made = self.join_paths(made, argument)
            return made
        return Unknown(f"{name} of a path is not followed")

    # Text

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

    def plain(self, arguments: list[object], position: int) -> str:
        return (as_string(arguments[position]) or "") if position < len(arguments) else ""

    def is_python(self, caller: Caller) -> bool:
        return caller.entry.endswith(".py")


def _pairs(value: dict[str, object], what: str) -> list[object]:
    if what == "entries":
        return [[key, item] for key, item in value.items()]
    return list(value) if what == "keys" else list(value.values())


def _merged(values: list[object]) -> dict[str, object]:
    made: dict[str, object] = values[0] if values and isinstance(values[0], dict) else {}
    for value in values[1:]:
        made.update(options(value))
    return made


def _from_entries(value: object) -> dict[str, object]:
    pairs = [item for item in value if isinstance(item, list) and len(item) == 2] if isinstance(value, list) else []
    return {text: item for key, item in pairs if (text := as_string(key)) is not None}


def _as_json(value: object) -> object:
    try:
        return json.dumps(value)
    except (TypeError, ValueError, RecursionError):
        return Unknown("JSON of what is not known")
