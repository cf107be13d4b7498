"""What the handlers in JavaScript and TypeScript add to an inventory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from migrator.inventory.model import Handler, ManagementClient, MessageKey, Push, Store
from migrator.scan.declared import DeclaredTable
from migrator.scan.node.calls import View
from migrator.scan.node.guards import Guards
from migrator.scan.node.management import node_management_clients
from migrator.scan.node.program import NodeProgram
from migrator.scan.node.pushes import Entry, node_pushes
from migrator.scan.node.reads import node_message_keys
from migrator.scan.node.store_uses import with_node_uses

GuardsOf = Callable[[str], Guards]
"""Handler id -> the conditions of its API."""


class NodeFacts:
    """`handlers` are those whose functions were found."""

    def __init__(self, program: NodeProgram, handlers: Iterable[Handler], guards_of: GuardsOf) -> None:
        self.program, self.guards_of = program, guards_of
        self._views: dict[tuple[str, str | None], View] = {}
        self.entries = [entry for handler in handlers if handler.id in program.entries for entry in self._of(handler)]

    def view(self, handler_id: str, route: str | None) -> View:
        key = (handler_id, route)
        if key not in self._views:
            self._views[key] = self.program.view(handler_id, route, self.guards_of(handler_id))
        return self._views[key]

    def pushes(self) -> list[Push]:
        return node_pushes(self.program, self.entries)

    def management_clients(self) -> list[ManagementClient]:
        return node_management_clients(self.program, self.entries)

    def stores(
        self, known: Sequence[Store], tables: Sequence[DeclaredTable], environment: Mapping[str, str]
    ) -> list[Store]:
        return with_node_uses(known, self.program, self.entries, tables, environment)

    def reads(self, handler_id: str, route: str) -> tuple[MessageKey, ...]:
        return node_message_keys(self.view(handler_id, route)) if handler_id in self.program.entries else ()

    def users(self, stores: Iterable[Store]) -> set[str]:
        """Handlers that come to a use of one of the stores."""
        lines = {(use.location.path, use.location.line) for store in stores for use in store.uses}
        return {
            entry.handler
            for entry in self.entries
            if any(
                (call.location.path, call.location.line) in lines and entry.view.reaches(call)
                for function in entry.view.functions
                if function.script.path in {path for path, _ in lines}
                for call in function.within("call_expression", "new_expression")
            )
        }

    def _of(self, handler: Handler) -> list[Entry]:
        found = [Entry(handler.id, key, self.view(handler.id, key)) for key in handler.route_keys]
        if not handler.route_keys or any(trigger.kind != "route" for trigger in handler.triggers):
            found.append(Entry(handler.id, None, self.view(handler.id, None)))
        return found
