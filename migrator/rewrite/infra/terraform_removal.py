"""Takes resources out of the files of one Terraform module, and with them whatever only says something about them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from migrator.rewrite.infra.hcl_document import HclDocument
from migrator.rewrite.infra.hcl_node import Node
from migrator.rewrite.infra.reads import Reads
from migrator.rewrite.infra.text_edits import TextEdit, apply_edits, line_end, line_start
from migrator.rewrite.infra.yaml_document import CannotEdit

_REFERENCE: Final = re.compile(r"(?<![\w.-])(?:(?:data\.)?[a-z][\w]*\.[A-Za-z_][\w-]*|local\.[\w-]+)")
_ABOUT: Final = {
    "aws_lambda_permission": "function_name",
    "aws_lambda_alias": "function_name",
    "aws_lambda_function_event_invoke_config": "function_name",
    "aws_apigatewayv2_api_mapping": "api_id",
    "aws_cloudwatch_log_group": "name",
    "aws_cloudwatch_metric_alarm": "dimensions",
    "aws_cloudwatch_log_metric_filter": "log_group_name",
}
"""Type -> the argument that names the one thing that it is about: it goes when that goes."""
_SENDING: Final = re.compile(r'"execute-api:ManageConnections"', re.IGNORECASE)
_CARRIES_ADDRESS: Final = re.compile(r"://|\.invoke_url\b|\.api_endpoint\b")
_TEXT: Final = re.compile(r'"([^"]*)"')


@dataclass
class TerraformRemoval:
    """`gone`: addresses in the module; `movable`: those that may stay when something else needs them."""

    documents: Mapping[str, HclDocument]
    reads: Reads
    gone: set[str]
    movable: frozenset[str]
    kept: dict[str, str] = field(default_factory=dict)
    outputs: set[str] = field(default_factory=set)
    """Outputs of the module that go."""
    _nodes: dict[str, set[Node]] = field(default_factory=dict)
    _values: dict[str, list[TextEdit]] = field(default_factory=dict)

    def texts(self) -> dict[str, str]:
        """Path -> text of the files that change. Raises CannotEdit with what stands against it."""
        while True:
            before = len(self.gone)
            stops = [stop for path, document in self.documents.items() for stop in self._settle(path, document)]
            if len(self.gone) != before:
                continue
            blocking = sorted({why for name, why in stops if name not in self.movable})
            if blocking:
                raise CannotEdit("; ".join(blocking[:3]))
            for name, why in stops:
                self.gone.discard(name)
                self.kept.setdefault(name, why)
            if not stops:
                break
        return {
            path: text for path, document in self.documents.items() if (text := self._text(path, document)) is not None
        }

    def _settle(self, path: str, document: HclDocument) -> list[tuple[str, str]]:
        gone = {block for block in document.blocks() if block.address in self.gone}
        gone |= set(self._sending(document))
        self._nodes[path], self._values[path] = gone, []
        stops: list[tuple[str, str]] = []
        for match in document.named(_REFERENCE):
            name = match.group()
            node = document.innermost(match.start())
            if name not in self.gone or node.address == name or any(above in gone for above in node.above()):
                continue
            if not self._goes_along(document, node, gone, path):
                stops.append((name, f"{_place(node)} in {path} refers to {name}"))
        return stops

    def _sending(self, document: HclDocument) -> Iterator[Node]:
        """Statements, or actions of them, that allow sending to connections."""
        for match in _SENDING.finditer(document.text):
            node = document.innermost(match.start())
            actions = next((above for above in node.above() if above.name.lower() in {"action", "actions"}), None)
            if actions is None or actions.parent is None:
                continue
            texts = _TEXT.findall(document.value(actions))
            if all(text.lower().startswith("execute-api:manageconnections") for text in texts):
                yield from self._statement(actions.parent)
            elif node.kind == "item":
                yield node

    def _statement(self, statement: Node) -> Iterator[Node]:
        """The statement; or all of the policy, when there is no other one in it."""
        holder = statement.parent
        siblings = [n for n in holder.children if n.kind == statement.kind] if holder is not None else []
        if holder is None or len(siblings) > 1:
            yield statement
            return
        resource = next((above for above in statement.above() if above.address), None)
        if resource is None or not re.match(r"aws_iam_(?:role_|user_|group_)?policy\.", resource.address):
            raise CannotEdit(f"{_place(statement)} allows nothing else but sending to connections")
        self.gone.add(resource.address)
        yield resource

    def _goes_along(self, document: HclDocument, node: Node, gone: set[Node], path: str) -> bool:
        chain = list(node.above())
        top = chain[-2] if len(chain) > 1 else node
        argument = chain[-3] if len(chain) > 2 else None
        if top.name == "output":
            self.outputs |= set(top.labels)
            gone.add(top)
            return True
        if top.name == "locals" and argument is not None:
            self.gone.add(f"local.{argument.name}")
            gone.add(argument)
            return True
        if argument is not None and _ABOUT.get(top.labels[0] if top.labels else "") == argument.name:
            self.gone.add(top.address)
            gone.add(top)
            return True
        for above in chain:
            if above.kind == "item" and above.parent is not None and above.parent.name == "depends_on":
                gone.add(above)
                return True
            if above.parent is not None and above.parent.name == "variables" and above.kind == "attribute":
                return self._variable(document, above, gone, path)
        return self._resource_of(chain, gone)

    def _resource_of(self, chain: list[Node], gone: set[Node]) -> bool:
        """What a statement is about: one of its resources, or the statement as a whole."""
        listed = next((n for n in chain if n.name.lower() in {"resource", "resources"} and n.kind == "attribute"), None)
        if listed is None or listed.parent is None:
            return False
        item = next((above for above in chain if above.parent is listed), None)
        others = [child for child in listed.children if child is not item and child not in gone]
        if item is not None and others:
            gone.add(item)
            return True
        gone.update(self._statement(listed.parent))
        return True

    def _variable(self, document: HclDocument, entry: Node, gone: set[Node], path: str) -> bool:
        if not self.reads.still(entry.name):
            gone.add(entry)
            return True
        if not _CARRIES_ADDRESS.search(document.value(entry)) or self.reads.address is None:
            return False
        self._values[path].append(TextEdit(entry.inner, entry.end, self.reads.address))
        return True

    def _text(self, path: str, document: HclDocument) -> str | None:
        nodes = self._nodes[path]
        outer = [node for node in nodes if not any(above in nodes for above in list(node.above())[1:])]
        edits = [removal(document, node, nodes) for node in outer] + self._values[path]
        if not edits:
            return None
        after = apply_edits(document.text, edits)
        HclDocument(after)
        return after


def removal(document: HclDocument, node: Node, gone: Iterable[Node]) -> TextEdit:
    """The edit that takes a node out: whole lines where it has them, else it and one comma."""
    text, gone = document.text, set(gone)
    first, last = line_start(text, node.start), line_end(text, node.end)
    behind = text[node.end : last].strip()
    if not text[first : node.start].strip() and (behind in {"", ","} or behind.startswith(("#", "//", ", #", ", //"))):
        while first and text[line_start(text, first - 1) : first].strip().startswith(("#", "//")):
            first = line_start(text, first - 1)
        if not first or not text[line_start(text, first - 1) : first].strip():
            while last < len(text) and not text[last : line_end(text, last)].strip():
                last = line_end(text, last)
        return TextEdit(first, last, "")
    siblings = node.parent.children if node.parent is not None else [node]
    place = siblings.index(node)
    if any(sibling not in gone for sibling in siblings[:place]):
        return TextEdit(siblings[place - 1].end, node.end, "")
    return TextEdit(node.start, siblings[place + 1].start if place + 1 < len(siblings) else node.end, "")


def _place(node: Node) -> str:
    steps = [".".join((above.name, *above.labels)) for above in reversed(list(node.above())) if above.kind != "file"]
    return ".".join(step for step in steps if not step.isdigit()).removeprefix("resource.")
