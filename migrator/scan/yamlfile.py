"""YAML with CloudFormation's tags, as plain values that remember where they stood.

Short tags become their long form: `!Ref X` is {"Ref": "X"}, `!Sub x` is {"Fn::Sub": "x"}.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeAlias

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from migrator.inventory.record import Location
from migrator.isolation import parsing

AnyNode: TypeAlias = Node | yaml.Node

MOST_NODES: Final = 200_000
"""Values in a file, aliases expanded; more is refused, because aliases can multiply without end."""


class Map(dict[str, object]):
    """A mapping with the places of its keys."""

    def __init__(self, path: str, line: int = 1, column: int = 1) -> None:
        super().__init__()
        self.path, self.line, self.column = path, line, column
        self.places: dict[str, tuple[int, int]] = {}

    def where(self, key: str | None = None) -> Location:
        line, column = self.places.get(key, (self.line, self.column)) if key else (self.line, self.column)
        return Location(path=self.path, line=line, column=column)

    def like(self, items: Iterable[tuple[str, object]]) -> Map:
        """The same places with other values."""
        other = Map(self.path, self.line, self.column)
        other.places = self.places
        other.update(items)
        return other


class Located(Map):
    """Values that stand in several files: each Map among them says where it stands itself."""

    def where(self, key: str | None = None) -> Location:
        inner = self.get(key) if key else None
        return inner.where() if isinstance(inner, Map) else super().where(key)

    def joined(self, other: Map) -> Located:
        """With the values of another, which gives their keys places."""
        for key, value in other.items():
            self[key] = _placed(value, other, key) if isinstance(value, Map) else value
        return self


def _placed(value: Map, outer: Map, key: str) -> Map:
    """The same Map, standing where its key does."""
    made = value.like(value.items())
    made.line, made.column = outer.places.get(key, (value.line, value.column))
    return made


class YamlProblem(Exception):
    """Raised when a file is not valid YAML."""

    def __init__(self, message: str, line: int, column: int) -> None:
        self.message, self.line, self.column = message, line, column
        super().__init__(message, line, column)

    def __str__(self) -> str:
        return self.message


def load(text: str, path: str) -> object:
    """The file's value; raises YamlProblem."""
    try:
        with parsing(path):
            node = _quickly(text) or YAML(typ="rt", pure=True).compose(text)
        return None if node is None else _Builder(path).value(node)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise YamlProblem(f"isn't valid YAML: {error.problem or error.context}", line, column) from error
    except YAMLError as error:
        raise YamlProblem(f"isn't valid YAML: {str(error).splitlines()[0]}", 1, 1) from error
    except (ValueError, RecursionError, OverflowError, AttributeError, TypeError, IndexError, KeyError) as error:
        # The YAML library lets these through for some malformed input.
        raise YamlProblem(f"isn't valid YAML: {type(error).__name__}", 1, 1) from error


def _quickly(text: str) -> yaml.Node | None:
    """The nodes as libyaml sees them, in a thirtieth of the time; None when it can't, and another has the last word."""
    loader = getattr(yaml, "CSafeLoader", None)
    if loader is None:
        return None
    try:
        node: yaml.Node | None = yaml.compose(text, Loader=loader)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    return node


def as_map(value: object) -> Map:
    return value if isinstance(value, Map) else Map("")


def as_list(value: object) -> list[object]:
    """The elements of a list; a single value counts as a list of one, None as none."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def as_text(value: object) -> str | None:
    """Scalars as CloudFormation writes them; None for anything else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    return None


class _Builder:
    def __init__(self, path: str) -> None:
        self.path = path
        self.nodes = 0
        self.open: set[int] = set()

    def value(self, node: AnyNode) -> object:
        self.nodes += 1
        if self.nodes > MOST_NODES or id(node) in self.open:
            raise YamlProblem("isn't usable YAML: aliases that never end", *_place(node))
        self.open.add(id(node))
        try:
            plain = self._plain(node)
        finally:
            self.open.discard(id(node))
        tag = str(node.tag or "")
        if tag.startswith("!") and len(tag) > 1 and not tag.startswith("!!"):
            name = tag[1:]
            wrapped = Map(self.path, *_place(node))
            wrapped[name if name in {"Ref", "Condition"} else f"Fn::{name}"] = plain
            return wrapped
        return plain

    def _plain(self, node: AnyNode) -> object:
        if isinstance(node, ScalarNode | yaml.ScalarNode):
            return _scalar(node)
        if isinstance(node, SequenceNode | yaml.SequenceNode):
            return [self.value(child) for child in node.value]
        mapping = Map(self.path, *_place(node))
        if isinstance(node, MappingNode | yaml.MappingNode):
            for key_node, value_node in node.value:
                self._entry(mapping, key_node, value_node)
        return mapping

    def _entry(self, mapping: Map, key_node: AnyNode, value_node: AnyNode) -> None:
        key = str(key_node.value) if isinstance(key_node, ScalarNode | yaml.ScalarNode) else "?"
        value = self.value(value_node)
        if key == "<<":
            for base in as_list(value):
                for name, inherited in as_map(base).items():
                    mapping.setdefault(name, inherited)
            return
        mapping[key] = value
        mapping.places[key] = _place(key_node)


def _place(node: AnyNode) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _scalar(node: ScalarNode | yaml.ScalarNode) -> object:
    text = str(node.value)
    kind = str(node.tag or "").rpartition(":")[2]
    if kind == "null":
        return None
    if kind == "bool":
        # YAML 1.1 has more words for it than those who write these files mean.
        return text.lower() == "true" if text.lower() in {"true", "false"} else text
    if kind == "int" and text.lstrip("-+").isdigit():
        # A leading zero or an account number is text to CloudFormation.
        return text if len(text) > 1 and text.startswith("0") else int(text)
    return text
