"""import websockets -> import sse_socket, which is put beside the module; websocket-client -> sse_socket_threads.
https://websockets.readthedocs.io/en/stable/reference/asyncio/client.html

The unit is a module: either all that it takes of the package has a counterpart, or nothing is changed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from migrator.rewrite.client.python_places import Places
from migrator.rewrite.client.python_surface import RUN_FOREVER, SURFACES, Surface
from migrator.rewrite.client.text import TextEdit, applied
from migrator.rewrite.rule import Example, RulePage

RULE: Final = "python_client"
PAGE: Final = RulePage(
    name=RULE,
    summary=__doc__,
    safety="review",
    example=Example(
        before="""\
import websockets


async def listen(address):
    async with websockets.connect(address, ping_interval=None) as socket:
        async for message in socket:
            print(message)
""",
        after="""\
import sse_socket


async def listen(address):
    async with sse_socket.connect(address) as socket:
        async for message in socket:
            print(message)
""",
        path="listen.py",
    ),
    leaves_alone=(
        "servers of the package: a module that has one gets a marker and stays as it is",
        "options, names and methods without a counterpart, such as ping() and subprotocols: they get a marker",
        "aiohttp, whose messages are objects of its own: it gets a marker",
    ),
)


@dataclass
class Module:
    """One module as text, and how it speaks of a package of sockets."""

    text: str
    tree: ast.Module
    places: Places
    edits: list[TextEdit] = field(default_factory=list)
    obstacles: list[str] = field(default_factory=list)
    libraries: set[str] = field(default_factory=set)
    """Modules of ours that it imports now."""
    calls: list[ast.Call] = field(default_factory=list)
    """What opens a connection, in the order of the text."""

    @property
    def after(self) -> str:
        return applied(self.text, self.edits)


def rewritten(text: str) -> Module | None:
    """The module with its edits, or with what stands against them; None when it can't be parsed.

    A module that takes nothing of these packages has neither.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return None
    module = Module(text, tree, Places(text))
    names = dict(_imports(module))
    wholes = {name: bound for name, bound in names.items() if bound.whole}
    _uses(module, names, wholes)
    if module.obstacles:
        module.edits = []
    module.edits = list(dict.fromkeys(module.edits))
    if _overlap(module.edits):
        module.edits, module.obstacles = [], ["its arguments stand in an unusual order"]
    module.calls.sort(key=lambda call: (call.lineno, call.col_offset))
    return module


def _overlap(edits: list[TextEdit]) -> bool:
    ordered = sorted(edits, key=lambda edit: edit.start)
    return any(one.end > other.start for one, other in pairwise(ordered))


@dataclass(frozen=True)
class Bound:
    """A name that an import gives. `whole`: it is a package, named by `path`; else `path` is what it takes."""

    surface: Surface
    path: str
    whole: bool


def _imports(module: Module) -> Iterator[tuple[str, Bound]]:
    relative = any(isinstance(node, ast.ImportFrom) and node.level for node in ast.walk(module.tree))
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from _import(module, node, relative=relative)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from _import_from(module, node, relative=relative)


def _import(module: Module, node: ast.Import, *, relative: bool) -> Iterator[tuple[str, Bound]]:
    for alias in node.names:
        package = alias.name.partition(".")[0]
        if package not in SURFACES:
            continue
        surface = SURFACES[package][0]
        if len(node.names) > 1:
            module.obstacles.append(f"{alias.name} is imported together with others")
        name = alias.asname or package
        line = f"import {surface.module}" + (f" as {alias.asname}" if alias.asname else "")
        module.edits.append(module.places.replacing(node, f"from . {line}" if relative else line))
        module.libraries.add(surface.module)
        yield name, Bound(surface, alias.name if alias.asname else package, whole=True)


