"""Templates: text with references and directives in it. Whitespace around directives goes as in Velocity 1.7."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from shim.gateway.vtl.expressions import ExpressionParser
from shim.gateway.vtl.nodes import Assignment, Expression, Foreach, If, Jump, Node, Text

_SPECIAL: Final = re.compile(r"(?<!\\)\\*+[$#]")
_DIRECTIVE: Final = re.compile(r"#(?:([A-Za-z_@][A-Za-z0-9_@]*)|\{([A-Za-z_][A-Za-z0-9_]*)\})")
_OPEN: Final = re.compile(r"[ \t\r\n]*\(")
_LINE_END: Final = re.compile(r"[ \t]*(?:\r\n|\n|\r)")
_COMMENT: Final = re.compile(r"##[^\r\n]*(?:\r\n|\n|\r)?")
_IN: Final = re.compile(r"[ \t\r\n]*in(?=[ \t\r\n\[$({])")

_BLOCKS: Final = frozenset({"if", "elseif", "else", "end", "foreach", "set", "break", "stop"})
_REFUSED: Final = frozenset({"macro", "define", "evaluate", "parse", "include", "literal"})
_ENDS: Final = frozenset({"elseif", "else", "end"})


class TemplateParser(ExpressionParser):
    """Raises TemplateInvalid."""

    def nodes(self) -> Sequence[Node]:
        nodes, end = self._block()
        if end:
            self.invalid(f"#{end} ends nothing")
        return nodes

    def _block(self) -> tuple[Sequence[Node], str]:
        """Nodes up to the directive that ends the block; '' at the end of the text."""
        nodes: list[Node] = []
        with self.deeper():
            while self.here < self.end:
                found = _SPECIAL.search(self.text, self.here, self.end)
                if found is None:
                    _add_text(nodes, self.text[self.here : self.end])
                    self.here = self.end
                    break
                _add_text(nodes, self.text[self.here : found.start()])
                backslashes = found.end() - found.start() - 1
                self.here = found.end() - 1
                if found[0].endswith("$"):
                    self._dollar(nodes, backslashes)
                elif end := self._hash(nodes, backslashes):
                    return nodes, end
        return nodes, ""

    def _dollar(self, nodes: list[Node], backslashes: int) -> None:
        reference = self.reference(backslashes)
        if reference is not None:
            nodes.append(reference)
        else:
            _add_text(nodes, "\\" * backslashes + "$")
            self.here += 1

    def _hash(self, nodes: list[Node], backslashes: int) -> str:
        """What begins with `#`. Gives the word of a directive that ends the block."""
        at = self.here
        found = _DIRECTIVE.match(self.text, at, self.end)
        word = (found[1] or found[2]) if found else ""
        if word in _REFUSED:
            self.invalid(f"#{word} is not supported")
        if found is None or word not in _BLOCKS:
            _add_text(nodes, "\\" * backslashes)
            if backslashes or not self._literal(nodes):
                _add_text(nodes, "#")
                self.here = at + 1
            return ""
        _add_text(nodes, "\\" * (backslashes // 2))
        self.here = found.end()
        if backslashes % 2:
            _add_text(nodes, found[0])
            return ""
        if word in _ENDS:
            if word != "elseif":
                self.take(_LINE_END)
            return word
        self._directive(nodes, word, at)
        return ""

    def _literal(self, nodes: list[Node]) -> bool:
        """A comment, or text that is left as it is."""
        if self.take(_COMMENT):
            return True
        for opening, closing in (("#*", "*#"), ("#[[", "]]#")):
            if self.text.startswith(opening, self.here, self.end):
                end = self.text.find(closing, self.here + len(opening), self.end)
                if end < 0:
                    self.invalid(f"{opening} has no {closing}")
                if opening == "#[[":
                    _add_text(nodes, self.text[self.here + 3 : end])
                self.here = end + len(closing)
                return True
        return False

    def _directive(self, nodes: list[Node], word: str, at: int) -> None:
        if word == "set":
            self._set(nodes, at)
        elif word == "if":
            nodes.append(self._if(at))
        elif word == "foreach":
            nodes.append(self._foreach(at))
        else:
            nodes.append(Jump("break" if word == "break" else "stop"))

    def _open(self, word: str) -> None:
        if not self.take(_OPEN):
            self.invalid(f"#{word} needs parentheses")

    def _close(self) -> None:
        self.expect(")")
        self.take(_LINE_END)

    def _set(self, nodes: list[Node], at: int) -> None:
        """The blanks before it go, and the end of its line."""
        if nodes and isinstance(nodes[-1], Text):
            kept = nodes.pop()
            if isinstance(kept, Text):
                _add_text(nodes, kept.text.rstrip(" \t"))
        self._open("set")
        self.blank()
        target = self.reference() if self.text.startswith("$", self.here, self.end) else None
        if target is None:
            self.invalid("#set needs a reference to set")
        self.expect("=")
        value = self.expression()
        self._close()
        nodes.append(Assignment(at, target, value))

    def _if(self, at: int) -> If:
        branches: list[tuple[Expression, Sequence[Node]]] = []
        end = "if"
        while end in {"if", "elseif"}:
            self._open(end)
            condition = self.expression()
            self._close()
            body, end = self._block()
            branches.append((condition, body))
        otherwise: Sequence[Node] = ()
        if end == "else":
            otherwise, end = self._block()
        if end != "end":
            self.invalid(f"#{end} comes after #else" if end else "#if has no #end", self.here if end else at)
        return If(tuple(branches), otherwise)

    def _foreach(self, at: int) -> Foreach:
        self._open("foreach")
        self.blank()
        item = self.reference() if self.text.startswith("$", self.here, self.end) else None
        if item is None or item.steps:
            self.invalid("#foreach needs a variable")
        if not self.take(_IN):
            self.invalid("#foreach needs the word in")
        items = self.expression()
        self._close()
        body, end = self._block()
        if end != "end":
            self.invalid("#foreach has no #end" if not end else f"#{end} stands in #foreach without #if", at)
        return Foreach(at, item.name, items, body)


def _add_text(nodes: list[Node], text: str) -> None:
    if text:
        nodes.append(Text(text))
