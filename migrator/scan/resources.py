"""What each piece of infrastructure is for: the WebSocket path alone, that and more, or something else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Literal, TypeAlias

from migrator.inventory.model import Handler, Push, Resource, Store
from migrator.scan.declared import Part, Service
from migrator.scan.resource_kinds import DOMAIN, FOLLOWS, FUNCTIONS, HELPERS, ROLE, TABLES
from migrator.scan.serverless_implied import function_logical_id

Use: TypeAlias = Literal["websocket_only", "shared", "unrelated", "unknown"]


def resources(
    service: Service,
    handlers: dict[str, Handler],
    by_function: dict[tuple[str, str], str],
    stores: Sequence[Store],
    pushes: Sequence[Push],
) -> list[Resource]:
    """Every part of a service, classified. `by_function` leads from declared functions to handler ids."""
    return _Classifier(service, handlers, by_function, stores, pushes).all()


class _Classifier:
    def __init__(
        self,
        service: Service,
        handlers: dict[str, Handler],
        by_function: dict[tuple[str, str], str],
        stores: Sequence[Store],
        pushes: Sequence[Push],
    ) -> None:
        self.service, self.pushes = service, pushes
        self.stores = {store.resource: store for store in stores if store.resource}
        self.parts = {part.id: part for part in service.parts}
        self.handler_of: dict[str, Handler] = {}
        for key in service.functions:
            handler_id = by_function.get((service.path, key))
            if handler_id in handlers:
                logical_id = function_logical_id(key) if service.kind == "serverless" else key
                self.handler_of[logical_id] = handlers[handler_id]
        self.referrers: dict[str, list[str]] = defaultdict(list)
        for part in service.parts:
            for name in part.references:
                self.referrers[name].append(part.id)
        self.websocket = {api.id for api in service.apis}
        self.uses: dict[str, tuple[Use, str]] = {}

    def all(self) -> list[Resource]:
        return [
            Resource(
                id=part.id,
                type=part.type,
                use=self.use(part)[0],
                reason=self.use(part)[1],
                referrers=tuple(dict.fromkeys(self.referrers[part.id])),
                properties=dict(part.properties),
                name=part.name,
                location=part.location,
            )
            for part in self.service.parts
        ]

    def use(self, part: Part) -> tuple[Use, str]:
        if part.id not in self.uses:
            # Two parts that refer to each other don't decide for each other.
            self.uses[part.id] = ("unknown", "nothing says what it serves")
            self.uses[part.id] = self._use(part)
        return self.uses[part.id]

    def _use(self, part: Part) -> tuple[Use, str]:  # noqa: PLR0911 - one line a kind of part
        if part.id in self.websocket:
            return "websocket_only", "it is the WebSocket API"
        if part.manages_connections and part.type == "AWS::IAM::Statement":
            everywhere = ", of any API in the account" if ("Resource", "*") in part.properties else ""
            whom = f"{part.references[0]} to send" if part.references else "sending"
            return "websocket_only", f"it allows {whom} to connections{everywhere}"
        if part.type in FUNCTIONS:
            return self._function(part)
        if part.type in TABLES:
            return self._table(part)
        if part.type in DOMAIN:
            return self._named_by(part)
        if part.type.startswith("AWS::ApiGatewayV2::"):
            return self._gateway(part)
        if part.type in FOLLOWS:
            return self._follower(part)
        if any(name in self.uses and self.uses[name][0] == "websocket_only" for name in part.references):
            return "unknown", f"it refers to {part.references[0]}, and what it serves is not known"
        return "unrelated", "nothing of the WebSocket path uses it"

    def _gateway(self, part: Part) -> tuple[Use, str]:
        seen, waiting = set(), [part.id]
        while waiting:
            name = waiting.pop()
            if name in self.websocket:
                return "websocket_only", f"it belongs to the WebSocket API {name}"
            if name not in seen:
                seen.add(name)
                near = self.parts.get(name)
                waiting.extend(near.references if near and near.type.startswith("AWS::ApiGatewayV2::") else ())
        return "unrelated", "it belongs to another API"

    def _named_by(self, part: Part) -> tuple[Use, str]:
        """A domain or a VPC link: it serves the APIs of what names it."""
        named = [self.parts[name] for name in self.referrers[part.id] if name in self.parts]
        uses = {self.use(near)[0] for near in named if near.type.startswith("AWS::ApiGateway")}
        if uses == {"websocket_only"}:
            return "websocket_only", "only parts of the WebSocket API name it"
        if "websocket_only" in uses or "shared" in uses:
            return "shared", "parts of the WebSocket API name it, and others"
        return ("unrelated", "it belongs to another API") if uses else ("unknown", "nothing names it")

    def _function(self, part: Part) -> tuple[Use, str]:
        handler = self.handler_of.get(part.id)
        if handler is None:
            return "unknown", "its code was not found"
        sockets = [trigger for trigger in handler.triggers if trigger.kind in {"route", "authorizer"}]
        others = [f"{trigger.kind} {trigger.source}" for trigger in handler.triggers if trigger not in sockets]
        sends = any(handler.id in push.handlers for push in self.pushes)
        if sockets and not others:
            roles = ", ".join(f"{trigger.kind} {trigger.source}" for trigger in sockets)
            return "websocket_only", f"only {roles} starts it"
        if sockets:
            return "shared", f"{', '.join(others)} starts it too"
        if sends:
            return (
                "shared",
                f"it sends to connections, but {', '.join(others) or 'something outside this file'} starts it",
            )
        return (
            "unrelated",
            f"{', '.join(others)} starts it, and it sends to no connection" if others else "it sends to no connection",
        )

    def _table(self, part: Part) -> tuple[Use, str]:
        store = self.stores.get(part.id)
        if store is None or not store.uses:
            return "unknown", "no code of the application was seen to use it"
        if not store.holds_connections:
            return "unrelated", "no connection ids are kept in it"
        if store.other_uses:
            return "shared", f"it holds connection ids, and more: {store.other_uses[0]}"
        return "websocket_only", "it holds connection ids and nothing else"

    def _follower(self, part: Part) -> tuple[Use, str]:
        """The use of what it refers to, else of what refers to it."""
        near = self._subjects(part)
        if not near:
            return "unrelated", "it refers to nothing of the WebSocket path"
        uses = {self.use(self.parts[name])[0] for name in near}
        if uses == {"websocket_only"}:
            return "websocket_only", f"it is only about {', '.join(near[:3])}"
        if "websocket_only" in uses or "shared" in uses:
            return "shared", f"it is about {', '.join(near[:3])}"
        return (
            ("unknown", f"what {near[0]} serves is not known")
            if "unknown" in uses
            else ("unrelated", f"it is about {near[0]}")
        )

    def _subjects(self, part: Part) -> list[str]:
        """The parts that one is about. A role is about what runs under it, a policy about the roles that have it."""
        targets = [name for name in part.references if name in self.parts]
        sources = [name for name in self.referrers[part.id] if name in self.parts]
        if part.type == ROLE:
            users = [name for name in sources if not self.parts[name].type.startswith("AWS::IAM::")]
            return users or sources or targets
        if part.type.startswith("AWS::IAM::"):
            return [name for name in targets if self.parts[name].type == ROLE] or sources or targets
        if part.type in HELPERS:
            return sources
        return [name for name in targets if self.parts[name].type not in HELPERS] or targets or sources
