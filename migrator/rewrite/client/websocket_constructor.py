"""new WebSocket(ADDRESS) -> new SseSocket(ADDRESS, [], { ... }).
https://websockets.spec.whatwg.org/#the-websocket-interface

The address stays as it is: SseSocket understands ws: and wss:, and where it leads is configuration.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ast_grep_py import SgNode

from migrator.javascript.names import bare, binding_of, declarations, is_native
from migrator.rewrite.client.comments import comment_before
from migrator.rewrite.client.scripts import Script
from migrator.rewrite.client.text import TextEdit, insertion
from migrator.rewrite.client.token import TokenOptions
from migrator.rewrite.client.verdict import Verdict, failed, skipped
from migrator.rewrite.rule import Example, RulePage

RULE: Final = "websocket_constructor"
PAGE: Final = RulePage(
    name=RULE,
    summary=__doc__,
    safety="review",
    example=Example(
        before="""\
import { address } from "./settings.js";

export const socket = new WebSocket(address());
""",
        after="""\
import { address } from "./settings.js";
import { SseSocket } from "./sse-socket.js";

export const socket = new SseSocket(address());
""",
        path="chat.mjs",
    ),
    leaves_alone=(
        "a class that is only called WebSocket: imported, declared or given as a parameter",
        "a subprotocol, or arguments that are spread: those get a marker",
        "CommonJS modules: those get a marker",
    ),
)
CLASS: Final = "SseSocket"

_FIXED_ADDRESS: Final = re.compile(r"\bwss?://|\blocation\b|\bexecute-api\b")
_CONSTANTS: Final = frozenset({"CONNECTING", "OPEN", "CLOSING", "CLOSED"})
_ADDRESS: Final = (
    "The address stays as it is; it has to lead to /stream of the migrated application, where it led to the stage."
)
_FIXED: Final = (
    "The address is fixed in the code. Make it lead to /stream",
    "of the migrated application, where it led to the stage of the API.",
)
_NOT_LOADED: Final = (
    "No page of the application loads this file with a script tag.",
    "Load sse-socket.js before it.",
)


@dataclass(frozen=True)
class Site:
    """A constructor call in a script of a file."""

    call: SgNode
    script: Script
    text: str
    """The whole file."""

    def at(self, node: SgNode) -> tuple[int, int]:
        return self.script.start + node.range().start.index, self.script.start + node.range().end.index


def rewrite(site: Site, token: TokenOptions) -> Verdict:
    """What becomes of a `new ...(...)` expression."""
    callee = site.call.field("constructor")
    if callee is None or not is_native(callee):
        return skipped(_not_native(callee))
    if _broken(site.call):
        return failed(f"syntax error near line {site.text.count(chr(10), 0, site.at(site.call)[0]) + 1}")
    if any(not _is_ours(found.declaration) for found in declarations(site.script.root, CLASS)):
        return failed(f"the script has a {CLASS} of its own")
    obstacle = _obstacle(site)
    if obstacle:
        return Verdict(
            "marked",
            f"Not rewritten: {obstacle}.",
            RULE,
            "manual",
            _comment(site, (f"{obstacle[0].upper()}{obstacle[1:]}.",)),
        )
    address = _arguments(site.call)[0]
    edits = [TextEdit(*site.at(callee), CLASS)]
    options = token.source(site.script.quote)
    source = f"[], {options}" if options else ""
    second = _arguments(site.call)[1:]
    if second:  # `undefined` or `[]`: no subprotocol
        edits.append(TextEdit(site.at(address)[1], site.at(second[0])[1], f", {source}" if source else ""))
    elif source:
        edits.append(insertion(site.at(address)[1], f", {source}"))
    notes = [note for note, holds in _notes(site, address) if holds]
    edits += _comment(site, tuple(line for note in notes for line in note)) if notes else ()
    address_said = "" if _FIXED in notes else _ADDRESS
    parts = (*(" ".join(note) for note in notes), address_said, token.reason)
    reason = " ".join(part for part in parts if part)
    return Verdict("marked" if notes else "rewritten", reason, RULE, "review", tuple(edits), replaced=True)


def related_edits(script: Script, *, all_rewritten: bool) -> list[TextEdit]:
    """Constants of the rewritten class, and `instanceof` where no socket of the script is a WebSocket any more."""
    edits: list[TextEdit] = []
    for member in script.root.find_all(kind="member_expression"):
        target, name = member.field("object"), member.field("property")
        if target and name and name.text() in _CONSTANTS and is_native(target):
            edits.append(_replaced(script, target))
    for test in script.root.find_all(kind="binary_expression") if all_rewritten else ():
        operator, tested = test.field("operator"), test.field("right")
        if operator and tested and operator.text() == "instanceof" and is_native(tested):
            edits.append(_replaced(script, tested))
    return edits


def constructors(script: Script) -> list[SgNode]:
    return script.root.find_all(kind="new_expression")


def sockets_made(script: Script) -> list[SgNode]:
    """The constructor calls of the browser's WebSocket."""
    calls = [(call, call.field("constructor")) for call in constructors(script)]
    return [call for call, callee in calls if callee and is_native(callee)]


