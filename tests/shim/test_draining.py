"""How the shim ends: a message that it took is handled, whenever it took it."""

from __future__ import annotations

import json
import threading

import httpx

from shim.config import Address
from shim.hot.server import hot_server
from shim.streams.redis.streams import RedisStreams
from tests.redis_server import RedisServer
from tests.shim.faces.facing import STREAM, eventually, faced
from tests.shim.streams.redis_world import own_options


def test_a_message_that_waited_for_redis_while_those_under_way_were_finished_is_handled_too(
    redis_server: RedisServer,
) -> None:
    shim = faced(streams=RedisStreams(own_options(redis_server.url, timeout_s=10, lease_s=30)))
    listening = Address("127.0.0.1", 0).bind()
    address = f"http://127.0.0.1:{listening.getsockname()[1]}/prod"
    server = hot_server(shim.app, shim.app.management, drain_s=2, timeout_graceful_shutdown=20)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    answered: list[int] = []
    try:
        eventually(lambda: server.started)
        with httpx.stream("GET", address, headers=STREAM, timeout=30) as stream:
            opened = next(line for line in stream.iter_lines() if line.startswith("data: "))
            session = json.loads(opened.removeprefix("data: "))["session"]
        said = {"content": '{"action":"wait"}', "headers": {"Stream-Session": session}, "timeout": 30}
        redis_server.pause()
        try:
            posting = threading.Thread(target=lambda: answered.append(httpx.post(address, **said).status_code))
            posting.start()
            eventually(lambda: len(server.server_state.tasks) > 0)
            server.should_exit = True
            eventually(lambda: not shim.service.accepting)
        finally:
            redis_server.go_on()
        posting.join(30)
        assert answered == [202]
        eventually(shim.functions.waiting.is_set)
        thread.join(0.5)
        assert thread.is_alive()
        assert shim.service.messages_running == 1
    finally:
        shim.functions.released.set()
        server.should_exit = True
        thread.join(30)
        listening.close()

    assert not thread.is_alive()
    assert shim.functions.bodies == ['{"action":"wait"}']
