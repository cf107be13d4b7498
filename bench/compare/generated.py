"""Recordings like those of an application: messages with times and ids of their own in each run, to several clients."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random

from shim.dualrun.record.canonical import Channel, Event, Path, Recording
from shim.dualrun.record.scenario import Connect, Send, Session

START = 1_760_000_000.0
CLIENTS = 10
STEPS = 180
"""Of each session, besides the connects; a session has at most 200."""

MESSAGES = 25
"""Events of a step in a short session; a long one has as many as it takes."""


def sessions(number: int) -> tuple[Session, ...]:
    names = [f"client{n}" for n in range(CLIENTS)]
    connects = tuple(Connect(name) for name in names)
    sends = tuple(Send(names[n % CLIENTS], '{"action":"chat"}', "chat") for n in range(STEPS))
    return tuple(Session(f"session {n}", (*connects, *sends)) for n in range(number))


def recording(listed: tuple[Session, ...], run: str, events: int, seed: int) -> Recording:
    """`events`: in all, the same in all runs but for times and ids, which the seed decides."""
    return Recording(run, "stream" if run == "candidate" else "websocket", tuple(_events(listed, run, events, seed)))


def _events(listed: tuple[Session, ...], run: str, events: int, seed: int) -> Iterator[Event]:
    chance = Random(seed)
    path: Path = "stream" if run == "candidate" else "websocket"
    channel: Channel = "stream" if run == "candidate" else "socket"
    status = 200 if run == "candidate" else 101
    each = max(1, events // len(listed) // STEPS)
    at = START + seed * 1e5
    for session in listed:
        numbers = dict.fromkeys(session.clients, 1)
        for index, client in enumerate(session.clients):
            yield Event(run, path, session.name, index, client, 0, "open", channel, status, "", at)
        for step in range(CLIENTS, CLIENTS + STEPS):
            publish = ""
            for message in range(each):
                at += 0.0001
                client = session.clients[message % CLIENTS]
                if message % CLIENTS == 0:
                    publish = _publish(chance, session.steps[step].client, step, message, at)
                yield Event(
                    run, path, session.name, step, client, numbers[client], "msg", channel, None, str(publish), at
                )
                numbers[client] += 1


def _publish(chance: Random, sender: str, step: int, message: int, at: float) -> str:
    said = {
        "type": "chat_message" if message % 3 else "presence",
        "id": f"{chance.getrandbits(128):032x}",
        "from": sender,
        "text": f"message {step}.{message // CLIENTS} of them all, said to everybody here",
        "sentAt": int(at * 1000),
        "room": {"name": "lobby", "members": CLIENTS},
    }
    return json.dumps(said)
