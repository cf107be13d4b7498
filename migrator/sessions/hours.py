"""Sessions in which minutes and hours pass: who is idle, who is old, and who comes back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from shim.dualrun.record.scenario import MAX_STEPS, Advance, Close, Connect, Resume, Session, Step

APART_S: Final = 10.0
"""Seconds between two connects. Clients that API Gateway closes then don't go in the same moment, in which none would
hear of the other."""

NEARLY_IDLE_S: Final = 540.0
"""After so long everybody sends something, and nobody is closed for being idle."""

ROUNDS: Final = 13
"""117 minutes: one more is beyond 2 hours."""

SILENT_ROUNDS: Final = 3
"""Of so many in a row, in all but the last what everybody sends leads to no route: for longer than 10 minutes the
application hears and says nothing, and has to know its connections all the same."""

DAYS_S: Final = 3.25 * 86_400
"""A row that expires after a day, as many do, has been deleted then: DynamoDB takes up to two more."""

Steps = Callable[[], list[Step]]
Saying = Callable[[str], Step | None]
"""A message of a client with this name; None when none can be made up."""


def hours(
    names: Sequence[str],
    connects: Steps,
    joins: Steps,
    say: Saying,
    everything: Callable[[str], list[Step]],
    keep_alive: Callable[[str], Step],
    *,
    expiring: bool = False,
) -> Iterator[Session]:
    """`connects`: everybody connects. `joins`: everybody does what has to be done first. `say`: one message;
    `keep_alive`: one that leads to no route. `expiring`: whether there are tables whose rows expire.

    `everything`: a message to each route. After a limit has closed connections nobody speaks until all have left on
    both paths: what an application says of who is there would differ.
    """
    first, second = names[:2]
    three, two = names[:3], names[:2]

    def coming(who: Sequence[str], apart_s: float = 0.0) -> Iterator[Step]:
        for step in connects():
            if step.client in who:
                yield step
                if apart_s:
                    yield Advance(apart_s)
        yield from (step for step in joins() if step.client in who)

    def back(who: Sequence[str]) -> Iterator[Step]:
        yield from map(Close, who)
        for step in coming(who):  # a token may have expired meanwhile
            yield replace(step, refused=None) if isinstance(step, Connect) else step

    def idle() -> Iterator[Step]:
        yield from coming(three, APART_S)
        yield Advance(300.0)
        yield from _made(say(first))
        yield Advance(310.0)  # the others have heard nothing for longer than 10 minutes, unless it was this
        yield from back(three[1:])
        yield from _made(say(first))
        yield Advance(660.0)
        yield from back(three)
        yield from everything(second)
        yield Resume(first)
        yield from everything(second)

    def old() -> Iterator[Step]:
        yield from coming(two, APART_S)
        for number in range(1, ROUNDS + 1):
            yield Advance(NEARLY_IDLE_S)
            for name in two:
                yield from [keep_alive(name)] if number % SILENT_ROUNDS else _made(say(name))
        yield Advance(NEARLY_IDLE_S)
        yield from back(two)
        yield from everything(second)

    def days() -> Iterator[Step]:
        yield from coming(two, APART_S)
        yield from everything(first)
        yield Advance(DAYS_S)
        yield from back(two)
        yield from everything(second)

    yield Session("idle for 10 minutes", tuple(idle())[:MAX_STEPS])
    yield Session("connected for 2 hours", tuple(old())[:MAX_STEPS])
    if expiring:
        yield Session("rows expire", tuple(days())[:MAX_STEPS])


def _made(step: Step | None) -> Iterator[Step]:
    if step is not None:
        yield step
