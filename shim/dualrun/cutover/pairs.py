"""Canaries hold a connection of each kind: one acts, the other only listens, and what both are sent is compared.

The client ties them by an id that it makes up, at least 16 characters that nobody else knows, in the query parameter
`cutover_pair` or the header `Cutover-Pair` of both handshakes. The second one has to show the same credentials as the
first, which the application has accepted: the same Authorization, cookies and query string.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field, replace
from typing import Final

from shim.dualrun.cutover.tapped_streams import TappedStreams
from shim.dualrun.cutover.watching import Watch
from shim.gateway.ids import new_id
from shim.observing import Face
from shim.service import Accepted, Handshake
from shim.streams import StreamsError

HEADER: Final = "Cutover-Pair"
PARAMETER: Final = "cutover_pair"
PAIR_ID: Final = re.compile(r"[A-Za-z0-9_-]{16,128}")
_CREDENTIALS: Final = ("authorization", "cookie", "x-api-key")


class HandshakeRefused(Exception):
    """Raised for a connection that is not taken, such as one that can't be the second of a pair. `status`: of HTTP."""

    def __init__(self, status: int, message: str) -> None:
        self.status, self.message = status, message
        super().__init__(status, message)


@dataclass(slots=True)
class Pair:
    """seen: highest sequence number that each connection was handed. What comes again after a stream was taken up is a
    repeat that the client library drops."""

    first: str
    face: Face
    credentials: bytes
    mirror: str | None = None
    seen: dict[str, int] = field(default_factory=dict)


def take_pair_id(handshake: Handshake) -> tuple[Handshake, str | None]:
    """The handshake as the application is to see it, and the id of the pair. Raises HandshakeRefused."""
    given = [value for name, value in handshake.headers if name.lower() == HEADER.lower()]
    given += [value for name, value in handshake.query if name == PARAMETER]
    if not given:
        return handshake, None
    if len(set(given)) > 1 or not PAIR_ID.fullmatch(given[0]):
        raise HandshakeRefused(400, f"{PARAMETER} is 16 to 128 letters, digits, - and _")
    without = replace(
        handshake,
        headers=[(name, value) for name, value in handshake.headers if name.lower() != HEADER.lower()],
        query=[(name, value) for name, value in handshake.query if name != PARAMETER],
    )
    return without, given[0]


class Pairs:
    """All pairs of this process, at most `most`."""

    def __init__(self, streams: TappedStreams, watch: Watch, most: int) -> None:
        self._streams = streams
        self._watch = watch
        self._most = most
        self._key = secrets.token_bytes(32)
        self._by_id: dict[str, Pair] = {}
        self._of_connection: dict[str, str] = {}
        streams.delivered = self._delivered

    def __len__(self) -> int:
        return sum(pair.mirror is not None for pair in self._by_id.values())

    def is_mirror(self, connection_id: str) -> bool:
        """Whether the connection only listens."""
        pair = self._by_id.get(self._of_connection.get(connection_id, ""))
        return pair is not None and pair.mirror == connection_id

    def begin(self, pair_id: str, connection_id: str, handshake: Handshake) -> None:
        """The acting connection is open; the other one may come. Beyond the most, it stays alone."""
        if pair_id in self._by_id or len(self._by_id) >= self._most:
            return
        self._by_id[pair_id] = Pair(connection_id, handshake.face, self._credentials(handshake))
        self._streams.tap(connection_id, handshake.face)
        self._of_connection[connection_id] = pair_id

    def join(self, pair_id: str, handshake: Handshake, *, resume_window_s: float | None) -> Accepted:
        """The listening connection. Raises HandshakeRefused."""
        pair = self._by_id.get(pair_id)
        if pair is None:
            raise HandshakeRefused(409, "the other connection of this pair is not open")
        if not hmac.compare_digest(pair.credentials, self._credentials(handshake)):
            raise HandshakeRefused(403, "the other connection of this pair was opened with other credentials")
        if pair.mirror is not None:
            raise HandshakeRefused(409, "this pair has both of its connections")
        mirror_id = new_id()
        self._watch.begin(pair.first)
        try:
            opened = self._streams.mirror(pair.first, mirror_id, handshake.face, resume_window_s=resume_window_s)
        except StreamsError as error:
            self._watch.lose(pair.first, "the second connection could not be opened")
            raise HandshakeRefused(503, str(error)) from error
        pair.mirror = mirror_id
        self._of_connection[mirror_id] = pair_id
        return Accepted(opened.connection_id, opened.session)

    def ended(self, connection_id: str, code: int, reason: str) -> None:
        """A connection of this process ended; the listening one goes with the acting one, not the other way."""
        pair_id = self._of_connection.pop(connection_id, None)
        pair = None if pair_id is None else self._by_id.get(pair_id)
        if pair is None or pair_id is None:
            return
        if pair.mirror is not None:
            self._watch.end(pair.first)
        self._streams.end_mirror(pair.first, code, reason)
        if connection_id == pair.first:
            self._streams.untap(connection_id)
            del self._by_id[pair_id]
        else:
            pair.mirror = None
            pair.seen.pop(connection_id, None)

    def end_all(self) -> None:
        """Where no pairs are taken any more, nobody only listens."""
        for pair in list(self._by_id.values()):
            self._streams.end_mirror(pair.first)

    def _delivered(self, connection_id: str, seq: int, text: str, again: bool) -> None:
        pair = self._by_id.get(self._of_connection.get(connection_id, ""))
        if pair is None or pair.mirror is None:
            return
        if connection_id == pair.first and not self._streams.was_copied(connection_id, seq):
            return  # sent before there were two
        if seq <= pair.seen.get(connection_id, 0) and not again:
            return
        pair.seen[connection_id] = max(seq, pair.seen.get(connection_id, 0))
        on_websocket = (connection_id == pair.first) == (pair.face == "websocket")
        self._watch.note(pair.first, "legacy" if on_websocket else "candidate", text)

    def _credentials(self, handshake: Handshake) -> bytes:
        """A digest of all by which a handshake says who it is."""
        shown = [(name.lower(), value) for name, value in handshake.headers if name.lower() in _CREDENTIALS]
        said = repr((sorted(shown), sorted(handshake.query)))
        return hmac.digest(self._key, said.encode("utf-8", "surrogatepass"), hashlib.sha256)
