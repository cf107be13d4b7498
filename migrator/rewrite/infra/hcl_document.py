"""A Terraform file as text and nodes: blocks, attributes, objects and lists by their places, the rest as it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.rewrite.infra.hcl_node import Node
from migrator.rewrite.infra.hcl_parser import HclParser


class HclDocument:
    """`text` with its own line ends. Raises CannotEdit when brackets or quotes don't match."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.newline = "\r\n" if "\r\n" in text else "\n"
        parsed = HclParser(text)
        self.root, self.literal = parsed.root, parsed.literal

    def nodes(self) -> Iterator[Node]:
        waiting = [self.root]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(node.children)

    def blocks(self) -> list[Node]:
        return [node for node in self.root.children if node.kind == "block"]

    def value(self, node: Node) -> str:
        return self.text[node.inner : node.end]

    def named(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """Matches outside of comments and of the plain text of strings."""
        for match in pattern.finditer(self.text):
            if not any(start <= match.start() < end for start, end in self.literal):
                yield match

    def innermost(self, place: int) -> Node:
        node = self.root
        while True:
            inner = next((child for child in node.children if child.start <= place < child.end), None)
            if inner is None:
                return node
            node = inner
