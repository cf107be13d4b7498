"""What scripts send over a socket, through the helpers, hooks and methods that they wrap around it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from ast_grep_py import SgNode

from migrator.scan.scripts import Script, arguments, literal, nodes

_BY_NAME: Final = re.compile(r"(?i)(?:^|_)(?:\w*send\w*|emit|publish)$")
"""Functions of a client's own script that are taken for senders of objects, whatever they do with them."""
_OF_SOCKETS: Final = frozenset({"send", "sendMessage", "sendJsonMessage", "sendPacked", "sendRequest"})
_ROUNDS: Final = 5
"""Wrappers of wrappers that are followed."""
_DEPTH: Final = 6
_FUNCTION_KINDS: Final = (
    "function_declaration", "generator_function_declaration", "method_definition", "arrow_function",
    "function_expression",
)  # fmt: skip

Part = Literal["message", "key"]
"""What an argument is: the whole message, or the value that chooses its route."""


@dataclass
class Sent:
    """The messages of a client's script and of the scripts that import it."""

    scripts: Sequence[Script]
    """The first one opens the socket."""
    selectors: Sequence[str]
    senders: dict[str, set[tuple[Part, int]]] = field(default_factory=dict)
    _calls: dict[int, list[SgNode]] = field(default_factory=dict)
    """The calls of each script, by its position."""

    def route_keys(self) -> tuple[str, ...]:
        """Literal values of the selector, in the order in which they stand."""
        self._follow()
        found: dict[str, None] = {}
        for at, script in enumerate(self.scripts):
            for part, value in self._given(at):
                keys = self._keys(script, value) if part == "message" else _texts(script, value, _DEPTH)
                found.update(dict.fromkeys(keys))
        return tuple(found)

    def messages(self) -> Iterator[SgNode]:
        """Objects that are sent."""
        self._follow()
        for at, script in enumerate(self.scripts):
            for part, value in self._given(at):
                if part == "message":
                    yield from (node for node in _messages(script, value, _DEPTH) if node.kind() == "object")

    def _follow(self) -> None:
        """Finds the functions that send what they are given."""
        self.senders = {name: {("message", 0)} for name in _OF_SOCKETS}
        for _round in range(_ROUNDS):
            known = {name: set(parts) for name, parts in self.senders.items()}
            for at, script in enumerate(self.scripts):
                for part, value in self._given(at):
                    self._learn(script, part, value)
            if known == self.senders:
                return

    def _given(self, at: int) -> Iterator[tuple[Part, SgNode]]:
        if at not in self._calls:
            self._calls[at] = nodes(self.scripts[at].root, "call_expression")
        for call in self._calls[at]:
            name = _called(call)
            given = arguments(call)
            parts = self.senders.get(name, set())
            for part, position in sorted(parts):
                if position < len(given):
                    yield part, given[position]
            if not parts and at == 0 and _BY_NAME.search(name):
                yield from (("message", one) for one in given if _message_like(one))

    def _learn(self, script: Script, part: Part, value: SgNode) -> None:
        """`value` is sent: if it is made of a parameter, the function around sends what it is given."""
        for found, name in self._made_of(script, part, value):
            function, position = _parameter(value, name)
            named = _name_of(function) if function is not None else None
            if named is not None and position is not None:
                self.senders.setdefault(named, set()).add((found, position))

    def _made_of(self, script: Script, part: Part, value: SgNode) -> Iterator[tuple[Part, str]]:
        if part == "key":
            if value.kind() == "identifier":
                yield "key", value.text()
            return
        for node in _messages(script, value, _DEPTH):
            if node.kind() == "identifier":
                yield "message", node.text()
            elif node.kind() == "object":
                chosen = _selected(node, self.selectors)
                if chosen is not None and chosen.kind() in {"identifier", "shorthand_property_identifier"}:
                    yield "key", chosen.text()

    def _keys(self, script: Script, value: SgNode) -> Iterator[str]:
        for node in _messages(script, value, _DEPTH):
            if node.kind() == "object":
                chosen = _selected(node, self.selectors)
                if chosen is not None:
                    yield from _texts(script, chosen, _DEPTH)
            else:
                yield from _key_in_json(literal(node), self.selectors)


def _messages(script: Script, node: SgNode, depth: int) -> Iterator[SgNode]:
    """The objects, texts and names that a sent expression may be."""
    node = _inner(node)
    if not depth:
        return
    if node.kind() == "call_expression":
        if _called(node) in {"stringify", "encode", "dumps", "assign"}:
            for argument in arguments(node):
                yield from _messages(script, argument, depth - 1)
    elif node.kind() in {"ternary_expression", "binary_expression"}:
        for name in ("consequence", "alternative", "left", "right"):
            branch = node.field(name)
            if branch is not None:
                yield from _messages(script, branch, depth - 1)
    elif node.kind() == "identifier":
        yield node
        for value in _values(script, node.text()):
            yield from _messages(script, value, depth - 1)
    elif node.kind() in {"object", "string", "template_string"}:
        yield node


