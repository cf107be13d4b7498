"""What of the languages' own libraries a CDK program needs: paths, text, lists, records, the environment."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from migrator.scan.cdk.members import MISSING, MOST_ITEMS, Members, pairs
from migrator.scan.cdk.values import (
    ClassValue,
    External,
    Instance,
    Joined,
    Made,
    Method,
    PathText,
    Token,
    Unknown,
    as_string,
    options,
)

if TYPE_CHECKING:
    from migrator.scan.cdk.calling import Caller


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


class Library(Members):
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
        first = first.names if isinstance(first, ClassValue) and name.startswith("Object.") else first
        if name in {"Object.entries", "Object.keys", "Object.values"} and isinstance(first, dict):
            return pairs(first, name.rpartition(".")[2])
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

    def plain(self, arguments: list[object], position: int) -> str:
        return (as_string(arguments[position]) or "") if position < len(arguments) else ""


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
