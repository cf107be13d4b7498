"""Events and recordings that hypothesis makes up."""

from __future__ import annotations

from collections import Counter

from hypothesis import strategies as st

from shim.dualrun.record.canonical import Event, Problem, Recording
from shim.dualrun.record.header import Header

HEADER = Header("chat", "legacy-1", "websocket", started_at="2026-01-01T00:00:00+00:00", key_id="0123abcd")

ANY_TEXT = st.text(st.sampled_from('a"\\ \n\r\0é\u2028\U0001f600\ud800'), max_size=8)
"""Half surrogate pairs and control characters included."""

NAMES = st.sampled_from(["alice", "bob", "Zoë\n", "\ud800"])


def event(**values) -> Event:
    usual = {
        "run": "legacy-1",
        "path": "websocket",
        "session": "talk",
        "step": 0,
        "client": "alice",
        "n": 0,
        "kind": "msg",
        "channel": "socket",
        "status": None,
        "text": "hello",
        "at": 1_760_000_000.0,
    }
    return Event(**{**usual, **values})


_MADE = st.fixed_dictionaries(
    {
        "session": NAMES,
        "client": NAMES,
        "step": st.integers(0, 300),
        "direction": st.sampled_from(["received", "sent"]),
        "kind": st.sampled_from(["open", "refused", "msg", "close", "error"]),
        "channel": st.sampled_from(["socket", "stream", "post"]),
        "status": st.none() | st.integers(-1, 70_000),
        "text": ANY_TEXT,
        "id": ANY_TEXT,
        "at": st.floats(allow_nan=False, allow_infinity=False),
        "mono": st.floats(0, 1e9),
        "resumed": st.booleans(),
    }
)


def _counted(made: list[dict]) -> list[Event]:
    counts: Counter[tuple[str, str, str]] = Counter()
    events = []
    for values in made:
        key = (values["session"], values["client"], values["direction"])
        events.append(event(**values, n=counts[key]))
        counts[key] += 1
    return events


def _recording(made: list[dict], skipped: frozenset, problems: list[Problem]) -> Recording:
    events = _counted(made)
    return Recording(
        "legacy-1",
        "websocket",
        tuple(one for one in events if one.direction == "received"),
        skipped,
        tuple(problems),
        tuple(one for one in events if one.direction == "sent"),
    )


def recordings() -> st.SearchStrategy[Recording]:
    return st.builds(
        _recording,
        st.lists(_MADE, max_size=6),
        st.frozensets(st.tuples(NAMES, st.integers(0, 9)), max_size=3),
        st.lists(st.builds(Problem, st.just("legacy-1"), NAMES, ANY_TEXT), max_size=2),
    )
