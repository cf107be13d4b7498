"""The stages of a cut-over, and what each means for a client. Code and documentation read the same table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, get_args

from shim.observing import Face

Stage = Literal["legacy", "tap", "shadow", "live", "rampdown", "complete"]
Place = Literal["old", "new"]
"""The service that is authoritative for a client: its answers are what the client sees."""

STAGES: Final[tuple[Stage, ...]] = get_args(Stage)


_INTRODUCTION: Final = """\
# The stages of a cut-over

<!-- Made by scripts/reference.py from the code; edit that, not this. -->

What `[cutover]` does to a client that connects through the shim. The old service is the one that `backend.kind` names,
the new one is that of `backend.rest`. The service in the table is authoritative: its answers, and nothing else, are
what the client sees. What is observed is compared in the background, and never touches a client. Chosen users are those
of the share, of `cutover.users` and of `cutover.canaries`. [How to go through the stages](../how-to/cut-over.md).
"""


@dataclass(frozen=True, slots=True)
class Meaning:
    """chosen, others: who serves users that are chosen (by share or by list), and all others.

    shadowed: whose actions on shadowed routes also go to the new service, where the old one serves them.
    shown: the face whose connection of a canary's pair acts; the other one only listens. None: no pairs are taken.
    websocket: whether new WebSocket connections are accepted.
    falls_back: whether it is left automatically, to the stage before, when the running verdict turns.
    about: one sentence for people.
    """

    chosen: Place
    others: Place
    shadowed: Literal["nobody", "chosen", "all"]
    shown: Face | None
    websocket: bool
    falls_back: bool
    about: str

    def serves(self, *, chosen: bool) -> Place:
        return self.chosen if chosen else self.others

    def shadows(self, *, chosen: bool) -> bool:
        """Whether the actions of a user also go to the new service as a shadow."""
        if self.serves(chosen=chosen) != "old":
            return False
        return self.shadowed == "all" or (self.shadowed == "chosen" and chosen)


MEANINGS: Final[dict[Stage, Meaning]] = {
    "legacy": Meaning(
        "old", "old", "nobody", None, websocket=True, falls_back=False, about="Nothing has changed for anybody."
    ),
    "tap": Meaning(
        "old",
        "old",
        "nobody",
        "websocket",
        websocket=True,
        falls_back=True,
        about="What is pushed to a canary goes out over both transports, and both deliveries are compared.",
    ),
    "shadow": Meaning(
        "old",
        "old",
        "chosen",
        "websocket",
        websocket=True,
        falls_back=True,
        about="Chosen users' actions also go to the new service; its answers are compared and never shown.",
    ),
    "live": Meaning(
        "new",
        "old",
        "all",
        "sse",
        websocket=True,
        falls_back=True,
        about="The new service serves chosen users; the others are shadowed.",
    ),
    "rampdown": Meaning(
        "new",
        "new",
        "nobody",
        None,
        websocket=True,
        falls_back=True,
        about="The new service serves everybody, also over WebSocket; the old one is kept, and can take over.",
    ),
    "complete": Meaning(
        "new",
        "new",
        "nobody",
        None,
        websocket=False,
        falls_back=False,
        about="The new service serves everybody over SSE and REST; a WebSocket handshake is refused with 410.",
    ),
}


def before(stage: Stage) -> Stage:
    """The stage to fall back to; the first one has none before it and gives itself."""
    return STAGES[max(0, STAGES.index(stage) - 1)]


def after(stage: Stage) -> Stage:
    """The next stage; the last one gives itself."""
    return STAGES[min(len(STAGES) - 1, STAGES.index(stage) + 1)]


def stage_page() -> str:
    """`docs/reference/cut-over.md`."""
    about = [f"- `{stage}`: {meaning.about}" for stage, meaning in MEANINGS.items()]
    return "\n".join([_INTRODUCTION, *about, "", *_rows(), ""])


def _rows() -> Iterator[str]:
    """One for each stage and group of users."""
    yield "| stage | users | over WebSocket | over SSE + POST | observed | goes back by itself |"
    yield "|--|--|--|--|--|--|"
    for stage, meaning in MEANINGS.items():
        same = meaning.chosen == meaning.others and meaning.shadowed == "nobody" and meaning.shown is None
        for chosen in (True,) if same else (True, False):
            users = "all" if same else ("chosen" if chosen else "others")
            place = meaning.serves(chosen=chosen)
            socket = f"the {place} service" if meaning.websocket else "refused, 410"
            observed = _observed(meaning, chosen=chosen)
            back = f"to `{before(stage)}`" if meaning.falls_back else "no"
            yield f"| `{stage}` | {users} | {socket} | the {place} service | {observed} | {back} |"


def _observed(meaning: Meaning, *, chosen: bool) -> str:
    found = []
    if meaning.shown is not None and chosen:
        other = "SSE" if meaning.shown == "websocket" else "WebSocket"
        found.append(f"of a canary's pair, what the {other} connection is sent")
    if meaning.shadows(chosen=chosen):
        found.append("what the new service answers to shadowed routes")
    if meaning.serves(chosen=chosen) == "new" and meaning.falls_back:
        found.append("errors and latency of the new service")
    return "; ".join(found) or "nothing"
