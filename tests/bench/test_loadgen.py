"""A wrong answer is a failed run, never a fast one."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.generator import Generator, GeneratorFailed, build_generator
from bench.records import EVERY_STREAM, Request, payload, write_requests
from tests.bench.pushing_server import Deliver, chunk, event, pushing_server, rightly

pytestmark = pytest.mark.skipif(shutil.which("gcc") is None, reason="no C compiler")

STREAMS = 5


@pytest.fixture(scope="module", autouse=True)
def _built() -> None:
    build_generator()


@pytest.fixture
def generator() -> Iterator[Generator]:
    with Generator() as started:
        yield started


def open_streams(generator: Generator, folder: Path, port: int, count: int = STREAMS, **options: object) -> dict:
    requests = (Request(f"GET /{i} HTTP/1.1\r\nHost: x\r\n\r\n".encode(), b"", i) for i in range(count))
    write_requests(folder / "open", requests)
    return generator.ask("open", requests=folder / "open", port=port, **options)


def push(generator: Generator, folder: Path, port: int, targets: list[int], first: int = 100, **options) -> dict:
    entries = []
    for number, target in enumerate(targets, first):
        body = payload(number, 120)
        name = -1 if target == EVERY_STREAM else target
        head = f"POST /{name} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        entries.append(Request(head + body, body, target))
    write_requests(folder / "push", entries, first_number=first)
    return generator.ask("push", requests=folder / "push", port=port, **({"seconds": 20, "patience": 0.3} | options))


def run(generator: Generator, folder: Path, deliver: Deliver, targets: list[int], **options) -> dict:
    with pushing_server(deliver) as port:
        assert open_streams(generator, folder, port)["open"] == STREAMS
        return push(generator, folder, port, targets, **options)


ONE_BY_ONE = [i % STREAMS for i in range(50)]
TO_ALL = [EVERY_STREAM] * 20


def test_a_server_that_closes_what_is_idle_has_done_nothing_wrong(generator, tmp_path):
    with pushing_server(idle_s=0.05) as port:
        open_streams(generator, tmp_path, port)
        found = push(generator, tmp_path, port, ONE_BY_ONE[:4], outstanding=2, rate=2, seconds=2)
    assert found["right"], found
    assert (found["sent"], found["strays"]) == (4, 0)


def spoiled(payload_of: Deliver, at: bytes = b'"0000000110"') -> Deliver:
    """Right but for message 110."""

    def deliver(streams, index, body):
        (payload_of if at in body else rightly)(streams, index, body)

    return deliver


def nowhere(streams, index, body):
    pass


def twice(streams, index, body):
    rightly(streams, index, body)
    rightly(streams, index, body)


def to_the_next(streams, index, body):
    rightly(streams, (index + 1) % STREAMS, body)


def changed(streams, index, body):
    rightly(streams, index, body.replace(b"xx", b"xy", 1))


def a_byte_short(streams, index, body):
    rightly(streams, index, body[:-1])


def renumbered(streams, index, body):
    rightly(streams, index, body.replace(b"0000000110", b"0000009999"))


def in_two_lines(streams, index, body):
    streams[index].sendall(event(body[:20] + b"\ndata: " + body[20:]))


def after_a_gap(streams, index, body):
    streams[index].sendall(chunk(b"event: gap\ndata: {}\n\n"))
    rightly(streams, index, body)


def and_hangs_up(streams, index, body):
    streams[index].shutdown(2)


def in_broken_chunks(streams, index, body):
    streams[index].sendall(b"zz\r\n" + body)


WRONG = {
    "missing": nowhere,
    "duplicates": twice,
    "misrouted": to_the_next,
    "corrupted": changed,
    "strays": renumbered,
    "surprises": after_a_gap,
    "ended_streams": and_hangs_up,
}


@pytest.mark.parametrize("what", WRONG)
def test_one_wrong_message_in_fifty_spoils_the_run(generator, tmp_path, what):
    found = run(generator, tmp_path, spoiled(WRONG[what]), ONE_BY_ONE)
    assert not found["right"]
    assert found[what] == 1


@pytest.mark.parametrize("wrongly", [a_byte_short, in_two_lines, in_broken_chunks])
def test_a_message_in_another_form_spoils_the_run(generator, tmp_path, wrongly):
    assert not run(generator, tmp_path, spoiled(wrongly), ONE_BY_ONE)["right"]


def test_a_broadcast_that_one_stream_did_not_get_spoils_the_run(generator, tmp_path):
    def all_but_one(streams, index, body):
        for stream in streams[1:]:
            stream.sendall(event(body))

    found = run(generator, tmp_path, spoiled(all_but_one), TO_ALL, seconds=1)
    assert (found["right"], found["missing"]) == (False, 1)


def test_a_broadcast_that_one_stream_got_twice_spoils_the_run(generator, tmp_path):
    def one_more(streams, index, body):
        rightly(streams, index, body)
        streams[2].sendall(event(body))

    found = run(generator, tmp_path, spoiled(one_more), TO_ALL)
    assert (found["right"], found["duplicates"]) == (False, 1)


def test_a_message_that_overtakes_an_acknowledged_one_spoils_the_run(generator, tmp_path):
    held = []

    def late(streams, index, body):
        if b'"0000000110"' in body:
            held.append(body)
            return
        rightly(streams, index, body)
        if held and b'"0000000111"' in body:
            rightly(streams, index, held.pop())

    found = run(generator, tmp_path, late, [0] * 50)
    assert (found["right"], found["reordered"], found["missing"]) == (False, 1, 0)


def test_a_refusal_spoils_the_run_and_is_shown(generator, tmp_path):
    with pushing_server(nowhere, status=b"403 Forbidden") as port:
        open_streams(generator, tmp_path, port)
        found = push(generator, tmp_path, port, [0])
    assert (found["right"], found["refused"], found["statuses"]) == (False, 1, {"403": 1})
    assert found["first_refusal"].startswith("HTTP/1.1 403 Forbidden")


def test_pushes_are_counted_by_what_came_of_them(generator, tmp_path):
    found = run(generator, tmp_path, rightly, ONE_BY_ONE, outstanding=4)
    assert found["right"], found
    assert (found["sent"], found["answered"], found["delivered"]) == (50, 50, 50)
    assert found["delivery_us"]["count"] == 50


def test_a_broadcast_counts_for_each_stream_and_ends_with_the_last(generator, tmp_path):
    found = run(generator, tmp_path, rightly, TO_ALL, outstanding=8)
    assert found["right"], found
    assert (found["sent"], found["delivered"], found["last_us"]["count"]) == (20, 20 * STREAMS, 20)


def test_two_phases_on_the_same_streams_are_told_apart(generator, tmp_path):
    with pushing_server() as port:
        open_streams(generator, tmp_path, port)
        assert push(generator, tmp_path, port, ONE_BY_ONE)["right"]
        assert push(generator, tmp_path, port, TO_ALL, first=150)["right"]


def test_a_paced_run_counts_latency_from_when_a_push_was_due(generator, tmp_path):
    """A server that stands still for a while delays also those pushes that could not be sent meanwhile."""

    def stands_still(streams, index, body):
        if b'"0000000110"' in body:
            time.sleep(0.3)
        rightly(streams, index, body)

    found = run(generator, tmp_path, stands_still, [0] * 100, rate=200, seconds=0.5, outstanding=1, patience=3)
    assert found["right"], found
    assert found["sent"] == 100
    assert found["delivery_us"]["max"] >= 300_000
    assert found["delivery_us"]["p50"] >= 20_000  # without the correction this would be the time of one round trip


def test_ids_are_read_from_the_open_event(generator, tmp_path):
    greeting = b'retry: 1000\nevent: open\nid: e-0\ndata: {"connectionId": "conn-%d=", "session": "s"}\n\n'
    with pushing_server(greeting=greeting) as port:
        found = open_streams(generator, tmp_path, port, ids=tmp_path / "ids")
        assert found["open"] == STREAMS
        assert push(generator, tmp_path, port, ONE_BY_ONE)["right"]
    assert (tmp_path / "ids").read_text().split() == [f"conn-{i}=" for i in range(STREAMS)]


def test_a_stream_that_is_refused_is_not_open(generator, tmp_path):
    with pushing_server() as port:
        write_requests(tmp_path / "open", [Request(b"POST /-1 HTTP/1.1\r\nContent-Length: 0\r\n\r\n", b"", 0)])
        found = generator.ask("open", requests=tmp_path / "open", port=port)
    assert (found["open"], found["failed"]) == (0, 1)


def test_a_file_that_is_no_file_of_requests_ends_the_generator(generator, tmp_path):
    (tmp_path / "open").write_bytes(b"x" * 100)
    with pytest.raises(GeneratorFailed, match="ended with status 2"):
        generator.ask("open", requests=tmp_path / "open", port=1)
