"""How a migrated application ends: what its clients are told, and that none of them misses anything."""

from __future__ import annotations

import asyncio
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import httpx
import pytest

from shim.streams import StreamLimits
from templates.client.sse_socket import connect
from tests.frontends.front_ends import FrontEnd, configuration, free_port, started
from tests.hostile.serving import eventually
from tests.one_function import AWS, write_application
from tests.redis_server import RedisServer
from tests.running import environment, invoke, migrated_process, process, wait_until_ready
from tests.shim.sse_client import SseClient, open_stream, resume_stream

HANDLER = """
    import json, os, time
    import boto3

    HERE = os.path.dirname(os.path.abspath(__file__))

    def handler(event, context):
        connection_id = event["requestContext"]["connectionId"]
        if event["requestContext"]["routeKey"] == "$default":
            said = json.loads(event["body"])
            if said["text"] == "hold":
                open(os.path.join(HERE, "holding"), "w").close()
                while not os.path.exists(os.path.join(HERE, "go_on")):
                    time.sleep(0.01)
            api = boto3.client("apigatewaymanagementapi", endpoint_url="https://example.test/dev")
            api.post_to_connection(ConnectionId=said.get("to", connection_id), Data=said["text"].encode())
        return {"statusCode": 200}
"""
"""Sends each message to whom it names, or back."""

GOING_AWAY = '{"code": 1001, "reason": "Going away"}'
SOON = {"STREAM_HEARTBEAT_SECONDS": "1", **AWS}


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    app, new = tmp_path_factory.mktemp("app"), tmp_path_factory.mktemp("new") / "sse"
    write_application(app, dedent(HANDLER))
    finished = invoke("migrate", app, "--out", new)
    assert finished.returncode in {0, 3}, finished.stderr
    return new


@dataclass(frozen=True)
class Held:
    """A message whose handler does not end before it is let go of."""

    folder: Path
    answer: Future[httpx.Response]

    def let_go(self) -> None:
        (self.folder / "go_on").touch()


@contextmanager
def holding(folder: Path, base: str, session: str) -> Iterator[Held]:
    """Begins when the handler has."""
    with ThreadPoolExecutor(1) as pool:
        body, headers = '{"text": "hold"}', {"Stream-Session": session}
        held = Held(folder, pool.submit(httpx.post, f"{base}/stream", content=body, headers=headers, timeout=30))
        try:
            eventually((folder / "holding").exists)
            yield held
        finally:
            held.let_go()
            held.answer.exception(30)
            for name in ("holding", "go_on"):
                (folder / name).unlink()


@contextmanager
def process_at(folder: Path, port: int, **variables: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """At a port that it opens itself, and so closes."""
    command = [sys.executable, "-m", "uvicorn", "sse_service.main:app", "--port", str(port), "--log-level", "warning"]
    with process(command, folder, environment(**variables)) as service:
        base = f"http://127.0.0.1:{port}"
        wait_until_ready(base, service)
        yield base, service


def refuses(base: str) -> bool:
    try:
        httpx.get(f"{base}/healthz")
    except httpx.ConnectError:
        return True
    except httpx.TransportError:  # it was accepted by the system when the port was closed
        return False
    return False


def raw(client: SseClient) -> str:
    """What is left of a stream, to its proper end: httpx raises where that is missing."""
    return b"".join(client._bytes).decode()


def test_messages_and_streams_end_before_the_server_of_its_image_cuts_them_off(migrated: Path) -> None:
    ending = (migrated / "sse_service" / "ending.py").read_text()
    own_s = StreamLimits().drain_spread_ms / 1000 + sum(
        float(seconds)
        for seconds in re.findall(r"^(?:UNDER_WAY_S|WRITING_S): Final = ([0-9.]+)$", ending, re.MULTILINE)
    )
    (server_s,) = re.findall(r'"--timeout-graceful-shutdown", "(\d+)"', (migrated / "Dockerfile").read_text())

    assert 0 < own_s < float(server_s)


def test_each_stream_is_told_that_the_service_goes_and_when_to_come_back(migrated: Path) -> None:
    with ExitStack() as stack:
        base, service = stack.enter_context(migrated_process(migrated, **SOON))
        clients = [stack.enter_context(open_stream(f"{base}/stream")) for _ in range(20)]
        service.send_signal(signal.SIGTERM)
        words = [raw(client) for client in clients]
        assert service.wait(30) == -signal.SIGTERM

    told = [re.search(r"retry: (\d+)\nevent: close\ndata: (.*)\n\n$", one) for one in words]
    assert all(told), words
    pauses = [int(one[1]) for one in told if one]
    assert {one[2] for one in told if one} == {GOING_AWAY}
    assert all(1_000 <= pause <= 6_000 for pause in pauses)
    assert max(pauses) - min(pauses) > 1_000


def test_a_message_under_way_is_finished_and_what_it_sends_comes_before_the_end(migrated: Path) -> None:
    with (
        process_at(migrated, free_port(), **SOON) as (base, service),
        open_stream(f"{base}/stream") as client,
    ):
        with holding(migrated, base, client.session) as held:
            service.send_signal(signal.SIGTERM)
            eventually(lambda: refuses(base))
            held.let_go()
            assert held.answer.result(30).status_code == 200
        assert [(event.type, event.data) for event in client.rest()] == [("message", "hold"), ("close", GOING_AWAY)]
        service.wait(30)


def test_whoever_signals_again_does_not_wait_for_messages(migrated: Path) -> None:
    with (
        process_at(migrated, free_port(), **SOON) as (base, service),
        open_stream(f"{base}/stream") as client,
        holding(migrated, base, client.session),
    ):
        service.send_signal(signal.SIGTERM)
        eventually(lambda: refuses(base))
        time.sleep(0.6)  # sooner it is the same signal, which came twice
        service.send_signal(signal.SIGTERM)
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):  # cut off, or reset
            raw(client)


