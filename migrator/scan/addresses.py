"""Where the address of a client is set: variables of the build, their .env files, and modules of configuration."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from ast_grep_py import SgNode

from migrator.inventory.record import Location
from migrator.javascript.origins import origin
from migrator.scan.files import Files
from migrator.scan.script_imports import ScriptImports
from migrator.scan.scripts import Script, literal, nodes, scripts

_VARIABLE: Final = re.compile(
    r"\b(?:process|import\.meta)\.env\.([A-Za-z_]\w*)|\b(?:process|import\.meta)\.env\[[\"'](\w+)[\"']\]"
)
_FILES: Final = (
    ".env", ".env.local", ".env.development", ".env.production", ".env.test", ".env.example", ".env.sample",
    ".env.template", "env.example",
)  # fmt: skip
"""https://vite.dev/guide/env-and-mode#env-files"""
_MOST_BYTES: Final = 100_000
_SOCKET: Final = re.compile(r"^wss?://")
_MOST: Final = 5
"""Places that are told for one client."""


def variables(source: str) -> tuple[str, ...]:
    """Names of the variables of the build that a source reads."""
    return tuple(dict.fromkeys(first or second for first, second in _VARIABLE.findall(source)))


def set_in(
    files: Files, imports: ScriptImports, script: Script, address: SgNode | None, names: tuple[str, ...]
) -> tuple[Location, ...]:
    """Lines of .env files that set the variables, and addresses in modules that the address is imported from."""
    places = [*_in_env_files(files, script.path, names), *_in_modules(files, imports, script, address)]
    return tuple(dict.fromkeys(places))[:_MOST]


def _in_env_files(files: Files, path: str, names: tuple[str, ...]) -> Iterator[Location]:
    for folder in PurePosixPath(path).parents if names else ():
        for name in _FILES:
            file = files.root / folder / name
            if not file.is_file() or file.is_symlink() or file.stat().st_size > _MOST_BYTES:
                continue
            lines = file.read_bytes().decode("utf-8", "replace").splitlines()
            for number, line in enumerate(lines, start=1):
                if any(re.match(rf"\s*(?:export\s+)?{re.escape(variable)}\s*=", line) for variable in names):
                    yield Location(path=(folder / name).as_posix(), line=number)


def _in_modules(files: Files, imports: ScriptImports, script: Script, address: SgNode | None) -> Iterator[Location]:
    """Literal addresses of the modules that names of the address come from."""
    named: dict[str, None] = {}
    for node in _names(script, address):
        found = origin(node)
        if found is not None and found.kind == "package":
            named[found.package] = None
    for package in named:
        for path in imports.targets(script.path, package):
            for other in scripts(files, path):
                for node in nodes(other.root, "string", "template_string"):
                    if _SOCKET.match(literal(node) or ""):
                        yield other.location(node)


def _names(script: Script, address: SgNode | None) -> Iterator[SgNode]:
    if address is None:
        return
    inner = [address, *nodes(address, "identifier")] if address.kind() == "identifier" else nodes(address, "identifier")
    for node in inner:
        yield node
        for value in script.value_of(node.text()):
            yield from [value] if value.kind() == "identifier" else nodes(value, "identifier")
