"""Joins what the infrastructure declares with what the code does into an inventory."""

from __future__ import annotations

from collections.abc import Sequence

from migrator.inventory.model import (
    Api,
    Authorizer,
    Client,
    FunctionlessRoute,
    Handler,
    Inventory,
    ManagementClient,
    MessageKey,
    Problem,
    Push,
    Route,
    Store,
)
from migrator.inventory.outside import runs_outside
from migrator.inventory.record import Location
from migrator.scan.declared import DeclaredApi, DeclaredAuthorizer, Service
from migrator.scan.files import Files
from migrator.scan.handlers import Handlers
from migrator.scan.node.facts import NodeFacts
from migrator.scan.node.guards import Guards
from migrator.scan.node.program import NodeProgram
from migrator.scan.python.clients import management_clients
from migrator.scan.python.guards import RouteGuards
from migrator.scan.python.handshake import query_parameters
from migrator.scan.python.program import Program
from migrator.scan.python.pushes import Entry, pushes
from migrator.scan.python.reads import event_keys, message_keys
from migrator.scan.python.required_variables import required_variables
from migrator.scan.python.stores import stores
from migrator.scan.python.tokens import context_keys, token_facts
from migrator.scan.python.views import View
from migrator.scan.resources import resources
from migrator.scan.stream_consumers import with_streams


