"""Sites in JavaScript and TypeScript that send to a connection, close it, or ask for it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, cast

from migrator.inventory.model import Push, RoutePush
from migrator.scan.node.calls import View
from migrator.scan.node.gone import gone_handling
from migrator.scan.node.operations import PUSH_COMMANDS, PUSH_METHODS, method_name
from migrator.scan.node.program import NodeProgram
from migrator.scan.node.recipients import addressed, excludes_sender
from migrator.scan.node.trace import Tracer
from migrator.scan.node.tree import Node, qualified_name
from migrator.scan.node.values import Values
from migrator.scan.python.recipients import WIDER, Addressed

Operation: TypeAlias = Literal["post_to_connection", "delete_connection", "get_connection"]
_SIGNED: Final = re.compile(r"@connections/?\$\{")


@dataclass(frozen=True, eq=False)
class Entry:
    """A handler as one of its triggers enters it. `route` is None for anything but a route."""

    handler: str
    route: str | None
    view: View


@dataclass(frozen=True, eq=False)
class _Site:
    node: Node
    operation: Operation
    note: str = ""

    def connection(self, tracer: Tracer) -> Values:
        given = self.node.arguments() if not self.note else []
        if given:
            return tracer.step(tracer.trace(given[0]), "ConnectionId")
        return tracer.trace(self.signed_id())

    def signed_id(self) -> Node | None:
        """The placeholder right after '@connections/'."""
        if not self.note:
            return None
        if self.node.kind == "binary_expression":
            return self.node.field("right")
        start = self.node.text.find("@connections")
        for child in self.node.children:
            offset = child.own.range().start.index - self.node.own.range().start.index
            if child.kind == "template_substitution" and offset > start and child.children:
                return child.children[0]
        return None

    def shown(self) -> str:
        given = self.node.arguments() if not self.note else []
        if not given or given[0].kind != "object":
            return "the connection id"
        for child in given[0].children:
            key, value = child.field("key"), child.field("value")
            if key is not None and value is not None and key.text.strip("\"'") == "ConnectionId":
                return value.text if len(value.text) <= 60 else "the connection id"
        return "ConnectionId"


def node_pushes(program: NodeProgram, entries: Sequence[Entry]) -> list[Push]:
    return [_push(program, site, entries) for site in _sites(program)]


def _sites(program: NodeProgram) -> Iterator[_Site]:
    for module in program.modules.loaded:
        for node in module.tree.within("new_expression", "call_expression", "template_string", "binary_expression"):
            site = _site(node, program)
            if site is not None:
                yield site


def _site(node: Node, program: NodeProgram) -> _Site | None:
    if node.kind == "new_expression":
        operation = PUSH_COMMANDS.get(program.class_name(node))
        return _Site(node, cast("Operation", operation)) if operation else None
    if node.kind == "call_expression":
        operation = PUSH_METHODS.get(method_name(node))
        # A function of the application may have the same name.
        own = id(node) in program.calls.targets
        return _Site(node, cast("Operation", operation)) if operation and not own and node.arguments() else None
    text = node.text
    if "@connections" not in text or "arn:" in text:
        return None
    inner = node.parent is not None and node.parent.kind in {"binary_expression", "template_substitution"}
    if node.kind == "template_string" and not inner:
        signed = bool(_SIGNED.search(text))
    else:
        left = node.field("left")
        signed = left is not None and bool(re.search(r"@connections/[\"'`]\s*$", left.text))
    return _Site(node, "post_to_connection", "; the request is made and signed by hand") if signed else None


def _push(program: NodeProgram, site: _Site, entries: Sequence[Entry]) -> Push:
    reaching = [entry for entry in entries if entry.view.reaches(site.node)]
    found = [(entry, *_in_view(site, entry.view.tracer, entry.view.functions)) for entry in reaching]
    if found:
        overall = max((item for _, item, _ in found), key=lambda item: WIDER[item.recipient])
        clauses = list(dict.fromkeys(item.evidence for _, item, _ in found))
        evidence = "; or ".join(clauses[:3])
    else:
        overall, _ = _in_view(site, program.whole(), ())
        evidence = f"{overall.evidence}; and no handler that was found reaches it"
    routes = [
        RoutePush(route=entry.route, recipient=item.recipient, excludes_sender=excludes)
        for entry, item, excludes in found
        if entry.route is not None
    ]
    return Push(
        location=site.node.location,
        operation=site.operation,
        recipient=overall.recipient,
        excludes_sender=bool(found) and all(excludes for _, _, excludes in found),
        evidence=f"{site.shown()}: {evidence}{site.note}.",
        gone=gone_handling(site.node, program.calls),
        function=qualified_name(site.node),
        handlers=tuple(dict.fromkeys(entry.handler for entry in reaching)),
        routes=tuple(dict.fromkeys(entry.route for entry in reaching if entry.route is not None)),
        by_route=tuple({item.route: item for item in routes}.values()),
    )


def _in_view(site: _Site, tracer: Tracer, functions: Iterable[Node]) -> tuple[Addressed, bool]:
    values = site.connection(tracer)
    return addressed(tracer, values), excludes_sender(tracer, functions, values)
