"""Stacks that are made more than once, for several environments: the first one is read."""

from __future__ import annotations

from collections.abc import Sequence

from migrator.inventory.record import Location
from migrator.scan.cdk import syntax as s
from migrator.scan.cdk.kinds import is_socket_api
from migrator.scan.cdk.values import Instance, Made, construct
from migrator.scan.declared import Service


class Repeats:
    """Over all programs of an application."""

    def __init__(self) -> None:
        self.apis: set[Location] = set()
        self.seen: dict[tuple[s.Class, tuple[tuple[str, Location], ...]], Location] = {}

    def without(self, made: Sequence[Made], service: Service) -> list[Made]:
        """What was made, without the stacks that are there already."""
        stacks: dict[Instance, list[Made]] = {}
        for item in made:
            outer = _outermost(item)
            if outer is not None:
                stacks.setdefault(outer, []).append(item)
        dropped: set[Made] = set()
        for outer, items in stacks.items():
            signature = (outer.of.node, tuple((item.name, item.location) for item in items if item.id is not None))
            first = self.seen.setdefault(signature, outer.location)
            if first is not outer.location and signature[1]:
                dropped.update(items)
                message = f"{outer.of.node.name} is made again here; what {first.path}:{first.line} makes is read"
                service.problem(outer.location, message)
        return [item for item in made if item not in dropped]

    def known(self, made: Sequence[Made]) -> bool:
        """Whether a program declares WebSocket APIs, and all of them were declared by programs before it."""
        declared = {item.location for item in made if is_socket_api(item)}
        repeated = bool(declared) and declared <= self.apis
        self.apis |= declared
        return repeated


def _outermost(made: Made) -> Instance | None:
    """The stack or stage of the program's own classes that holds a construct, below the App."""
    found: Instance | None = None
    scope: object = made.scope
    for _ in range(50):
        if isinstance(scope, Instance) and scope.base is not None and not scope.base.name.endswith("App"):
            found = scope
        inner = construct(scope)
        if inner is None or inner.scope is scope:
            break
        scope = inner.scope
    return found