class Assembly:
    """One scan's facts. The program is connected, the handlers are entered."""

    def __init__(
        self, files: Files, services: Sequence[Service], handlers: Handlers, program: Program, scripts: NodeProgram
    ) -> None:
        self.files, self.services, self.handlers, self.program = files, services, handlers, program
        self.records = {found.id: found.record() for found in handlers.found.values()}
        self.node = NodeFacts(scripts, self.records.values(), self._node_guards)
        self.views: dict[tuple[str, str | None], View] = {}
        self.problems: list[Problem] = []

    def inventory(self, name: str, clients: Sequence[Client], *, inferred: bool) -> Inventory:
        apis = tuple(self._api(service, api, inferred=inferred) for service in self.services for api in service.apis)
        entries = self._entries()
        environment = {key: value for service in self.services for key, value in service.environment.items()}
        sent = [*pushes(self.program, entries), *self.node.pushes()]
        everything = environment | {
            key: value for record in self.records.values() for key, value in record.environment.items()
        }
        tables = [table for service in self.services for table in service.tables]
        environments = {record.id: environment | record.environment for record in self.records.values()}
        kept = stores(self.program, {**environments, "": everything}, tables, entries)
        kept = with_streams(self.node.stores(kept, tables, everything), self.records.values())
        found = [
            resource
            for service in self.services
            for resource in resources(service, self.records, self.handlers.by_function, kept, sent)
        ]
        clients_built = [*management_clients(self.program, entries), *self.node.management_clients()]
        involved = self._involved(entries, sent, clients_built, kept)
        called = self._called(involved)
        unresolved: dict[str, str] = {}
        for service in self.services:
            unresolved.update(service.unresolved)
            for key, function in service.functions.items():
                if self._handler_id(service, key) in involved:
                    unresolved.update(function.unresolved)
                    if function.moved:
                        service.problem(function.location, function.moved)
        regions = [service.region for service in self.services if service.apis] or ["us-east-1"]
        problems = [*self.files.problems, *self.problems, *(p for service in self.services for p in service.problems)]
        return Inventory(
            application=name,
            declared_by=("code",)
            if inferred
            else tuple(dict.fromkeys(s.kind for s in self.services if s.apis)) or ("code",),
            region=regions[0],
            apis=apis,
            handlers=tuple(self._with_reads(record) for record in self.records.values() if record.id in involved),
            management_clients=tuple(clients_built),
            pushes=tuple(sent),
            stores=tuple(store for store in kept if store.holds_connections or self._used(store, involved, called)),
            clients=tuple(clients),
            resources=tuple(found),
            environment=environment,
            unresolved={key: reason for key, reason in unresolved.items() if key not in everything},
            required_variables=required_variables(
                self.program.importing(
                    record.path
                    for record in self.records.values()
                    if record.id in involved and record.language == "python"
                )
            ),
            table_definitions=(*(table.definition for table in tables), *_assumed(kept)),
            time_to_live={table.name: table.ttl_attribute for table in tables if table.ttl_attribute},
            local_resources=tuple(resource for service in self.services for resource in service.local),
            problems=tuple(sorted(set_once(problems), key=lambda p: (not p.serious, p.location.path, p.location.line))),
            files=self.files.counts(),
        )

    # Views

    def _guards(self, handler_id: str) -> RouteGuards:
        return RouteGuards(*self._told_apart(handler_id))

    def _node_guards(self, handler_id: str) -> Guards:
        return Guards(*self._told_apart(handler_id))

    def _told_apart(self, handler_id: str) -> tuple[list[str], str]:
        """The routes of a handler's API and the expression that selects them."""
        for service in self.services:
            for api in service.apis:
                if any(self._handler_id(service, route.function) == handler_id for route in api.routes):
                    return [route.key for route in api.routes], api.expression
        return [], ""

    def view(self, handler_id: str, route: str | None) -> View:
        key = (handler_id, route)
        if key not in self.views:
            self.views[key] = self.program.view(handler_id, route, self._guards(handler_id))
        return self.views[key]

    def _entries(self) -> list[Entry]:
        entries: list[Entry] = []
        for handler in self.records.values():
            if handler.language != "python" or handler.location is None:
                continue
            entries.extend(Entry(handler.id, key, self.view(handler.id, key)) for key in handler.route_keys)
            if not handler.route_keys or any(trigger.kind != "route" for trigger in handler.triggers):
                entries.append(Entry(handler.id, None, self.view(handler.id, None)))
        return entries

    def _involved(
        self, entries: Sequence[Entry], sent: Sequence[Push], built: Sequence[ManagementClient], kept: Sequence[Store]
    ) -> set[str]:
        """Handlers that serve the WebSocket API, send to connections or use the tables that hold them; and those that
        can't be read, because they might."""
        found = {handler for push in sent for handler in push.handlers}
        found.update(handler for client in built for handler in client.handlers)
        found |= self.node.users(store for store in kept if store.holds_connections)
        places = {use.location for store in kept if store.holds_connections for use in store.uses}
        paths = {place.path for place in places}
        for entry in entries:
            if entry.handler not in found and any(
                function.module.location(call) in places and entry.view.reaches(call, function.module)
                for function in entry.view.functions
                if function.module.path in paths
                for call in function.calls
            ):
                found.add(entry.handler)
        of_an_api = {
            self._handler_id(service, key) for service in self.services if service.apis for key in service.functions
        }
        for record in self.records.values():
            if (record.problem and record.id in of_an_api) or any(
                trigger.kind in {"route", "authorizer"} for trigger in record.triggers
            ):
                found.add(record.id)
        return found

    def _used(self, store: Store, involved: set[str], called: frozenset[Location]) -> bool:
        """Whether handlers of the WebSocket path use a table. `called`: what `_called` says of them."""
        return bool(self.node.users([store]) & involved) or any(use.location in called for use in store.uses)

    def _called(self, involved: set[str]) -> frozenset[Location]:
        """Places of all calls that the handlers come to."""
        views = [view for (handler, _), view in self.views.items() if handler in involved]
        functions = {function for view in views for function in view.functions}
        return frozenset(function.module.location(call) for function in functions for call in function.calls)

    # The API

    def _handler_id(self, service: Service, function: str) -> str | None:
        return self.handlers.by_function.get((service.path, function))

    def _api(self, service: Service, api: DeclaredApi, *, inferred: bool) -> Api:
        routes: dict[str, Route] = {}
        for declared in api.routes:
            handler_id = self._handler_id(service, declared.function)
            if handler_id is None:
                continue
            if declared.key in routes:
                self._problem(
                    declared.location, f"route {declared.key} is declared twice; the first one counts", serious=True
                )
                continue
            handler = self.records[handler_id]
            self._check(handler, declared.key, declared.location)
            routes[declared.key] = Route(
                key=declared.key,
                handler=handler_id,
                route_response=declared.route_response,
                reads=self._reads(handler, declared.key),
                integration=declared.integration,
                settings=declared.settings,
                location=declared.location,
            )
        functionless: dict[str, FunctionlessRoute] = {}
        for route in api.functionless:
            if route.key in routes or route.key in functionless:
                self._problem(
                    route.location, f"route {route.key} is declared twice; the first one counts", serious=True
                )
            else:
                functionless[route.key] = route
        connect = self._connect_view(routes.get("$connect"))
        return Api(
            id=api.id,
            name=api.name,
            route_selection_expression=api.expression,
            stage=api.stage,
            authorizer=self._authorizer(service, api.authorizer) if api.authorizer else None,
            connect_query=query_parameters(connect) if connect else (),
            connect_token=token_facts(connect) if connect else None,
            routes=tuple(routes.values()),
            functionless_routes=tuple(functionless.values()),
            unserved_routes=tuple(
                route for route in api.unserved if route.key not in routes.keys() | functionless.keys()
            ),
            stage_variables=api.stage_variables,
            domains=api.domains,
            inferred=inferred,
            location=api.location,
        )

    def _connect_view(self, route: Route | None) -> View | None:
        handler = self.records[route.handler] if route is not None else None
        if handler is None or handler.location is None or handler.language != "python":
            return None
        return self.view(handler.id, "$connect")

    def _reads(self, handler: Handler, route: str) -> tuple[MessageKey, ...]:
        if handler.location is None or not _has_body(route):
            return ()
        if handler.language != "python":
            return self.node.reads(handler.id, route)
        return message_keys(self.view(handler.id, route))

    def _with_reads(self, handler: Handler) -> Handler:
        """With the keys of its event, where something other than a route triggers it."""
        if not runs_outside(handler) or handler.location is None or handler.language != "python":
            return handler
        return handler.model_copy(update={"reads": event_keys(self.view(handler.id, None))})

    def _authorizer(self, service: Service, declared: DeclaredAuthorizer) -> Authorizer:
        handler_id = self._handler_id(service, declared.function) if declared.function else None
        handler = self.records.get(handler_id or "")
        view = self.view(handler.id, None) if handler and handler.language == "python" and handler.location else None
        if handler:
            self._check(handler, declared.name, declared.location)
        return Authorizer(
            name=declared.name,
            type=declared.type,
            handler=handler_id,
            identity_sources=declared.identity_sources,
            token=token_facts(view) if view else None,
            context_keys=context_keys(view) if view else (),
            location=declared.location,
        )

    def _check(self, handler: Handler, name: str, location: Location) -> None:
        if handler.problem:
            self._problem(location, f"{name} can't be read: {handler.problem}", serious=True)

    def _problem(self, location: Location, message: str, *, serious: bool) -> None:
        self.problems.append(Problem(location=location, message=message, serious=serious))


def _assumed(stores: Sequence[Store]) -> list[dict[str, object]]:
    """Tables that nothing declares; one that several variables name is one."""
    return list({str(store.assumed["TableName"]): store.assumed for store in stores if store.assumed}.values())


def _has_body(route: str) -> bool:
    return route not in {"$connect", "$disconnect"}


def set_once(problems: Sequence[Problem]) -> list[Problem]:
    return list(dict.fromkeys(problems))
