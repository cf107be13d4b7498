"""The applications of a repository: several where it declares several APIs in folders that share nothing."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from migrator.inventory.model import Api, Application, Inventory


def applications(inventory: Inventory) -> tuple[Application, ...]:
    """In the order of their folders; empty when the whole folder is one application.

    The root of one is the top-most folder that holds the file that declares its APIs, and no other that declares
    some. A repository is only taken apart when each root also holds the functions of its routes and what they push,
    and the code of two of them is there: an API without code is a note, and no neighbour.
    """
    by_file: dict[str, list[Api]] = {}
    for api in inventory.apis:
        by_file.setdefault(api.location.path, []).append(api)
    if len(by_file) < 2 or any(api.inferred for api in inventory.apis):
        return ()
    there = {handler.id for handler in inventory.handlers if handler.problem is None}
    if sum(any(route.handler in there for api in apis for route in api.routes) for apis in by_file.values()) < 2:
        return ()
    found: dict[str, list[Api]] = {}
    for path, apis in by_file.items():
        root = _root(path, by_file.keys() - {path})
        if root is None or not _holds_all(inventory, root, apis):
            return ()
        found.setdefault(root, []).extend(apis)
    return tuple(Application(folder=root, apis=tuple(api.id for api in found[root])) for root in sorted(found))


def _root(path: str, others: Iterable[str]) -> str | None:
    """None when every folder that holds the file holds another one."""
    declaring = [PurePosixPath(other) for other in others]
    folders = [folder for folder in reversed(PurePosixPath(path).parents) if folder.parts]
    return next(
        (folder.as_posix() for folder in folders if not any(folder in other.parents for other in declaring)),
        None,
    )


def _holds_all(inventory: Inventory, root: str, apis: Iterable[Api]) -> bool:
    served = {route.handler for api in apis for route in api.routes}
    served |= {api.authorizer.handler for api in apis if api.authorizer and api.authorizer.handler}
    paths = [handler.path for handler in inventory.handlers if handler.id in served]
    paths += [push.location.path for push in inventory.pushes if served & set(push.handlers)]
    return all(path.startswith(f"{root}/") for path in paths)
