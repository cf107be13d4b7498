"""The import of a package whose class nothing in the script uses any more."""

from __future__ import annotations

import re

from ast_grep_py import SgNode

from migrator.javascript.names import binding_of, same
from migrator.javascript.origins import origin
from migrator.rewrite.client.node_events import EMITTERS
from migrator.rewrite.client.scripts import Script
from migrator.rewrite.client.text import TextEdit

_TAKEN: frozenset[str] = EMITTERS | {"websocket"}
_CLAUSE = re.compile(r"import\s+(?:\w+|\*\s+as\s+\w+|\{\s*\w+(?:\s+as\s+\w+)?\s*,?\s*\})\s+from\b")


def import_removals(script: Script, text: str, edits: list[TextEdit]) -> list[TextEdit]:
    """Statements that import one name alone, which the edited script doesn't speak of.

    `edits`: everything else that changes in the file.
    """
    removals: list[TextEdit] = []
    for node in script.root.children():
        name = _only_name(node)
        if name is None or _is_spoken_of(script, name.text(), node, edits):
            continue
        start, end = script.start + node.range().start.index, script.start + node.range().end.index
        while text[end : end + 1] in {";", " ", "\t"}:
            end += 1
        end += len(re.match(r"\r?\n|", text[end:])[0])  # type: ignore[index]  # it matches always
        removals.append(TextEdit(start, end, ""))
    return removals


def _only_name(node: SgNode) -> SgNode | None:
    """The one name that a top-level statement takes from a package of sockets; None for anything else."""
    if node.kind() == "import_statement" and _CLAUSE.match(node.text()):
        names = [n for n in node.find_all(kind="identifier") if _is_of_sockets(n, node)]
        return names[-1] if names else None
    declarators = [child for child in node.children() if child.kind() == "variable_declarator"]
    if node.kind() not in {"lexical_declaration", "variable_declaration"} or len(declarators) != 1:
        return None
    name = declarators[0].field("name")
    return name if name is not None and name.kind() == "identifier" and _is_of_sockets(name, declarators[0]) else None


def _is_of_sockets(name: SgNode, declaration: SgNode) -> bool:
    binding = binding_of(name)
    found = origin(name)
    return (
        binding is not None
        and same(binding.declaration, declaration)
        and found is not None
        and found.kind == "package"
        and found.package in _TAKEN
    )


def _is_spoken_of(script: Script, name: str, statement: SgNode, edits: list[TextEdit]) -> bool:
    """Whether something else than the statement still uses the name when the edits are made."""
    replaced = [(edit.start - script.start, edit.end - script.start) for edit in edits if edit.start < edit.end]
    own = statement.range()
    for node in script.root.find_all(regex=f"^{re.escape(name)}$"):
        at = node.range().start.index
        used = node.kind() in {"identifier", "type_identifier", "shorthand_property_identifier"}
        gone = own.start.index <= at < own.end.index or any(start <= at < end for start, end in replaced)
        if used and not gone:
            return True
    return False
