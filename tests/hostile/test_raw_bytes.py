"""Bytes that are no request, two requests, or a bad one: each is answered once, or not at all, and nothing is believed
of what stands behind it."""

from __future__ import annotations

import pytest

from tests.hostile.corpus import CASES, SMUGGLED, Case
from tests.hostile.serving import Served
from tests.hostile.wire import request, wire


@pytest.mark.parametrize("case", CASES, ids=str)
def test_is_answered_as_it_should_be(case: Case, shim: Served) -> None:
    before = len(shim.application.connects), len(shim.application.bodies)
    with wire(shim.port) as client:
        client.send(case.data)
        answers = [client.answer() for _ in case.statuses]
        assert [answer and answer.status for answer in answers] == list(case.statuses)
        assert client.closed() if case.then == "closed" else client.in_step()
    assert (len(shim.application.connects), len(shim.application.bodies)) == before


@pytest.mark.parametrize("case", [case for case in CASES if len(case.data) < 2_000], ids=str)
def test_in_small_pieces_it_is_answered_the_same(case: Case, hot: Served) -> None:
    with wire(hot.port) as client:
        for start in range(0, len(case.data), 7):
            client.send(case.data[start : start + 7])
        statuses = [answer and answer.status for answer in (client.answer() for _ in case.statuses)]
        # who still sends when it is refused may find no answer, or that to its head
        assert statuses == list(case.statuses) or (case.then == "closed" and statuses in ([None], [410]))


def test_a_request_behind_a_stream_is_not_answered(shim: Served) -> None:
    with wire(shim.port) as client:
        client.send(request(Accept="text/event-stream"))
        stream = client.answer()
        assert stream is not None
        assert stream.headers["content-type"].startswith("text/event-stream")
        client.send(SMUGGLED)
        if shim.kind == "hot":
            assert client.closed()
        else:
            client.socket.settimeout(0.2)
            with pytest.raises(TimeoutError):
                client.answer()
