"""Recordings written by hand: what clients received, without any server."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from shim.dualrun.evaluate import Evaluation, evaluate
from shim.dualrun.record.canonical import Channel, Event, Kind, Problem, Recording
from shim.dualrun.record.scenario import Close, Connect, Send, Session, Step

START = 1_760_000_000.0
"""When the first of all events was received."""

Received = tuple[int, str, Any]
"""Step (0-based), client, and the text or the JSON of a message; or an event from `special`."""


class Special:
    """An event that is not a message on the stream."""

    def __init__(self, kind: Kind, status: int | None = None, text: Any = "", channel: Channel = "stream") -> None:
        self.kind, self.status, self.text, self.channel = kind, status, text, channel


def talk(*steps: Step, clients: str = "alice bob dave", name: str = "talk") -> Session:
    """Steps after everybody has connected: step 3 is the first of `steps` for the three usual clients."""
    return Session(name, (*(Connect(client) for client in clients.split()), *steps))


def say(client: str = "alice", route: str | None = "chat", text: str = '{"action":"chat"}') -> Send:
    return Send(client, text, route)


def leave(client: str) -> Close:
    return Close(client)


def record(
    session: Session,
    received: Iterable[Received],
    *,
    run: str = "legacy-1",
    later: float = 0.0,
    skipped: Iterable[int] = (),
    problems: Iterable[str] = (),
) -> Recording:
    """One run; every connect is accepted unless `received` says otherwise. `later`: seconds after START."""
    candidate = run == "candidate"
    listed = list(received)
    told = {(step, client) for step, client, what in listed if isinstance(what, Special) and what.kind != "msg"}
    opens: list[Received] = [
        (index, step.client, Special("open", 200 if candidate else 101))
        for index, step in enumerate(session.steps)
        if isinstance(step, Connect) and (index, step.client) not in told
    ]
    counts: Counter[str] = Counter()
    events = []
    for order, (step, client, what) in enumerate(sorted([*opens, *listed], key=lambda entry: entry[0])):
        special = what if isinstance(what, Special) else Special("msg", None, what)
        text = special.text if isinstance(special.text, str) else json.dumps(special.text, ensure_ascii=False)
        channel: Channel = special.channel if candidate else "socket"
        at = START + later + step + order / 1000
        path = "stream" if candidate else "websocket"
        events.append(
            Event(
                run, path, session.name, step, client, counts[client], special.kind, channel, special.status, text, at
            )
        )
        counts[client] += 1
    return Recording(
        run,
        path="stream" if candidate else "websocket",
        events=tuple(events),
        skipped=frozenset((session.name, step) for step in skipped),
        problems=tuple(Problem(run, session.name, sentence) for sentence in problems),
    )


def three(
    session: Session,
    first: Iterable[Received],
    second: Iterable[Received] | None = None,
    candidate: Iterable[Received] | None = None,
    **options: Any,
) -> Evaluation:
    """Runs 100 s apart. `second` and `candidate`: None for the same as the first."""
    first = list(first)
    return evaluate(
        [session],
        (
            record(session, first),
            record(session, first if second is None else second, run="legacy-2", later=100),
        ),
        record(session, first if candidate is None else candidate, run="candidate", later=200),
        **options,
    )


def classes(evaluation: Evaluation) -> list[str]:
    """Of what nothing explains."""
    return [difference.kind for difference in evaluation.unexplained]