def _import_from(module: Module, node: ast.ImportFrom, *, relative: bool) -> Iterator[tuple[str, Bound]]:
    source = node.module or ""
    surface = next((s for s in SURFACES.get(source.partition(".")[0], ()) if source in s.sources), None)
    if surface is None:
        if source.partition(".")[0] in SURFACES:
            module.obstacles.append(f"{source} has no counterpart")
        return
    for alias in node.names:
        if alias.name not in surface.names:
            module.obstacles.append(f"{source}.{alias.name} has no counterpart")
        yield alias.asname or alias.name, Bound(surface, alias.name, whole=False)
    head = module.places.source(node)
    target = f"{'.' if relative else ''}{surface.module}"
    module.edits.append(module.places.replacing(node, head.replace(f"from {source} ", f"from {target} ", 1)))
    module.libraries.add(surface.module)


def _uses(module: Module, names: dict[str, Bound], wholes: dict[str, Bound]) -> None:
    inner = {id(node.value) for node in ast.walk(module.tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and id(node) not in inner:
            root, path = _chain(node)
            if isinstance(root, ast.Name) and root.id in wholes:
                _member(module, node, root, path, wholes[root.id])
        if isinstance(node, ast.Call):
            _call(module, node, names)


def _chain(node: ast.expr) -> tuple[ast.expr, list[str]]:
    path: list[str] = []
    while isinstance(node, ast.Attribute):
        path.insert(0, node.attr)
        node = node.value
    return node, path


def _member(module: Module, node: ast.Attribute, root: ast.Name, path: list[str], bound: Bound) -> None:
    """websockets.exceptions.ConnectionClosed -> sse_socket.ConnectionClosed"""
    *inside, last = path
    source = ".".join([bound.path, *inside])
    surface = bound.surface
    if last not in surface.names:
        *inside, last = inside or [last]
        source = ".".join([bound.path, *inside])
    if last not in surface.names or source not in surface.sources:
        module.obstacles.append(f"{'.'.join([root.id, *path])} has no counterpart")
        return
    head = surface.module if root.id == bound.path.partition(".")[0] else root.id
    whole = node
    while _chain(whole)[1][-1] != last and isinstance(whole.value, ast.Attribute):
        whole = whole.value
    module.edits.append(module.places.replacing(whole, f"{head}.{last}"))


def _call(module: Module, node: ast.Call, names: dict[str, Bound]) -> None:
    root, path = _chain(node.func)
    bound = names.get(root.id) if isinstance(root, ast.Name) else None
    name = path[-1] if path else bound.path if bound is not None else ""
    if bound is None or bound.whole != bool(path) or name not in bound.surface.opens:
        return
    module.calls.append(node)
    renamed, dropped, kept = bound.surface.renamed, bound.surface.dropped, bound.surface.opens[name]
    if any(isinstance(argument, ast.Starred) for argument in node.args):
        module.obstacles.append("arguments are spread")
    for keyword in node.keywords:
        if keyword.arg is not None and keyword.arg in renamed:
            module.edits.append(module.places.renaming(keyword, renamed[keyword.arg]))
        elif keyword.arg in dropped:
            module.edits.append(module.places.removing(node, keyword))
        elif keyword.arg not in kept:
            module.obstacles.append(f"the option {keyword.arg or '**'} has no counterpart")
    missing = bound.surface.missing
    held = _held_as(module.tree, node)
    for other in ast.walk(module.tree) if held else ():
        if isinstance(other, ast.Attribute) and ast.unparse(other.value) == held and other.attr in missing:
            module.obstacles.append(f"{held}.{other.attr} has no counterpart")
        if isinstance(other, ast.Call) and ast.unparse(other.func) == f"{held}.run_forever":
            unknown = [keyword.arg or "**" for keyword in other.keywords if keyword.arg not in RUN_FOREVER]
            module.obstacles += [f"the option {name} of run_forever has no counterpart" for name in unknown]


def _held_as(tree: ast.Module, call: ast.Call) -> str | None:
    """The name or attribute that a connection is kept in; None when it is not."""
    for node in ast.walk(tree):
        if isinstance(node, ast.With | ast.AsyncWith):
            for item in node.items:
                if item.context_expr is call and item.optional_vars is not None:
                    return ast.unparse(item.optional_vars)
        if isinstance(node, ast.Assign) and call in {node.value, getattr(node.value, "value", None)}:
            return ast.unparse(node.targets[0])
        if isinstance(node, ast.AsyncFor) and node.iter is call:
            return ast.unparse(node.target)
    return None
