"""Where the nodes of Python's own tree stand in the text: its columns count bytes of UTF-8."""

from __future__ import annotations

import ast
import re
from typing import Final

from migrator.rewrite.client.text import TextEdit

_GAP: Final = re.compile(r"\s*,?[ \t]*")


class Places:
    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = text.split("\n")
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line) + 1)

    def index(self, line: int, column: int) -> int:
        """Of a 1-based line, and of a column in bytes."""
        return self._starts[line - 1] + len(self._lines[line - 1].encode()[:column].decode())

    def span(self, node: ast.expr | ast.stmt | ast.keyword) -> tuple[int, int]:
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        return self.index(node.lineno, node.col_offset), self.index(end_line, end_column)

    def source(self, node: ast.expr | ast.stmt) -> str:
        start, end = self.span(node)
        return self._text[start:end]

    def replacing(self, node: ast.expr | ast.stmt, new: str) -> TextEdit:
        return TextEdit(*self.span(node), new)

    def renaming(self, keyword: ast.keyword, name: str) -> TextEdit:
        start, _end = self.span(keyword)
        return TextEdit(start, start + len(keyword.arg or ""), name)

    def removing(self, call: ast.Call, keyword: ast.keyword) -> TextEdit:
        """Takes an argument away, with the comma before it, or the one after it where it is the first."""
        start, end = self.span(keyword)
        given: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
        before = [self.span(one)[1] for one in given if self.span(one)[1] <= start]
        if before:
            return TextEdit(max(before), end, "")
        gap = _GAP.match(self._text, end)
        return TextEdit(start, gap.end() if gap is not None else end, "")
