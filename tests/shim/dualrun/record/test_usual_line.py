"""The quick way of reading an event never says anything else than the thorough one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.dualrun.record.event_lines import event_of, record_of
from shim.dualrun.record.header import Header
from shim.dualrun.record.usual_line import usual_event

HEADER = Header("chat", "legacy-1", "websocket")
USUAL: dict[str, Any] = {
    "session": "s", "step": 3, "client": "alice", "n": 0, "kind": "msg", "channel": "socket", "text": "hi", "at": 1.5
}  # fmt: skip

anything = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=3),
    st.sampled_from(["msg", "connect", "sent", "received", "socket", "post", "stream", 10**400, -1, "\ud800"]),
)
keys = st.sampled_from([*USUAL, "status", "direction", "id", "mono", "resumed", "other"])


def line_of(record: dict[str, Any]) -> bytes:
    return json.dumps(record).encode() + b"\n"


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        line_of({"end": {"received": 0, "sent": 0, "lost": 0}}),
        line_of({"skipped": ["s", 1]}),
        line_of({**USUAL, "step": -1}),
        line_of({**USUAL, "step": True}),
        line_of({**USUAL, "at": "1.5"}),
        line_of({**USUAL, "kind": "connect"}),
        line_of({**USUAL, "other": 1}),
        line_of({**USUAL, "text": "\ud800"}),
        line_of(USUAL).replace(b"1.5", b"1e999"),
        line_of(USUAL).replace(b"1.5", b"NaN"),
        line_of(USUAL).replace(b"hi", b"\xff"),
        line_of(USUAL)[:-5],
        b"[" * 100_000,
    ],
)
def test_what_is_not_plainly_an_event_is_left_to_the_thorough_one(line: bytes) -> None:
    assert usual_event(line, HEADER, {}) is None


def test_an_event_is_read_whole() -> None:
    record = {**USUAL, "status": 200, "direction": "sent", "id": "7", "mono": 2, "resumed": True}
    event = usual_event(line_of(record), HEADER, {})
    assert event is not None
    assert event == event_of(record, HEADER)
    assert record_of(event) == record


def test_equal_texts_are_one() -> None:
    texts: dict[str, str] = {}
    one, other = (usual_event(line_of({**USUAL, "n": n, "text": "longer text"}), HEADER, texts) for n in (0, 1))
    assert one is not None
    assert other is not None
    assert one.text is other.text


@given(st.dictionaries(keys, anything, max_size=4))
def test_both_ways_say_the_same(changes: dict[str, Any]) -> None:
    line = line_of({**USUAL, **changes})
    thorough = event_of(json.loads(line), HEADER)
    quick = usual_event(line, HEADER, {})
    assert quick is None or quick == thorough
    if isinstance(thorough, str):
        assert quick is None
