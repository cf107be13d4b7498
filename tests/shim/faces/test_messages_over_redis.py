"""A message that a node has taken is handled, also when Redis does not answer at that moment."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from shim.streams import BrokerUnavailable
from shim.streams.redis.streams import RedisStreams
from tests.redis_server import RedisServer
from tests.shim.faces.facing import eventually, facing
from tests.shim.sse_client import open_stream
from tests.shim.streams.redis_world import own_options


def test_what_a_node_can_not_handle_since_it_does_not_know_the_client_it_does_not_take(
    redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = own_options(redis_server.url)
    with facing(streams=RedisStreams(options)) as here, facing(streams=RedisStreams(options)) as there:

        async def unanswered(_connection_id: str) -> str:
            raise BrokerUnavailable("TimeoutError")

        with open_stream(here.address) as stream, monkeypatch.context() as patched:
            patched.setattr(there.service.streams.awaiting, "state", unanswered)
            said: dict[str, Any] = {"content": '{"action": "silent"}', "headers": {"Stream-Session": stream.session}}
            refused = httpx.post(there.address, **said)
            patched.undo()
            taken = httpx.post(there.address, **said)
            eventually(lambda: bool(there.functions.bodies))

        assert (refused.status_code, taken.status_code) == (503, 202)
        assert refused.json() == {"message": "the broker of the connections is not available"}  # why, is for the log
        assert [json.loads(body) for body in there.functions.bodies] == [{"action": "silent"}]
