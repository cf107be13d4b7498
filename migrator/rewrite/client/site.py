"""One place that opens a connection, and what every rule asks of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ast_grep_py import SgNode

from migrator.javascript.libraries import library_of
from migrator.javascript.names import binding_of, declarations
from migrator.javascript.origins import origin
from migrator.rewrite.client.comments import comment_before
from migrator.rewrite.client.scripts import Script
from migrator.rewrite.client.text import TextEdit
from migrator.rewrite.client.verdict import Verdict, failed, skipped

CLASS: Final = "SseSocket"
NO_PROTOCOL: Final = frozenset({"undefined", "null", "[]", '""', "''"})
"""What stands in the place of subprotocols where there are none, without spaces."""

_KEEPERS: Final = {"variable_declarator": "name", "assignment_expression": "left"}
_FIXED_ADDRESS: Final = re.compile(r"\bwss?://|\blocation\b|\bexecute-api\b")
_CONFIGURED: Final = re.compile(r"\bprocess\.env\b|\bimport\.meta\.env\b")
_LOCAL: Final = re.compile(r"wss?://(?:localhost|127\.0\.0\.1|\[::1\])\b")
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
    """A constructor call, a function call, or the class that another one extends, in a script of a file."""

    node: SgNode
    script: Script
    text: str
    """The whole file."""

    @property
    def callee(self) -> SgNode | None:
        """What is called; for an extended class the class."""
        field = {"new_expression": "constructor", "call_expression": "function"}.get(self.node.kind())
        return self.node.field(field) if field is not None else self.node

    @property
    def library(self) -> str | None:
        """Whose it is, as the names of the script say."""
        callee = self.callee
        by_new = self.node.kind() != "call_expression"
        return library_of(origin(callee), by_new=by_new) if callee is not None else None

    @property
    def arguments(self) -> list[SgNode]:
        return arguments(self.node)

    @property
    def kept_as(self) -> str | None:
        """The name or member that the socket is assigned to; None when it is not."""
        for ancestor in self.node.ancestors():
            field = _KEEPERS.get(ancestor.kind())
            if field is not None:
                name = ancestor.field(field)
                return name.text() if name is not None else None
            if ancestor.kind() not in {"parenthesized_expression", "as_expression", "await_expression"}:
                break
        return None

    def at(self, node: SgNode) -> tuple[int, int]:
        return self.script.start + node.range().start.index, self.script.start + node.range().end.index

    def comment(self, rule: str, lines: tuple[str, ...]) -> tuple[TextEdit, ...]:
        return comment_before(self.node, self.script.start, self.text, rule, lines)


def arguments(call: SgNode) -> list[SgNode]:
    given = call.field("arguments")
    return [child for child in given.children() if child.is_named() and child.kind() != "comment"] if given else []


def refusal(site: Site) -> Verdict | None:
    """Why no rule may touch the site: its code is broken, or its script has a class with our name."""
    if site.node.find(kind="ERROR") or any(ancestor.kind() == "ERROR" for ancestor in site.node.ancestors()):
        return failed(f"syntax error near line {site.text.count(chr(10), 0, site.at(site.node)[0]) + 1}")
    if any(not _is_ours(found.declaration) for found in declarations(site.script.root, CLASS)):
        return failed(f"the script has a {CLASS} of its own")
    if site.library is None:
        return skipped(_not_ours(site))
    return None


def unreachable(site: Site) -> str | None:
    """Why the class could not reach the script; None when it can."""
    if site.script.kind == "unknown" and site.script.typed:
        return f"the file neither imports nor exports, so it is not known how {CLASS} would reach it"
    return None


def left_for_a_person(site: Site, rule: str, obstacle: str, *more: str) -> Verdict:
    """Nothing is rewritten, and a comment says why. `more`: further lines of the comment."""
    said = f"{obstacle[0].upper()}{obstacle[1:]}."
    reason = " ".join((f"Not rewritten: {obstacle}.", *more))
    return Verdict("marked", reason, rule, "manual", site.comment(rule, (said, *more)))


def rewritten(site: Site, rule: str, edits: list[TextEdit], address: SgNode | None, *said: str) -> Verdict:
    """The site with these edits, and comments for what a person has to see to. `said`: more of the reason."""
    fixed = address is not None and _is_fixed(with_origins(address))
    notes = [note for note, holds in ((_FIXED, fixed), (_NOT_LOADED, site.script.kind == "unknown")) if holds]
    comment = site.comment(rule, tuple(line for note in notes for line in note)) if notes else ()
    parts = (*(" ".join(note) for note in notes), "" if fixed else _ADDRESS, *said)
    reason = " ".join(part for part in parts if part)
    return Verdict("marked" if notes else "rewritten", reason, rule, "review", (*edits, *comment), replaced=True)


def _is_fixed(source: str) -> bool:
    """Whether the code says where it leads; a fallback to the machine of a developer doesn't count."""
    if _CONFIGURED.search(source):
        source = _LOCAL.sub("", source)
    return bool(_FIXED_ADDRESS.search(source))


def with_origins(expression: SgNode) -> str:
    """The source of an expression, and of the values that its names were declared with, and so on."""
    return "\n".join(dict.fromkeys(_sources(expression)))


def _sources(expression: SgNode) -> Iterator[str]:
    seen: set[int] = set()
    todo = [expression]
    while todo:
        node = todo.pop()
        yield node.text()
        for name in node.find_all(kind="identifier"):
            binding = binding_of(name)
            value = binding.declaration.field("value") if binding else None
            if value is not None and value.range().start.index not in seen:
                seen.add(value.range().start.index)
                todo.append(value)


def _is_ours(declaration: SgNode) -> bool:
    source = declaration.field("source")
    named = source.text() if source is not None else declaration.text()
    return "sse-socket" in named


def _not_ours(site: Site) -> str:
    named = site.callee
    found = origin(named) if named is not None else None
    binding = binding_of(named) if named is not None and named.kind() == "identifier" else None
    if named is None or binding is None or found is None:
        return f"{named.text() if named else 'the constructor'} is not the browser's WebSocket"
    return f"{named.text()} is not the browser's WebSocket here: it is {binding}"
