"""What `ws2sse scan` prints: the inventory on one or two screens, and the next step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from migrator.inventory.bridges import bridges
from migrator.inventory.model import Api, Inventory, Push, Resource, Route, Store
from migrator.inventory.outside import runs_inside
from templates.text import visible

_KINDS = {
    "serverless": "serverless.yml",
    "sam": "SAM template",
    "cloudformation": "CloudFormation template",
    "code": "code alone",
}


def render_text(inventory: Inventory, console: Console) -> None:
    """Prints to the console. What comes from the application is shown as text, never as markup or terminal codes."""
    _Report(inventory, console).render()


def _shown(text: str) -> str:
    """Text of an application on a terminal: neither markup nor terminal codes."""
    return escape(visible(text))


class _Report:
    def __init__(self, inventory: Inventory, console: Console) -> None:
        self.inventory, self.console = inventory, console

    def render(self) -> None:
        self._head()
        for api in self.inventory.apis:
            self._api(api)
        self._other_handlers()
        self._pushes()
        self._stores()
        self._clients()
        self._near_misses()
        self._servers()
        self._refusals()
        self._resources()
        self._problems()
        self._next()

    def _line(self, text: str, *, indent: int = 0) -> None:
        self.console.print(" " * indent + text, soft_wrap=True, highlight=False)

    def _title(self, text: str) -> None:
        self.console.print()
        self._line(f"[bold]{text}[/bold]")

    def _table(self, rows: Iterable[tuple[str, ...]]) -> None:
        table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
        for row in rows:
            table.add_row(*("  " + row[0], *row[1:]))
        self.console.print(table, soft_wrap=False, highlight=False)

    def _head(self) -> None:
        found, files = self.inventory, self.inventory.files
        sources = ", ".join(_KINDS.get(kind, kind) for kind in found.declared_by)
        self._line(f"[bold]{_shown(found.application)}[/bold]  from {sources}, region {_shown(found.region)}")
        failed = f", {files.failed} could not be read" if files.failed else ""
        vendored = f", {files.vendored} third-party or built left out" if files.vendored else ""
        self._line(f"{files.seen} files, {files.read} read{failed}{vendored}")
        if found.applications:
            self._title(f"Applications ({len(found.applications)}), each of which migrate takes by itself")
            self._table((_shown(part.folder), _shown(", ".join(part.apis))) for part in found.applications)

    def _api(self, api: Api) -> None:
        inferred = "  [yellow](inferred from the code: check it)[/yellow]" if api.inferred else ""
        self._title(f"API {_shown(api.name)}{inferred}")
        self._line(f"selects routes by {_shown(api.route_selection_expression)}, stage {_shown(api.stage)}", indent=2)
        self._table(self._route(route) for route in api.routes)
        if api.authorizer:
            self._authorizer(api)

    def _route(self, route: Route) -> tuple[str, ...]:
        reads = ", ".join(key.name + ("" if key.required else "?") for key in route.reads)
        answers = "answers through its route response" if route.route_response else ""
        notes = "; ".join(filter(None, [f"reads {_shown(reads)}" if reads else "", answers]))
        return f"[cyan]{_shown(route.key)}[/cyan]", _shown(route.handler), notes

    def _authorizer(self, api: Api) -> None:
        authorizer = api.authorizer
        assert authorizer is not None
        handler = _shown(authorizer.handler or authorizer.type)
        facts = []
        token = authorizer.token
        if token:
            places = [
                f"query parameter {token.query}" if token.query else "",
                f"header {token.header}" if token.header else "",
            ]
            facts.append(f"JSON Web Token in {' or '.join(filter(None, places)) or 'an unknown place'}")
            algorithms = "/".join(token.algorithms) or "unknown algorithm"
            facts.append(f"{algorithms}, key from {token.secret_variable or 'an unknown place'}")
        if authorizer.identity_sources:
            facts.append(f"identity {', '.join(authorizer.identity_sources)}")
        if authorizer.context_keys:
            facts.append(f"passes on {', '.join(authorizer.context_keys)}")
        self._line(f"authorizer {handler}" + (f": {_shown('; '.join(facts))}" if facts else ""), indent=2)

    def _other_handlers(self) -> None:
        others = [h for h in self.inventory.handlers if not runs_inside(h)]
        if others:
            self._title("Other functions that send, or use the connections")
            self._table(
                (_shown(h.id), _shown(", ".join(f"{t.kind} {t.source}" for t in h.triggers) or "no trigger"))
                for h in others
            )

    def _pushes(self) -> None:
        if self.inventory.pushes:
            self._title(f"Pushes ({len(self.inventory.pushes)})")
        for push in self.inventory.pushes:
            whom = {
                "self": "the sender",
                "one": "one connection",
                "group": "a group",
                "all": "everybody",
                "unknown": "not known",
            }
            left_out = " but the sender" if push.excludes_sender else ""
            self._line(
                f"{_shown(str(push.location))}  [cyan]{push.operation}[/cyan] to {whom[push.recipient]}{left_out}",
                indent=2,
            )
            self._line(f"[dim]{_shown(push.evidence)}[/dim]", indent=4)
            self._line(f"[dim]gone connections: {push.gone}; from {_shown(_reached_by(push))}[/dim]", indent=4)

    def _stores(self) -> None:
        kept = [store for store in self.inventory.stores if store.holds_connections]
        if kept:
            self._title("Where connection ids are kept")
        for store in kept:
            operations = Counter(use.operation for use in store.uses)
            used = ", ".join(f"{name} {count}x" if count > 1 else name for name, count in operations.items())
            self._line(
                f"[cyan]{_shown(store.id)}[/cyan] {_shown(_described(store))}: {_shown(used) or 'not used'}",
                indent=2,
            )
            for reason in store.other_uses:
                self._line(f"[yellow]holds more:[/yellow] {_shown(reason)}", indent=4)
        others = [store.id for store in self.inventory.stores if not store.holds_connections]
        if others:
            self._line(f"[dim]other tables: {_shown(', '.join(others))}[/dim]", indent=2)

    def _clients(self) -> None:
        if self.inventory.clients:
            self._title("Clients")
        for client in self.inventory.clients:
            parts = [
                f"token in {client.token} {client.token_parameter or ''}".strip() if client.token else "",
                "reconnects by hand" if client.reconnect else "",
                "keeps alive by hand" if client.heartbeat else "",
                f"sends {', '.join(client.sends)}" if client.sends else "",
            ]
            where, what = _shown(str(client.location)), _shown(f"{client.library} {client.url or ''}".strip())
            self._line(f"{where}  [cyan]{what}[/cyan]", indent=2)
            if any(parts):
                self._line(f"[dim]{_shown('; '.join(filter(None, parts)))}[/dim]", indent=4)
        if self.inventory.tests:
            self._line(
                f"[dim]tests: {_shown(', '.join(test.location.path for test in self.inventory.tests))}[/dim]", indent=2
            )

    def _near_misses(self) -> None:
        if self.inventory.near_misses:
            self._title(f"Looks like it, and is none ({len(self.inventory.near_misses)})")
        for miss in self.inventory.near_misses:
            self._line(f"{_shown(str(miss.location))}  [dim]{_shown(miss.why)}[/dim]", indent=2)

    def _servers(self) -> None:
        if self.inventory.servers:
            self._title("WebSocket servers outside of API Gateway")
        for server in self.inventory.servers:
            parts = [f"listens {server.listens}" if server.listens else "", *server.features]
            protocol = f" ({server.protocol})" if server.protocol not in {"websocket", server.library} else ""
            what = _shown(f"{server.library}{protocol}")
            self._line(f"{_shown(str(server.location))}  [cyan]{what}[/cyan]", indent=2)
            if any(parts):
                self._line(f"[dim]{_shown('; '.join(filter(None, parts)))}[/dim]", indent=4)

    def _refusals(self) -> None:
        coloured = {
            "refuse": "[red]not migrated[/red]",
            "warn": "[yellow]to be checked[/yellow]",
            "offer": "[green]simpler[/green]",
        }
        if self.inventory.refusals:
            self._title("What decides whether it can be migrated")
        for refusal in self.inventory.refusals:
            about = f" {', '.join(refusal.routes)}:" if refusal.routes else ""
            self._line(f"{coloured[refusal.severity]}{_shown(about)} {_shown(refusal.reason)}", indent=2)
            self._line(f"[dim]{_shown(str(refusal.location))}[/dim]", indent=4)

    def _resources(self) -> None:
        if not self.inventory.resources:
            return
        counts = Counter(resource.use for resource in self.inventory.resources)
        uses = ", ".join(f"{count} {use.replace('_', ' ')}" for use, count in counts.most_common())
        self._title(f"Resources: {uses}")
        groups: dict[str, list[Resource]] = {}
        for resource in self.inventory.resources:
            if resource.use == "websocket_only":
                groups.setdefault(resource.type, []).append(resource)
        for kind, members in groups.items():
            self._line(f"{_shown(kind)}: [dim]{_shown(', '.join(member.id for member in members))}[/dim]", indent=2)
        for resource in self.inventory.resources:
            if resource.use in {"shared", "unknown"}:
                self._line(
                    f"[yellow]{resource.use}[/yellow] {_shown(f'{resource.id} ({resource.type}): {resource.reason}')}",
                    indent=2,
                )

    def _problems(self) -> None:
        problems = self.inventory.problems
        if problems:
            self._title(f"Problems ({len(problems)})")
        for problem in problems:
            colour = "red" if problem.serious else "yellow"
            self._line(f"[{colour}]{_shown(str(problem.location))}[/{colour}]  {_shown(problem.message)}", indent=2)
        for name, reason in self.inventory.unresolved.items():
            self._line(f"[yellow]{_shown(name)}[/yellow]  has no value here: {_shown(reason)}", indent=2)

    def _next(self) -> None:
        self.console.print()
        if any(problem.serious for problem in self.inventory.problems):
            self._line("Next: solve the problems in red, then run [bold]ws2sse scan[/bold] again.")
            return
        for bridge in bridges(self.inventory):
            note = f" [dim]({_shown(bridge.note)})[/dim]" if bridge.note else ""
            self._line(
                f"Next: [bold]{_shown(bridge.command)}[/bold] serves the {_shown(bridge.serves)} unchanged, "
                f"to SSE and WebSocket clients side by side.{note}"
            )


def _reached_by(push: Push) -> str:
    if push.by_route and len({(item.recipient, item.excludes_sender) for item in push.by_route}) > 1:
        return ", ".join(
            f"{item.route} ({item.recipient}{' but the sender' if item.excludes_sender else ''})"
            for item in push.by_route
        )
    return ", ".join([*push.routes, *(h for h in push.handlers if not push.routes)]) or "no handler that was found"


def _described(store: Store) -> str:
    name = f"({store.table})" if store.table and store.table != store.id else ""
    keys = f"keyed by {', '.join(store.keys)}" if store.keys else ""
    return " ".join(filter(None, [name, keys]))
