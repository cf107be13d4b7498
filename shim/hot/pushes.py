"""Answers pushes: signature, repeat, connection, and the bytes of the answer."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from itertools import count
from typing import Final
from uuid import uuid4

from shim.connections import unavailable
from shim.faces.invocations import BROADCAST
from shim.faces.management import Management
from shim.gateway.sigv4 import SignatureRefused
from shim.hot.requests import Push
from shim.service import Problem
from shim.streams import BrokerUnavailable
from shim.streams.spreading import AWAY_S, spread_s

_REST: Final = re.compile(rb"(?:/([A-Za-z0-9_-]{15})(?:=|%3D))?")
"""What follows `@connections`: nothing, or an id that `gateway.ids.new_id` gives, as it may stand in a path."""


class PushDesk:
    """Takes pushes of one stage, as `Management` would. `clock`: seconds since the epoch."""

    def __init__(self, management: Management, *, clock: Callable[[], float] = time.time) -> None:
        service = management.service
        self._service = service
        self._verifier = management.verifier
        self._invocations = management.invocations
        self._clock = clock
        self._mappings = management.mappings if service.api.domains else None
        self.waits = service.streams.shared
        """Whether answers have to be waited for."""
        self.prefix = f"/{service.api.stage}/@connections".encode()
        self._request_ids = count(1)
        self._request_id_head = str(uuid4())[:24].encode()
        self._sent = b"HTTP/1.1 200 OK\r\nx-amzn-RequestId: " + self._request_id_head

    def answer(self, push: Push) -> bytes | None:
        """The whole response; None when the full parser should have it."""
        connection_id = self._connection_id(push)
        if connection_id is None:
            return None
        invocation = push.headers.get(b"amz-sdk-invocation-id")
        if invocation and not self._invocations.first(invocation, connection_id):
            return self._repeated(connection_id)
        sent: bytes | None = None
        try:
            if connection_id == BROADCAST:
                sent = self._broadcast(self._service.streams.broadcast(push.body))
            else:
                self._service.post(connection_id, push.body)
                sent = self._sent_answer()
        except Problem as problem:
            return self._failed(problem)
        finally:
            if sent is None and invocation:
                self._invocations.failed(invocation)
        return sent

    async def answer_later(self, push: Push) -> bytes | None:
        """The same, where `streams` have to be waited for."""
        connection_id = self._connection_id(push)
        if connection_id is None:
            return None
        invocation = push.headers.get(b"amz-sdk-invocation-id")
        if invocation and not self._invocations.first(invocation, connection_id):
            return self._repeated(connection_id)
        named = (invocation or b"").decode("latin-1")
        sent: bytes | None = None
        try:
            if connection_id == BROADCAST:
                sent = self._broadcast(await self._service.streams.awaiting.broadcast(push.body, invocation=named))
            else:
                await self._service.awaiting.post(connection_id, push.body, named)
                sent = self._sent_answer()
        except BrokerUnavailable as error:
            return self._failed(unavailable(error))
        except Problem as problem:
            return self._failed(problem)
        finally:
            if sent is None and invocation:
                self._invocations.failed(invocation)
        return sent

    def _connection_id(self, push: Push) -> str | None:
        """`BROADCAST` for all of them; None when it is not for us."""
        found = _REST.fullmatch(push.path[len(self.prefix) :])
        if found is None or not self._is_for_us(push):
            return None
        return BROADCAST if found[1] is None else found[1].decode() + "="

    def _is_for_us(self, push: Push) -> bool:
        """Whether it is signed, and names no other host. What is wrong, the full answer explains."""
        if self._mappings is not None:
            resolved = self._mappings.resolve(push.headers[b"host"].decode("latin-1"), push.path.decode("latin-1"))
            if resolved is None or resolved.domain_name is not None:
                return False
        if self._verifier is not None:
            try:
                self._verifier.verify_headers(b"POST", push.path, b"", push.headers, push.body, self._clock())
            except SignatureRefused:
                return False
        return True

    def _repeated(self, connection_id: str) -> bytes:
        return self._response(b"200 OK", b'{"sent":0}' if connection_id == BROADCAST else b"")

    def _broadcast(self, sent: int) -> bytes:
        self._service.pushes.sent += sent
        return self._response(b"200 OK", b'{"sent":%d}' % sent)

    def _sent_answer(self) -> bytes:
        return b"%b%012x\r\ncontent-length: 0\r\n\r\n" % (self._sent, next(self._request_ids))

    def _failed(self, problem: Problem) -> bytes | None:
        if problem.status == 410:  # it may belong to an upstream, and the full answer counts it
            self._service.pushes.gone -= 1
            return None
        return self._problem(problem)

    def _problem(self, problem: Problem) -> bytes:
        body = json.dumps({"message": problem.message}).encode() if problem.message else b""
        status = b"%d %b" % (problem.status, _PHRASES.get(problem.status, b"Error"))
        again = b"retry-after: %d\r\n" % spread_s(AWAY_S) if problem.status == 503 else b""
        return self._response(status, body, b"x-amzn-ErrorType: %b\r\n%b" % (problem.error_type.encode(), again))

    def _response(self, status: bytes, body: bytes, more: bytes = b"") -> bytes:
        kind = b"content-type: application/json\r\n" if body else b""
        return b"HTTP/1.1 %b\r\nx-amzn-RequestId: %b%012x\r\n%b%bcontent-length: %d\r\n\r\n%b" % (
            status,
            self._request_id_head,
            next(self._request_ids),
            more,
            kind,
            len(body),
            body,
        )


_PHRASES: Final = {
    413: b"Content Too Large",
    429: b"Too Many Requests",
    503: b"Service Unavailable",
}
