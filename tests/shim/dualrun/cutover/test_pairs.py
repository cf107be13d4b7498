"""Tap: a canary holds a connection of each kind, the business code runs once, and both deliveries are compared."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from shim.streams import Streams
from tests.shim.dualrun.cutover.sides import Cutting, act, cutting, heard
from tests.shim.dualrun.cutover.test_service import soon
from tests.shim.sse_client import STREAM, SseClient, open_stream, resume_stream

PAIR = "a-pair-id-of-the-client"
ODD = [
    "",
    "plain",
    "two\nlines",
    "with \r in it",
    "\u00e4\u20ac\U0001f600",
    '{"json": [1, 2]}',
    " ",
    "x" * 40_000,
    "data: not",
]


@pytest.fixture
def cut(tmp_path: Path) -> Iterator[Cutting]:
    with cutting(tmp_path / "cutover.jsonl", stage="tap", canaries=("ana",), settle_s=1.0, check_s=0.05) as running:
        yield running


def listening(cut: Cutting, user: str = "ana", pair: str = PAIR, **query: str) -> AbstractContextManager[SseClient]:
    return open_stream(cut.stream, {"user": user, "cutover_pair": pair, **query})


def refused(cut: Cutting, **query: str) -> int:
    return httpx.get(cut.stream, params=query, headers=STREAM).status_code


def observed(cut: Cutting) -> dict[str, Any]:
    told: dict[str, Any] = cut.status()["observed"]
    return told


def test_the_business_code_runs_once_and_both_connections_are_sent_everything(cut: Cutting) -> None:
    cut.old.answer = lambda body: ODD
    with cut.socket("ana", cutover_pair=PAIR) as ana, listening(cut) as second:
        act(ana, "one", "write")
        assert [ana.recv(30) for _ in ODD] == ODD
        texts = [second.next() for _ in ODD]
        assert [json.loads(one.data) if one.type == "escaped" else one.data for one in texts] == ODD
        soon(lambda: observed(cut)["messages_compared"] == len(ODD))
        assert observed(cut)["pairs"] == 1
    assert cut.old.texts() == ["one"]
    assert len(cut.old.connects) == 1
    assert "cutover_pair" not in json.dumps(cut.old.connects[0])
    soon(lambda: observed(cut)["sessions"] == 1)
    assert (observed(cut)["differing"], observed(cut)["unexplained"]) == (0, {})


def test_pushes_to_everybody_reach_both_connections_once(cut: Cutting) -> None:
    with cut.socket("ana", cutover_pair=PAIR) as ana, listening(cut) as second, cut.socket("ben") as ben:
        cut.service.streams.broadcast('{"all": 1}')
        act(ben, "two", "all")
        for socket in (ana, ben):
            assert [heard(socket), heard(socket)] == [{"all": 1}, {"answer": "two"}]
        assert [second.next().data, second.next().data] == ['{"all": 1}', '{"answer": "two"}']
        soon(lambda: observed(cut)["messages_compared"] == 2)
    assert observed(cut)["unexplained"] == {}


def test_pushes_to_a_group_reach_both_connections_of_its_members_alone(cut: Cutting) -> None:
    with cut.socket("ana", cutover_pair=PAIR) as ana, listening(cut) as second:
        streams = cut.service.streams
        for shown in streams.snapshots():
            streams.annotate(shown.connection_id, room="a")
        with cut.socket("ben") as ben:
            assert streams.broadcast('{"room": "a"}', group={"room": "a"}) == 1
            act(ana, "end")
            act(ben, "end")
            assert [heard(ana), heard(ana)] == [{"room": "a"}, {"answer": "end"}]
            assert heard(ben) == {"answer": "end"}
            assert [json.loads(second.next().data) for _ in range(2)] == [{"room": "a"}, {"answer": "end"}]


def test_what_was_sent_before_the_second_connection_came_is_not_missed(cut: Cutting) -> None:
    with cut.socket("ana", cutover_pair=PAIR) as ana:
        act(ana, "early")
        assert heard(ana) == {"answer": "early"}
        with listening(cut) as second:
            act(ana, "late")
            assert json.loads(second.next().data) == {"answer": "late"}
            soon(lambda: observed(cut)["messages_compared"] == 1)
    time.sleep(1.2)
    assert observed(cut)["unexplained"] == {}


def test_a_stream_that_is_lost_and_taken_up_again_is_no_difference(cut: Cutting) -> None:
    with cut.socket("ana", cutover_pair=PAIR) as ana:
        with listening(cut) as second:
            act(ana, "one")
            last = second.next().id
            session = second.session
        act(ana, "two")
        with resume_stream(cut.stream, session, last) as second:
            second.next()
            soon(lambda: observed(cut)["messages_compared"] == 2)
        with resume_stream(cut.stream, session, last) as second:  # once more from there
            second.next()
        time.sleep(1.2)
    assert observed(cut)["unexplained"] == {}


def test_a_message_that_one_transport_loses_takes_it_back(cut: Cutting, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fault is put in where messages become bytes; what is compared is what comes out there."""
    original = Streams.send

    def lossy(streams: Any, connection_id: str, data: Any, *, binary: bool = False) -> int:
        if cut.service.observed.pairs.is_mirror(connection_id) and "lost" in str(data):
            return 0
        return original(streams, connection_id, data, binary=binary)

    monkeypatch.setattr(Streams, "send", lossy)
    with cut.socket("ana", cutover_pair=PAIR) as ana, listening(cut) as second:
        act(ana, "lost")
        act(ana, "kept")
        assert [heard(ana), heard(ana)] == [{"answer": "lost"}, {"answer": "kept"}]
        assert json.loads(second.next().data) == {"answer": "kept"}
        soon(lambda: cut.service.control.position.stage == "legacy")
    last = cut.service.control.last

    assert last.by == "automatic"
    assert last.evidence is not None
    assert set(last.evidence["unexplained"]) == {"missing"}


