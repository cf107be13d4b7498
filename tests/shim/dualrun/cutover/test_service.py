"""Which service a client gets, and what a change does to those that are connected."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection

from shim.dualrun.cutover.users import in_share
from tests.shim.dualrun.cutover.sides import Cutting, act, cutting, heard
from tests.shim.sse_client import STREAM, open_stream


@pytest.fixture
def cut(tmp_path: Path) -> Iterator[Cutting]:
    with cutting(tmp_path / "cutover.jsonl") as running:
        yield running


def soon(condition: Callable[[], object], seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def closed_with(socket: ClientConnection) -> tuple[int, str]:
    with pytest.raises(ConnectionClosed) as closed:
        socket.recv(30)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code, closed.value.rcvd.reason


def test_before_live_the_new_service_hears_nothing_of_anybody(cut: Cutting) -> None:
    for stage in ("tap", "shadow"):
        assert cut.set(stage=stage, share_percent=100).status_code == 200
        with cut.socket("ana") as ana, open_stream(cut.stream, {"user": "ben"}) as ben:
            act(ana, "one", "write")
            assert heard(ana) == {"answer": "one"}
            assert ben.send('{"action": "write", "text": "two"}').status_code == 202
            assert json.loads(ben.next().data) == {"answer": "two"}

    assert cut.old.texts() == ["one", "two"] * 2
    assert cut.new.texts() == []


def test_live_serves_chosen_users_over_both_transports_from_the_new_service(cut: Cutting) -> None:
    assert cut.set(stage="live", users=["ana"], canaries=["cy"], force=True).status_code == 200
    with cut.socket("ana") as ana, open_stream(cut.stream, {"user": "cy"}) as cy, cut.socket("ben") as ben:
        act(ana, "one")
        assert heard(ana) == {"answer": "one"}
        cy.send('{"action": "read", "text": "two"}')
        assert json.loads(cy.next().data) == {"answer": "two"}
        act(ben, "three")
        assert heard(ben) == {"answer": "three"}
        assert cut.status()["clients"] == {"old": 1, "new": 2}

    assert cut.new.texts() == ["one", "two"]
    assert cut.old.texts() == ["three"]


def test_a_share_has_the_same_users_at_every_connection(cut: Cutting) -> None:
    cut.set(stage="live", share_percent=40, force=True)
    users = [f"user-{number}" for number in range(12)]
    for user in users * 2:
        with cut.socket(user) as socket:
            act(socket, user)
            heard(socket)

    chosen = [user for user in users if in_share(user, 40, cut.service.control.salt)]
    assert 0 < len(chosen) < 12
    assert cut.new.texts() == chosen * 2


def test_a_client_whose_service_changes_is_told_to_come_back_and_the_others_stay(cut: Cutting) -> None:
    with cut.socket("ana") as ana, cut.socket("ben") as ben, open_stream(cut.stream, {"user": "cy"}) as cy:
        cut.set(stage="live", users=["ana", "cy"], force=True)

        assert closed_with(ana) == (1001, "the service has moved; connect again")
        last = cy.rest()[-1]
        assert (last.type, json.loads(last.data)["code"]) == ("close", 1001)
        act(ben, "still here")
        assert heard(ben) == {"answer": "still here"}
        soon(lambda: len(cut.old.ends) == 2)
    with cut.socket("ana") as ana:
        act(ana, "again")
        assert heard(ana) == {"answer": "again"}
    assert cut.new.texts() == ["again"]


def test_clients_are_told_a_few_at_a_time(tmp_path: Path) -> None:
    with cutting(tmp_path / "cutover.jsonl", moves_per_s=5) as cut, ExitStack() as stack:
        sockets = [stack.enter_context(cut.socket(f"user-{number}")) for number in range(4)]
        began = time.monotonic()
        cut.set(stage="rampdown", force=True)
        for socket in sockets:
            closed_with(socket)
        assert time.monotonic() - began > 0.75


def test_with_no_moves_clients_stay_until_they_leave(tmp_path: Path) -> None:
    with cutting(tmp_path / "cutover.jsonl", moves_per_s=0) as cut, cut.socket("ana") as ana:
        cut.set(stage="rampdown", force=True)
        act(ana, "still here")
        assert heard(ana) == {"answer": "still here"}
        assert cut.old.texts() == ["still here"]


def test_rampdown_takes_websockets_and_complete_refuses_them(cut: Cutting) -> None:
    cut.set(stage="rampdown", force=True)
    with cut.socket("ana") as ana:
        act(ana, "one")
        assert heard(ana) == {"answer": "one"}
        cut.set(stage="complete")
        assert closed_with(ana)[0] == 1001
    with pytest.raises(InvalidStatus) as refused:
        cut.socket("ana")
    assert refused.value.response.status_code == 410
    with open_stream(cut.stream, {"user": "ana"}) as ana_on_sse:
        ana_on_sse.send('{"action": "read", "text": "two"}')
        assert json.loads(ana_on_sse.next().data) == {"answer": "two"}
    assert cut.old.texts() == []


def test_pushes_over_http_reach_clients_of_either_service(cut: Cutting) -> None:
    cut.set(stage="live", users=["ana"], force=True)
    with cut.socket("ana") as ana, cut.socket("ben") as ben:
        for connection_id in list(cut.service.clients):
            cut.service.post(connection_id, b'{"pushed": true}')
        assert heard(ana) == heard(ben) == {"pushed": True}


def test_a_refusal_of_the_new_service_is_the_clients(cut: Cutting) -> None:
    cut.new.refuses = True
    cut.set(stage="live", users=["ana"], force=True)

    assert httpx.get(cut.stream, params={"user": "ana"}, headers=STREAM).status_code == 403
    with cut.socket("ben"):
        pass


def test_a_restart_goes_on_where_it_was(tmp_path: Path) -> None:
    with cutting(tmp_path / "cutover.jsonl") as cut:
        cut.set(stage="live", users=["ana"], share_percent=10, force=True)
        with cut.socket("ana") as ana:
            pass  # the shim ends while she is connected
        salt = cut.service.control.salt
    with cutting(tmp_path / "cutover.jsonl") as cut, cut.socket("ana") as ana:
        assert cut.service.control.salt == salt
        assert cut.status()["share_percent"] == 10
        act(ana, "again")
        assert heard(ana) == {"answer": "again"}
        assert cut.new.texts() == ["again"]
