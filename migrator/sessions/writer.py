"""Writes the sessions of one API: its routes with good and odd messages, comings and goings, hours that pass."""

from __future__ import annotations

import random
from collections.abc import Iterator

from migrator.inventory.model import Api, Route
from migrator.sessions.hours import hours
from migrator.sessions.identities import Identities
from migrator.sessions.messages import (
    LARGE_LENGTH,
    UNICODE_TEXT,
    LeftOut,
    bare_message,
    holds_inner,
    message_for,
    text_keys,
    words_of,
)
from migrator.sessions.model_keys import with_model_keys
from migrator.sessions.spoofs import spoofs
from shim.dualrun.record.canonical import BINARY
from shim.dualrun.record.identity import Identity
from shim.dualrun.record.scenario import Close, Connect, Resume, Send, Session, Step

SETUP_WORDS = frozenset({"join", "subscribe", "enter", "register", "init", "hello", "login", "identify"})
"""Routes with such a word in their key come first in a session: without them others may reach nobody."""

MIXED_MESSAGES = 12
"""Messages of the session in which clients use the routes in a random order."""

UNKNOWN_ROUTE = '{"action": "ws2sse-no-such-route", "type": "ws2sse-no-such-route"}'

LIFECYCLE_ROUTES = ("$connect", "$disconnect")


