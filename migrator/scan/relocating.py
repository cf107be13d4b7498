"""Code that is not where the infrastructure says: packed by a script, kept in S3, or within a container image.

A guess is made only when one place stands out, and it is always said.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from migrator.scan.declared import Function, Service, is_unread
from migrator.scan.files import Files, is_dockerfile
from migrator.scan.node.built import HANDLER_SUFFIXES, source_of
from migrator.scan.paths import join_folder
from migrator.scan.python.imports import is_test

_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_NOISE: Final = frozenset(
    {
        "aws", "lambda", "function", "functions", "handler", "handlers", "module", "this", "main", "src", "app", "fn",
        "dev", "prod", "staging", "api", "web", "socket", "websocket", "ws", "backend", "index", "code", "py",
    }
)  # fmt: skip
_FEWEST_LINES: Final = 5
_ALIKE: Final = 0.6
"""Share of the lines of code in a template that a file must hold to be what it was copied from."""

_COMMAND: Final = re.compile(r"(?mi)^[ \t]*CMD[ \t]*(\[[^\]\n]*\])")
_COPIED: Final = re.compile(r"[\w./-]+")


@dataclass(frozen=True)
class Place:
    """A file that could be the handler's: `handler` as Lambda names it, seen from `root`."""

    path: str
    root: str
    handler: str


def relocate(files: Files, services: Iterable[Service]) -> None:
    """Changes `root` and `handler` of functions whose code is not there, where one file must be meant."""
    for service in services:
        folder = PurePosixPath(service.path).parent.as_posix()
        for function in service.functions.values():
            if is_unread(function):
                function.problem = function.problem or f"its runtime is {function.runtime}, which is not read"
                continue
            if function.image and not function.handler:
                found, why = _from_image(files, function)
            elif function.inline is not None:
                found, why = _from_text(files, function), "its code stands inside the template"
            elif function.handler and function.problem is None and not _is_there(files, function):
                found, why = _from_name(files, function, folder), f"{function.handler} is not in {function.root}"
            else:
                continue
            if found is not None:
                function.root, function.handler, function.problem = found.root, found.handler, None
                function.moved = f"{function.key}: {why}; {found.path} is taken for its code"


def _from_text(files: Files, function: Function) -> Place | None:
    """Code inside a template: the file that it is a copy of, else the one that the handler's name says."""
    name = function.handler.rpartition(".")[2]
    written = _lines(function.inline or "")
    alike = [
        Place(path, PurePosixPath(path).parent.as_posix(), f"{PurePosixPath(path).stem}.{name}")
        for path in files.with_suffix(".py")
        if len(written) >= _FEWEST_LINES
        and not is_test(path)
        and defines(files, path, name)
        and len(written & _lines(files.text(path) or "")) >= _ALIKE * len(written)
    ]
    if len(alike) == 1:
        return alike[0]
    target = function.handler.rpartition(".")[0]
    named = [join_folder(function.root, ending) for ending in _names(target, function.runtime)]
    found = next((path for path in named if path in files and defines(files, path, name)), None)
    return Place(found, function.root, function.handler) if found is not None and not alike else None


def _lines(text: str) -> set[str]:
    return {line.strip() for line in text.splitlines() if line.strip()}


def _is_there(files: Files, function: Function) -> bool:
    target = function.handler.rpartition(".")[0]
    named = any(join_folder(function.root, name) in files for name in _names(target, function.runtime))
    return named or (function.runtime.startswith("node") and source_of(files, function.root, target) is not None)


def _names(target: str, runtime: str) -> list[str]:
    """What Lambda tries for the module of a handler."""
    plain = target if "/" in target else target.replace(".", "/")
    if runtime.startswith("node"):
        return [f"{target}{suffix}" for suffix in HANDLER_SUFFIXES]
    return [f"{plain}.py", f"{plain}/__init__.py"]


