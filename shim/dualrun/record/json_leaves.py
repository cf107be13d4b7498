"""Where the texts and numbers of a JSON document stand, so that some can be replaced and the rest stays as written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

MAX_DEPTH: Final = 64
"""Containers within one another; deeper documents count as plain text."""

_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
_PLAIN_KEY: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_NAME_KEYS: Final = frozenset({"name", "key", "header"})


@dataclass(slots=True)
class Container:
    """path: such as '$.users[]', with one notation for every index. keys: of the object members that lead to it.

    name: the text of its member 'name', 'key' or 'header'; '' without one. texts: of a list, what stands at its
    indexes where that is text.
    """

    path: str
    keys: tuple[str, ...]
    is_list: bool
    name: str = ""
    texts: dict[int, str] = field(default_factory=dict)
    index: int = 0
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Leaf:
    """start, end: its place, quotes included. value: the text; None for a number. is_key: the key of a member."""

    start: int
    end: int
    value: str | None
    path: str
    keys: tuple[str, ...]
    parent: Container
    index: int
    is_key: bool = False

    @property
    def name_in_list(self) -> str:
        """The text before it in a list of names and values, such as `["Authorization", "Bearer …"]`; '' for none."""
        return self.parent.texts.get(self.index - 1, "") if self.parent.is_list and self.index % 2 else ""

    @property
    def name_beside(self) -> str:
        """The name that its object gives it, as in `{"name": "Authorization", "value": "Bearer …"}`; '' for none."""
        return self.parent.name if self.keys and self.keys[-1].lower() == "value" and not self.parent.is_list else ""


def json_leaves(text: str) -> list[Leaf] | None:
    """In the order in which they stand there; None for text that is no object or list of JSON, or too deep."""
    if not text.lstrip(" \t\r\n").startswith(("{", "[")):
        return None
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return None
    try:
        return list(_leaves(text))
    except _TooDeep:
        return None


class _TooDeep(Exception):
    pass


def _leaves(text: str) -> Iterator[Leaf]:
    """Of text that is known to be JSON."""
    stack = [Container("$", (), is_list=False)]
    for token in _TOKEN.finditer(text):
        found, top = token[0], stack[-1]
        match found[0]:
            case "{" | "[":
                if len(stack) > MAX_DEPTH:
                    raise _TooDeep
                path, keys = _inside(top)
                stack.append(Container(path, keys, is_list=found == "["))
            case "}" | "]":
                stack.pop()
            case ",":
                top.index += 1
                top.key = None
            case ":":
                pass
            case '"':
                value = found[1:-1] if "\\" not in found else json.loads(found)
                if len(stack) > 1 and not top.is_list and top.key is None:
                    top.key = value
                    yield Leaf(token.start(), token.end(), value, top.path, top.keys, top, 0, is_key=True)
                    continue
                path, keys = _inside(top)
                if top.is_list:
                    top.texts[top.index] = value
                elif top.key is not None and top.key.lower() in _NAME_KEYS:
                    top.name = value
                yield Leaf(token.start(), token.end(), value, path, keys, top, top.index)
            case first if first in "-0123456789":
                path, keys = _inside(top)
                yield Leaf(token.start(), token.end(), None, path, keys, top, top.index)


def _inside(container: Container) -> tuple[str, tuple[str, ...]]:
    if container.is_list:
        return f"{container.path}[]", container.keys
    if container.key is None:
        return container.path, container.keys
    key = container.key
    shown = f".{key}" if _PLAIN_KEY.fullmatch(key) else f"[{json.dumps(key, ensure_ascii=False)}]"
    return container.path + shown, (*container.keys, key)