class SessionWriter:
    """Of one API. The same API, identities and seed give the same sessions."""

    def __init__(self, api: Api, who: Identities, seed: int) -> None:
        self._expression = api.route_selection_expression
        self._routes = [with_model_keys(route) for route in api.routes if route.key not in LIFECYCLE_ROUTES]
        self._who = who
        self._names = [identity.name for identity in who.accepted]
        self._random = random.Random(seed)  # noqa: S311 - a seed is the point
        self._default = "$default" if any(route.key == "$default" for route in self._routes) else None
        self._number = 0

    def sessions(self) -> Iterator[Session]:
        if self._who.refused:
            yield Session("refused connects", tuple(self._refused()))
        yield Session("connects", (*self._connects(), *self._closes()))
        if incomplete := tuple(self._incomplete()):
            yield Session("connects that lack something", incomplete)
        for route in self._routes:
            good = tuple(self._good(route, name) for name in self._names)
            if sent := tuple(step for step in good if step):
                yield Session(f"{route.key}: good messages", (*self.opening(), *sent, *self._closes()))
                yield Session(f"{route.key}: other messages", (*self.opening(), *self._others(route)))
        yield Session("no such route", (*self.opening(), *self._strange()))
        yield Session("a binary frame", (*self.opening(), *self._binary()))
        yield Session("disconnect, reconnect and resume", tuple(self._coming_and_going()))
        if spoofed := tuple(self._spoofed()):
            yield Session("nobody speaks for somebody else", (*self.opening(), *spoofed))
        if self._reachable():
            yield Session("mixed", (*self.opening(), *self._mixed()))

    def unreachable(self) -> list[str]:
        return [
            f"No message can be made up that {self._expression} leads to route {route.key}."
            for route in self._routes
            if bare_message(self._expression, route) is None
        ]

    def _refused(self) -> Iterator[Step]:
        for identity in self._who.refused:
            yield _connect(identity)
        yield _connect(self._who.accepted[0])

    def _incomplete(self) -> Iterator[Step]:
        """Each query parameter left out, and empty, in turn; what becomes of it is for the legacy path to say."""
        known = self._who.accepted[0]
        for name, _value in known.query:
            others = tuple(pair for pair in known.query if pair[0] != name)
            yield Connect(f"{known.name} without {name}", known.headers, others)
            yield Connect(f"{known.name} with an empty {name}", known.headers, (*others, (name, "")))

    def _connects(self) -> list[Step]:
        return [_connect(identity) for identity in self._who.accepted]

    def _closes(self) -> list[Step]:
        """All but the last, so that somebody is there to notice."""
        return [Close(name) for name in self._names[:-1]]

    def opening(self) -> list[Step]:
        """Everybody connects, and does what the application wants to be done first."""
        return [*self._connects(), *self._joins()]

    def _joins(self) -> list[Step]:
        setup = [route for route in self._reachable() if _is_setup(route)]
        joins = [self._good(route, name) for route in setup for name in self._names]
        return [step for step in joins if step]

    def _reachable(self) -> list[Route]:
        return [route for route in self._routes if bare_message(self._expression, route) is not None]

    def _good(self, route: Route, name: str, *, text: str | None = None, left_out: LeftOut = "nothing") -> Send | None:
        self._number += 1
        token = self._who.tokens.get(name)
        message = message_for(self._expression, route, name, self._number, left_out=left_out, text=text, token=token)
        return None if message is None else Send(name, message, route.key)

    def _others(self, route: Route) -> Iterator[Step]:
        first, second = self._names[:2]
        bare = bare_message(self._expression, route)
        if bare is not None and route.reads:
            yield Send(first, bare, route.key)
        variants = [self._good(route, second, left_out="optional")]
        if holds_inner(route):
            variants.append(self._good(route, second, left_out="inner"))
        if text_keys(route):
            variants += [
                self._good(route, first, text=UNICODE_TEXT),
                self._good(route, second, text="two\nlines\r\nand\rmore"),
                self._good(route, first, text=""),
                self._good(route, second, text="x" * (LARGE_LENGTH // text_keys(route))),
            ]
        # What follows a failed message must still be answered.
        variants.append(self._good(route, first))
        yield from (step for step in variants if step)

    def _strange(self) -> Iterator[Step]:
        first, second = self._names[:2]
        for name, text in (
            (first, UNKNOWN_ROUTE),
            (second, "{not json"),
            (first, ""),
            (second, "[1, 2]"),
            (first, "null"),
            (second, "Grüße"),
        ):
            yield Send(name, text, self._default)

    def _binary(self) -> Iterator[Step]:
        """API Gateway closes whoever sends one; nobody speaks until the sender has left on both paths."""
        first, second = self._names[:2]
        talk = [route for route in self._reachable() if not _is_setup(route)][:1]
        yield Send(first, f"{BINARY}00fffe")
        yield Close(first)
        yield _connect(self._who.accepted[0])
        yield from (step for step in self._joins() if step.client == first)
        yield from self._talk(talk, second)

    def _coming_and_going(self) -> Iterator[Step]:
        first, second = self._names[:2]
        talk = [route for route in self._reachable() if not _is_setup(route)][:2]
        yield from self.opening()
        yield Close(first)
        yield from self._talk(talk, second)
        yield _connect(self._who.accepted[0])
        joins = [self._good(route, first) for route in self._reachable() if _is_setup(route)]
        yield from (step for step in joins if step)
        yield from self._talk(talk, second)
        yield Resume(second)
        yield from self._talk(talk, first)
        yield Close(second)
        yield from self._talk(talk, first)

    def _spoofed(self) -> Iterator[Step]:
        first, second = self._names[:2]
        talk = [route for route in self._reachable() if not _is_setup(route)]
        talk = sorted(talk, key=lambda route: route.key == "$default")[:1]
        for step in self._talk(talk, first):
            yield from spoofs(_connect(self._who.accepted[0]), step)
        yield from self._talk(talk, second)

    def hours(self, *, expiring: bool) -> Iterator[Session]:
        """`expiring`: whether there are tables whose rows expire."""
        talk = [route for route in self._reachable() if not _is_setup(route)]
        return hours(
            self._names,
            self._connects,
            self._joins,
            lambda name: self._good(talk[0], name) if talk else None,
            lambda name: list(self._talk(talk, name)),
            lambda name: Send(name, UNKNOWN_ROUTE, self._default),
            expiring=expiring,
        )

    def _talk(self, routes: list[Route], name: str) -> Iterator[Send]:
        yield from (step for step in (self._good(route, name) for route in routes) if step)

    def _mixed(self) -> Iterator[Step]:
        reachable = self._reachable()
        for _ in range(MIXED_MESSAGES):
            step = self._good(self._random.choice(reachable), self._random.choice(self._names))
            if step:
                yield step


def _connect(identity: Identity) -> Connect:
    return Connect(identity.name, identity.headers, identity.query, identity.refused)


def _is_setup(route: Route) -> bool:
    return not SETUP_WORDS.isdisjoint(words_of(route.key))