def _replaced(script: Script, node: SgNode) -> TextEdit:
    return TextEdit(script.start + node.range().start.index, script.start + node.range().end.index, CLASS)


def _arguments(call: SgNode) -> list[SgNode]:
    given = call.field("arguments")
    return [child for child in given.children() if child.is_named() and child.kind() != "comment"] if given else []


def _obstacle(site: Site) -> str | None:
    given = _arguments(site.call)
    if not given or any(argument.kind() == "spread_element" for argument in given):
        return "the address can't be told from the arguments"
    if len(given) > 2 or (len(given) == 2 and given[1].text().replace(" ", "") not in {"undefined", "[]"}):
        return "the second argument asks for a subprotocol, and the migrated application chooses none"
    if site.script.kind == "commonjs":
        return f"the file is a CommonJS module, and {CLASS} comes as an ES module and as a classic script"
    if site.script.kind == "unknown" and site.script.typed:
        return f"the file neither imports nor exports, so it is not known how {CLASS} would reach it"
    return None


def _notes(site: Site, address: SgNode) -> tuple[tuple[tuple[str, ...], bool], ...]:
    """What a person has to see to, and whether it is so here."""
    fixed = bool(_FIXED_ADDRESS.search(_with_origins(address)))
    return (_FIXED, fixed), (_NOT_LOADED, site.script.kind == "unknown")


def _comment(site: Site, lines: tuple[str, ...]) -> tuple[TextEdit, ...]:
    return comment_before(site.call, site.script.start, site.text, RULE, lines)


def _with_origins(expression: SgNode) -> str:
    """The source of an expression, and of the values that its names were declared with, and so on."""
    texts: dict[int, str] = {}
    todo = [expression]
    while todo:
        node = todo.pop()
        texts[node.range().start.index] = node.text()
        for name in node.find_all(kind="identifier"):
            binding = binding_of(name)
            value = binding.declaration.field("value") if binding else None
            if value is not None and value.range().start.index not in texts:
                todo.append(value)
    return "\n".join(texts.values())


def _broken(node: SgNode) -> bool:
    return bool(node.find(kind="ERROR")) or any(ancestor.kind() == "ERROR" for ancestor in node.ancestors())


def _is_ours(declaration: SgNode) -> bool:
    source = declaration.field("source")
    return source is not None and "sse-socket" in source.text()


def _not_native(callee: SgNode | None) -> str:
    named = bare(callee) if callee else None
    binding = binding_of(named) if named and named.kind() == "identifier" else None
    if named is None or binding is None:
        return f"{named.text() if named else 'the constructor'} is not the browser's WebSocket"
    return f"{named.text()} is not the browser's WebSocket here: it is {binding}"
