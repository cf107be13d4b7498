"""The Python client against a real shim: the surface of `websockets`, and what a lost stream must not do to it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from templates.client.sse_socket import (
    Close,
    ConnectionClosed,
    ConnectionClosedError,
    ConnectionClosedOK,
    InvalidStatus,
    InvalidURI,
    MessageRefused,
    connect,
)
from tests.client.support.cutting import cutting
from tests.shim.serving import Served


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - what happens elsewhere sets no event here
            await asyncio.sleep(0.005)


def connections(shim: Served) -> list[str]:
    return [snapshot.connection_id for snapshot in shim.service.streams.snapshots()]


def only_connection(shim: Served) -> str:
    (connection_id,) = connections(shim)
    return connection_id


class TestRefusals:
    @pytest.mark.parametrize(
        "uri",
        ["", "example.org", "ftp://a/", "ws://", "ws://a/#b", "ws://a b/", "ws://a/\r\nX: 1", "ws://a:b/", "ws://[a/"],
    )
    def test_what_is_no_address(self, uri: str) -> None:
        with pytest.raises(InvalidURI):
            connect(uri)

    @pytest.mark.parametrize(
        "headers", [{"A b": "c"}, {"A": "b\r\nC: d"}, {"A": "\0"}, {"": "b"}, {"A\n": "b"}, {"A": "\ud800"}]
    )
    def test_headers_that_would_be_others(self, headers: dict[str, str]) -> None:
        with pytest.raises(ValueError, match="is not a header"):
            connect("ws://127.0.0.1/", additional_headers=headers)

    @pytest.mark.parametrize("names", ["v1", ["a b"], [""], ["a,b"]])
    def test_what_is_no_list_of_subprotocols(self, names: list[str]) -> None:
        with pytest.raises(ValueError, match="subprotocols"):
            connect("ws://127.0.0.1/", subprotocols=names)

    async def test_the_status_of_connect(self, shim: Served) -> None:
        with pytest.raises(InvalidStatus) as refused:
            await connect(shim.websocket, additional_headers={"X-Refuse": "403"})
        assert refused.value.response.status_code == 403
        assert json.loads(refused.value.response.body)["message"] == "Forbidden"
        assert str(refused.value) == "the server refused the connection with HTTP 403"

    async def test_nobody_there(self) -> None:
        with pytest.raises(OSError, match="Connect call failed"):
            await connect("ws://127.0.0.1:1/")

    async def test_nobody_answers(self) -> None:
        left = asyncio.Event()

        async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()
            writer.close()
            left.set()

        server = await asyncio.start_server(silence, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            with pytest.raises(TimeoutError):
                await connect(f"ws://127.0.0.1:{port}/", open_timeout=0.05)
            await left.wait()

    @pytest.mark.parametrize(("code", "reason"), [(999, ""), (1005, ""), (1006, ""), (5000, ""), (1000, "é" * 62)])
    async def test_what_no_close_can_say(self, shim: Served, code: int, reason: str) -> None:
        async with connect(shim.websocket) as ws:
            with pytest.raises(ValueError, match=r"no code|longer"):
                await ws.close(code, reason)
            assert ws.close_code is None

    async def test_what_is_no_message(self, shim: Served) -> None:
        async with connect(shim.websocket) as ws:
            with pytest.raises(TypeError, match="not dict"):
                await ws.send({})  # type: ignore[arg-type]

    async def test_a_message_that_is_turned_down_leaves_the_connection(self, shim: Served) -> None:
        async with connect(shim.websocket) as ws:
            with pytest.raises(MessageRefused, match="answered 415 to a message"):
                await ws.send(b"bytes, which API Gateway takes nowhere")
            await ws.send("text")
            assert await ws.recv() == "text"


class TestTheSurface:
    @pytest.mark.parametrize(
        "text", ["plain", "", "two\nlines", "a\rb\r\nc", "caf\u00e9 \U0001f600 \u2028 \x85 \0", " x: y"]
    )
    async def test_text_comes_back_as_it_was(self, shim: Served, text: str) -> None:
        async with connect(shim.websocket) as ws:
            await ws.send(text or " ")
            assert await ws.recv() == text or " "

    async def test_bytes_are_received_as_bytes_and_decode_chooses(self, shim: Served) -> None:
        async with connect(shim.websocket) as ws:
            connection = only_connection(shim)
            for data in (b"\xff\0", "é".encode(), b"text"):
                shim.service.post(connection, data)
            assert await ws.recv() == b"\xff\0"
            assert await ws.recv(decode=False) == "é".encode()
            assert await ws.recv(decode=True) == "text"

    async def test_await_and_the_subprotocol(self, shim: Served) -> None:
        ws = await connect(shim.websocket, subprotocols=["v1", "v2"])
        assert ws.subprotocol == "v2"
        assert (ws.close_code, ws.close_reason) == (None, None)
        await ws.close()
        other = await connect(shim.websocket, subprotocols=["v1"])
        assert other.subprotocol is None
        await other.close()

    async def test_closing_is_told_to_the_application(self, shim: Served, tmp_path: Path) -> None:
        async with connect(shim.websocket) as ws:
            await ws.close(4001, "bye")
            await ws.close()
            assert (ws.close_code, ws.close_reason) == (4001, "bye")
            with pytest.raises(ConnectionClosedError) as closed:
                await ws.recv()
            assert closed.value.rcvd == closed.value.sent == Close(4001, "bye")
            assert str(closed.value) == "the connection was closed with 4001 (bye)"
        told = tmp_path / "closed"
        await until(lambda: told.exists() and told.read_text() == "4001 bye")

    async def test_messages_are_read_until_the_server_closes(self, shim: Served) -> None:
        async with connect(shim.websocket) as ws:
            connection = only_connection(shim)
            for number in range(3):
                shim.service.post(connection, b"%d" % number)
            shim.service.streams.close(connection, 1000, "done")
            assert [message async for message in ws] == ["0", "1", "2"]
            assert (ws.close_code, ws.close_reason) == (1000, "done")
            with pytest.raises(ConnectionClosedOK):
                await ws.send("too late")
            await ws.wait_closed()

    async def test_a_close_that_is_no_agreement_is_an_error(self, shim: Served) -> None:
        async with connect(shim.websocket) as ws:
            shim.service.streams.close(only_connection(shim), 4000, "moved")
            with pytest.raises(ConnectionClosedError) as closed:
                async for _message in ws:
                    pass
            assert closed.value.rcvd == Close(4000, "moved")

    async def test_everybody_who_waits_learns_of_the_end(self, shim: Served) -> None:
        async with connect(shim.websocket) as ws:
            waiting = [asyncio.create_task(ws.recv()) for _ in range(3)]
            await asyncio.sleep(0)
            await ws.close()
            ends = await asyncio.gather(*waiting, return_exceptions=True)
            assert [type(end) for end in ends] == [ConnectionClosedOK] * 3

    async def test_a_message_larger_than_max_size_closes_with_1009(self, shim: Served) -> None:
        async with connect(shim.websocket, max_size=1000) as ws:
            connection = only_connection(shim)
            shim.service.post(connection, b"x" * 1000)
            shim.service.post(connection, ("é" * 501).encode())
            assert await ws.recv() == "x" * 1000
            with pytest.raises(ConnectionClosed):
                await ws.recv()
            assert ws.close_code == 1009
            assert connections(shim) == []

    async def test_reading_stops_while_max_queue_messages_wait(self, shim: Served) -> None:
        async with connect(shim.websocket, max_queue=4) as ws:
            connection = only_connection(shim)
            for _ in range(40):
                shim.service.post(connection, b"x" * 100_000 if _ < 8 else b"y")
            await until(lambda: ws._messages.qsize() >= 4)
            assert ws._messages.qsize() < 20
            assert [len(await ws.recv()) for _ in range(40)] == [100_000] * 8 + [1] * 32

    async def test_the_next_connection_of_the_loop(self, shim: Served) -> None:
        met = []
        async for ws in connect(shim.websocket):
            met.append(ws.id)
            if len(met) == 3:
                break
            shim.service.streams.close(only_connection(shim), 4000, "again")
            with pytest.raises(ConnectionClosedError):
                await ws.recv()
        await ws.close()
        assert len(set(met)) == 3

    async def test_the_loop_does_not_go_on_when_it_is_refused(self, shim: Served) -> None:
        met = aiter(connect(shim.websocket, additional_headers={"X-Refuse": "403"}))
        with pytest.raises(InvalidStatus):
            await anext(met)


class TestCancelling:
    async def test_recv_loses_nothing(self, shim: Served) -> None:
        async with connect(shim.websocket) as ws:
            connection = only_connection(shim)
            got = []
            for number in range(50):
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0):
                        await ws.recv()
                shim.service.post(connection, b"%d" % number)
                got.append(await ws.recv())
            assert got == [f"{number}" for number in range(50)]

    async def test_send_withdraws_what_waits(self, shim: Served, seen: Callable[[], list[str]]) -> None:
        async with connect(shim.websocket) as ws:
            tasks = [asyncio.create_task(ws.send(note(number))) for number in range(5)]
            await asyncio.sleep(0)
            tasks[3].cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        await until(lambda: len(seen()) == 4)
        assert sorted(seen()) == [note(number) for number in (0, 1, 2, 4)]

    async def test_close_ends_the_connection_all_the_same(self, shim: Served) -> None:
        ws = await connect(shim.websocket)
        closing = asyncio.create_task(ws.close())
        await asyncio.sleep(0)
        closing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await closing
        await ws.wait_closed()
        assert ws.close_code in {1000, 1006}

    async def test_opening_leaves_no_connection(self, shim: Served) -> None:
        opening = asyncio.ensure_future(connect(shim.websocket)._connect())
        await asyncio.sleep(0)
        opening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await opening
        await until(lambda: connections(shim) == [])

    async def test_nothing_is_left_running(self, shim: Served) -> None:
        before = asyncio.all_tasks()
        for _ in range(5):
            async with connect(shim.websocket) as ws:
                await ws.send("x")
                await ws.recv()
        assert asyncio.all_tasks() == before


def note(number: int) -> str:
    return json.dumps({"action": "note", "n": number})


class TestALostStream:
    async def test_many_cuts_lose_nothing_double_nothing_and_keep_the_order(self, shim: Served) -> None:
        with cutting(shim.port, cut_after=(900, 4000)) as proxy:
            async with connect(f"ws://127.0.0.1:{proxy.port}/{shim.stage}") as ws:
                connection = only_connection(shim)
                texts = [
                    f"{number} caf\u00e9 \U0001f600" + "\r" * (number % 3) + "x" * (number % 50)
                    for number in range(600)
                ]

                async def push() -> None:
                    for text in texts:
                        shim.service.post(connection, text.encode())
                        await asyncio.sleep(0.001)

                pushing = asyncio.create_task(push())
                got = [await asyncio.wait_for(ws.recv(), 20) for _ in texts]
                await pushing
                assert got == texts
                assert proxy.cuts >= 10
                assert connections(shim) == [connection]

    async def test_what_is_sent_over_many_cuts_is_handled_once_and_arrives_in_order(
        self, shim: Served, seen: Callable[[], list[str]]
    ) -> None:
        with cutting(shim.port, cut_after=(450, 1500)) as proxy:
            async with connect(f"ws://127.0.0.1:{proxy.port}/{shim.stage}") as ws:
                for number in range(120):
                    await ws.send(note(number))
                    await until(lambda number=number: len(seen()) > number)  # type: ignore[misc]
                assert proxy.cuts >= 10
                assert seen() == [note(number) for number in range(120)]

    async def test_a_server_that_has_forgotten_ends_the_connection(self, shim: Served) -> None:
        with cutting(shim.port) as proxy:
            async with connect(f"ws://127.0.0.1:{proxy.port}/{shim.stage}") as ws:
                connection = only_connection(shim)
                port, proxy.target = proxy.target, 1
                proxy.cut()
                shim.service.streams.close(connection, 1000, "")
                proxy.target = port
                with pytest.raises(ConnectionClosedError, match="no longer has this connection"):
                    await ws.recv()
                assert ws.close_code == 1006

    async def test_a_server_that_stays_away_is_given_up(self, shim: Served) -> None:
        with cutting(shim.port) as proxy:
            address = f"ws://127.0.0.1:{proxy.port}/{shim.stage}"
            async with connect(address, give_up_after=0.2) as ws:
                proxy.target = 1
                proxy.cut()
                with pytest.raises(ConnectionClosedError, match="could not be reached"):
                    await ws.recv()
                with pytest.raises(ConnectionClosedError):
                    await ws.send("x")

    async def test_what_was_no_longer_kept_is_told(self, shim: Served) -> None:
        gaps: list[tuple[int, int]] = []
        with cutting(shim.port) as proxy:
            address = f"ws://127.0.0.1:{proxy.port}/{shim.stage}"
            async with connect(address, on_gap=lambda first, last: gaps.append((first, last))) as ws:
                connection = only_connection(shim)
                port, proxy.target = proxy.target, 1
                proxy.cut()
                for _ in range(10_005):
                    shim.service.post(connection, b"x")
                proxy.target = port
                for _ in range(10_000):
                    await ws.recv()
                assert gaps == [(1, 5)]

    async def test_a_gap_of_which_nobody_knows_the_size_is_none_of_numbers(
        self, shim: Served, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with connect(f"ws://127.0.0.1:{shim.port}/{shim.stage}") as ws:
            ws._gap({"from": 4, "to": 3})

        assert "after number 3 may be lost" in caplog.text
        assert "messages 4" not in caplog.text
