"""What happened in one run, as lines of JSON: what clients, pushers and functions saw, and what was done to the nodes.

Times are seconds since the run began, by the machine's monotonic clock. Imports nothing of the product.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Push:
    """`to`: a connection; None: all that are open. `status`: None when there was no answer, so nobody knows whether it
    was taken."""

    kind: ClassVar[str] = "push"
    id: int
    to: str | None
    node: int
    digest: str
    begun: float
    ended: float
    status: int | None


@dataclass(frozen=True, slots=True)
class Opened:
    """`asked`: when the client asked for it."""

    kind: ClassVar[str] = "opened"
    at: float
    connection: str
    asked: float


@dataclass(frozen=True, slots=True)
class Received:
    """By the application, in the order of these lines. `event`: the id of the event; '' where a library hides it."""

    kind: ClassVar[str] = "received"
    at: float
    connection: str
    id: int
    digest: str
    event: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """The client was told that something is missing."""

    kind: ClassVar[str] = "gap"
    at: float
    connection: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Over:
    """The client was told that its connection is over, or heard it as 204 or 410 when it came back."""

    kind: ClassVar[str] = "over"
    at: float
    connection: str
    why: str


@dataclass(frozen=True, slots=True)
class Left:
    """The client has gone, and will not come back. `told`: whether it said so and was answered."""

    kind: ClassVar[str] = "left"
    at: float
    connection: str
    told: bool


@dataclass(frozen=True, slots=True)
class Lost:
    """The client's stream broke, or it broke it; it comes back."""

    kind: ClassVar[str] = "lost"
    at: float
    connection: str


@dataclass(frozen=True, slots=True)
class Resumed:
    """The first bytes of another stream came. A head alone is none: the connection may end before there is a stream."""

    kind: ClassVar[str] = "resumed"
    at: float
    connection: str


@dataclass(frozen=True, slots=True)
class Said:
    """A message of a client. `status` as that of a push; `id` counts on its own."""

    kind: ClassVar[str] = "said"
    id: int
    connection: str
    begun: float
    ended: float
    status: int | None


@dataclass(frozen=True, slots=True)
class Ran:
    """A function began to run in the process `pid`. `id`: of the message that it was given; -1: none."""

    kind: ClassVar[str] = "ran"
    at: float
    route: str
    connection: str
    pid: int
    code: int | None = None
    id: int = -1


KILLED = "killed"

TOOK_OVER = "took_over"
"""Of Redis: another server did, as Sentinels said."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What was done, and from when until when it lasted. `node`: -1 for Redis and for clients. `detail`: KILLED for a
    node that was told to end, and did not in time."""

    kind: ClassVar[str] = "trouble"
    what: str
    node: int
    begun: float
    ended: float
    pid: int = 0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Settled:
    """From here on nothing was broken any more; `ended`: the end of the run."""

    kind: ClassVar[str] = "settled"
    at: float
    ended: float


Line = Push | Opened | Received | Gap | Over | Left | Lost | Resumed | Said | Ran | Trouble | Settled
KINDS: dict[str, type[Any]] = {
    one.kind: one for one in (Push, Opened, Received, Gap, Over, Left, Lost, Resumed, Said, Ran, Trouble, Settled)
}


@dataclass(frozen=True, slots=True)
class Rules:
    """What was promised in this run. `keeps`: whether Redis comes back with all that it acknowledged."""

    seed: int
    window_s: float
    lease_s: float
    check_s: float
    keeps: bool
    nodes: int


@dataclass
class History:
    rules: Rules
    lines: list[Line] = field(default_factory=list)

    def of(self, kind: type[Any]) -> Iterator[Any]:
        return (line for line in self.lines if isinstance(line, kind))

    def save(self, file: Path) -> None:
        with file.open("w") as out:
            out.write(json.dumps(asdict(self.rules)) + "\n")
            for line in self.lines:
                out.write(json.dumps({"kind": line.kind, **asdict(line)}) + "\n")

    @classmethod
    def load(cls, file: Path) -> History:
        with file.open() as words:
            found = cls(Rules(**json.loads(next(words))))
            for word in words:
                values = json.loads(word)
                found.lines.append(KINDS[values.pop("kind")](**values))
        return found


class Recorder:
    """Writes a history while it happens."""

    def __init__(self, rules: Rules) -> None:
        self.history = History(rules)
        self._zero = time.monotonic()

    def now(self) -> float:
        return round(time.monotonic() - self._zero, 4)

    def since_zero(self, monotonic: float) -> float:
        return round(monotonic - self._zero, 4)

    def add(self, line: Line) -> None:
        self.history.lines.append(line)
