"""A YAML file as text and nodes: entries are taken out and put in where they stand, and nothing else moves.

A round trip through a YAML library is not exact to the byte, so edits are made in the text, by the places of nodes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from migrator.rewrite.infra.text_edits import TextEdit, apply_edits, line_end, line_start

Path: TypeAlias = tuple[str | int, ...]
"""Keys and positions from the top of the document."""

MOST_NODES: Final = 200_000
"""Nodes in a file, aliases expanded; more is refused, because aliases can multiply without end."""


class CannotEdit(Exception):
    """Raised when a file can't be edited without the risk of breaking it; `reason` is a clause about the file."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)

    def __str__(self) -> str:
        return self.reason


@dataclass(frozen=True)
class Entry:
    """One key of a mapping, or one element of a list."""

    path: Path
    key: ScalarNode | None
    value: Node
    parent: CollectionNode
    number: int

    @property
    def name(self) -> str | int:
        return self.path[-1]


class Document:
    """`text` with its own line ends. Raises CannotEdit when it is not one YAML document."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.newline = "\r\n" if "\r\n" in text else "\n"
        root = _composed(text)
        self.root = root
        self.entries: dict[Path, Entry] = {}
        self._index()

    def _index(self) -> None:
        waiting: list[tuple[Path, Node]] = [((), self.root)]
        while waiting:
            path, node = waiting.pop()
            for entry in _children(path, node):
                self.entries.setdefault(entry.path, entry)
                if len(self.entries) > MOST_NODES:
                    raise CannotEdit("it has aliases that never end")
                waiting.append((entry.path, entry.value))

    # Reading

    def value(self, *path: str | int) -> Node | None:
        if not path:
            return self.root
        entry = self.entries.get(path)
        return entry.value if entry else None

    def children(self, *path: str | int) -> list[Entry]:
        """In the order of the text; empty when there is no collection."""
        node = self.value(*path)
        return [] if node is None else [self.entries[entry.path] for entry in _children(path, node)]

    def text_of(self, *path: str | int) -> str | None:
        node = self.value(*path)
        return str(node.value) if isinstance(node, ScalarNode) else None

    def line(self, entry: Entry) -> int:
        """From 1."""
        return int((entry.key or entry.value).start_mark.line) + 1

    def is_alias(self, entry: Entry) -> bool:
        """Whether its value stands elsewhere, under an anchor."""
        near = entry.key if entry.key is not None else entry.parent
        return bool(entry.value.start_mark.index < near.start_mark.index)

    # Taking out

    def without(self, paths: Iterable[Path]) -> list[TextEdit]:
        """Edits that take these entries out, and with them whatever would be left empty."""
        gone = self.with_emptied(set(paths))
        outer = [path for path in gone if not any(path[:depth] in gone for depth in range(1, len(path)))]
        return [edit for path in outer for edit in self._removal(self.entries[path], gone)]

    def with_emptied(self, gone: set[Path]) -> set[Path]:
        """The same, and every collection of which nothing would be left."""
        gone = {path for path in gone if path in self.entries}
        waiting = list(gone)
        while waiting:
            above = waiting.pop()[:-1]
            if above and above not in gone and all(entry.path in gone for entry in self.children(*above)):
                gone.add(above)
                waiting.append(above)
        return gone

    def _removal(self, entry: Entry, gone: set[Path]) -> list[TextEdit]:
        siblings = self.children(*entry.path[:-1])
        place = next(number for number, sibling in enumerate(siblings) if sibling.path == entry.path)
        if entry.parent.flow_style:
            return [self._flow_removal(siblings, place, gone)]
        start = self._start(entry)
        if self.text[line_start(self.text, start) : start].strip():
            # It shares its line with the dash or key of what holds it.
            if place + 1 == len(siblings):
                raise CannotEdit(f"line {self.line(entry)} holds two things of which one has to go")
            return [TextEdit(start, self._start(siblings[place + 1]), "")]
        return [TextEdit(*self._lines(start, self.end(entry)), "")]

    def _flow_removal(self, siblings: list[Entry], place: int, gone: set[Path]) -> TextEdit:
        entry = siblings[place]
        if self.is_alias(entry):
            raise CannotEdit(f"line {self.line(entry)} has an alias inside of brackets")
        if any(sibling.path not in gone for sibling in siblings[:place]):
            return TextEdit(self.end(siblings[place - 1]), self.end(entry), "")
        return TextEdit(self._start(entry), self._start(siblings[place + 1]), "")

    def _start(self, entry: Entry) -> int:
        if entry.key is not None:
            return int(entry.key.start_mark.index)
        if self.is_alias(entry):
            raise CannotEdit("a list has an alias as an element")
        start = int(entry.value.start_mark.index)
        return start if entry.parent.flow_style else self.text.rindex("-", 0, start)

    def end(self, entry: Entry) -> int:
        """Where its last character stands, comments and blank lines behind it left out."""
        near = entry.key.end_mark.index if entry.key is not None else 0
        return max(int(near), 0 if self.is_alias(entry) else self._node_end(entry.path, entry.value))

    def _node_end(self, path: Path, node: Node) -> int:
        if isinstance(node, CollectionNode) and not node.flow_style:
            inner = _children(path, node)
            return max((self.end(entry) for entry in inner), default=int(node.start_mark.index))
        start, end = int(node.start_mark.index), int(node.end_mark.index)
        return start + len(self.text[start:end].rstrip())

    def _lines(self, start: int, end: int) -> tuple[int, int]:
        """Whole lines, with the comment right above; one gap of blank lines stays where two would meet."""
        first = line_start(self.text, start)
        indent = self.text[first:start]
        while first:
            above = line_start(self.text, first - 1)
            if not self.text[above:first].startswith(f"{indent}#"):
                break
            first = above
        last = line_end(self.text, end)
        if not first or not self.text[line_start(self.text, first - 1) : first].strip():
            while last < len(self.text) and not self.text[last : line_end(self.text, last)].strip():
                last = line_end(self.text, last)
        return first, last

    # Putting in

    def appended(self, path: Path, lines: list[str]) -> TextEdit:
        """Lines, indented from 0, as the last entries of a block mapping or list.

        Raises CannotEdit for one in brackets, or for one that isn't there."""
        entries = self.children(*path)
        node = self.value(*path)
        if not entries or not isinstance(node, CollectionNode) or node.flow_style:
            raise CannotEdit(f"{'.'.join(str(step) for step in path)} is not written as a block")
        if path and self.is_alias(self.entries[path]):
            raise CannotEdit(f"{'.'.join(str(step) for step in path)} is an alias")
        start = self._start(entries[0])
        column = start - line_start(self.text, start)
        return self._inserted(line_end(self.text, self.end(entries[-1])), column, lines)

    def before(self, path: Path, lines: list[str]) -> TextEdit:
        """Lines, indented as the entry is, in front of it and of the comment right above it."""
        entry = self.entries[path]
        start = self._start(entry)
        first = self._lines(start, start)[0]
        return self._inserted(first, start - line_start(self.text, start), lines)

    def _inserted(self, place: int, column: int, lines: list[str]) -> TextEdit:
        indent = " " * column
        text = "".join(f"{indent}{line}".rstrip() + self.newline for line in lines)
        whole = place == 0 or self.text[place - 1] == "\n"
        return TextEdit(place, place, text if whole else self.newline + text, column)


