"""All clients of an application, each site with exactly one outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from migrator.inventory.model import Client, Inventory
from migrator.inventory.outcome import Outcome, SiteKind
from migrator.inventory.record import Location
from migrator.inventory.sites import sites
from migrator.javascript.names import same
from migrator.rewrite.client import python_client, react_use_websocket
from migrator.rewrite.client.hand_made import OPTIONS, HandMade, mark
from migrator.rewrite.client.library import folder_of, occupied
from migrator.rewrite.client.pages import pages_of
from migrator.rewrite.client.provision import Converted, provide
from migrator.rewrite.client.python_sites import PythonClients, with_python
from migrator.rewrite.client.rules import decide
from migrator.rewrite.client.site import Site
from migrator.rewrite.client.sources import Sources
from migrator.rewrite.client.text import position_of
from migrator.rewrite.client.token import token_options
from migrator.rewrite.client.unused_imports import import_removals
from migrator.rewrite.client.verdict import Verdict, failed, skipped
from migrator.rewrite.client.websocket_constructor import related_edits, sockets_made
from migrator.rewrite.edit import FileEdit
from migrator.rewrite.scope import EVERYTHING, Scope

CLIENT_KINDS: Final[frozenset[SiteKind]] = frozenset({"client", "reconnect", "heartbeat"})
_UNREADABLE: Final = "the file can't be read as UTF-8 text"


def rewrite_clients(
    app: Path,
    inventory: Inventory,
    scope: Scope = EVERYTHING,
    left_behind: Mapping[str, str] = MappingProxyType({}),
    texts: Mapping[str, str] = MappingProxyType({}),
) -> tuple[tuple[FileEdit, ...], tuple[Outcome, ...]]:
    """What would be written, and what became of each client, reconnect and heartbeat site of the inventory.

    `left_behind`: why a file is not part of the new application, by path; its sites are skipped.
    `texts`: Python modules as other rules have left them, by path.

    Reads the application, writes nothing. Raises RewriteInvalid if a rewritten script could not be parsed.
    """
    rewriting = _Rewriting(app, inventory, scope, left_behind, texts)
    verdicts: dict[str, Verdict] = {}
    verdicts |= rewriting.python()
    for client in inventory.clients:
        if f"client:{client.location}" not in verdicts:
            verdicts[f"client:{client.location}"] = rewriting.client(client)
    for client in inventory.clients:
        if client.reconnect:
            verdicts[f"reconnect:{client.reconnect}"] = rewriting.hand_made("reconnect", client.reconnect)
        if client.heartbeat:
            verdicts[f"heartbeat:{client.heartbeat}"] = rewriting.hand_made("heartbeat", client.heartbeat)
    outcomes = [verdicts[site.id].outcome(site) for site in sites(inventory) if site.kind in CLIENT_KINDS]
    return rewriting.edits(), tuple(outcomes)


class _Rewriting:
    """One pass over an application."""

    def __init__(
        self,
        app: Path,
        inventory: Inventory,
        scope: Scope,
        left_behind: Mapping[str, str],
        texts: Mapping[str, str],
    ) -> None:
        self._python = PythonClients(app, texts)
        self._scope = scope
        self._app = app
        self._left_behind = left_behind
        self._inventory = inventory
        self._pages = pages_of(app)
        self._sources = Sources(app, self._pages)
        self._converted: dict[tuple[str, int], Converted] = {}

    def python(self) -> dict[str, Verdict]:
        """Those of Python modules, where the rule is in scope."""
        if self._scope.why_not(python_client.RULE):
            return {}
        found = [client for client in self._inventory.clients if client.language == "python"]
        return with_python(self._python, [one for one in found if one.location.path not in self._left_behind])

    def client(self, client: Client) -> Verdict:
        path = client.location.path
        other = self._left_behind.get(path) or _other_library(client)
        if other:
            return skipped(other)
        source = self._sources.get(path)
        if source is None:
            return failed(_UNREADABLE)
        if not source.scripts:
            return skipped("scripts in this kind of file are not rewritten yet")
        found = source.opening_at(client.location)
        if found is None:
            return skipped("nothing is opened at this place")
        taken = occupied(self._app, folder_of(path))
        if taken:
            return failed(f"{taken} is another file with the name of the library")
        script, call = found
        decided = decide(Site(call, script, source.text), token_options(client, self._inventory))
        verdict = self._in_scope(replace(decided, reason=" ".join((decided.reason, *_configuration(client)))))
        source.edits += verdict.edits
        if verdict.replaced:
            one = self._converted.setdefault((path, script.start), Converted(source, script))
            one.calls.append(call)
            if verdict.rule == react_use_websocket.RULE:
                one.hooks = True
            else:
                one.sockets = True
        return verdict

    def _in_scope(self, verdict: Verdict) -> Verdict:
        left_out = self._scope.why_not(verdict.rule) if verdict.rule is not None else None
        return skipped(left_out) if left_out else verdict

    def hand_made(self, kind: HandMade, location: Location) -> Verdict:
        """After all clients: those of one script may share what was made by hand."""
        left_out = self._left_behind.get(location.path) or self._scope.why_not(f"hand_made_{kind}")
        if left_out:
            return skipped(left_out)
        source = self._sources.get(location.path)
        if source is None:
            return failed(_UNREADABLE)
        script = source.script_at(location)
        if script is None or (location.path, script.start) not in self._converted:
            return skipped("no client of this script was rewritten")
        at = position_of(source.text, location.line, location.column) or 0
        if self._converted[location.path, script.start].holds(at):
            return Verdict("rewritten", OPTIONS[kind], f"hand_made_{kind}", "review")
        verdict = mark(kind, location, script, source.text)
        source.edits += verdict.edits
        return verdict

    def edits(self) -> tuple[FileEdit, ...]:
        for one in self._converted.values():
            left = [call for call in sockets_made(one.script) if not any(same(call, done) for done in one.calls)]
            one.source.edits += related_edits(one.script, all_rewritten=not left)
        for one in self._converted.values():
            one.removed = import_removals(one.script, one.source.text, one.source.edits)
        library = provide(self._app, self._pages, self._sources, self._converted.values())
        changed = [edit for edit in (*self._sources.edits(), *library, *self._python.edits()) if edit.changed]
        return tuple(sorted(changed, key=lambda edit: edit.path))


def _configuration(client: Client) -> tuple[str, ...]:
    """Where a person has to change the address, where that is known."""
    places = ", ".join(f"{place.path}:{place.line}" for place in client.set_in)
    named = " and ".join(client.variables)
    if not places and not named:
        return ()
    what = f"It comes from {named}" if named else "It is set elsewhere"
    return (f"{what}{f': {places}' if places else ''}.",)


def _other_library(client: Client) -> str | None:
    if client.language not in {"python", "javascript", "typescript"}:
        return (
            f"{client.library} ({client.language}) is not rewritten: it goes on over WebSocket through the shim "
            "(docs/how-to/keep-old-phones-alive.md)"
        )
    if client.language == "python":
        return f"the rule {python_client.RULE} was left out"
    return None
