"""Messages that a route understands, from its key, the selection expression and the keys that its code reads."""

from __future__ import annotations

import json
import re
from typing import Final

from migrator.inventory.model import MessageKey, Route

UNICODE_TEXT: Final = "Grüße, こんにちは 👋🏽 \u2028 “quoted” \\ end"
"""Multi-byte text with a line separator that JSON allows and naive line splitting breaks on."""

LARGE_LENGTH: Final = 20_000
"""Characters of a large text: below the 32 KB frame of API Gateway."""

_VARIABLE: Final = re.compile(r"\$\{request\.body\.([\w.-]+)\}|\$request\.body\.([\w.-]+)")

_TEXT_WORDS: Final = ("text", "message", "body", "content", "msg", "data", "payload", "comment")
_PERSON_WORDS: Final = ("name", "user", "nick", "sender", "from", "author")
_OTHER_WORDS: Final = ("to", "recipient", "target", "peer", "receiver")
_PLACE_WORDS: Final = ("room", "channel", "group", "team", "topic", "tenant", "org")
_NUMBER_WORDS: Final = (
    "count",
    "limit",
    "page",
    "size",
    "amount",
    "price",
    "quantity",
    "score",
    "offset",
    "number",
    "index",
)
_FLAG_WORDS: Final = ("enabled", "active", "typing", "visible", "online")


def selecting(expression: str, route_key: str) -> dict[str, object] | None:
    """The part of a message that makes `expression` give `route_key`; None when no message can."""
    names: list[str] = []
    pattern = ""
    end = 0
    for variable in _VARIABLE.finditer(expression):
        pattern += re.escape(expression[end : variable.start()]) + "(.+?)"
        names.append(variable.group(1) or variable.group(2))
        end = variable.end()
    found = re.fullmatch(pattern + re.escape(expression[end:]), route_key, re.DOTALL) if names else None
    if found is None:
        return None
    message: dict[str, object] = {}
    for name, value in zip(names, found.groups(), strict=True):
        put(message, name, value)
    return message


def message_for(
    expression: str, route: Route, client: str, number: int, *, only_required: bool = False, text: str | None = None
) -> str | None:
    """A message to `route` with a value for each key that it reads; None when no message reaches it.

    `number` makes texts unique. `text`: what the keys that hold text say instead.
    """
    message = {} if route.key == "$default" else selecting(expression, route.key)
    if message is None:
        return None
    for key in route.reads:
        if not (only_required and not key.required) and not _has(message, key.name):
            put(message, key.name, _sample(key, client, number, text))
    return json.dumps(message, ensure_ascii=False)


def bare_message(expression: str, route: Route) -> str | None:
    """Only what selects the route: the keys that it reads are missing."""
    message = {} if route.key == "$default" else selecting(expression, route.key)
    return None if message is None else json.dumps(message, ensure_ascii=False)


def holds_text(route: Route) -> bool:
    return any(_is_text(key) for key in route.reads)


def put(message: dict[str, object], name: str, value: object) -> None:
    """Sets 'a.b' as {"a": {"b": value}}; leaves alone what is not an object already."""
    *parents, last = name.split(".")
    for parent in parents:
        inner = message.setdefault(parent, {})
        if not isinstance(inner, dict):
            return
        message = inner
    message[last] = value


def _has(message: dict[str, object], name: str) -> bool:
    value: object = message
    for part in name.split("."):
        if not isinstance(value, dict) or part not in value:
            return False
        value = value[part]
    return not isinstance(value, dict)


def _is_text(key: MessageKey) -> bool:
    return not key.literals and any(word in words_of(key.name) for word in _TEXT_WORDS)


def _sample(key: MessageKey, client: str, number: int, text: str | None) -> object:
    if key.literals:
        return key.literals[number % len(key.literals)]
    words = words_of(key.name)
    if any(word in words for word in _TEXT_WORDS):
        return text if text is not None else f"hello {number} from {client}"
    for options, value in (
        (_PLACE_WORDS, "lobby"),
        (_OTHER_WORDS, "alice" if client == "bob" else "bob"),
        (_PERSON_WORDS, client),
        (_NUMBER_WORDS, number),
        (_FLAG_WORDS, True),
        (("email",), f"{client}@example.com"),
        (("timestamp", "time", "date", "ts"), "2024-05-01T12:00:00Z"),
        (("tags", "items", "ids", "users", "list"), ["one", "two"]),
    ):
        if any(word in words for word in options):
            return value
    return f"{words[-1]}-{number}"


def words_of(name: str) -> list[str]:
    """The words of the last part of a key: 'data.userName' -> ['user', 'name']."""
    last = name.rsplit(".", 1)[-1]
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[_\-\s]+", " ", last).lower().split() or [last]
