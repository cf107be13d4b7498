"""JavaScript and TypeScript (also inside HTML) that opens a WebSocket."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Final, Literal

from ast_grep_py import SgNode

from migrator.inventory import model
from migrator.inventory.model import Client, Problem
from migrator.inventory.record import Location
from migrator.javascript.libraries import PACKAGES
from migrator.scan.addresses import set_in, variables
from migrator.scan.files import Files
from migrator.scan.keepalive import heartbeat, reconnect
from migrator.scan.openings import NearMiss, Opening, openings
from migrator.scan.script_imports import ScriptImports
from migrator.scan.scripts import SUFFIXES, Script, enclosing_function, nodes, scripts
from migrator.scan.sent import Sent
from migrator.scan.sieve import sought
from migrator.scan.testing import is_script_test

_WORDS: Final = sought(
    b"WebSocket", b"webSocket", b"websocket", b"ockette", b"'ws'", b'"ws"', b"isomorphic-ws", b"partysocket",
    b"socket.io-client", suffixes=SUFFIXES,
)  # fmt: skip
"""A script with none of these opens nothing."""

_COPIED: Final = frozenset(name for name in PACKAGES if "/" not in name and name not in {"ws", "websocket"})
_LONGEST_LINE: Final = 5_000
_CREDENTIAL: Final = r"(?:\w*token|\w*jwt|auth|authorization|authorizer|access_?key|api_?key|ticket)"
_QUERY: Final = re.compile(rf"[?&]({_CREDENTIAL})=", re.IGNORECASE)
_PARAMETER: Final = re.compile(rf"\.(?:set|append)\(\s*[\"'`]({_CREDENTIAL})[\"'`]", re.IGNORECASE)
_OBJECT_KEY: Final = re.compile(
    rf"URLSearchParams\(\s*\{{[^}}]*?[\"']?\b({_CREDENTIAL})\b[\"']?\s*[,:}}]", re.IGNORECASE
)
_SELECTORS: Final = ("action", "type", "route", "event", "message_type", "messageType")
"""Keys by which messages are told apart, when no infrastructure says which."""


def browser_clients(files: Files, selectors: Sequence[str] = _SELECTORS) -> list[Client]:
    """Sites in the order of path and line. `selectors` are the keys of a message that choose its route.

    What only looks like a client becomes a problem that is not serious, with the reason."""
    found: list[Client] = []
    imports = ScriptImports(files)
    for path in files.mentioning(_WORDS, *SUFFIXES):
        if is_script_test(path):
            continue
        foreign = _foreign(path, files.text(path) or "")
        if foreign is not None:
            files.problems.append(Problem(location=Location(path=path), message=foreign, serious=False))
            continue
        whole = list(scripts(files, path))
        for script in whole:
            others = [one for one in whole if one is not script]
            found.extend(_clients(files, script, selectors, imports, others))
    return found


def _foreign(path: str, text: str) -> str | None:
    """Why a file that speaks of WebSockets is not the application's own; None when it is."""
    if PurePosixPath(path).stem.lower() in _COPIED:
        return "a copy of a published library, which was not read for clients"
    if PurePosixPath(path).suffix in {".js", ".mjs", ".cjs"} and any(
        len(line) > _LONGEST_LINE for line in text.splitlines()
    ):
        return f"has lines of more than {_LONGEST_LINE} characters, as bundles do, and was not read for clients"
    return None


def _clients(
    files: Files, script: Script, selectors: Sequence[str], imports: ScriptImports, others: Sequence[Script]
) -> Iterator[Client]:
    """`others`: the further scripts of a page, which share its names."""
    found_here = list(openings(script))
    if not found_here:
        return
    around = [one for path in imports.around(script.path) for one in scripts(files, path)]
    sent = Sent((script, *others, *around), selectors)
    sends = sent.route_keys()
    taken: set[Location] = set()
    for found in found_here:
        if isinstance(found, NearMiss):
            place = script.location(found.node)
            files.near_misses.append(model.NearMiss(location=place, looks_like="client", why=found.why))
            continue
        place_of_token, parameter = _token(script, found, sent)
        names = variables(_address_text(script, found))
        yield Client(
            location=script.location(found.node),
            language=script.language,
            library=found.library,
            url=found.address.text() if found.address is not None else None,
            variables=names,
            set_in=set_in(files, imports, script, found.address, names),
            token=place_of_token,
            token_parameter=parameter,
            reconnect=_first(reconnect(script, found.node), taken),
            heartbeat=_first(heartbeat(script, found.node), taken),
            sends=sends,
        )


def _first(location: Location | None, taken: set[Location]) -> Location | None:
    """Two sockets of one file share their timers; the first one accounts for them."""
    if location is None or location in taken:
        return None
    taken.add(location)
    return location


def _token(
    script: Script, opening: Opening, sent: Sent
) -> tuple[Literal["query", "header", "message"] | None, str | None]:
    text = _address_text(script, opening)
    for pattern in (_QUERY, _PARAMETER, _OBJECT_KEY):
        match = pattern.search(text)
        if match:
            return "query", match.group(1)
    options = " ".join(node.text() for node in opening.arguments[1:])
    header = re.search(r"headers\s*:\s*\{[^}]*?[\"']?(\w*[Aa]uthorization|[\w-]*[Tt]oken)[\"']?\s*[,:}]", options)
    if header:
        return "header", header.group(1)
    for message in sent.messages():
        match = re.search(rf"[{{,]\s*[\"']?({_CREDENTIAL})[\"']?\s*[,:}}]", message.text(), re.IGNORECASE)
        if match:
            return "message", match.group(1)
    return None, None


def _address_text(script: Script, opening: Opening) -> str:
    """The address, with what the names in it were given, and the lines before it that fill URL parameters."""
    if opening.address is None:
        return ""
    call = opening.node
    pieces = [opening.address.text()]
    waiting = [opening.address]
    seen: set[str] = set()
    while waiting:
        node = waiting.pop()
        names = (
            [node, *nodes(node, "identifier")]
            if node.kind() == "identifier"
            else nodes(node, "identifier", "property_identifier")
        )
        for name in names:
            if name.text() in seen or len(seen) > 20:
                continue
            seen.add(name.text())
            values = [*script.value_of(name.text()), *(f for f in script.functions_named(name.text()) if _is_short(f))]
            pieces.extend(value.text() for value in values if _is_short(value))
            waiting.extend(value for value in values if _is_short(value))
    around = enclosing_function(call)
    if around is not None:
        before = around.text()[: max(call.range().start.index - around.range().start.index, 0)]
        pieces.extend(match.group(0) for match in _PARAMETER.finditer(before))
    return "\n".join(pieces)


def _is_short(node: SgNode) -> bool:
    """Long functions that share a name with a part of the address say nothing of it."""
    return len(node.text()) <= 600
