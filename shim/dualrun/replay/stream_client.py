"""A client of the new path: GET opens the stream, POST sends, DELETE closes. See docs/protocol.md."""

from __future__ import annotations

import asyncio
import base64
import json
from contextlib import suppress

import httpx

from shim.dualrun.errors import EventTooLarge, PathUnreachable
from shim.dualrun.record.canonical import Kind, bytes_of, object_in, readable
from shim.dualrun.record.scenario import Pairs
from shim.dualrun.record.spoof import PRESENTED, Credential
from shim.dualrun.replay.client import Sink
from shim.dualrun.replay.event_stream_reader import EventStreamReader, StreamEvent
from shim.dualrun.replay.http_client import http_client
from shim.dualrun.replay.spoofing import Known, spoof

ANSWER_TIMEOUT_S = 35.0
"""Seconds to wait for an answer: API Gateway gives an integration 29 s, and some time to answer."""

OPEN_TIMEOUT_S = 5.0
"""Seconds within which an accepted stream must send its `open` event."""

MAX_RESUMES = 3
"""Times that a stream which the server dropped is taken up again before it counts as closed (1006)."""

MAX_ERROR_BYTES = 65_536


class StreamClient:
    """Speaks the SSE protocol to `url`, such as http://127.0.0.1:8080/stream."""

    def __init__(self, url: str, report: Sink) -> None:
        self._url = url
        self._report = report
        self._http: httpx.AsyncClient | None = None
        self._reader: asyncio.Task[None] | None = None
        self._handshake: tuple[Pairs, Pairs] = ((), ())
        self._session = ""
        self._connection_id = ""
        self._sessions: list[str] = []
        """All that the server gave out, in order."""
        self._events = EventStreamReader()
        self._seen: set[str] = set()
        self._opened = asyncio.Event()
        self._attached = asyncio.Event()
        """Whether the stream is there, or for good not; unset while it is taken up again."""
        self._closing = False
        self._resumed = False

    @property
    def is_open(self) -> bool:
        return bool(self._session)

    async def connect(self, headers: Pairs, query: Pairs) -> None:
        await self._release()
        self._handshake = (headers, query)
        self._events, self._seen, self._opened = EventStreamReader(), set(), asyncio.Event()
        self._closing = self._resumed = False
        self._http = http_client(self._url, httpx.Timeout(ANSWER_TIMEOUT_S, connect=5.0))
        try:
            response = await self._get(self._http, {})
        except PathUnreachable:
            await self._release()
            raise
        if response.status_code != 200:
            body = await _body(response)
            await self._release()
            self._report("refused", "post", response.status_code, body)
            return
        self._reader = asyncio.create_task(self._follow(self._http, response))
        opened = asyncio.create_task(self._opened.wait())
        await asyncio.wait({opened, self._reader}, timeout=OPEN_TIMEOUT_S, return_when=asyncio.FIRST_COMPLETED)
        opened.cancel()
        if not self._opened.is_set():
            await self._release()
            self._report("error", "stream", 200, "the stream did not begin with an 'open' event")

    async def send(self, text: str) -> None:
        if self._http is None:
            return
        data = bytes_of(text)
        kind = "text/plain; charset=utf-8" if data is None else "application/octet-stream"
        try:
            answer = await self._http.post(
                self._url,
                content=text.encode() if data is None else data,
                headers={"Stream-Session": self._session, "Content-Type": kind},
            )
        except httpx.HTTPError as error:
            self._report("error", "post", None, f"POST: {type(error).__name__}")
            return
        if not answer.is_success:
            self._report("msg" if _is_error_frame(answer.text) else "error", "post", answer.status_code, answer.text)

    async def round_trip(self) -> None:
        """A POST is answered when the server has read it; a stream that was lost has to be there again."""
        with suppress(TimeoutError):
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                await self._attached.wait()

    async def resume(self) -> None:
        if self._http is None or not self.is_open:
            return
        await self._end_reader()
        self._attached.clear()
        self._reader = asyncio.create_task(self._follow(self._http, None))

    async def spoof(self, credential: Credential, text: str) -> None:
        ended = self._sessions[:-1] if self.is_open else self._sessions
        known = Known(self._handshake, self._connection_id, self._session, ended[-1] if ended else "")
        try:
            accepted = await spoof(self._url, known, credential, text)
        except httpx.HTTPError as error:
            self._report("error", "post", None, f"{type(error).__name__}, when spoken to {PRESENTED[credential]}")
            return
        if accepted:
            self._report("error", "post", 200, f"accepted {PRESENTED[credential]}: {', '.join(accepted)}")

    async def close(self) -> None:
        try:
            await self._delete()
        finally:
            await self._release()

    async def _delete(self) -> None:
        if self._http is None or not self.is_open:
            return
        # What the stream says from now on, the end that was asked for included, no client would hear.
        self._closing = True
        session, self._session = self._session, ""
        try:
            answer = await self._http.delete(self._url, headers={"Stream-Session": session})
        except httpx.HTTPError as error:
            self._report("error", "post", None, f"DELETE: {type(error).__name__}")
        else:
            if answer.status_code != 204:
                self._report("error", "post", answer.status_code, f"DELETE: {answer.text}")

    async def _release(self) -> None:
        self._session = ""
        await self._end_reader()
        if self._http is not None:
            await self._http.aclose()
            self._http = None

    async def _end_reader(self) -> None:
        if self._reader is not None:
            reader, self._reader = self._reader, None
            reader.cancel()
            await asyncio.wait({reader})
            if not reader.cancelled():
                reader.result()

    async def _get(self, http: httpx.AsyncClient, extra: dict[str, str]) -> httpx.Response:
        headers, query = self._handshake
        request = http.build_request(
            "GET",
            self._url,
            params=list(query),
            headers=[*headers, ("Accept", "text/event-stream"), *extra.items()],
            timeout=httpx.Timeout(ANSWER_TIMEOUT_S, connect=5.0),
        )
        try:
            return await http.send(request, stream=True)
        except httpx.HTTPError as error:
            raise PathUnreachable(self._url, f"{type(error).__name__}: {error}") from error

    async def _follow(self, http: httpx.AsyncClient, response: httpx.Response | None) -> None:
        try:
            await self._follow_on(http, response)
        finally:
            self._attached.set()

    async def _follow_on(self, http: httpx.AsyncClient, response: httpx.Response | None) -> None:
        """Reads until the server closes. A stream that just ends is taken up again, as EventSource does."""
        fruitless = 0
        while True:
            if response is None:
                response = await self._take_up(http)
                if response is None:
                    return
            self._attached.set()
            seen = len(self._seen)
            if await self._read(response):
                return
            self._attached.clear()
            response = None
            fruitless = fruitless + 1 if len(self._seen) == seen else 0
            # An accepted stream that ends before its open event has no session to resume with.
            if not self.is_open:
                return
            if fruitless > MAX_RESUMES:
                self._closed_by_server(1006, "the stream ended again and again")
                return

    async def _read(self, response: httpx.Response) -> bool:
        """Whether the server has closed the connection; False when only the stream ended."""
        before = frozenset(self._seen)
        try:
            # A stream that sends no heartbeat for ANSWER_TIMEOUT_S counts as dropped.
            async for chunk in response.aiter_raw():
                for event in self._events.feed(chunk):
                    # Delivery is at least once across a resume; a client library drops the repeats by id.
                    if event.id and event.id in before:
                        continue
                    if self._take(event):
                        return True
        except EventTooLarge as error:
            self._closed_by_server(1009, str(error))
            return True
        except httpx.HTTPError:
            return False
        finally:
            await response.aclose()
        return False

    async def _take_up(self, http: httpx.AsyncClient) -> httpx.Response | None:
        """The resumed stream; None, and a close is reported, when the connection is no more."""
        last = self._events.last_event_id
        self._events = EventStreamReader(last_event_id=last)
        try:
            response = await self._get(http, {"Stream-Session": self._session, "Last-Event-ID": last})
        except PathUnreachable:
            self._closed_by_server(1006, "")
            return None
        if response.status_code == 200:
            self._resumed = True
            return response
        body = await _body(response)
        # 204: do not reconnect, https://html.spec.whatwg.org/multipage/server-sent-events.html#server-sent-events-intro
        self._closed_by_server(1006, "" if response.status_code == 204 else f"resume: {response.status_code} {body}")
        return None

    def _closed_by_server(self, code: int, reason: str) -> None:
        self._session = ""
        if not self._closing:
            self._report("close", "stream", code, reason)

    def _take(self, event: StreamEvent) -> bool:
        """Whether the server has closed the connection."""
        if self._closing:
            return True
        if event.id:
            self._seen.add(event.id)
        match event.type:
            case "message":
                self._hear(event, event.data)
            case "open" if not self._opened.is_set():
                told = object_in(event.data)
                self._session, self._connection_id = str(told.get("session", "")), str(told.get("connectionId", ""))
                self._sessions.append(self._session)
                self._report("open", "stream", 200, "", event_id=event.id)
                self._opened.set()
            case "escaped":
                self._hear(event, _unescaped(event.data))
            case "binary":
                self._hear(event, _from_base64(event.data))
            case "close":
                told = object_in(event.data)
                code = told.get("code")
                self._closed_by_server(code if isinstance(code, int) else 1005, str(told.get("reason", "")))
                return True
            case "gap":
                self._hear(event, event.data, "gap")
            case other:
                self._hear(event, f"event {other!r}: {event.data}", "error")
        return False

    def _hear(self, event: StreamEvent, text: str, kind: Kind = "msg") -> None:
        self._report(kind, "stream", None, text, event_id=event.id, resumed=self._resumed)


async def _body(response: httpx.Response) -> str:
    body = b""
    try:
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > MAX_ERROR_BYTES:
                break
    except httpx.HTTPError:
        pass
    finally:
        await response.aclose()
    return readable(body[:MAX_ERROR_BYTES])


def _is_error_frame(text: str) -> bool:
    return {"message", "connectionId"} <= object_in(text).keys()


def _unescaped(data: str) -> str:
    try:
        text = json.loads(data)
    except (ValueError, RecursionError):
        return f"escaped event that is not JSON: {data}"
    return text if isinstance(text, str) else f"escaped event that is not a string: {data}"


def _from_base64(data: str) -> str:
    try:
        return readable(base64.b64decode(data, validate=True))
    except ValueError:
        return f"binary event that is not base64: {data}"
