"""serverless.ts and serverless.js: what the program exports, as far as its literals tell. Nothing is run.
https://www.serverless.com/framework/docs/providers/aws/guide/intro#services
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

from migrator.scan.cdk.interpreter import Exhausted, Interpreter
from migrator.scan.cdk.library import Library
from migrator.scan.cdk.sources import Sources
from migrator.scan.cdk.values import PathText, Unknown
from migrator.scan.files import Files
from migrator.scan.intrinsics import Unresolved
from migrator.scan.yamlfile import Map

PROGRAMS: Final = frozenset(f"serverless.{suffix}" for suffix in ("ts", "js", "mjs", "cjs"))
DEEPEST: Final = 40


def read_program(files: Files, path: str) -> Map | None:
    """None when the program exports no mapping that can be followed; then a problem is noted in `files`."""
    folder = PurePosixPath(path).parent.as_posix()
    here = "/" if folder == "." else f"/{folder}"
    run = Interpreter(Sources(files), path, Library(here, {}))
    try:
        module = run.run_module(path)
    except (Exhausted, RecursionError):
        files.noted(path, "is a program that is too long to follow")
        return None
    exported = module.names.get("default") if module is not None else None
    if not isinstance(exported, dict):
        files.noted(path, "is a program, and what it exports is not known")
        return None
    made = _value(exported, path, 0)
    return made if isinstance(made, Map) else None


def _value(value: object, path: str, depth: int) -> object:
    """As in a file; every key stands at the beginning of the program."""
    if depth > DEEPEST:
        return Unresolved("refers to itself")
    if isinstance(value, dict):
        made = Map(path)
        made.update((str(key), _value(element, path, depth + 1)) for key, element in value.items())
        return made
    if isinstance(value, list | tuple):
        return [_value(element, path, depth + 1) for element in value]
    if isinstance(value, PathText):
        return value.text
    if value is None or isinstance(value, str | bool | int | float):
        return value
    return Unresolved(value.reason if isinstance(value, Unknown) else "is known at deployment")
