"""Places in scripts that build a client for @connections."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from migrator.inventory.model import ManagementClient
from migrator.scan.node.operations import MANAGEMENT_CLIENTS
from migrator.scan.node.program import NodeProgram
from migrator.scan.node.pushes import Entry
from migrator.scan.node.trace import Tracer
from migrator.scan.node.tree import FUNCTIONS, Node, qualified_name
from migrator.scan.node.values import Values

Endpoint: TypeAlias = Literal["event", "environment", "literal", "payload", "framework", "none", "unknown"]


def node_management_clients(program: NodeProgram, entries: Sequence[Entry]) -> list[ManagementClient]:
    return [
        _record(program, node, entries)
        for module in program.modules.loaded
        for node in module.tree.within("new_expression")
        if program.class_name(node) in MANAGEMENT_CLIENTS
    ]


def _record(program: NodeProgram, node: Node, entries: Sequence[Entry]) -> ManagementClient:
    reaching = [entry for entry in entries if entry.view.reaches(node)]
    tracer = reaching[0].view.tracer if reaching else program.whole()
    return ManagementClient(
        location=node.location,
        endpoint=_endpoint(node, tracer),
        scope=_scope(node),
        function=qualified_name(node),
        handlers=tuple(dict.fromkeys(entry.handler for entry in reaching)),
    )


def _endpoint(node: Node, tracer: Tracer) -> Endpoint:
    given = node.arguments()
    if not given:
        return "none"
    values = tracer.step(tracer.trace(given[0]), "endpoint")
    if not values:
        return "none" if "endpoint" not in given[0].text else "unknown"
    return _kind_of(values, tracer)


def _kind_of(values: Values, tracer: Tracer) -> Endpoint:
    for value in values:
        origin = value.origin
        if origin.kind == "event":
            return "event" if value.path[:1] == ("requestContext",) else "payload"
        if origin.kind == "operation":
            return "payload"
        if origin.kind == "variable":
            return "environment"
        if origin.kind == "built" and origin.node is not None:
            inside = [tracer.trace(part) for part in origin.node.within("member_expression", "identifier")]
            kinds = {_kind_of(part, tracer) for part in inside if part}
            named = [kind for kind in ("event", "payload", "environment") if kind in kinds]
            return named[0] if named else "unknown"
        if origin.kind == "text":
            return "literal"
    return "unknown"


def _scope(node: Node) -> Literal["call", "module", "class", "lazy"]:
    function = node.function()
    if function is None:
        around = any(above.kind in {"class_declaration", "class"} for above in node.ancestors())
        return "class" if around else "module"
    above = node.parent
    while above is not None and above.kind not in {"assignment_expression", *FUNCTIONS}:
        above = above.parent
    target = above.field("left") if above is not None and above.kind == "assignment_expression" else None
    if target is not None and target.text.startswith("this."):
        return "class"
    return "lazy" if target is not None else "call"
