"""Fills an event with the keys that a function's code reads."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from migrator.inventory.messages import ELEMENT, TEXT, message_of
from migrator.inventory.model import MessageKey
from migrator.sessions.identities import GROUP_WORDS, group_of
from migrator.sessions.messages import names_connection, sample, words_of
from shim.dualrun.record.scenario import connection_id_of

_ADDRESSES: Final = frozenset({"url", "uri", "endpoint"})

TAGS: Final = frozenset({"S", "N", "B", "BOOL", "NULL", "M", "L", "SS", "NS", "BS"})
"""Types of DynamoDB's attributes, as images have them."""


@dataclass(frozen=True)
class Values:
    """What an event says about one client. groups: whether clients are in groups when they have connected; else a room
    is one that they join. token: the one that the client has; None for none."""

    client: str
    number: int
    groups: bool
    token: str | None = None
    text: str | None = None

    def of(self, key: MessageKey, element: int = 0) -> object:
        words = words_of(key.name)
        if not key.literals:
            if names_connection(key):
                return connection_id_of(self.client)
            if words[-1] in _ADDRESSES:
                return "https://made-up.invalid/prod"
            if self.groups and not {"name", "type"} & set(words) and set(words) & set(GROUP_WORDS):
                return group_of(self.client)
            if words == ["authorization"]:
                return f"Bearer {self.token or 'made-up'}"
        return sample(key, element, client=self.client, number=self.number, text=self.text, token=self.token)


def read_part(keys: Iterable[MessageKey], values: Values) -> dict[str, Any]:
    """What the code reads, with values, and with texts where it reads JSON out of them."""
    return {name: _with_texts(value) for name, value in message_of(keys, values.of).items()}


def merged(envelope: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """The envelope, which keeps what it says, and the rest of the part. None of the envelope says nothing."""
    whole = dict(envelope)
    for name, value in part.items():
        known = whole.get(name)
        if isinstance(known, dict) and isinstance(value, dict):
            whole[name] = merged(known, value)
        elif isinstance(known, list) and isinstance(value, list):
            both = zip(known, value, strict=False)
            whole[name] = [merged(a, b) if isinstance(a, dict) and isinstance(b, dict) else a for a, b in both] or value
        elif known is None or known in ({}, "", []):
            whole[name] = value
    return whole


def below(keys: Iterable[MessageKey], prefix: str) -> list[MessageKey]:
    """Keys inside of `prefix`, named from there: ('body{}.') gives 'room' for 'body{}.room'."""
    return [
        key.model_copy(update={"name": key.name.removeprefix(prefix)})
        for key in keys
        if key.name.startswith(prefix) and key.name != prefix
    ]


def attributes(names: Iterable[MessageKey], value: Callable[[MessageKey], object]) -> dict[str, Any]:
    """An item as a stream's image has it. `names`: paths from the image, with the types that the code expects."""
    image: dict[str, Any] = {}
    elements: dict[str, list[MessageKey]] = {}
    names = list(names)
    connections = {tuple(_plain(key.name)) for key in names if key.kind == "connection"}
    for key in names:
        before, in_list, inside = key.name.partition(ELEMENT)
        if in_list:
            elements.setdefault(before, []).append(key.model_copy(update={"name": inside.removeprefix(".")}))
        whole = key.model_copy(update={"name": f"{before}.L"}) if in_list else key
        if tuple(_plain(key.name)) in connections:  # what is known of an attribute is known of its value
            whole = whole.model_copy(update={"kind": "connection"})
        steps, last = _plain(whole.name), whole.name.rpartition(".")[2]
        if steps:
            _put(image, steps, last if last in TAGS else "", whole, value)
    for before, inner in elements.items():
        element = attributes(inner, value)
        if element and _plain(before):
            _at(image, _plain(before))["L"] = [{"M": element}, {"M": element}]
    return image


def _plain(name: str) -> list[str]:
    return [step for step in name.split(".") if step and step not in TAGS]


def _at(image: dict[str, Any], steps: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = image[steps[0]]
    return _at(found["M"], steps[1:]) if len(steps) > 1 else found


def _put(
    image: dict[str, Any], steps: list[str], tag: str, key: MessageKey, value: Callable[[MessageKey], object]
) -> None:
    name, *inner = steps
    if inner:
        nested = image.setdefault(name, {"M": {}})
        if "M" not in nested:
            nested = image[name] = {"M": {}}
        _put(nested["M"], inner, tag, key, value)
    elif name not in image or (tag and tag != "M" and "M" not in image[name] and tag not in image[name]):
        named = key.model_copy(update={"name": key.name.rpartition(".")[0]}) if tag else key
        image[name] = _typed(value(named), tag)


def _typed(value: object, tag: str) -> dict[str, Any]:
    if tag == "N":
        return {"N": str(value) if isinstance(value, int | float) and not isinstance(value, bool) else "1"}
    if tag in {"L", "SS", "NS", "BS"}:
        return {tag: [{"S": "one"}, {"S": "two"}] if tag == "L" else ["1", "2"] if tag == "NS" else ["one", "two"]}
    if tag == "BOOL" or (not tag and isinstance(value, bool)):
        return {"BOOL": bool(value)}
    if not tag and isinstance(value, int | float):
        return {"N": str(value)}
    return {tag or "S": value if isinstance(value, str) else json.dumps(value)} if tag != "M" else {"M": {}}


def _with_texts(value: object) -> object:
    """{'{}': inner} is the text of JSON."""
    if isinstance(value, dict):
        if set(value) == {TEXT}:
            return json.dumps(_with_texts(value[TEXT]), ensure_ascii=False)
        return {name: _with_texts(inner) for name, inner in value.items() if name != TEXT}
    return [_with_texts(inner) for inner in value] if isinstance(value, list) else value