def _from_name(files: Files, function: Function, folder: str) -> Place | None:
    """The file of that name that defines the handler; of several, the only one in a folder that is called like that
    where the code should be, else the one that shares most words with the function.

    A name that many files have, such as app.py, counts below the infrastructure's folder only."""
    target, _, name = function.handler.rpartition(".")
    found = [
        Place(path, path.removesuffix(ending).rstrip("/") or ".", function.handler)
        for ending in _names(target, function.runtime)
        for path in files.paths
        if (path == ending or path.endswith(f"/{ending}")) and not is_test(path) and defines(files, path, name)
    ]
    called = PurePosixPath(function.root).name
    alike = [place for place in found if called and PurePosixPath(place.root).name == called]
    if len({place.path for place in alike}) == 1:
        return alike[0]
    near = [
        place
        for place in found
        if words(target)
        or folder == "."
        or place.path.startswith(f"{folder}/")
        or words(place.path) & (words(function.key) | words(called))
    ]
    return _standing_out(near, function)


def defines(files: Files, path: str, name: str) -> bool:
    """Whether a file defines or imports a name at module level, as far as its lines tell."""
    text = files.text(path) or ""
    if name not in text:
        return False
    word = re.escape(name)
    if not path.endswith(".py"):
        return re.search(rf"\b{word}\b", text) is not None
    return re.search(rf"(?m)^(?:async )?def {word}\b|^{word}\s*[=:]|^(?:from|import)\b.*\b{word}\b", text) is not None


def _from_image(files: Files, function: Function) -> tuple[Place | None, str]:
    places = {place: path for path in files.paths if is_dockerfile(path) for place in _commands(files, path)}
    near = {
        place: path for place, path in places.items() if function.root not in {".", ""} and place.root == function.root
    }
    found = _standing_out(list(near or places), function, places)
    return found, f"its code is a container image, which {places[found]} builds" if found else ""


def _commands(files: Files, dockerfile: str) -> Iterator[Place]:
    """The handler that the last CMD of a Dockerfile names, wherever the file is that it copies."""
    text = files.text(dockerfile) or ""
    commands = _COMMAND.findall(text)
    try:
        command = json.loads(commands[-1]) if commands else []
    except ValueError:
        return
    handler = next((part for part in command if isinstance(part, str) and "." in part), None)
    if handler is None:
        return
    folder = PurePosixPath(dockerfile).parent.as_posix()
    target, _, name = handler.rpartition(".")
    folders = dict.fromkeys([folder, *_folders_of(text, folder), "."])
    for root in folders:
        for ending in _names(target, "python"):
            path = join_folder(root, ending)
            if path in files and defines(files, path, name):
                yield Place(path, root, handler)
                return


def _folders_of(text: str, folder: str) -> Iterator[str]:
    """Folders of what the Dockerfile copies, from where it stands and from the application's folder."""
    for line in text.splitlines():
        if re.match(r"\s*(COPY|ADD)\b", line, re.IGNORECASE) or re.search(r"\bcp\s", line):
            for word in _COPIED.findall(line):
                plain = word.removeprefix("/mnt/host/").removeprefix("./").strip("/")
                for candidate in (plain, PurePosixPath(plain).parent.as_posix()):
                    yield join_folder(folder, candidate)
                    yield join_folder(".", candidate)


def _standing_out(places: list[Place], function: Function, near: dict[Place, str] | None = None) -> Place | None:
    """The only place, or the one that shares more words with the function than any other."""
    if len({place.path for place in places}) == 1:
        return places[0]
    wanted = words(function.key) | words(function.name) | words(PurePosixPath(function.root).name)
    scored = sorted(
        ((len(wanted & words(f"{place.path} {(near or {}).get(place, '')}")), place.path, place) for place in places),
        key=lambda item: -item[0],
    )
    if not scored or scored[0][0] == 0 or (len(scored) > 1 and scored[1][0] == scored[0][0]):
        return None
    return scored[0][2]


def words(text: str) -> set[str]:
    """The words of a name in any spelling, without those that all names have."""
    return {word.lower() for word in _WORD.findall(text)} - _NOISE
