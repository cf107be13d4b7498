"""Histories that are made up, for tests of the checker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tests.chaos.checker import check
from tests.chaos.history import (
    History,
    Left,
    Line,
    Lost,
    Opened,
    Push,
    Ran,
    Received,
    Resumed,
    Rules,
    Said,
    Settled,
    Trouble,
)

RULES = Rules(seed=0, window_s=3, lease_s=1, check_s=0.5, keeps=True, nodes=2)
STAYS, LEAVES = "stays", "leaves"
TO_ALL = 5
SETTLED = 4.0


def good() -> History:
    """Two connections that get ten pushes, and one that is for both. One leaves when it has them, the other at the
    end. A node was killed meanwhile, and Redis came back with what it had."""
    found: list[Line] = [
        Trouble("kill_node", 1, 1.0, 2.0, pid=77),
        Trouble("kill_redis", -1, 1.5, 1.7),
        Lost(1.0, STAYS),
        Resumed(1.1, STAYS),
    ]
    for connection in (STAYS, LEAVES):
        found += [Ran(0.05, "$connect", connection, 7), Opened(0.1, connection, 0.0)]
        found.append(Said(1 if connection == STAYS else 2, connection, 0.3, 0.31, 202))
        found.append(Ran(0.305, "$default", connection, 7, id=1 if connection == STAYS else 2))
    for number in range(11):
        at = 0.2 + number / 10
        whom = (STAYS, LEAVES)[number % 2] if number != TO_ALL else None
        found.append(Push(number, whom, number % 2, "d", at, at + 0.05, 200))
        found += [Received(at + 0.06, one, number, "d") for one in (STAYS, LEAVES) if whom in {None, one}]
    found += [Left(2.0, LEAVES, told=False), Ran(5.2, "$disconnect", LEAVES, 7, 1006)]
    found += [Push(11, STAYS, 0, "d", SETTLED + 0.1, SETTLED + 0.2, 200), Received(SETTLED + 0.3, STAYS, 11, "d")]
    found += [Settled(SETTLED, SETTLED + 1), Left(SETTLED + 1.1, STAYS, told=True)]
    found.append(Ran(SETTLED + 1.2, "$disconnect", STAYS, 7, 1005))
    return History(RULES, found)


def kinds(history: History) -> set[str]:
    return {violation.kind for violation in check(history).violations}


def without(history: History, gone: Callable[[Line], bool]) -> History:
    return History(history.rules, [line for line in history.lines if not gone(line)])


def changed(history: History, which: Callable[[Line], bool], **values: object) -> History:
    lines = [replace(line, **values) if which(line) else line for line in history.lines]  # type: ignore[arg-type]
    return History(history.rules, lines)


def got(number: int, connection: str = STAYS) -> Callable[[Line], bool]:
    return lambda line: isinstance(line, Received) and (line.id, line.connection) == (number, connection)


def pushed(number: int) -> Callable[[Line], bool]:
    return lambda line: isinstance(line, Push) and line.id == number


def ran(route: str, connection: str) -> Callable[[Line], bool]:
    return lambda line: isinstance(line, Ran) and (line.route, line.connection) == (route, connection)


def more(history: History, *lines: Line) -> History:
    return History(history.rules, [*history.lines, *lines])