@lru_cache(maxsize=8)
def _composed(text: str) -> MappingNode:
    """Kept for a while, since a text is read again after each edit; nodes are never changed."""
    try:
        root = YAML(typ="rt", pure=True).compose(text)
    except MarkedYAMLError as error:
        raise CannotEdit(f"it isn't valid YAML: {error.problem or error.context}") from error
    except (YAMLError, ValueError, RecursionError, OverflowError, AttributeError, TypeError, LookupError) as error:
        # The library lets the latter through for some malformed input.
        raise CannotEdit(f"it isn't valid YAML: {type(error).__name__}") from error
    if not isinstance(root, MappingNode):
        raise CannotEdit("it isn't a mapping")
    return root


def _children(path: Path, node: Node) -> Iterator[Entry]:
    if isinstance(node, MappingNode):
        for number, (key, value) in enumerate(node.value):
            if isinstance(key, ScalarNode):
                yield Entry((*path, str(key.value)), key, value, node, number)
    elif isinstance(node, SequenceNode):
        for number, value in enumerate(node.value):
            yield Entry((*path, number), None, value, node, number)


def edited(text: str, edits: Iterable[TextEdit]) -> str:
    """The text with all edits made. Raises CannotEdit when the result is no longer YAML."""
    after = apply_edits(text, edits)
    Document(after)
    return after
