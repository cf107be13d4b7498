"""Messages that a route understands, from its key, the selection expression and the keys that its code reads."""

from __future__ import annotations

import json
import re
from functools import partial
from typing import Final, Literal, TypeAlias

from migrator.inventory.messages import ELEMENT, ELEMENTS, message_of
from migrator.inventory.model import KeyKind, MessageKey, Route
from shim.dualrun.record.scenario import connection_id_of

LeftOut: TypeAlias = Literal["nothing", "optional", "inner"]
"""Keys that a message doesn't have: optional ones, or of those only the ones inside of other keys' values."""

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
_TOKEN_WORDS: Final = ("token", "jwt")
_TYPE_WORDS: Final = ("type", "event", "kind", "op")
"""What receivers tell messages apart by: many values of it would be many types of messages, each with one message."""

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
    expression: str,
    route: Route,
    client: str,
    number: int,
    *,
    left_out: LeftOut = "nothing",
    text: str | None = None,
    token: str | None = None,
) -> str | None:
    """A message to `route` with a value for each key that it reads; None when no message reaches it.

    `number` makes texts unique. `text`: what the keys that hold text say instead. `token`: the one that the client
    showed when it connected, for keys that ask for it again; None when it has none.
    """
    message = {} if route.key == "$default" else selecting(expression, route.key)
    if message is None:
        return None
    value = partial(sample, client=client, number=number, text=text, token=token)
    _add(message, message_of(route.reads, value, without=_left_out(route, left_out)))
    return json.dumps(message, ensure_ascii=False)


def bare_message(expression: str, route: Route) -> str | None:
    """Only what selects the route: the keys that it reads are missing."""
    message = {} if route.key == "$default" else selecting(expression, route.key)
    return None if message is None else json.dumps(message, ensure_ascii=False)


def text_keys(route: Route) -> int:
    """How many keys of its messages hold text."""
    return sum(_is_text(key) for key in route.reads)


def holds_inner(route: Route) -> bool:
    """Whether some key may be missing inside of another key's value."""
    return any(key.nested and _may_be_missing(key) for key in route.reads)


def put(message: dict[str, object], name: str, value: object) -> None:
    """Sets 'a.b' as {"a": {"b": value}}; leaves alone what is not an object already."""
    *parents, last = name.split(".")
    for parent in parents:
        inner = message.setdefault(parent, {})
        if not isinstance(inner, dict):
            return
        message = inner
    message[last] = value


def _left_out(route: Route, left_out: LeftOut) -> frozenset[str]:
    keys = [key for key in route.reads if left_out == "optional" or (left_out == "inner" and key.nested)]
    return frozenset(key.name for key in keys if _may_be_missing(key))


def _may_be_missing(key: MessageKey) -> bool:
    return not key.required and not key.name.endswith(ELEMENT)


def _add(message: dict[str, object], more: dict[str, object]) -> None:
    """What a message has already, it keeps."""
    for name, value in more.items():
        inner = message.setdefault(name, value)
        if inner is not value and isinstance(inner, dict) and isinstance(value, dict):
            _add(inner, value)


def _is_text(key: MessageKey) -> bool:
    return not key.literals and _may_be_text(key)


def _may_be_text(key: MessageKey) -> bool:
    words = words_of(key.name)
    return key.kind in {"text", "unknown"} and any(word in words for word in _TEXT_WORDS)


def names_connection(key: MessageKey) -> bool:
    """Whether its value is the id of a connection: the code sends to it, or it is called so."""
    words = words_of(key.name)
    return key.kind == "connection" or words[-2:] == ["connection", "id"] or words == ["connectionid"]


def _given(key: MessageKey, words: list[str], other: str, token: str | None) -> str | None:
    """What a server has given out before: a token, or the id of another client's connection."""
    if token is not None and words[-1] in _TOKEN_WORDS:
        return token
    return connection_id_of(other) if names_connection(key) else None


def sample(key: MessageKey, element: int, *, client: str, number: int, text: str | None, token: str | None) -> object:
    """A value for a key, as a client would give it. `element`: number of the element of a list that it is in."""
    words = words_of(key.name)
    other = "alice" if client == "bob" else "bob"
    if not key.literals and (given := _given(key, words, other, token)) is not None:
        return given
    label = f"{number}-{element}" if element else f"{number}"
    hello = f"hello {label} from {client}"
    if key.literals:
        # Text that is compared with a word or two, such as "ping", is anything else most of the time.
        choices = (*key.literals, *([hello] if _may_be_text(key) else []))
        return choices[(number + element) % len(choices)]
    if _is_text(key):
        return text if text is not None else hello
    by_kind: dict[KeyKind, object] = {
        "number": number + element,
        "boolean": True,
        "list": list(ELEMENTS),
        "object": {name: f"{name}-{label}" for name in ELEMENTS},
    }
    if key.kind in by_kind:
        return by_kind[key.kind]
    is_text = key.kind == "text" or key.name.endswith(ELEMENT)
    for options, value in (
        (_PLACE_WORDS, "lobby"),
        (_OTHER_WORDS, other),
        (_PERSON_WORDS, client),
        (_NUMBER_WORDS, number),
        (_FLAG_WORDS, True),
        (_TYPE_WORDS, f"some-{words[-1]}"),
        (("email",), f"{client}@example.com"),
        (("timestamp", "time", "date", "ts", "at"), "2024-05-01T12:00:00Z"),
        (("tags", "items", "ids", "users", "list"), list(ELEMENTS)),
    ):
        if any(word in words for word in options) and (isinstance(value, str) or not is_text):
            return value
    return f"{words[-1]}-{label}"


def words_of(name: str) -> list[str]:
    """The words of the last key of a path: 'data.userName' -> ['user', 'name']."""
    last = name.replace(ELEMENT, "").rsplit(".", 1)[-1]
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[_\-\s]+", " ", last).lower().split() or [last]
