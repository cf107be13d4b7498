"""The pinned world has no outside: what is not answered by a stub is refused, and both are counted."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from shim.dualrun.record.scenario import Session
from shim.dualrun.replay.driver import run_sessions
from shim.dualrun.replay.processes import candidate_process
from shim.dualrun.replay.stream_client import StreamClient
from shim.dualrun.replay.stubs import Stub
from shim.dualrun.replay.world import World
from tests.shim.dualrun.replay.small_app import small_app
from tests.shim.dualrun.replay.test_settling_by_cause import ALICE, act

SOURCE = """
    import asyncio, http.client, json, socket, urllib.request
    import aiohttp, boto3, botocore.exceptions, httpx, requests, urllib3

    async def by_aiohttp(url):
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            return await response.json()

    def told(me, call, *arguments):
        try:
            push(me, json.dumps(call(*arguments)))
        except Exception as error:
            push(me, json.dumps(f"{type(error).__name__}: {error}"))

    WAYS = {
        "requests": lambda url: requests.get(url, timeout=30).json(),
        "httpx": lambda url: httpx.get(url).json(),
        "urllib": lambda url: json.load(urllib.request.urlopen(url)),
        "urllib3": lambda url: urllib3.PoolManager().request("GET", url).json(),
        "aiohttp": lambda url: asyncio.run(by_aiohttp(url)),
    }

    def fetch(me, message):
        told(me, WAYS[message["way"]], message["url"])

    def dial(me, message):
        told(me, socket.create_connection, (message["host"], message["port"]), 5)

    def datagram(me, message):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            told(me, sock.sendto, b"x", (message["host"], message["port"]))

    async def in_the_loop(me, message):
        try:
            await asyncio.open_connection(message["host"], message["port"])
        except OSError as error:
            push(me, json.dumps(f"{type(error).__name__}: {error}"))

    def bedrock(me, message):
        client = boto3.client("bedrock-runtime", region_name="us-east-1")
        answer = client.invoke_model(modelId="m", body=json.dumps({"prompt": message["prompt"]}))
        push(me, json.dumps(json.loads(answer["body"].read())))

    def unknown(me, message):
        client = boto3.client("location", region_name="us-east-1")
        find = client.search_place_index_for_text
        told(me, lambda: find(IndexName="i", Text=message["text"])["Summary"]["Text"])

    def known(me, message):
        sqs = boto3.client("sqs", region_name="us-east-1")
        sqs.create_queue(QueueName="q")
        told(me, lambda: [url.rpartition("/")[2] for url in sqs.list_queues()["QueueUrls"]])
    """


async def answers(folder: Path, *steps, stubs: tuple[Stub, ...] = ()) -> tuple[list, dict[str, int]]:
    async with candidate_process(small_app(folder, SOURCE), {}, [], World(stubs=stubs)) as side:
        make = partial(StreamClient, side.url)
        session = Session("one", (ALICE, *steps))
        recording = await run_sessions([session], make, run="candidate", path="stream", line=side.line)
        assert recording.problems == ()
        told = [json.loads(event.text) for event in recording.events if event.kind == "msg"]
        return told, await side.line.ask("stubs")


async def test_what_is_not_http_is_refused_and_the_error_names_the_host(tmp_path):
    told, used = await answers(
        tmp_path,
        act("dial", host="redis.example.com", port=6379),
        act("dial", host="203.0.113.7", port=443),
        act("dial", host="127.0.0.1", port=6379),
        act("in_the_loop", host="203.0.113.8", port=80),
        act("datagram", host="203.0.113.9", port=53),
    )
    hosts = ["redis.example.com:6379", "203.0.113.7:443", "127.0.0.1:6379", "203.0.113.8:80", "203.0.113.9:53"]
    assert len(told) == len(hosts)
    for host, error in zip(hosts, told, strict=True):
        assert f"{host} is outside of the pinned world, whose network is closed" in error
    assert used == {f"{host} (refused)": 1 for host in hosts}


async def test_http_is_answered_alike_for_the_same_request_whatever_asks(tmp_path):
    ways = ("requests", "httpx", "urllib", "urllib3", "aiohttp")
    first, used = await answers(
        tmp_path / "one",
        *[act("fetch", way=way, url="https://api.example.com/v1/rates?day=1") for way in ways],
        act("fetch", way="httpx", url="https://api.example.com/v1/rates?day=2"),
    )
    other, _ = await answers(tmp_path / "two", act("fetch", way="urllib", url="https://api.example.com/v1/rates?day=1"))
    assert len({json.dumps(answer) for answer in first[:5]}) == 1
    assert first[5] != first[0] == other[0]
    assert used == {"GET api.example.com/v1/rates": 6}


async def test_a_users_stub_answers_what_it_matches(tmp_path):
    stubs = (
        Stub("rates", host="api.example.com", path="/v1/*", headers={"X-A": "b"}, body='{"EUR": 1.1}'),
        Stub("model", aws="bedrock-runtime.InvokeModel", body='{"completion": "hello"}'),
    )
    told, used = await answers(
        tmp_path,
        act("fetch", way="requests", url="https://api.example.com/v1/rates"),
        act("bedrock", prompt="hi"),
        stubs=stubs,
    )
    assert told == [{"EUR": 1.1}, {"completion": "hello"}]
    assert used == {"rates": 1, "model": 1}


async def test_aws_operations_that_moto_lacks_get_an_answer_in_their_shape_and_others_are_left_to_moto(tmp_path):
    texts = ("one", "one", "two")
    told, used = await answers(tmp_path, *[act("unknown", text=text) for text in texts], act("known"))
    assert told[0] == told[1] != told[2]
    assert told[0].startswith("stub-")
    assert told[3] == ["q"]
    assert used == {"location.SearchPlaceIndexForText": 3}


@pytest.mark.parametrize("matching", [{"host": "other"}, {"path": "/v2/*"}, {"method": "POST"}])
@pytest.mark.slow
async def test_a_stub_that_does_not_match_is_left_alone(tmp_path, matching):
    stub = Stub("never", **matching)
    told, used = await answers(
        tmp_path, act("fetch", way="httpx", url="https://api.example.com/v1/rates"), stubs=(stub,)
    )
    assert list(told[0]) == ["stub"]
    assert used == {"GET api.example.com/v1/rates": 1}
