"""Takes secrets out of events before they reach the disk: what is equal stays equal, and nothing can be taken back.

Secrets are found by what they are called and by how they look, as in `shim/redaction.py`; in JSON by its keys, also in
lists of names and values; in text within text: JSON in a text of JSON, Base64, query strings, binary messages. One that
was found is hidden wherever it turns up again.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Collection
from dataclasses import replace
from typing import Final

from shim.dualrun.record.canonical import Event, Recording, handshake_of, handshake_text
from shim.dualrun.record.json_leaves import Leaf, json_leaves
from shim.dualrun.record.keyed import SHORTEST_REMEMBERED, Hasher
from shim.redaction import is_secret_name, may_hold_secrets, redact, redact_by_looks

MAX_DEPTH: Final = 4
"""Texts within texts that are looked into."""

USUAL: Final = ("secrets by name", "credentials and tokens by their looks")
"""What is always hidden, as the header of a recording says it."""

_BASE64: Final = re.compile(r"(?<!hmac:)(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/_-]{12,}={0,2}(?![A-Za-z0-9+/_=-])")
_BINARY: Final = re.compile(r"binary:((?:[0-9a-f]{2})+)")
_COOKIE_ATTRIBUTES: Final = frozenset({"path", "domain", "expires", "max-age", "samesite", "httponly", "secure"})
_LONG_SUBPROTOCOL: Final = 20
"""Characters from which a subprotocol is taken for a token: browsers can send one nowhere else."""


class Redactor:
    """`paths`: what else is secret: `$.user.email` in messages (`[]` for any index), `query.name` and `header.name` in
    handshakes. With everything below it."""

    def __init__(self, hasher: Hasher, paths: Collection[str] = ()) -> None:
        self._hasher = hasher
        self._paths = frozenset(path.replace("[*]", "[]") for path in paths if path.startswith("$"))
        self._handshake = frozenset(path.lower() for path in paths if not path.startswith("$"))
        self.redactions = (*USUAL, *sorted(paths))

    @property
    def key_id(self) -> str:
        return self._hasher.key_id

    def event(self, event: Event) -> Event:
        text = self._connect(event.text) if event.kind == "connect" else self.text(event.text)
        return event if text == event.text else replace(event, text=text)

    def recording(self, recording: Recording) -> Recording:
        """What was sent first, since secrets are known by where they are sent."""
        sent = tuple(self.event(event) for event in recording.sent)
        return replace(recording, sent=sent, events=tuple(self.event(event) for event in recording.events))

    def text(self, text: str) -> str:
        """Of a message, an answer or a reason."""
        in_disguise = "\\u" in text or "\\/" in text or text.startswith("binary:")
        if self._paths or in_disguise or may_hold_secrets(text):
            return self._text(text, MAX_DEPTH)
        return self._hasher.hide_known(_BASE64.sub(lambda found: self._base64(found[0], MAX_DEPTH - 1), text))

    def _connect(self, text: str) -> str:
        headers, query = handshake_of(text)
        return handshake_text(
            [(name, self.pair("header", name, value)) for name, value in headers],
            [(name, self.pair("query", name, value)) for name, value in query],
        )

    def pair(self, where: str, name: str, value: str) -> str:
        """A value of a handshake. `where`: 'header' or 'query'."""
        if f"{where}.{name}".lower() in self._handshake or is_secret_name(name):
            return self._named(name, value)
        if name.lower() == "sec-websocket-protocol":
            return re.sub(r"[^,\s]+", lambda part: self._subprotocol(part[0]), value)
        return self.text(value)

    def _subprotocol(self, value: str) -> str:
        return self._hasher.hide(value) if len(value) >= _LONG_SUBPROTOCOL else self.text(value)

    def _text(self, text: str, depth: int) -> str:
        binary = _BINARY.fullmatch(text)
        if binary is not None:
            inner = bytes.fromhex(binary[1]).decode("latin-1")
            shown = self._plain(inner, depth)
            return text if shown == inner else f"binary:{shown.encode('latin-1').hex()}"
        leaves = json_leaves(text) if depth else None
        return self._plain(text, depth) if leaves is None else self._json(text, leaves, depth)

    def _json(self, text: str, leaves: list[Leaf], depth: int) -> str:
        kept: list[str] = []
        at = 0
        for leaf in leaves:
            shown = self._leaf(leaf, text, depth)
            if shown is not None:
                kept += (text[at : leaf.start], json.dumps(shown, ensure_ascii=text.isascii()))
                at = leaf.end
        return "".join((*kept, text[at:])) if kept else text

    def _leaf(self, leaf: Leaf, text: str, depth: int) -> str | None:
        """What stands there instead; None when it stays."""
        value = leaf.value if leaf.value is not None else text[leaf.start : leaf.end]
        if leaf.is_key and len(value) < SHORTEST_REMEMBERED:
            return None
        if leaf.is_key:
            shown = self._hasher.hide_known(redact_by_looks(value, self._hasher.hide))
        elif (name := self._secret_name(leaf)) is not None:
            shown = self._named(name, value)
        elif leaf.value is None:
            return None
        else:
            shown = self._text(value, depth - 1)
        return None if shown == value else shown

    def _secret_name(self, leaf: Leaf) -> str | None:
        """What makes a leaf a secret; None when it is none."""
        for name in (*reversed(leaf.keys), leaf.name_in_list, leaf.name_beside):
            if name and is_secret_name(name):
                return name
        if self._paths and any(
            leaf.path == path or leaf.path.startswith((f"{path}.", f"{path}[")) for path in self._paths
        ):
            return ""
        return None

    def _named(self, name: str, value: str) -> str:
        if name.lower().endswith("cookie") and "=" in value:
            return "; ".join(self._cookie(part.strip()) for part in value.split(";"))
        return self._hasher.hide(value)

    def _cookie(self, part: str) -> str:
        name, equals, value = part.partition("=")
        if name.lower() in _COOKIE_ATTRIBUTES:
            return part
        return f"{name}={self._hasher.hide(value)}" if equals else self._hasher.hide(part)

    def _plain(self, text: str, depth: int) -> str:
        shown = redact(text, self._hasher.hide)
        if depth:
            shown = _BASE64.sub(lambda found: self._base64(found[0], depth - 1), shown)
        return self._hasher.hide_known(shown)

    def _base64(self, text: str, depth: int) -> str:
        """Looked into where it is text; in the alphabet and with the padding that it had."""
        altchars = b"-_" if "-" in text or "_" in text else b"+/"
        bare = text.rstrip("=")
        try:
            inner = base64.b64decode(bare + "=" * (-len(bare) % 4), altchars, validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            return text
        shown = self._text(inner, depth)
        if shown == inner:
            return text
        encoded = base64.b64encode(shown.encode("utf-8", "surrogatepass"), altchars).decode("ascii")
        return encoded if text.endswith("=") or len(bare) % 4 == 0 else encoded.rstrip("=")
