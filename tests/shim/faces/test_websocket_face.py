"""Limits and close codes of API Gateway, over real sockets, with the shim's WebSocket protocol."""

import json
import socket
import time
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from shim.faces.options import FaceOptions
from shim.gateway.limits import GatewayLimits, Throttle
from shim.streams import StreamLimits
from tests.shim.faces.facing import Faced, eventually, facing


@pytest.fixture
def shim() -> Iterator[Faced]:
    with facing() as shim:
        yield shim


def end_of(client: ClientConnection) -> tuple[int | None, str | None]:
    """Code and reason with which the server closes."""
    return closed_by(client, lambda: client.recv(30))


def closed_by(client: ClientConnection, go_on: Callable[[], object]) -> tuple[int | None, str | None]:
    """The same for a client that goes on until then."""
    try:
        while True:
            go_on()
    except ConnectionClosed:
        return client.close_code, client.close_reason


class TestRefusedHandshakes:
    def test_a_page_of_an_origin_that_is_not_allowed_reaches_no_function(self) -> None:
        with facing(FaceOptions(websocket_origins=("https://app.example.org",))) as shim:
            for origin in ("https://evil.example", "null", "http://app.example.org"):
                with pytest.raises(InvalidStatus) as refused:
                    connect(shim.websocket, origin=origin)
                assert refused.value.response.status_code == 403
            assert shim.functions.connects == []
            with connect(shim.websocket, origin="https://app.example.org"), connect(shim.websocket):
                pass

    def test_too_many_connects_are_429(self) -> None:
        with facing(limits=GatewayLimits(connects=Throttle(0.001, 1))) as shim, connect(shim.websocket):
            with pytest.raises(InvalidStatus) as refused:
                connect(shim.websocket)
            assert refused.value.response.status_code == 429

    def test_more_connections_than_there_may_be_are_503_with_a_time_to_come_back(self) -> None:
        with facing(stream_limits=StreamLimits(connections=1)) as shim, connect(shim.websocket):
            with pytest.raises(InvalidStatus) as refused:
                connect(shim.websocket)
            assert refused.value.response.status_code == 503
            assert 5 <= int(refused.value.response.headers["retry-after"]) <= 15

    def test_the_body_says_what_api_gateway_says(self, shim: Faced) -> None:
        with pytest.raises(InvalidStatus) as refused:
            connect(f"{shim.websocket}?status=401")
        assert b'"connectionId"' in refused.value.response.body

    def test_any_origin_may_connect_unless_some_are_named(self, shim: Faced) -> None:
        with connect(shim.websocket, origin="https://anywhere.example"):
            pass


class TestSubprotocols:
    @pytest.mark.parametrize(("query", "chosen"), [("", None), ("?choose=c", None), ("?choose=b", "b")])
    def test_are_those_that_connect_chose_of_the_offered(self, shim: Faced, query: str, chosen: str | None) -> None:
        with connect(shim.websocket + query, subprotocols=["a", "b"]) as client:
            assert client.subprotocol == chosen


class TestSizes:
    def test_a_frame_beyond_32_kb_closes_with_1009(self, shim: Faced) -> None:
        with connect(shim.websocket) as client:
            client.send('{"action":"echo"}' + " " * (32_768 - 17))
            assert len(client.recv(30)) == 32_768
            client.send("x" * 32_769)
            assert end_of(client)[0] == 1009
        eventually(lambda: bool(shim.functions.ends))
        assert shim.functions.ends[0][0] == 1009

    def test_a_message_of_128_kb_may_come_in_frames(self, shim: Faced) -> None:
        with connect(shim.websocket, max_size=None, compression=None) as client:
            client.send(['{"action":"echo"}', *([" " * 32_768] * 3), " " * (32_768 - 17)])
            assert len(client.recv(30)) == 131_072

    def test_and_one_byte_more_closes_with_1009(self, shim: Faced) -> None:
        with connect(shim.websocket, max_size=None) as client:
            client.send(["x" * 32_768] * 4 + ["x"])
            assert end_of(client)[0] == 1009
        assert shim.functions.bodies == []

    def test_a_message_that_unpacks_to_more_closes_with_1009(self, shim: Faced) -> None:
        with connect(shim.websocket, compression="deflate") as client:
            client.send(" " * 1_000_000)
            assert end_of(client)[0] == 1009

    def test_binary_closes_with_1003(self, shim: Faced) -> None:
        with connect(shim.websocket) as client:
            client.send(b"{}")
            assert end_of(client) == (1003, "binary frames are not supported")
        eventually(lambda: bool(shim.functions.ends))
        assert shim.functions.ends == [(1003, "binary frames are not supported")]
        assert shim.functions.bodies == []


