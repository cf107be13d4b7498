"""YAML of somebody else as plain values, and the line of each: no tags, no dates, no bombs."""

from __future__ import annotations

import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any, Final

import yaml

from shim.bounded_files import FileTooLarge, read_at_most
from shim.dualrun.record.errors import RecordingUnreadable, ScenarioInvalid

MAX_BYTES: Final = 4 * 1024 * 1024
MAX_NODES: Final = 200_000
"""Values of a file, those counted again that an alias repeats."""
MAX_DEPTH: Final = 100

Place = tuple[str | int, ...]


class _Loader(yaml.SafeLoader):
    """Plain words are those of JSON, and numbers; `yes`, `on` and dates stay texts."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML keeps them so


_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:null|~|)$"), ["n", "~", ""])
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), ["t", "f"])
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^-?(?:0|[1-9][0-9]{0,300})$"), list("-0123456789"))
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+(?:[eE][-+]?[0-9]{1,3})?|[eE][-+]?[0-9]{1,3})$"),
    list("-0123456789"),
)
_TAGS: Final = frozenset(f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float", "str", "seq", "map"))


class Document:
    """A file's value, and where the parts of it stand. Raises RecordingUnreadable or ScenarioInvalid."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines: dict[Place, int] = {}
        self._left = MAX_NODES
        try:
            text = read_at_most(path, MAX_BYTES)
        except OSError as error:
            raise RecordingUnreadable(path, error.strerror or str(error)) from error
        except FileTooLarge as error:
            raise ScenarioInvalid(path, 0, str(error)) from None
        try:
            node = yaml.compose(text.decode("utf-8"), _Loader)
        except UnicodeDecodeError as error:
            raise ScenarioInvalid(path, text.count(b"\n", 0, error.start) + 1, "it is not UTF-8") from None
        except RecursionError:
            raise ScenarioInvalid(path, 0, "it is too deep") from None
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
            line = mark.line + 1 if mark is not None else 0
            problem = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
            raise ScenarioInvalid(path, line, f"it is not YAML ({problem})") from None
        if node is None:
            raise ScenarioInvalid(path, 1, "it is empty")
        self.value = self._value(node, ())

    def line_of(self, place: Place) -> int:
        """1-based; of the nearest thing around it that has one."""
        while place and place not in self._lines:
            place = place[:-1]
        return self._lines.get(place, 1)

    def _value(self, node: yaml.Node, place: Place) -> Any:  # noqa: ANN401 - whatever JSON can say
        line = node.start_mark.line + 1
        self._lines[place] = line
        self._left -= 1
        if self._left < 0 or len(place) > MAX_DEPTH:
            raise ScenarioInvalid(self._path, line, "it says too much, or too deep")
        if node.tag not in _TAGS:
            raise ScenarioInvalid(self._path, line, f"the tag {node.tag} is not understood")
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item, (*place, index)) for index, item in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            return self._object(node, place)
        return _scalar(node)

    def _object(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode) or key_node.value == "<<":
                raise ScenarioInvalid(self._path, line, "a key is not a text")
            key = key_node.value
            if key in found:
                raise ScenarioInvalid(self._path, line, f"{key!r} is there twice")
            found[key] = self._value(value, (*place, key))
            self._lines[*place, key] = line
        return found


def _scalar(node: yaml.Node) -> Hashable:
    kind, text = node.tag.rpartition(":")[2], str(node.value)
    match kind:
        case "null":
            return None
        case "bool":
            return text == "true"
        case "int":
            return int(text)
        case "float":
            return float(text)
    return text
