"""Recordings of a chat as files: rooms, broadcasts, answers, ids and times of each run, and a few true differences."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

from shim.dualrun.record.canonical import Channel, Direction, Event, Kind, Recording
from shim.dualrun.record.canonical import Path as Transport
from shim.dualrun.record.header import new_header
from shim.dualrun.record.scenario import Close, Connect, Send, Session, Step
from shim.dualrun.record.writer import write_recordings

START = 1_760_000_000.0
CLIENTS = 10
"""Of each session, half of them in each of two rooms; the sender of a message is one of those who receive it."""

MESSAGES = 180
"""Of each session: what its clients send, one after another."""

WORDS = ("the", "a", "to", "of", "and", "in", "is", "it", "you", "that", "he", "was", "for", "on", "are", "with", "as")


def sessions(number: int) -> tuple[Session, ...]:
    names = [f"client{n}" for n in range(CLIENTS)]
    sends = [_said(n % CLIENTS, n) for n in range(MESSAGES)]
    steps: list[Step] = [*map(Connect, names), *sends, *map(Close, names[:2])]
    return tuple(Session(f"session {n}", tuple(steps)) for n in range(number))


def write(folder: Path, number: int, events: int, *, differences: int) -> tuple[Path, Path]:
    """The file of both legacy runs, and that of the candidate. `events`: of each run, about as many.

    `differences`: faults in the candidate's recording, each in another session: lost, doubled and changed messages.
    """
    listed = sessions(number)
    runs = [_recording(listed, run, events, seed) for seed, run in enumerate(("legacy-1", "legacy-2", "candidate"))]
    if differences:
        runs[2] = replace(runs[2], events=tuple(_spoiled(runs[2].events, differences)))
    files = folder / "legacy.jsonl", folder / "candidate.jsonl"
    for file, parts in zip(files, (runs[:2], runs[2:]), strict=True):
        write_recordings(file, [(new_header("chat", run.run, run.path), run) for run in parts])
    return files


def _said(client: int, number: int) -> Send:
    chance = Random(number)
    text = " ".join(chance.choices(WORDS, k=12))
    return Send(f"client{client}", json.dumps({"action": "say", "room": f"room{client % 2}", "text": text}), "say")


def _recording(listed: Sequence[Session], run: str, events: int, seed: int) -> Recording:
    new = run == "candidate"
    path: Transport = "stream" if new else "websocket"
    made = _Run(run, path, Random(seed), START + seed * 1e5, _rounds(listed, events))
    received = tuple(event for session in listed for event in made.session(session))
    return Recording(run, path, received, sent=tuple(made.sent))


def _rounds(listed: Sequence[Session], events: int) -> int:
    """How often each message is told to its room, so that there are about as many events."""
    return max(1, round(events / len(listed) / MESSAGES / (CLIENTS // 2)))


class _Run:
    def __init__(self, run: str, path: Transport, chance: Random, at: float, rounds: int) -> None:
        self.sent: list[Event] = []
        self._run, self._path, self._chance, self._at, self._rounds = run, path, chance, at, rounds
        self._new = path == "stream"
        self._numbers: dict[tuple[str, str, Direction], int] = {}

    def session(self, session: Session) -> Iterator[Event]:
        for index, step in enumerate(session.steps):
            self._at += 0.05 + self._chance.random() / 10
            self._act(session.name, index, step)
            if isinstance(step, Connect):
                channel: Channel = "stream" if self._new else "socket"
                yield self._event(session.name, index, step.client, "open", channel, 200 if self._new else 101)
            elif isinstance(step, Send):
                room = int(step.client[-1]) % 2
                for told in range(self._rounds):
                    text = self._message(step, index, told)
                    for client in session.clients[room::2]:
                        channel = "stream" if self._new else "socket"
                        yield self._event(session.name, index, client, "msg", channel, text=text)

    def _act(self, session: str, index: int, step: Step) -> None:
        kind: Kind = "connect" if isinstance(step, Connect) else "close" if isinstance(step, Close) else "msg"
        text = step.text if isinstance(step, Send) else ""
        channel: Channel = "post" if self._new else "socket"
        self.sent.append(self._event(session, index, step.client, kind, channel, text=text, direction="sent"))

    def _event(
        self,
        session: str,
        index: int,
        client: str,
        kind: Kind,
        channel: Channel,
        status: int | None = None,
        text: str = "",
        direction: Direction = "received",
    ) -> Event:
        self._at += 0.0002
        key = (session, client, direction)
        number = self._numbers[key] = self._numbers.get(key, -1) + 1
        return Event(
            self._run,
            self._path,
            session,
            index,
            client,
            number,
            kind,
            channel,
            status,
            text,
            self._at,
            direction,
            mono=self._at - START,
        )

    def _message(self, step: Send, index: int, told: int) -> str:
        said = {
            "type": "message" if told % 3 else "presence",
            "id": f"{self._chance.getrandbits(128):032x}",
            "from": step.client,
            "text": f"message {index}.{told}: {json.loads(step.text)['text']}",
            "sentAt": int(self._at * 1000),
            "room": {"name": f"room{int(step.client[-1]) % 2}", "members": CLIENTS // 2},
        }
        return json.dumps(said)


def _spoiled(events: Sequence[Event], differences: int) -> Iterator[Event]:
    places = [index for index, event in enumerate(events) if event.kind == "msg"]
    chosen = {places[(2 * n + 1) * len(places) // (2 * differences)]: n % 3 for n in range(differences)}
    numbers: dict[tuple[str, str], int] = {}
    for index, event in enumerate(events):
        for one in _with_fault(event, chosen.get(index)):
            key = (one.session, one.client)
            number = numbers[key] = numbers.get(key, -1) + 1
            yield one if one.n == number else replace(one, n=number)


def _with_fault(event: Event, fault: int | None) -> Sequence[Event]:
    match fault:
        case None:
            return (event,)
        case 0:
            return ()
        case 1:
            return (event, event)
    return (replace(event, text=event.text.replace("message", "massage")),)