class TestCloseWords:
    @pytest.mark.parametrize(("code", "reason"), [(1000, ""), (1000, "bye"), (3000, ""), (4999, "ä" * 61)])
    def test_of_the_client_reach_disconnect(self, shim: Faced, code: int, reason: str) -> None:
        with connect(shim.websocket) as client:
            client.close(code, reason)
        eventually(lambda: bool(shim.functions.ends))
        assert shim.functions.ends == [(code, reason)]

    def test_without_a_code_it_is_1005(self, shim: Faced) -> None:
        with connect(shim.websocket) as client:
            client.protocol.send_close()
            client.socket.sendall(b"".join(client.protocol.data_to_send()))
            eventually(lambda: bool(shim.functions.ends))
        assert shim.functions.ends == [(1005, "Client-side close frame status not set")]

    def test_a_connection_that_breaks_is_1006(self, shim: Faced) -> None:
        with connect(shim.websocket) as client:
            client.socket.shutdown(socket.SHUT_RDWR)
            eventually(lambda: bool(shim.functions.ends))
        assert shim.functions.ends == [(1006, "the connection was lost")]

    def test_a_client_that_leaves_while_connect_runs_is_told_of_once(self, shim: Faced) -> None:
        with socket.create_connection(("127.0.0.1", shim.port), 5) as client:
            client.sendall(
                b"GET /prod?hold=1 HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
            )
            eventually(lambda: bool(shim.functions.connects))
        shim.functions.released.set()
        eventually(lambda: bool(shim.functions.ends))
        assert shim.functions.ends == [(1006, "the connection was lost")]

    def test_of_the_service_reach_the_client(self, shim: Faced) -> None:
        with connect(shim.websocket) as client:
            shim.service.streams.close(_connection(shim), 4001, "ä" * 100)
            assert end_of(client) == (4001, "ä" * 61)

    def test_reach_a_client_that_is_speaking(self, shim: Faced) -> None:
        for _ in range(20):
            with connect(shim.websocket) as client:
                for _ in range(20):
                    client.send('{"action":"silent"}')
                shim.service.streams.close(_connection(shim), 4001, "enough")
                assert end_of(client) == (4001, "enough")

    def test_what_was_sent_before_the_close_still_arrives(self, shim: Faced) -> None:
        with connect(shim.websocket) as client:
            for number in range(100):
                shim.service.post(_connection(shim), b"%d" % number)
            shim.service.delete(_connection(shim))
            assert [client.recv(30) for _ in range(100)] == [str(number) for number in range(100)]
            assert end_of(client) == (1000, "Connection Closed Normally")


class TestTime:
    def test_a_silent_socket_is_told_to_go(self) -> None:
        with facing(limits=GatewayLimits(idle_s=0.2)) as shim, connect(shim.websocket) as client:
            assert end_of(client) == (1001, "Going away")
            eventually(lambda: bool(shim.functions.ends))
            assert shim.functions.ends == [(1001, "Going away")]

    @pytest.mark.parametrize("direction", ["in", "out", "ping"])
    def test_messages_either_way_and_pings_keep_it(self, direction: str) -> None:
        with facing(limits=GatewayLimits(idle_s=0.4)) as shim, connect(shim.websocket) as client:
            began = time.monotonic()
            while time.monotonic() - began < 0.8:
                if direction == "in":
                    client.send('{"action":"silent"}')
                elif direction == "out":
                    shim.service.post(_connection(shim), b"hello")
                    client.recv(30)
                assert client.ping().wait(30) if direction == "ping" else True
                time.sleep(0.02)
            assert shim.functions.ends == []
            assert end_of(client) == (1001, "Going away")

    def test_pings_do_not_keep_it_where_they_do_not_count(self) -> None:
        limits = GatewayLimits(idle_s=0.3, ping_resets_idle=False)
        with facing(limits=limits) as shim, connect(shim.websocket) as client:
            assert closed_by(client, lambda: client.ping().wait(0.1)) == (1001, "Going away")

    def test_an_old_socket_is_told_to_go(self) -> None:
        with facing(limits=GatewayLimits(duration_s=0.3)) as shim, connect(shim.websocket) as client:

            def talk() -> None:
                client.send('{"action":"echo"}')
                client.recv(30)

            assert closed_by(client, talk) == (1001, "Going away")

    def test_a_client_that_does_not_read_is_dropped(self) -> None:
        stalled = StreamLimits(replay_bytes=64 * 1_048_576, replay_events=100_000)
        with (
            facing(FaceOptions(write_s=0.3), stream_limits=stalled) as shim,
            connect(shim.websocket, max_queue=1, compression=None) as client,
        ):
            for _ in range(200):
                shim.service.post(_connection(shim), b"x" * 131_072)
            eventually(lambda: bool(shim.functions.ends))
            assert shim.functions.ends == [(1008, "the client does not read")]
            assert end_of(client)[0] == 1006


def test_no_more_messages_are_read_than_may_run_at_once() -> None:
    with facing(limits=GatewayLimits(messages_at_once=2)) as shim, connect(shim.websocket) as client:
        for _ in range(10):
            client.send('{"action":"wait"}')
        eventually(lambda: len(shim.functions.bodies) == 2)
        shim.functions.released.set()
        for _ in range(10):
            client.recv(30)
        assert len(shim.functions.bodies) == 10


def test_what_breaks_in_the_service_does_not_close_the_socket(shim: Faced) -> None:
    with connect(shim.websocket) as client:
        shim.functions.push = lambda _connection, _data: 1 / 0
        client.send('{"action":"push"}')
        assert json.loads(client.recv(30))["message"] == "Internal server error"
        client.send('{"action":"echo"}')
        assert client.recv(30) == '{"action":"echo"}'


def test_bytes_that_are_no_text_arrive_as_text(shim: Faced) -> None:
    with connect(shim.websocket) as client:
        shim.service.post(_connection(shim), b"a\xffb")
        assert client.recv(30) == "a\ufffdb"


@pytest.fixture(scope="module")
def echoing() -> Iterator[tuple[Faced, ClientConnection]]:
    with facing() as shim, connect(shim.websocket, max_size=None) as client:
        yield shim, client


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_text_arrives_byte_for_byte_both_ways(echoing: tuple[Faced, ClientConnection], text: str) -> None:
    shim, client = echoing
    shim.service.post(_connection(shim), text.encode())
    assert client.recv(30) == text

    client.send(text)
    client.recv(30)  # an error frame: the text names no route


def _connection(shim: Faced) -> str:
    eventually(lambda: bool(shim.service.streams.find() or shim.functions.connects))
    return str(shim.functions.connects[-1]["requestContext"]["connectionId"])
