"""A part of a Terraform file, by its place in the text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal


@dataclass(eq=False)
class Node:
    """`kind` block: with `labels`; attribute: `name = value`, also an entry of an object; item: an element of a list.
    `inner`: where the value of an attribute, or the body of a block, begins."""

    kind: Literal["file", "block", "attribute", "item"]
    name: str
    start: int
    inner: int
    end: int = 0
    labels: tuple[str, ...] = ()
    parent: Node | None = None
    children: list[Node] = field(default_factory=list)
    listed: bool = False
    """Whether its value is a list or an object alone, so that the children are its elements."""

    def child(self, name: str) -> Node | None:
        return next((node for node in self.children if node.name == name), None)

    def above(self) -> Iterator[Node]:
        node: Node | None = self
        while node is not None:
            yield node
            node = node.parent

    @property
    def address(self) -> str:
        """'aws_lambda_function.say' for a resource, 'data.aws_region.here' for data; '' for other blocks."""
        if self.kind != "block" or len(self.labels) != 2:
            return ""
        return {"resource": "", "data": "data."}.get(self.name, "?.") + ".".join(self.labels)
