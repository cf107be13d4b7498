"""A step that something outside takes: what it is in a recording, and in a shorter session."""

from __future__ import annotations

import json
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.dualrun.record.canonical import Event, Recording
from shim.dualrun.record.keyed import Hasher
from shim.dualrun.record.rebuild import sessions_of_run
from shim.dualrun.record.redaction import Redactor
from shim.dualrun.record.scenario import Connect, Send, Session
from shim.dualrun.record.trigger import OUTSIDE, Trigger, TriggerKind, is_of_function, trigger_of, trigger_text
from shim.dualrun.report.repro.shorten import only_steps

TRIGGER = Trigger("src/jobs.py:run", "queue", '{"Records": []}')


@pytest.mark.parametrize("route", ["chat", "$connect", "queue", "call me", "http GET /x", "stream"])
def test_a_route_key_is_none_of_a_function(route: str) -> None:
    assert not is_of_function(route)


@pytest.mark.parametrize("text", ["", "nothing", "[]", "{}", '{"function": 1, "kind": "loud", "event": null}'])
def test_what_is_not_understood_of_a_recorded_trigger_is_empty(text: str) -> None:
    assert trigger_of(text) == Trigger("", "call", "")


@given(st.text(), st.sampled_from(get_args(TriggerKind)), st.text())
def test_a_trigger_survives_its_text(function: str, kind: TriggerKind, event: str) -> None:
    assert trigger_of(trigger_text(Trigger(function, kind, event))) == Trigger(function, kind, event)


def sent(client: str, step: int, kind: str, text: str) -> Event:
    return Event("legacy-1", "websocket", "one", step, client, 0, kind, "socket", None, text, 1.0, "sent")  # type: ignore[arg-type]


def test_a_trigger_is_rebuilt_from_a_recording() -> None:
    taken = (
        sent("alice", 0, "connect", '{"headers": [], "query": []}'),
        sent(OUTSIDE, 1, "trigger", trigger_text(TRIGGER)),
    )
    (session,) = sessions_of_run(Recording("legacy-1", "websocket", sent=taken)).sessions
    assert session.steps == (Connect("alice"), TRIGGER)


def test_secrets_of_an_event_are_hidden_in_a_recording() -> None:
    secret = json.dumps(
        {"headers": {"Authorization": "Bearer abc.def.ghi-a-secret"}, "body": '{"password": "hunter2"}'}
    )
    text = trigger_text(Trigger("a.py:run", "http", secret))
    hidden = Redactor(Hasher(b"k" * 32)).event(sent(OUTSIDE, 0, "trigger", text)).text
    assert "hunter2" not in hidden
    assert "ghi-a-secret" not in hidden
    assert trigger_of(hidden).problem() == ""


def test_a_shorter_session_keeps_a_trigger_whoever_is_connected() -> None:
    session = Session("one", (Connect("alice"), TRIGGER, Send("alice", "x")))
    assert only_steps(session, {1, 2}, "short") == (Session("short", (TRIGGER,)), (1,))
