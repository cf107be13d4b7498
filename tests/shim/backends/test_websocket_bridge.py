"""A WebSocket server behind the shim, unchanged: what its clients are told, and what it is told of them."""

from __future__ import annotations

import asyncio
import logging
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from shim.backends.upstream import UpstreamAddressInvalid
from shim.backends.websocket import WebSocketBridge, WebSocketUpstream, _fragments
from shim.gateway.limits import GatewayLimits, Throttle
from shim.observing import Connected, Disconnected, MessageHandled, Refused
from shim.service import ConnectRefused, Problem
from shim.streams import StreamLimits, Streams
from tests.shim.backends.bridging import API, closed_words, eventually, handshake, next_payload, running


@dataclass
class Upstream:
    """A server that remembers; `port` is where it listens."""

    port: int = 0
    requests: list[Request] = field(default_factory=list)
    received: list[str | bytes] = field(default_factory=list)
    closed: list[tuple[int, str]] = field(default_factory=list)
    sockets: list[ServerConnection] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/prod?key=k"

    async def echo(self, socket: ServerConnection) -> None:
        async for message in socket:
            await socket.send(message)


@asynccontextmanager
async def listening(
    handler: Callable[[ServerConnection], Awaitable[None]] | None = None, **options: Any
) -> AsyncIterator[Upstream]:
    upstream = Upstream()
    handler = handler or upstream.echo

    async def remember(socket: ServerConnection) -> None:
        upstream.requests.append(socket.request)
        upstream.sockets.append(socket)
        receive = socket.recv

        async def recv(*args: Any, **kwargs: Any) -> str | bytes:
            message = await receive(*args, **kwargs)
            upstream.received.append(message)
            return message

        socket.recv = recv
        try:
            await handler(socket)
            await socket.wait_closed()
        finally:
            await socket.wait_closed()
            upstream.closed.append((socket.close_code, socket.close_reason))

    async with serve(remember, "127.0.0.1", 0, compression=None, **options) as server:
        upstream.port = server.sockets[0].getsockname()[1]
        yield upstream


@asynccontextmanager
async def bridged(
    upstream: Upstream, *, limits: StreamLimits | None = None, api: Any = API, **options: Any
) -> AsyncIterator[WebSocketBridge]:
    options.setdefault("url", upstream.url)
    bridge = WebSocketBridge(api, WebSocketUpstream(**options), Streams(limits))
    async with running(bridge):
        yield bridge


