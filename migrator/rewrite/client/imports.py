"""The import of SseSocket in a module, in the style of the module's other imports."""

from __future__ import annotations

from ast_grep_py import SgNode

from migrator.rewrite.client.scripts import Script
from migrator.rewrite.client.text import TextEdit, indent_before, insertion, newline_of


def import_edits(script: Script, text: str, library: str) -> list[TextEdit]:
    """The edit that imports the class from `./library`; none when the module has it already."""
    statements = [node for node in script.root.children() if node.kind() == "import_statement"]
    if any("sse-socket" in node.text() for node in statements):
        return []
    newline = newline_of(text)
    if statements:
        last = statements[-1]
        source = last.field("source")
        quote = source.text()[0] if source else script.quote
        end = ";" if last.text().endswith(";") else ""
        indent = indent_before(text, script.start + last.range().start.index) or ""
        line = f"{newline}{indent}import {{ SseSocket }} from {quote}./{library}{quote}{end}"
        return [insertion(script.start + last.range().end.index, line)]
    first = _first_after_header(script, text)
    at = script.start + (first.range().start.index if first else 0)
    indent = indent_before(text, at) or ""
    quote, end = script.quote, ";" if ";" in script.root.text() else ""
    line = f"import {{ SseSocket }} from {quote}./{library}{quote}{end}{newline}{newline}{indent}"
    return [insertion(at, line)]


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
