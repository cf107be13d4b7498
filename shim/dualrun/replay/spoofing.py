"""Requests that speak for a connection without being its client: a server has to refuse each of them.

On a WebSocket nobody can: who holds the socket is the client. On SSE + POST the session is all that tells.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from shim.dualrun.record.scenario import Pairs
from shim.dualrun.record.spoof import Credential
from shim.dualrun.replay.http_client import http_client

MADE_UP: Final = "x" * 43
"""A session that no server has given out, as long as those of ours."""

FIRST: Final = "x-0"
"""An id as of events, from which a server that takes the session has something to tell."""

ANSWER_TIMEOUT_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Known:
    """What a client knows of its connection. session: of the one that is open; former: of the one before it.

    '' for what there isn't.
    """

    handshake: tuple[Pairs, Pairs] = ((), ())
    connection_id: str = ""
    session: str = ""
    former: str = ""


async def spoof(url: str, known: Known, credential: Credential, text: str) -> list[str]:
    """Of POST, GET to resume and DELETE those that the server accepted, with its status: 'POST (200)'.

    GET is not tried without a session: it opens a connection. Nothing is tried without what it takes.
    Raises httpx.HTTPError when the server doesn't answer.
    """
    session = _session(known, credential)
    if session == "":
        return []
    headers, query = known.handshake if credential == "token" else ((), ())
    presented = [*headers, *([] if session is None else [("Stream-Session", session)])]
    accepted = []
    async with http_client(url, ANSWER_TIMEOUT_S) as http:
        for method, more, body in _requests(text, resume=session is not None):
            request = http.build_request(method, url, params=list(query), headers=[*presented, *more], content=body)
            answer = await http.send(request, stream=True)
            await answer.aclose()
            if answer.status_code in ({200} if method == "GET" else range(200, 300)):
                accepted.append(f"{method} ({answer.status_code})")
    return accepted


def _session(known: Known, credential: Credential) -> str | None:
    """None for none; '' where the client has nothing of the kind."""
    match credential:
        case "none" | "token":
            return None
        case "made_up":
            return MADE_UP
        case "connection_id":
            return known.connection_id
        case "ended":
            return known.former


def _requests(text: str, *, resume: bool) -> Iterator[tuple[str, list[tuple[str, str]], bytes]]:
    yield "POST", [("Content-Type", "text/plain; charset=utf-8")], text.encode()
    if resume:
        yield "GET", [("Accept", "text/event-stream"), ("Last-Event-ID", FIRST)], b""
    yield "DELETE", [], b""