@pytest.fixture
def own_certificate(tmp_path: Path) -> tuple[Path, Path]:
    """Certificate and key of `localhost`, signed by itself."""
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    command = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    )
    subprocess.run([*command.split(), "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    return certificate, key


class TestRefusals:
    @pytest.mark.parametrize(
        ("url", "words"),
        [
            ("https://example.com/prod", "ws:// or wss://"),
            ("wss://", "names no host"),
            ("wss://user:secret@example.com/prod", "no user"),
            ("wss://example.com/prod#part", "no fragment"),
            ("wss://example.com:0/prod", "no port 0"),
            ("wss://example.com:x/prod", "can't be used"),
            ("wss://example.com/a b", "percent-encoded"),
            ("wss://example.com/\r\nX: y", "percent-encoded"),
        ],
    )
    def test_an_address_that_is_none_is_refused_at_the_start(self, url: str, words: str) -> None:
        with pytest.raises(UpstreamAddressInvalid, match=words) as refused:
            WebSocketBridge(API, WebSocketUpstream(url=url), Streams())

        assert "secret" not in str(refused.value)

    @pytest.mark.parametrize("status", [302, 400, 401, 403, 429, 500, 503])
    async def test_a_client_sees_the_status_that_the_upstream_gave(self, status: int) -> None:
        def refuse(_socket: ServerConnection, _request: Request) -> Response:
            response = _socket.respond(HTTPStatus(status), "no")
            response.headers["Retry-After"] = "7"
            response.headers["Location"] = "ws://127.0.0.1:9/"
            return response

        async with listening(process_request=refuse) as upstream, bridged(upstream) as bridge:
            seen: list[object] = []
            bridge.observers.append(seen.append)
            with pytest.raises(ConnectRefused) as refused:
                await bridge.connect(handshake())

        assert refused.value.status == status
        assert refused.value.headers == {"Retry-After": "7"}
        assert [type(happening) for happening in seen] == [Refused]

    async def test_a_server_that_speaks_no_websocket_is_502(self) -> None:
        async def plain(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            writer.close()

        async with await asyncio.start_server(plain, "127.0.0.1", 0) as server:
            upstream = Upstream(server.sockets[0].getsockname()[1])
            async with bridged(upstream) as bridge:
                with pytest.raises(ConnectRefused) as refused:
                    await bridge.connect(handshake())

        assert refused.value.status == 502

    async def test_an_upstream_that_is_not_there_is_502(self) -> None:
        async with listening() as upstream:
            pass
        async with bridged(upstream) as bridge:
            with pytest.raises(ConnectRefused) as refused:
                await bridge.connect(handshake())

        assert refused.value.status == 502

    async def test_an_upstream_that_does_not_answer_is_504(self) -> None:
        never = asyncio.Event()

        async def wait(_socket: ServerConnection, _request: Request) -> None:
            await never.wait()

        async with listening(process_request=wait) as upstream, bridged(upstream, connect_timeout_s=0.1) as bridge:
            with pytest.raises(ConnectRefused) as refused:
                await bridge.connect(handshake())
            never.set()

        assert refused.value.status == 504

    async def test_more_clients_than_the_streams_allow_never_reach_the_upstream(self) -> None:
        async with listening() as upstream, bridged(upstream, limits=StreamLimits(connections=1)) as bridge:
            await bridge.connect(handshake())
            with pytest.raises(ConnectRefused) as refused:
                await bridge.connect(handshake())

            assert (refused.value.status, refused.value.reason) == (503, "full")
            assert 5 <= int(refused.value.headers["Retry-After"]) <= 15
            assert len(upstream.requests) == 1

    async def test_a_refused_client_leaves_no_connection(self) -> None:
        async with listening() as upstream:
            pass
        async with bridged(upstream, limits=StreamLimits(connections=1)) as bridge:
            for _ in range(3):
                with pytest.raises(ConnectRefused) as refused:
                    await bridge.connect(handshake())
                assert refused.value.status == 502

    async def test_a_client_that_leaves_while_the_upstream_thinks_leaves_nothing(self) -> None:
        arrived, never = asyncio.Semaphore(0), asyncio.Event()

        async def wait(_socket: ServerConnection, _request: Request) -> None:
            arrived.release()
            await never.wait()

        limits = StreamLimits(connections=1)
        async with listening(process_request=wait) as upstream, bridged(upstream, limits=limits) as bridge:
            for _ in range(2):
                connecting = asyncio.create_task(bridge.connect(handshake()))
                await arrived.acquire()
                connecting.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await connecting
            never.set()

    async def test_a_subprotocol_that_is_no_token_is_400(self) -> None:
        async with listening() as upstream, bridged(upstream) as bridge:
            with pytest.raises(ConnectRefused) as refused:
                await bridge.connect(handshake(("Sec-WebSocket-Protocol", 'a"b')))

        assert refused.value.status == 400

    async def test_a_certificate_that_nobody_vouches_for_is_502(self, own_certificate: tuple[Path, Path]) -> None:
        certificate, key = own_certificate
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate, key)
        async with listening(ssl=tls) as upstream:
            url = f"wss://localhost:{upstream.port}/prod"
            async with bridged(upstream, url=url) as bridge:
                with pytest.raises(ConnectRefused) as refused:
                    await bridge.connect(handshake())
            async with bridged(upstream, url=url, ca_file=certificate) as trusting:
                await trusting.connect(handshake())

        assert refused.value.status == 502


class TestHandshake:
    async def test_headers_of_one_hop_and_of_the_protocol_stay_behind(self) -> None:
        async with listening() as upstream, bridged(upstream) as bridge:
            await bridge.connect(
                handshake(
                    ("Host", "shim.example"),
                    ("Connection", "Upgrade, X-Private"),
                    ("Upgrade", "websocket"),
                    ("X-Private", "1"),
                    ("Sec-WebSocket-Key", "a2V5"),
                    ("Sec-WebSocket-Version", "12"),
                    ("Sec-WebSocket-Extensions", "permessage-deflate"),
                    ("Proxy-Authorization", "Basic x"),
                    ("Stream-Session", "secret"),
                    ("Last-Event-ID", "a-1"),
                    ("Content-Length", "0"),
                )
            )
            headers = upstream.requests[0].headers

        assert headers.get_all("Host") == [f"127.0.0.1:{upstream.port}"]
        assert headers.get_all("Sec-WebSocket-Version") == ["13"]
        assert headers["Sec-WebSocket-Key"] != "a2V5"
        for name in ("X-Private", "Proxy-Authorization", "Stream-Session", "Last-Event-ID", "Sec-WebSocket-Extensions"):
            assert name not in headers

    async def test_the_client_s_own_headers_arrive(self) -> None:
        async with listening() as upstream, bridged(upstream) as bridge:
            await bridge.connect(
                handshake(
                    ("Authorization", "Bearer t"),
                    ("Cookie", "a=1; b=2"),
                    ("Origin", "https://app.example"),
                    ("User-Agent", "phone/1"),
                    ("X-Twice", "1"),
                    ("X-Twice", "2"),
                    ("X-Name", "J\xf6rg"),
                )
            )
            headers = upstream.requests[0].headers

        assert headers["Authorization"] == "Bearer t"
        assert headers["Cookie"] == "a=1; b=2"
        assert headers["Origin"] == "https://app.example"
        assert headers.get_all("User-Agent") == ["phone/1"]
        assert headers.get_all("X-Twice") == ["1", "2"]
        assert headers["X-Name"] == "J\xf6rg"

    @pytest.mark.parametrize(
        ("hops", "expected"),
        [
            ((), "192.0.2.7"),
            (("192.0.2.7",), "192.0.2.7"),
            (("10.0.0.1, 192.0.2.7",), "10.0.0.1, 192.0.2.7"),
            (("10.0.0.1",), "10.0.0.1, 192.0.2.7"),
        ],
    )
    async def test_the_upstream_learns_the_address_of_the_client(self, hops: tuple[str, ...], expected: str) -> None:
        async with listening() as upstream, bridged(upstream) as bridge:
            await bridge.connect(handshake(*[("X-Forwarded-For", hop) for hop in hops]))

            assert upstream.requests[0].headers.get_all("X-Forwarded-For") == [expected]

    async def test_headers_of_the_configuration_replace_those_of_the_client(self) -> None:
        async with listening() as upstream, bridged(upstream, headers={"X-Api-Key": "ours"}) as bridge:
            await bridge.connect(handshake(("x-api-key", "theirs")))

            assert upstream.requests[0].headers.get_all("X-Api-Key") == ["ours"]

    async def test_the_query_string_follows_that_of_the_upstream(self) -> None:
        async with listening() as upstream, bridged(upstream) as bridge:
            await bridge.connect(handshake(query=(("token", "a b&c"), ("room", ""), ("token", "ü"))))

            assert upstream.requests[0].path == "/prod?key=k&token=a+b%26c&room=&token=%C3%BC"

    async def test_the_subprotocol_is_the_one_that_the_upstream_chose(self) -> None:
        async with listening(subprotocols=["v2"]) as upstream, bridged(upstream) as bridge:
            accepted = await bridge.connect(handshake(("Sec-WebSocket-Protocol", "v1, v2")))

        assert accepted.subprotocol == "v2"

    async def test_secrets_stand_in_no_log(self, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        logging.getLogger("websockets.server").setLevel(logging.WARNING)
        async with listening() as upstream, bridged(upstream, headers={"X-Key": "s3cret"}) as bridge:
            accepted = await bridge.connect(handshake(("Authorization", "s3cret"), query=(("token", "s3cret"),)))
            await bridge.message(accepted.connection_id, "s3cret", "m1")
            bridge.streams.close(accepted.connection_id)
            await eventually(lambda: upstream.closed)

        assert "s3cret" not in caplog.text
        assert "s3cret" not in repr(WebSocketUpstream(url="ws://h/", headers={"X": "s3cret"}))


class TestMessages:
    async def test_frames_arrive_in_order_and_byte_for_byte(self) -> None:
        sent = ["plain", "CR\rLF\nNUL\0 \u2028 😀", "", b"\x00\xff", "x" * 100_000]

        async def talk(socket: ServerConnection) -> None:
            for message in sent:
                await socket.send(message)

        async with listening(talk) as upstream, bridged(upstream) as bridge:
            accepted = await bridge.connect(handshake())
            subscription = bridge.streams.subscribe(accepted.connection_id)

            assert [await next_payload(subscription) for _ in sent] == sent

    async def test_messages_of_the_client_keep_order_and_kind(self) -> None:
        sent: list[str | bytes] = ["a", b"\xff\x00", "é" * 60_000, b"y" * 70_000, "", "z"]
        async with listening() as upstream, bridged(upstream) as bridge:
            connection = (await bridge.connect(handshake())).connection_id
            async with asyncio.TaskGroup() as group:
                for number, message in enumerate(sent):
                    group.create_task(bridge.message(connection, message, f"m{number}"))
            await eventually(lambda: len(upstream.received) == len(sent))

            assert upstream.received == sent

    async def test_no_frame_is_longer_than_api_gateway_takes(self) -> None:
        frames: list[int] = []

        async def measure(socket: ServerConnection) -> None:
            frames.extend([len(piece.encode()) async for piece in socket.recv_streaming()])
            await socket.send("whole")

        async with listening(measure) as upstream, bridged(upstream) as bridge:
            connection = (await bridge.connect(handshake())).connection_id
            subscription = bridge.streams.subscribe(connection)
            await bridge.message(connection, "€" * 40_000, "m")
            assert await next_payload(subscription) == "whole"

        assert sum(frames) == 120_000
        assert max(frames) <= 32_768

    async def test_nothing_is_answered_by_the_bridge_itself(self) -> None:
        async with listening() as upstream, bridged(upstream) as bridge:
            connection = (await bridge.connect(handshake())).connection_id

            assert await bridge.message(connection, "{}", "m", deliver=False) is None
            assert await bridge.message("nobody", "{}", "m") is None

    async def test_what_comes_before_the_client_s_stream_is_kept(self) -> None:
        async def greet(socket: ServerConnection) -> None:
            await socket.send("hello")

        async with listening(greet) as upstream, bridged(upstream) as bridge:
            connection = (await bridge.connect(handshake())).connection_id
            await eventually(lambda: bridge.streams.info(connection).last_active_at)

            assert await next_payload(bridge.streams.subscribe(connection)) == "hello"

    async def test_a_lost_stream_leaves_the_upstream_open_and_loses_nothing(self) -> None:
        async with listening() as upstream, bridged(upstream) as bridge:
            connection = (await bridge.connect(handshake())).connection_id
            async with bridge.streams.subscribe(connection) as first:
                await bridge.message(connection, "1", "m1")
                assert await next_payload(first) == "1"
            await upstream.sockets[0].send("2")
            async with bridge.streams.subscribe(connection) as second:
                assert await next_payload(second) == "2"

            assert len(upstream.requests) == 1

    async def test_a_slow_client_holds_the_upstream_back_and_loses_nothing(self) -> None:
        sent: list[int] = []

        async def flood(socket: ServerConnection) -> None:
            for number in range(400):
                await socket.send(f"{number:08d}" + "x" * 50_000)
                sent.append(number)

        limits = StreamLimits(replay_bytes=200_000)
        async with listening(flood) as upstream, bridged(upstream, limits=limits) as bridge:
            connection = (await bridge.connect(handshake())).connection_id
            subscription = bridge.streams.subscribe(connection)
            numbers = [int(str(await next_payload(subscription))[:8])]
            while numbers[-1] < 5:
                numbers.append(int(str(await next_payload(subscription))[:8]))
            at = -1
            while at != len(sent):  # until the server can send no more
                at = len(sent)
                await asyncio.sleep(0.2)
            assert at < 400
            while numbers[-1] < 399:
                numbers.append(int(str(await next_payload(subscription))[:8]))

        assert numbers == list(range(400))

    async def test_a_client_that_never_reads_is_closed_in_the_end(self) -> None:
        async def flood(socket: ServerConnection) -> None:
            while True:
                await socket.send("x" * 50_000)

        limits = StreamLimits(replay_bytes=200_000)
        async with listening(flood) as upstream, bridged(upstream, limits=limits, slow_reader_s=0.05) as bridge:
            connection = (await bridge.connect(handshake())).connection_id
            subscription = bridge.streams.subscribe(connection)
            await eventually(lambda: subscription.closed)

            assert (subscription.close_code, subscription.close_reason) == (1008, "the client reads too slowly")
            await eventually(lambda: upstream.closed)

    async def test_a_message_that_is_too_large_closes_with_1009(self) -> None:
        async def talk(socket: ServerConnection) -> None:
            await socket.send("x" * 131_073)

        async with listening(talk) as upstream, bridged(upstream) as bridge:
            connection = (await bridge.connect(handshake())).connection_id
            subscription = bridge.streams.subscribe(connection)

            assert (await closed_words(subscription))[0] == 1009
            await eventually(lambda: upstream.closed)
        assert upstream.closed[0][0] == 1009

    async def test_too_many_messages_are_answered_as_by_api_gateway(self) -> None:
        api = replace(API, limits=GatewayLimits(requests=Throttle(0.001, 1)))
        async with listening() as upstream, bridged(upstream, api=api) as bridge:
            connection = (await bridge.connect(handshake())).connection_id
            await bridge.message(connection, "1", "m1")
            reply = await bridge.message(connection, "2", "m2", deliver=False)
            await eventually(lambda: upstream.received)

        assert reply is not None
        assert '"Too Many Requests"' in reply
        assert upstream.received == ["1"]

    async def test_a_silent_upstream_is_kept_alive_by_a_message(self) -> None:
        options = {"keepalive_message": '{"action":"ping"}', "keepalive_interval_s": 0.02}
        async with listening() as upstream, bridged(upstream, **options) as bridge:
            connection = (await bridge.connect(handshake())).connection_id
            subscription = bridge.streams.subscribe(connection)
            assert await next_payload(subscription) == '{"action":"ping"}'
            assert await next_payload(subscription) == '{"action":"ping"}'


class TestTheEnd:
    @pytest.mark.parametrize(
        ("code", "reason", "expected"),
        [
            (1000, "", (1000, "")),
            (1001, "Going away", (1001, "Going away")),
            (1011, "x", (1011, "x")),
            (4000, "é", (4000, "é")),
        ],
    )
    async def test_the_client_sees_how_the_upstream_closed(
        self, code: int, reason: str, expected: tuple[int, str]
    ) -> None:
        async def leave(socket: ServerConnection) -> None:
            await socket.send("last words")
            await socket.close(code, reason)

        async with listening(leave) as upstream, bridged(upstream) as bridge:
            subscription = bridge.streams.subscribe((await bridge.connect(handshake())).connection_id)

            assert await next_payload(subscription) == "last words"
            assert await closed_words(subscription) == expected

    async def test_an_upstream_that_closes_without_a_code_gives_1000(self) -> None:
        async def leave(socket: ServerConnection) -> None:
            async with socket.send_context():
                socket.protocol.send_close()

        async with listening(leave) as upstream, bridged(upstream) as bridge:
            subscription = bridge.streams.subscribe((await bridge.connect(handshake())).connection_id)

            assert await closed_words(subscription) == (1000, "")

    async def test_an_upstream_that_is_lost_gives_1011(self) -> None:
        async def vanish(socket: ServerConnection) -> None:
            socket.transport.abort()

        async with listening(vanish) as upstream, bridged(upstream) as bridge:
            subscription = bridge.streams.subscribe((await bridge.connect(handshake())).connection_id)

            assert await closed_words(subscription) == (1011, "the upstream connection was lost")

    async def test_an_upstream_that_answers_no_ping_is_lost(self) -> None:
        async def deaf(socket: ServerConnection) -> None:
            socket.transport.pause_reading()

        options = {"ping_interval_s": 0.05, "ping_timeout_s": 0.05, "close_timeout_s": 0.1}
        async with listening(deaf) as upstream, bridged(upstream, **options) as bridge:
            subscription = bridge.streams.subscribe((await bridge.connect(handshake())).connection_id)

            assert (await closed_words(subscription))[0] == 1011
            upstream.sockets[0].transport.abort()

    @pytest.mark.parametrize(
        ("words", "expected"),
        [
            ((1000, "bye"), (1000, "bye")),
            ((4000, "done"), (4000, "done")),
            ((1005, "Client-side close frame status not set"), (1005, "")),
            ((1006, "the client did not come back"), (1006, "")),
        ],
    )
    async def test_the_upstream_sees_how_the_client_closed(
        self, words: tuple[int, str], expected: tuple[int, str]
    ) -> None:
        async with listening() as upstream, bridged(upstream) as bridge:
            seen: list[object] = []
            bridge.observers.append(seen.append)
            connection = (await bridge.connect(handshake())).connection_id
            sending = asyncio.create_task(bridge.message(connection, "before", "m"))
            await asyncio.sleep(0)
            bridge.streams.close(connection, *words)
            await sending
            await eventually(lambda: upstream.closed and len(seen) == 3)

        assert upstream.received == ["before"]
        assert upstream.closed == [expected]
        assert [type(happening) for happening in seen] == [Connected, MessageHandled, Disconnected]
        assert seen[2] == Disconnected(connection, *words, failed=False)

    async def test_a_client_that_does_not_come_back_is_lost_to_the_upstream_too(self) -> None:
        async with listening() as upstream, bridged(upstream) as bridge:
            accepted = await bridge.connect(handshake(), resume_window_s=0)
            bridge.streams.subscribe(accepted.connection_id).end()
            await eventually(lambda: upstream.closed)

        assert upstream.closed == [(1006, "")]

    async def test_an_upstream_that_does_not_close_is_cut(self) -> None:
        async def deaf(socket: ServerConnection) -> None:
            socket.transport.pause_reading()
            await socket.wait_closed()

        async with listening(deaf) as upstream, bridged(upstream, close_timeout_s=0.1) as bridge:
            connection = (await bridge.connect(handshake())).connection_id
            bridge.streams.close(connection, 1000)
            await eventually(lambda: not bridge._ending and not bridge._bridged)
            upstream.sockets[0].transport.abort()

    async def test_an_upstream_that_talks_on_does_not_keep_its_end_from_arriving(self) -> None:
        async def chatter(socket: ServerConnection) -> None:
            try:
                while True:
                    await socket.send("x" * 10_000)
            except ConnectionClosed:
                return

        async with listening(chatter) as upstream, bridged(upstream) as bridge:
            connection = (await bridge.connect(handshake())).connection_id
            bridge.streams.subscribe(connection)
            await asyncio.sleep(0.05)
            bridge.streams.close(connection, 4001, "enough")
            await eventually(lambda: upstream.closed)

        assert upstream.closed == [(4001, "enough")]

    async def test_at_shutdown_everybody_is_told_within_the_limit(self) -> None:
        async with listening() as upstream:
            async with bridged(upstream) as bridge:
                subscriptions = [
                    bridge.streams.subscribe((await bridge.connect(handshake())).connection_id) for _ in range(40)
                ]
            await eventually(lambda: len(upstream.closed) == 40)
            with pytest.raises(ConnectRefused) as refused:
                await bridge.connect(handshake())

        assert {code for code, _reason in upstream.closed} == {1001}
        assert {subscription.close_code for subscription in subscriptions} == {1001}
        assert refused.value.status == 503

    async def test_a_client_that_connects_while_the_service_stops_is_not_left_behind(self) -> None:
        arrived, go_on = asyncio.Event(), asyncio.Event()

        async def wait(_socket: ServerConnection, _request: Request) -> None:
            arrived.set()
            await go_on.wait()

        async with listening(process_request=wait) as upstream:
            async with bridged(upstream) as bridge:
                connecting = asyncio.create_task(bridge.connect(handshake()))
                await arrived.wait()
                bridge.accepting = False
                go_on.set()
                with pytest.raises(ConnectRefused) as refused:
                    await connecting
            await eventually(lambda: upstream.closed)

        assert refused.value.status == 503
        assert upstream.closed[0][0] == 1001


class TestManagement:
    async def test_the_shim_s_own_connections_api_works_beside_the_upstream(self) -> None:
        async with listening() as upstream, bridged(upstream) as bridge:
            connection = (await bridge.connect(handshake())).connection_id
            subscription = bridge.streams.subscribe(connection)
            bridge.post(connection, b"pushed")
            assert await next_payload(subscription) in {"pushed", b"pushed"}
            assert bridge.get(connection)["identity"] == {"sourceIp": "192.0.2.7", "userAgent": "test"}
            bridge.delete(connection)
            await eventually(lambda: upstream.closed)
            for gone in (lambda: bridge.post(connection, b""), lambda: bridge.get(connection)):
                with pytest.raises(Problem) as problem:
                    gone()
                assert problem.value.status == 410
            with pytest.raises(Problem):
                bridge.delete(connection)

        assert upstream.closed == [(1000, "Connection Closed Normally")]


@given(st.text(max_size=400), st.integers(1, 50))
def test_fragments_are_short_whole_characters_and_the_text_again(text: str, frame_bytes: int) -> None:
    pieces = list(_fragments(text.encode(), frame_bytes, text=True))

    assert "".join(piece.decode() for piece in pieces) == text
    assert all(0 < len(piece) <= max(frame_bytes, 4) for piece in pieces)
