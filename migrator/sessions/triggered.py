"""Sessions in which functions run that no route runs: one for each function and kind of trigger."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from migrator.inventory.model import Api, Handler, Inventory, Trigger
from migrator.sessions.filling import Values
from migrator.sessions.identities import GROUP_WORDS, Identities
from migrator.sessions.messages import UNICODE_TEXT, words_of
from migrator.sessions.outside import can_run, pushers_outside, source_kind
from migrator.sessions.trigger_events import Events
from shim.dualrun.record import trigger as steps
from shim.dualrun.record.scenario import Close, Session, Step

MOST_EVENTS: Final = 24
"""Events of one session before a client leaves: a function may have many triggers of one kind, such as paths."""


@dataclass
class Triggered:
    """routes: what stands for each function and kind of trigger in verdicts. gaps: what could not be made up."""

    sessions: list[Session] = field(default_factory=list)
    routes: list[str] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)


def triggered_sessions(inventory: Inventory, api: Api, who: Identities, opening: Callable[[], list[Step]]) -> Triggered:
    """`opening`: everybody connects, and joins where the application wants that."""
    made = Triggered()
    found: dict[str, list[Events]] = {}
    for handler, trigger in pushers_outside(inventory):
        kind = source_kind(inventory, handler, trigger) if can_run(handler) else None
        if kind is None:
            made.gaps.append(_not_run(handler, trigger))
        else:
            route = steps.Trigger(handler.id, kind, "").route
            found.setdefault(route, []).append(Events(inventory, handler, trigger, kind))
    writer = _Writer(who, _in_groups(api), opening)
    for route, events in found.items():
        session = writer.session(route, events)
        made.routes.append(route)
        if session is None:
            first = events[0]
            told = f"{first.handler.id}, which {first.trigger.kind} {first.trigger.source} triggers"
            made.gaps.append(f"No event can be made up for {told}: its code doesn't tell what it reads from one.")
        else:
            made.sessions.append(session)
    return made


def _not_run(handler: Handler, trigger: Trigger) -> str:
    told = f"{handler.id}, which {trigger.kind} {trigger.source} triggers, pushes and was not run"
    if handler.problem is not None:
        return f"{told}: {handler.problem}."
    if handler.language != "python":
        return f"{told}: it is {handler.language}, and only Python runs here."
    return f"{told}: no event of such a source can be made up."


def _in_groups(api: Api) -> bool:
    """Whether clients are in a group, or a room, as soon as they have connected."""
    token = api.authorizer.token if api.authorizer is not None else api.connect_token
    names = (*api.connect_query, *(token.claims if token is not None else ()))
    return any(set(words_of(name)) & set(GROUP_WORDS) for name in names)


class _Writer:
    def __init__(self, who: Identities, groups: bool, opening: Callable[[], list[Step]]) -> None:
        self._names = [identity.name for identity in who.accepted]
        self._tokens: Mapping[str, str] = who.tokens
        self._groups, self._opening = groups, opening
        self._number = 0

    def session(self, route: str, events: list[Events]) -> Session | None:
        """About the first client, in an event of every kind; about the last, who may be in another group; in words of
        other scripts; and once more when the first is gone."""
        first, last = self._names[0], self._names[-1]
        before: list[Step] = list(self._about(first, events))
        if not before:
            return None
        before += [*self._about(last, events[:1]), *self._about(first, events[:1], text=UNICODE_TEXT)]
        after: list[Step] = [Close(first), *self._about(first, events[:1]), *self._about(last, events[:1])]
        return Session(route, (*self._opening(), *before[:MOST_EVENTS], *after))

    def _about(self, client: str, events: list[Events], *, text: str | None = None) -> Iterator[steps.Trigger]:
        for one in events:
            self._number += 10
            values = Values(client, self._number, self._groups, self._tokens.get(client), text)
            for event in one.about(values):
                yield steps.Trigger(one.handler.id, one.kind, json.dumps(event, ensure_ascii=False))