def test_ctrl_c_ends_it_in_the_same_order_and_at_once(migrated: Path) -> None:
    with (
        migrated_process(migrated, DRAIN_NOTICE_SECONDS="600", **SOON) as (base, service),
        open_stream(f"{base}/stream") as client,
    ):
        service.send_signal(signal.SIGINT)
        assert [(event.type, event.data) for event in client.rest()] == [("close", GOING_AWAY)]
        service.wait(30)


def test_over_redis_a_stream_ends_behind_a_whole_message_and_goes_on_at_another_process(
    migrated: Path, redis: RedisServer
) -> None:
    shared = {"STREAMS_REDIS_URL": redis.url, **SOON}
    with (
        migrated_process(migrated, **shared) as (here, service),
        migrated_process(migrated, **shared) as (there, _other),
        open_stream(f"{here}/stream") as client,
    ):
        client.send('{"text": "before"}')
        seen = client.next()
        service.send_signal(signal.SIGTERM)
        assert client.rest() == []
        said = httpx.post(f"{there}/stream", content='{"text": "after"}', headers={"Stream-Session": client.session})
        assert said.status_code == 200
        with resume_stream(f"{there}/stream", client.session, seen.id) as again:
            assert again.next().data == "after"
        service.wait(30)


@pytest.mark.slow
def test_nobody_misses_anything_while_processes_are_replaced_one_by_one(
    migrated: Path, redis: RedisServer, tmp_path: Path
) -> None:
    shared = {"STREAMS_REDIS_URL": redis.url, "DRAIN_NOTICE_SECONDS": "1", **SOON}
    ports, port = (free_port(), free_port()), free_port()
    text = configuration("nginx", [f"127.0.0.1:{one}" for one in ports], f"127.0.0.1:{port}")
    with ExitStack() as stack:
        nodes = [stack.enter_context(process_at(migrated, one, **shared)) for one in ports]
        front = stack.enter_context(started("nginx", text, port, tmp_path))

        def replace() -> None:
            for place, own in enumerate(ports):
                service = nodes[place][1]
                service.send_signal(signal.SIGTERM)
                assert service.wait(30) == -signal.SIGTERM
                nodes[place] = stack.enter_context(process_at(migrated, own, **shared))

        asyncio.run(talk(front, replace))


async def talk(front: FrontEnd, meanwhile: Callable[[], None]) -> None:
    """Clients of the library that we give talk to themselves, and hear each word once and in order."""
    over = asyncio.Event()
    talking = [asyncio.create_task(talk_to_oneself(f"ws://127.0.0.1:{front.port}/stream", over)) for _ in range(10)]
    await asyncio.to_thread(meanwhile)
    over.set()
    heard = await asyncio.gather(*talking)
    assert min(heard) > 5


async def talk_to_oneself(address: str, over: asyncio.Event) -> int:
    gaps: list[tuple[int, int]] = []
    async with connect(address, on_gap=lambda *which: gaps.append(which)) as client:
        said = 0
        while not over.is_set():
            said += 1
            await client.send(f'{{"text": "{said}"}}')
            await asyncio.sleep(0.05)
        async with asyncio.timeout(30):
            heard = [await client.recv() for _ in range(said)]
    assert heard == [str(number) for number in range(1, said + 1)]
    assert gaps == []
    return said