def _texts(script: Script, node: SgNode, depth: int) -> Iterator[str]:
    """The literal texts that an expression may be: names and members of constant objects are followed."""
    node = _inner(node)
    text = literal(node)
    if text is not None:
        yield text
    if not depth:
        return
    if node.kind() in {"ternary_expression", "binary_expression"}:
        for name in ("consequence", "alternative", "left", "right"):
            branch = node.field(name)
            if branch is not None:
                yield from _texts(script, branch, depth - 1)
    elif node.kind() in {"identifier", "shorthand_property_identifier"}:
        for value in _values(script, node.text()):
            yield from _texts(script, value, depth - 1)
    elif node.kind() == "member_expression":
        target, member = node.field("object"), node.field("property")
        for value in _values(script, target.text()) if target is not None and member is not None else ():
            chosen = _selected(_inner(value), (member.text(),)) if member is not None else None
            if chosen is not None:
                yield from _texts(script, chosen, depth - 1)


def _inner(node: SgNode) -> SgNode:
    while node.kind() in {"as_expression", "satisfies_expression", "non_null_expression", "parenthesized_expression"}:
        inner = next((child for child in node.children() if child.is_named() and child.kind() != "comment"), None)
        if inner is None:
            return node
        node = inner
    return node


def _values(script: Script, name: str) -> Iterator[SgNode]:
    """What a name is given: where it is declared, and by assignment."""
    yield from script.value_of(name)
    for node in nodes(script.root, "assignment_expression"):
        target, value = node.field("left"), node.field("right")
        if target is not None and value is not None and target.kind() == "identifier" and target.text() == name:
            yield value


def _selected(node: SgNode, selectors: Sequence[str]) -> SgNode | None:
    """The value of the first of the keys that an object has."""
    pairs: dict[str, SgNode] = {}
    for child in node.children():
        key, value = child.field("key"), child.field("value")
        if key is not None and value is not None:
            pairs[key.text().strip("\"'")] = value
        elif child.kind() == "shorthand_property_identifier":
            pairs[child.text()] = child
    return next((pairs[selector] for selector in selectors if selector in pairs), None)


def _key_in_json(text: str | None, selectors: Sequence[str]) -> Iterator[str]:
    if text is None or not text.lstrip().startswith("{"):
        return
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return
    found = _first_text(message, selectors)
    if found is not None:
        yield found


def _first_text(message: Mapping[str, object], selectors: Sequence[str]) -> str | None:
    return next((value for selector in selectors if isinstance(value := message.get(selector), str)), None)


def _message_like(node: SgNode) -> bool:
    return _inner(node).kind() in {"object", "identifier", "call_expression"}


def _called(call: SgNode) -> str:
    """The last name of what is called: 'send' for `this.ws?.current.send`."""
    called = call.field("function")
    if called is None:
        return ""
    member = called.field("property")
    return member.text() if member is not None else called.text() if called.kind() == "identifier" else ""


def _parameter(node: SgNode, name: str) -> tuple[SgNode | None, int | None]:
    """The nearest function around that has a parameter of the name, and its position."""
    for ancestor in node.ancestors():
        if ancestor.kind() not in _FUNCTION_KINDS:
            continue
        single, listed = ancestor.field("parameter"), ancestor.field("parameters")
        given = [single] if single is not None else [c for c in listed.children() if c.is_named()] if listed else []
        for position, parameter in enumerate(one for one in given if one.kind() != "comment"):
            declared = parameter.field("pattern") or parameter.field("left") or parameter
            if declared.text() == name:
                return ancestor, position
    return None, None


def _name_of(function: SgNode) -> str | None:
    """What a function is called by: its own name, or that of what it is given to, through useCallback and the like."""
    name = function.field("name")
    if name is not None:
        return name.text()
    for ancestor in function.ancestors():
        if ancestor.kind() in {"arguments", "call_expression", "as_expression", "parenthesized_expression"}:
            continue
        named = ancestor.field("name") or ancestor.field("key") or ancestor.field("property") or ancestor.field("left")
        if ancestor.kind() in {
            "variable_declarator", "pair", "assignment_expression", "field_definition", "public_field_definition",
        } and named is not None:  # fmt: skip
            return (named.field("property") or named).text()
        return None
    return None