def test_the_second_connection_only_listens(cut: Cutting) -> None:
    with cut.socket("ana", cutover_pair=PAIR) as ana, listening(cut) as second:
        second.send('{"action": "write", "text": "twice"}')
        last = second.rest()[-1]
        assert json.loads(last.data) == {"code": 1008, "reason": "this connection of the pair only listens"}
        act(ana, "once", "write")
        assert heard(ana) == {"answer": "once"}
    assert cut.old.texts() == ["once"]


def test_the_second_connection_ends_with_the_first_and_not_the_other_way(cut: Cutting) -> None:
    with cut.socket("ana", cutover_pair=PAIR) as ana:
        with listening(cut) as second:
            second.close()
        act(ana, "still here")
        assert heard(ana) == {"answer": "still here"}
        with listening(cut) as second:
            ana.close()
            assert second.rest()[-1].type == "close"
    assert len(cut.old.ends) == 1


def test_only_the_one_who_opened_the_first_connection_may_listen(cut: Cutting) -> None:
    with cut.socket("ana", cutover_pair=PAIR, token="of-ana"):
        assert refused(cut, user="ana", cutover_pair=PAIR, token="of-somebody") == 403
        assert refused(cut, user="ana", cutover_pair=PAIR + "-guessed", token="of-ana") == 409
        assert refused(cut, user="ben", cutover_pair=PAIR, token="of-ana") == 409  # who is no canary
        assert refused(cut, user="ana", cutover_pair="short", token="of-ana") == 400
        with listening(cut, token="of-ana"):
            assert refused(cut, user="ana", cutover_pair=PAIR, token="of-ana") == 409


def test_where_no_pairs_are_taken_the_first_connection_is_served_and_the_second_is_not(cut: Cutting) -> None:
    cut.set(stage="legacy")
    with cut.socket("ana", cutover_pair=PAIR) as ana:
        assert refused(cut, user="ana", cutover_pair=PAIR) == 409
        act(ana, "one")
        assert heard(ana) == {"answer": "one"}


def test_a_canary_that_connected_before_the_stage_that_takes_pairs_has_one_in_it(cut: Cutting) -> None:
    cut.set(stage="legacy")
    with cut.socket("ana", cutover_pair=PAIR) as ana:
        cut.set(stage="tap")
        with listening(cut) as second:
            act(ana, "one")
            assert json.loads(second.next().data) == heard(ana) == {"answer": "one"}


def test_a_change_of_the_stage_ends_the_listening_connection_alone(cut: Cutting) -> None:
    with cut.socket("ana", cutover_pair=PAIR) as ana, listening(cut) as second:
        cut.set(stage="legacy")
        assert second.rest()[-1].type == "close"
        act(ana, "one")
        assert heard(ana) == {"answer": "one"}


def test_in_live_the_stream_acts_and_the_websocket_listens(cut: Cutting) -> None:
    cut.set(stage="live", force=True)
    with listening(cut) as first, cut.socket("ana", cutover_pair=PAIR) as second:
        first.send('{"action": "write", "text": "one"}')
        assert json.loads(first.next().data) == heard(second) == {"answer": "one"}
        act(second, "not for it")
        with pytest.raises(ConnectionClosed):
            second.recv(30)
    assert cut.new.texts() == ["one"]
    assert cut.old.texts() == []


def test_pairs_are_bounded(tmp_path: Path) -> None:
    with (
        cutting(tmp_path / "cutover.jsonl", stage="tap", canaries=("ana",), pairs=1) as cut,
        cut.socket("ana", cutover_pair=PAIR),
        cut.socket("ana", cutover_pair=f"{PAIR}-2") as more,
    ):
        assert refused(cut, user="ana", cutover_pair=f"{PAIR}-2") == 409
        act(more, "one")
        assert heard(more) == {"answer": "one"}


def test_who_is_no_canary_takes_no_pair_from_one(tmp_path: Path) -> None:
    with (
        cutting(tmp_path / "cutover.jsonl", stage="tap", canaries=("ana",), pairs=1) as cut,
        cut.socket("ben", cutover_pair=f"{PAIR}-made-up"),
        cut.socket("ana", cutover_pair=PAIR) as ana,
        listening(cut) as second,
    ):
        act(ana, "one")
        assert json.loads(second.next().data) == heard(ana) == {"answer": "one"}
