"""The history of a run, sorted for those who judge it. Imports nothing of the product."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from tests.chaos.history import (
    KILLED,
    TOOK_OVER,
    Gap,
    History,
    Left,
    Lost,
    Opened,
    Over,
    Push,
    Received,
    Resumed,
    Settled,
    Trouble,
)

Kind = Literal[
    "lost",
    "duplicated",
    "reordered",
    "phantom",
    "needless gap",
    "ended early",
    "refused though open",
    "not served again",
    "$connect",
    "$disconnect never",
    "$disconnect twice",
    "$disconnect of a living one",
    "message never handled",
    "message handled twice",
]

LOOKS_S = 2.0
"""Nodes look for ends every second, and a busy machine takes longer."""


@dataclass(frozen=True, slots=True)
class Violation:
    kind: Kind
    connection: str
    words: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.connection} {self.words}"


@dataclass
class Verdict:
    """`excused`: what would be a violation, but for something that was done and that the documentation names."""

    violations: list[Violation]
    counts: Counter[str]
    excused: Counter[str]


@dataclass
class Story:
    """What one connection lived through."""

    connection: str
    opened: float
    asked: float
    received: list[Received] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)
    resumed: list[float] = field(default_factory=list)
    """When it got another stream; empty where a library hides it."""
    lost_since: float | None = None
    """When its stream broke that was not resumed since."""
    over: Over | None = None
    left: Left | None = None

    @property
    def signs(self) -> list[float]:
        """When it is known to have had a stream, in no order."""
        return [self.opened, *self.gaps, *self.resumed, *(got.at for got in self.received)]

    def lives_at(self, at: float) -> bool:
        return not ((self.over and self.over.at <= at) or (self.left and self.left.at <= at))


class Facts:
    """The history, sorted."""

    def __init__(self, history: History) -> None:
        self.history, self.rules = history, history.rules
        self.excused: Counter[str] = Counter()
        self.pushes: dict[int, Push] = {push.id: push for push in history.of(Push)}
        self.taken = sorted((push for push in self.pushes.values() if push.status == 200), key=lambda one: one.begun)
        self.troubles: list[Trouble] = list(history.of(Trouble))
        self.settled: Settled = next(history.of(Settled))
        self.stories = {line.connection: Story(line.connection, line.at, line.asked) for line in history.of(Opened)}
        for line in history.lines:
            match line:
                case Received():
                    self.stories[line.connection].received.append(line)
                case Gap():
                    self.stories[line.connection].gaps.append(line.at)
                case Lost() if self.stories[line.connection].lost_since is None:
                    self.stories[line.connection].lost_since = line.at
                case Resumed():
                    self.stories[line.connection].lost_since = None
                    self.stories[line.connection].resumed.append(line.at)
                case Over():
                    self.stories[line.connection].over = line
                case Left():
                    self.stories[line.connection].left = line
        self.forgot = [
            one
            for one in self.troubles
            if one.what == TOOK_OVER or (one.what == "kill_redis" and not history.rules.keeps)
        ]
        """Replication is asynchronous: a server that takes over may lack what was acknowledged last, and what was
        acknowledged by the one that was the master before, until it knew that it is none any more."""
        self.killed = [one for one in self.troubles if one.what == "kill_node" or one.detail == KILLED]
        self.notice_s = 2 * self.rules.check_s + LOOKS_S
        """Within which nodes find out that Redis is another one."""
        self.forgetful_until = max((one.ended + self.notice_s for one in self.forgot), default=0.0)

    def heard(self, story: Story) -> list[tuple[Received, Push]]:
        """What it received that somebody pushed."""
        return [(got, self.pushes[got.id]) for got in story.received if got.id in self.pushes]

    def may_be_forgotten(self, push: Push) -> bool:
        """Whether Redis lost something after this began, or at least before nodes had noticed that it did."""
        return push.begun < self.forgetful_until

    def two_served_until(self, at: float) -> float | None:
        """Whether two servers may have taken themselves for the master then, as Sentinels can't exclude; and when all
        knew better, also of a third one that took over before they did of the second."""
        known = (one.ended + self.notice_s for one in self.troubles if one.what == TOOK_OVER and one.begun <= at)
        return max((until for until in known if at <= until), default=None)

    def went_back_and_gave_way(self, earlier: Push, later: Push) -> bool:
        """Whether a server may have been killed that came back without the one and took the other, until another server
        took over, to which the one had been copied. A server follows the one that came back, and has no more than it,
        when all is whole again."""
        return any(
            earlier.begun <= kill.begun <= later.ended
            and kill.begun <= took_over.begun <= kill.ended
            and later.begun <= took_over.ended + self.notice_s
            for kill in self.forgot
            for took_over in self.forgot
            if kill.what == "kill_redis" and took_over.what == TOOK_OVER
        )
