"""The import of SseSocket in a module, in the style of the module's other imports."""

from __future__ import annotations

from ast_grep_py import SgNode

from migrator.rewrite.client.scripts import Script
from migrator.rewrite.client.text import TextEdit, indent_before, insertion, newline_of


def import_edits(script: Script, text: str, library: str, removed: list[TextEdit]) -> list[TextEdit]:
    """The edits that import the class from `./library`; none to import it when the module has it already.

    `removed`: imports that go; the first of them makes room for ours.
    """
    if any("sse-socket" in node.text() and "SseSocket" in node.text() for node in _imports(script)):
        return removed
    newline = newline_of(text)
    if removed:
        first, *others = removed
        old = text[first.start : first.end]
        quote = "'" if "'" in old else '"'
        line = _statement(script, library, quote, ";" if old.rstrip().endswith(";") else "")
        return [TextEdit(first.start, first.end, line + (newline if old.endswith("\n") else "")), *others]
    statements = _imports(script)
    if statements:
        last = statements[-1]
        quote = "'" if "'" in last.text() else '"'
        end = ";" if last.text().endswith(";") else ""
        indent = indent_before(text, script.start + last.range().start.index) or ""
        line = f"{newline}{indent}{_statement(script, library, quote, end)}"
        return [insertion(script.start + last.range().end.index, line)]
    first_node = _first_after_header(script, text)
    at = script.start + (first_node.range().start.index if first_node else 0)
    indent = indent_before(text, at) or ""
    line = _statement(script, library, script.quote, ";" if ";" in script.root.text() else "")
    return [insertion(at, f"{line}{newline}{newline}{indent}")]


def _imports(script: Script) -> list[SgNode]:
    if script.kind != "commonjs":
        return [node for node in script.root.children() if node.kind() == "import_statement"]
    kinds = {"lexical_declaration", "variable_declaration"}
    return [node for node in script.root.children() if node.kind() in kinds and "require(" in node.text()]


def _statement(script: Script, library: str, quote: str, end: str) -> str:
    if script.kind == "commonjs":
        return f"const {{ SseSocket }} = require({quote}./{library}{quote}){end}"
    return f"import {{ SseSocket }} from {quote}./{library}{quote}{end}"


def _first_after_header(script: Script, text: str) -> SgNode | None:
    """The first node after directives, and after comments that an empty line parts from the code."""
    children = script.root.children()
    for index, node in enumerate(children):
        is_directive = node.kind() == "expression_statement" and node.text().lstrip()[:1] in {'"', "'"}
        if is_directive or node.kind() == "hash_bang_line":
            continue
        following = children[index + 1] if index + 1 < len(children) else None
        if node.kind() == "comment" and following is not None:
            gap = text[script.start + node.range().end.index : script.start + following.range().start.index]
            if gap.count("\n") > 1:
                continue
        return node
    return None
