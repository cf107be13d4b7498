"""Terraform's two notations, HCL and JSON, as blocks and attributes that remember where they stood.
https://developer.hashicorp.com/terraform/language/syntax/configuration
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from ast_grep_py import SgNode, SgRoot

from migrator.inventory.record import Location
from migrator.isolation import parsing

DEEPEST: Final = 60
"""Nested blocks and expressions that are followed in one file; configurations written by hand stay far below."""

_INTERPOLATION: Final = re.compile(r"(?<!\$)\$\{")
_LABELLED: Final = {"resource": 2, "data": 2, "variable": 1, "output": 1, "module": 1, "provider": 1}
"""Labels of the top-level blocks in JSON, where they are nested keys."""


@dataclass(frozen=True)
class Written:
    """An expression as it stands in a file: a syntax node of HCL, or a value of JSON (its texts are templates)."""

    value: SgNode | object
    where: Location


@dataclass
class Body:
    attributes: dict[str, Written] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)

    def of(self, kind: str) -> Iterator[Block]:
        return (block for block in self.blocks if block.kind == kind)


@dataclass
class Block:
    kind: str
    labels: tuple[str, ...]
    body: Body
    where: Location


Problems: TypeAlias = list[tuple[Location, str]]


def parse(text: str, path: str, problems: Problems) -> Body:
    """The top level of a file. What isn't valid is noted; what is beside it is read all the same."""
    if path.endswith(".json"):
        return _parse_json(text, path, problems)
    with parsing(path):
        root = SgRoot(text, "hcl").root()
    fault = _fault(root)
    if fault is not None:
        problems.append((place(fault, path), "isn't valid HCL here; what could be read around it counts"))
    body = next((child for child in root.children() if child.kind() == "body"), None)
    return _Hcl(path).body(body) if body is not None else Body()


def parse_values(text: str, path: str, problems: Problems) -> dict[str, Written]:
    """Values of variables, as *.tfvars and *.tfvars.json give them."""
    if not path.endswith(".json"):
        return parse(text, path, problems).attributes
    return _json_body(_document(text, path, problems), path).attributes


def place(node: SgNode, path: str) -> Location:
    start = node.range().start
    return Location(path=path, line=start.line + 1, column=start.column + 1)


def template_pieces(text: str) -> Iterator[str | SgNode]:
    """A text outside of HCL, and the expressions of its interpolations; one that isn't valid stays text."""
    at = 0
    while (start := _INTERPOLATION.search(text, at)) is not None:
        end = _closing(text, start.end())
        root = SgRoot(f"x = ({text[start.end() : end]})\n", "hcl").root()
        node = root.find(kind="expression") if _fault(root) is None else None
        yield text[at : start.start() if node else end + 1]
        if node is not None:
            yield node
        at = end + 1
    yield text[at:]


def _closing(text: str, at: int) -> int:
    """Where the brace that opens an interpolation closes; braces within texts don't count."""
    depth, in_text = 1, False
    while at < len(text):
        character = text[at]
        if in_text:
            at += character == "\\"
            in_text = character != '"'
        elif character == '"':
            in_text = True
        else:
            depth += (character == "{") - (character == "}")
            if depth == 0:
                return at
        at += 1
    return len(text)


def _fault(root: SgNode) -> SgNode | None:
    """The first place that the grammar couldn't read: an error, or a token that it had to make up."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        children = node.children()
        if node.kind() == "ERROR" or (not children and not node.text() and node.kind() not in {"body", "config_file"}):
            return node
        waiting.extend(reversed(children))
    return None


class _Hcl:
    def __init__(self, path: str) -> None:
        self.path = path
        self.depth = 0

    def body(self, node: SgNode) -> Body:
        found = Body()
        self.depth += 1
        for child in node.children() if self.depth <= DEEPEST else ():
            if child.kind() == "attribute":
                name, value = child.child(0), child.child(2)
                if name is not None and value is not None:
                    found.attributes[name.text()] = Written(value, place(child, self.path))
            elif child.kind() == "block":
                found.blocks.append(self._block(child))
        self.depth -= 1
        return found

    def _block(self, node: SgNode) -> Block:
        children = node.children()
        labels = tuple(
            child.text().strip('"') for child in children[1:] if child.kind() in {"string_lit", "identifier"}
        )
        inner = next((child for child in children if child.kind() == "body"), None)
        return Block(children[0].text(), labels, self.body(inner) if inner else Body(), place(node, self.path))


def _parse_json(text: str, path: str, problems: Problems) -> Body:
    """https://developer.hashicorp.com/terraform/language/syntax/json"""
    document = _document(text, path, problems)
    top = Body()
    for kind, value in document.items() if isinstance(document, dict) else ():
        for labels, properties in _labelled(value, _LABELLED.get(kind, 0)):
            top.blocks.append(Block(kind, labels, _json_body(properties, path), Location(path=path)))
    return top


def _document(text: str, path: str, problems: Problems) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else 1
        problems.append((Location(path=path, line=line), "isn't valid JSON"))
        return None


def _labelled(value: object, labels: int, given: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    if isinstance(value, list):
        for element in value:
            yield from _labelled(element, labels, given)
    elif labels == 0:
        yield given, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _labelled(inner, labels - 1, (*given, name))


def _json_body(value: object, path: str) -> Body:
    items = value.items() if isinstance(value, Mapping) else ()
    return Body({name: Written(inner, Location(path=path)) for name, inner in items})
