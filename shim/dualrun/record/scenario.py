"""What the clients of a session do, step by step."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from shim.dualrun.errors import SessionInvalid
from shim.dualrun.record.spoof import Spoof
from shim.dualrun.record.trigger import OUTSIDE, Trigger

Pairs = tuple[tuple[str, str], ...]

MAX_STEPS = 200
"""Most steps of one session, so that a run is bounded."""

DEFAULT_WAIT_S = 5.0
MAX_WAIT_S = 30.0
"""Seconds that one step may wait for a message."""

MAX_ADVANCE_S = 7 * 86_400.0
"""Seconds by which one step may advance the clock."""

NOBODY = ""
"""Stands for the client of a step that no client takes."""


@dataclass(frozen=True, slots=True)
class Connect:
    """Opens a connection; a client that has closed may connect again.

    `refused`: what the author expects; None when it is for the legacy path to say. It is checked against
    the legacy path only, so that a session meant to test a refusal can't pass by testing an acceptance.
    """

    client: str
    headers: Pairs = ()
    query: Pairs = ()
    refused: bool | None = None


def connection_id_of(client: str) -> str:
    """Stands, in the text of a message, for the id that the server gave to a client's connection.

    Only a server of the pinned world tells them.
    """
    return f"{{{{connection id of {client}}}}}"


@dataclass(frozen=True, slots=True)
class Send:
    """Sends one message. `route`: the route key that it is meant for; None when it is meant to match none.

    `text`: 'binary:' and hexadecimal digits stand for bytes, which are sent in a binary frame.
    """

    client: str
    text: str
    route: str | None = None


@dataclass(frozen=True, slots=True)
class Resume:
    """Drops the client's stream and takes it up again with Last-Event-ID; a WebSocket is left alone."""

    client: str


@dataclass(frozen=True, slots=True)
class Close:
    """The client closes its connection."""

    client: str


@dataclass(frozen=True, slots=True)
class Expect:
    """Waits until the client has received a message that `message_fits`, and that no earlier wait has had.

    `message`: see there. `within_s`: longest wait, in seconds. `required`: whether the legacy path can't be judged
    without it; else the session just goes on.
    """

    client: str
    message: str
    within_s: float = DEFAULT_WAIT_S
    required: bool = True


@dataclass(frozen=True, slots=True)
class Advance:
    """Time passes: the clock goes on by `seconds`, and all that is due in them happens. It costs next to none.

    Only where the clock is pinned; see docs/decisions/0024.
    """

    seconds: float

    @property
    def client(self) -> str:
        return NOBODY


Step = Connect | Send | Resume | Close | Expect | Advance | Trigger | Spoof


@dataclass(frozen=True, slots=True)
class Session:
    """clients: in order of appearance; with OUTSIDE, where something outside runs a function.

    Raises SessionInvalid when a client acts before it has connected.
    """

    name: str
    steps: tuple[Step, ...]
    clients: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "clients", tuple(dict.fromkeys(step.client for step in self.steps if step.client != NOBODY))
        )
        if not self.steps or len(self.steps) > MAX_STEPS:
            problem = f"it has {len(self.steps)} steps; 1 to {MAX_STEPS} are allowed"
            raise SessionInvalid(self.name, problem, min(len(self.steps), MAX_STEPS))
        connected: set[str] = set()
        for index, step in enumerate(self.steps):
            problem = _untimely(step, connected) or _unfit(step)
            if problem:
                raise SessionInvalid(self.name, problem, index)
            if isinstance(step, Connect) and not step.refused:
                connected.add(step.client)
            elif isinstance(step, Close):
                connected.discard(step.client)

    @property
    def advances(self) -> bool:
        """Whether time passes in it."""
        return any(isinstance(step, Advance) for step in self.steps)

    def route_of(self, step: int) -> str | None:
        """The route that a step exercises: '$connect' and '$disconnect' for connects and closes."""
        if not 0 <= step < len(self.steps):
            return None
        match self.steps[step]:
            case Connect():
                return "$connect"
            case Close():
                return "$disconnect"
            case Send(route=route):
                return route
            case Trigger(route=route) | Spoof(route=route):
                return route
            case Resume() | Expect() | Advance():
                return None


def _untimely(step: Step, connected: Collection[str]) -> str:
    """Why a step can't be taken while these clients are connected; '' when it can."""
    if isinstance(step, Advance | Trigger):
        return ""
    if isinstance(step, Connect):
        return f"{step.client} connects while it is connected" if step.client in connected else ""
    return "" if step.client in connected else f"{step.client} acts before it has connected"


def _unfit(step: Step) -> str:
    """Why a step can never be taken as it is written; '' when it can."""
    match step:
        case Advance(seconds=seconds) if not 0 < seconds <= MAX_ADVANCE_S:
            return f"the clock is advanced by {seconds} s; {MAX_ADVANCE_S:.0f} s are allowed"
        case Connect(client=client) if client == OUTSIDE:
            return f"{OUTSIDE} is no name for a client"
        case Send(client=client, text=text) | Spoof(client=client, text=text) if not _is_utf8(text):
            return f"{client} sends half a surrogate pair, which UTF-8 can't carry"
        case Expect(client=client, within_s=within_s) if not 0 < within_s <= MAX_WAIT_S:
            return f"{client} waits {within_s} s; {MAX_WAIT_S:g} s are allowed"
        case Trigger():
            return step.problem()
    return ""


def describe(step: Step) -> str:  # noqa: PLR0911 - one line a kind
    """A few words for people: 'alice sends {"action":"chat"…'."""
    match step:
        case Connect(client=client, refused=refused):
            return f"{client} connects" + (" (to be refused)" if refused else "")
        case Send(client=client, text=text, route=route):
            shown = text if len(text) <= 60 else text[:57] + "…"
            return f"{client} sends {shown!r}" + (f" to {route}" if route else "")
        case Resume(client=client):
            return f"{client} loses its stream and resumes"
        case Close(client=client):
            return f"{client} closes"
        case Expect(client=client, message=message):
            shown = message if len(message) <= 60 else message[:57] + "…"
            return f"{client} waits for {shown!r}"
        case Advance(seconds=seconds):
            return f"{_duration(seconds)} pass"
        case Trigger() | Spoof():
            return step.described()


def _duration(seconds: float) -> str:
    for size, unit in ((3_600, "hours"), (60, "minutes")):
        if seconds >= size and seconds % (size / 10) == 0:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} seconds"


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
