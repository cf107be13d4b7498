"""Shadow: what chosen users do also goes to the new service, and nothing of that touches them."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from shim.dualrun.cutover.options import FallBackRules
from shim.dualrun.cutover.watching import Watch
from tests.shim.backends.scripted_application import HOLD, OPEN, Answer, answer, application, stream
from tests.shim.dualrun.cutover.sides import Application, Cutting, act, cutting, cutting_to, heard
from tests.shim.dualrun.cutover.test_service import soon
from tests.shim.sse_client import open_stream

SHADOWED: dict[str, Any] = {
    "stage": "shadow",
    "share_percent": 100,
    "read_only_routes": ("read",),
    "settle_s": 1.0,
    "shadow_timeout_s": 2.0,
    "check_s": 0.05,
}


def observed(cut: Cutting) -> dict[str, Any]:
    told: dict[str, Any] = cut.status()["observed"]
    return told


def marked(event: dict[str, Any]) -> bool:
    headers = {name.lower(): value for name, value in event["headers"].items()}
    return headers.get("shadow-request") == "1"


def test_only_routes_that_are_named_are_shadowed_and_one_more_when_it_opts_in(tmp_path: Path) -> None:
    with cutting(tmp_path / "j", **SHADOWED) as cut, cut.socket("ana") as ana:
        for action in ("read", "write", "read"):
            act(ana, action, action)
            assert heard(ana) == {"answer": action}
        soon(lambda: cut.new.texts() == ["read", "read"])
        cut.set(mutating_routes=["write"])
        act(ana, "opted in", "write")
        soon(lambda: cut.new.texts() == ["read", "read", "opted in"])
        assert cut.old.texts() == ["read", "write", "read", "opted in"]


def test_the_new_service_is_told_that_it_is_a_shadow_and_no_client_can_say_so(tmp_path: Path) -> None:
    with cutting(tmp_path / "j", **SHADOWED) as cut:
        with cut.socket("ana") as ana:
            act(ana, "one")
            heard(ana)
            soon(lambda: len(cut.new.connects) == 1)
        assert marked(cut.new.connects[0])
        assert not marked(cut.old.connects[0])
        cut.set(stage="live")
        with httpx.stream(
            "GET", cut.stream, params={"user": "ben"}, headers={"Accept": "text/event-stream", "Shadow-Request": "1"}
        ):
            soon(lambda: len(cut.new.connects) == 2)
        assert not marked(cut.new.connects[1])


def test_equal_answers_are_compared_over_both_transports_and_are_no_difference(tmp_path: Path) -> None:
    with cutting(tmp_path / "j", **SHADOWED) as cut:
        with cut.socket("ana") as ana, open_stream(cut.stream, {"user": "ben"}) as ben:
            for number in range(5):
                act(ana, f"number {number}")
                heard(ana)
                ben.send(json.dumps({"action": "read", "text": f"of ben {number}"}))
                ben.next()
            soon(lambda: observed(cut)["messages_compared"] == 10)
            ben.close()
        soon(lambda: observed(cut)["sessions"] == 2)
        assert (observed(cut)["differing"], observed(cut)["unexplained"]) == (0, {})
        assert cut.status()["stage"] == "shadow"


def test_what_the_old_service_sends_for_other_reasons_is_not_missed(tmp_path: Path) -> None:
    with cutting(tmp_path / "j", **SHADOWED) as cut, cut.socket("ana") as ana, cut.socket("ben") as ben:
        act(ben, "to all", "all")  # not shadowed
        assert heard(ana) == heard(ben) == {"answer": "to all"}
        soon(lambda: observed(cut)["ambient"] == 2)
        assert observed(cut)["unexplained"] == {}


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        (lambda body: [json.dumps({"answer": body["text"], "more": 1})], "payload"),
        (lambda body: [], "missing"),
        (lambda body: [json.dumps({"answer": body["text"]})] * 2, "duplicate"),
    ],
)
def test_another_answer_is_found_never_shown_and_takes_it_back(tmp_path: Path, wrong: Any, kind: str) -> None:
    new = Application("new", answer=wrong)
    with cutting(tmp_path / "j", new=new, **SHADOWED) as cut:
        with cut.socket("ana") as ana:
            act(ana, "one")
            assert heard(ana) == {"answer": "one"}
            soon(lambda: cut.service.control.position.stage == "tap")
            with pytest.raises(TimeoutError):
                ana.recv(0.1)
        last = cut.service.control.last
        assert last.by == "automatic"
        assert last.evidence is not None
        assert last.evidence["unexplained"] == {kind: 1}


def test_a_leak_takes_it_back_at_once(tmp_path: Path) -> None:
    """The new service answers ana with what ben asked for."""
    said: list[str] = []

    def mixed(body: dict[str, Any]) -> list[str]:
        said.append(json.dumps({"answer": body["text"]}))
        return [said[0], said[-1]] if len(said) > 1 else [said[-1]]

    with cutting(tmp_path / "j", new=Application("new", answer=mixed), **SHADOWED) as cut:
        with cut.socket("ben") as ben, cut.socket("ana") as ana:
            act(ben, "only for ben")
            heard(ben)
            soon(lambda: len(said) == 1)
            act(ana, "only for ana")
            heard(ana)
            soon(lambda: cut.service.control.position.stage == "tap")
        last = cut.service.control.last
        assert last.evidence is not None
        assert last.evidence["leaks"] == 1
        assert "only for" not in (tmp_path / "j").read_text()


def nothing_happens(cut: Cutting, problem: str, *, actions: int = 5) -> None:
    """Clients are served as without a shadow, and it is counted."""
    with cut.socket("ana") as ana:
        for number in range(actions):
            began = time.monotonic()
            act(ana, f"number {number}")
            assert heard(ana) == {"answer": f"number {number}"}
            assert time.monotonic() - began < 1.5
        soon(lambda: problem in observed(cut)["shadow_problems"])
    assert observed(cut)["unexplained"] == {}
    assert cut.status()["stage"] == "shadow"
    assert observed(cut)["shadows"] == 0


def test_a_new_service_that_is_down_touches_nobody(tmp_path: Path) -> None:
    with cutting_to("http://127.0.0.1:1", tmp_path / "j", **SHADOWED) as cut:
        nothing_happens(cut, "refused with 502")


def test_a_new_service_that_refuses_touches_nobody(tmp_path: Path) -> None:
    with cutting(tmp_path / "j", new=Application("new", refuses=True), **SHADOWED) as cut:
        nothing_happens(cut, "refused with 403")


def test_what_a_client_is_sent_is_looked_at_no_more_once_its_shadow_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[str] = []
    with cutting(tmp_path / "j", new=Application("new", refuses=True), **SHADOWED) as cut, cut.socket("ana") as ana:
        soon(lambda: observed(cut)["shadow_problems"] == {"refused with 403": 1})
        monkeypatch.setattr(Watch, "note", lambda *told, **_: looked_at.append(told[3]))
        act(ana, "one")
        assert heard(ana) == {"answer": "one"}
    assert looked_at == []


def test_a_new_service_that_is_slow_touches_nobody(tmp_path: Path) -> None:
    """It takes the POST at once, and does not answer on the stream in time: then its answer is missing. One that does
    not even take the POST is given up."""
    script = {"GET /new": [stream(OPEN, HOLD)], "POST /new": [Answer((HOLD,), 0)]}
    with (
        application(routes={**script, "DELETE /new": [answer(204)]}) as scripted,
        cutting_to(f"http://127.0.0.1:{scripted.port}", tmp_path / "j", **SHADOWED) as cut,
    ):
        nothing_happens(cut, "an answer took too long")


def test_a_new_service_that_never_accepts_touches_nobody(tmp_path: Path) -> None:
    with (
        application(routes={"GET /new": [Answer((HOLD,), 0)]}) as scripted,
        cutting_to(f"http://127.0.0.1:{scripted.port}", tmp_path / "j", **SHADOWED) as cut,
    ):
        nothing_happens(cut, "not accepted in time")


def test_a_new_service_that_floods_touches_nobody(tmp_path: Path) -> None:
    flood = b"".join(b"id: e-%d\ndata: flood %d\n\n" % (number, number) for number in range(1, 20_000))
    script = {"GET /new": [stream(OPEN, flood, HOLD)], "POST /new": [answer(202, {"messageId": "m"})]}
    with (
        application(routes={**script, "DELETE /new": [answer(204)]}) as scripted,
        cutting_to(f"http://127.0.0.1:{scripted.port}", tmp_path / "j", **SHADOWED) as cut,
    ):
        nothing_happens(cut, "more came than is looked at")


def test_a_new_service_that_cuts_the_stream_touches_nobody(tmp_path: Path) -> None:
    close = b'event: close\ndata: {"code": 1000, "reason": "enough"}\n\n'
    script = {"GET /new": [stream(OPEN, close)], "POST /new": [answer(202, {"messageId": "m"})]}
    with (
        application(routes={**script, "DELETE /new": [answer(204)]}) as scripted,
        cutting_to(f"http://127.0.0.1:{scripted.port}", tmp_path / "j", **SHADOWED) as cut,
    ):
        nothing_happens(cut, "ended by the new service")


def test_shadows_are_bounded(tmp_path: Path) -> None:
    with (
        cutting(tmp_path / "j", **SHADOWED, shadow_clients=1) as cut,
        cut.socket("ana") as ana,
        cut.socket("ben") as ben,
    ):
        for socket in (ana, ben):
            act(socket, "one")
            heard(socket)
        soon(lambda: cut.new.texts() == ["one"])
        assert observed(cut)["shadow_problems"] == {"as many as may be": 1}


def test_in_live_users_that_are_not_chosen_are_shadowed(tmp_path: Path) -> None:
    options = {**SHADOWED, "stage": "live", "share_percent": 0, "users": ("ana",)}
    with cutting(tmp_path / "j", **options) as cut, cut.socket("ana") as ana, cut.socket("ben") as ben:
        act(ana, "of ana")
        assert heard(ana) == {"answer": "of ana"}
        act(ben, "of ben")
        assert heard(ben) == {"answer": "of ben"}
        soon(lambda: cut.new.texts() == ["of ana", "of ben"])
        assert [marked(event) for event in cut.new.connects] == [False, True]
        assert cut.old.texts() == ["of ben"]


@pytest.mark.slow
def test_errors_of_the_new_service_take_live_back_and_clients_come_back_to_the_old_one(tmp_path: Path) -> None:
    rules = FallBackRules(least_messages=75, checks=2)
    options: dict[str, Any] = {"stage": "live", "users": ("ana",), "check_s": 0.05, "fall_back": rules}
    with cutting(tmp_path / "j", **options) as cut:
        with cut.socket("ana") as ana:
            for _ in range(80):
                act(ana, "x", "fail")
            soon(lambda: cut.service.control.position.stage == "shadow", 10)
        assert "of messages fail at the new service" in cut.service.control.last.why
        with cut.socket("ana") as ana:
            act(ana, "again")
            assert heard(ana) == {"answer": "again"}
        assert cut.old.texts() == ["again"]
        assert cut.set(stage="live").status_code == 409
