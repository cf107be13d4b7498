"""Finds the shortest session in which the two paths still part in the same way.

First on the recordings that are there, which costs nothing, but can't know what depends on what: the shortest session,
then whole clients of it, then single steps. Then by replay on both paths: what the recordings left is tried first, and
steps come back only as far as they are needed.

Processes take long to begin and sessions don't, so the search goes on in processes that have begun. What earlier
sessions left behind in them may show a difference or hide it, so the result is seen in processes of its own; where it
isn't, the search begins again with new processes for each look.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from shim.dualrun.compare.difference import Difference
from shim.dualrun.compare.noise_file import NO_FILE, NoiseFile
from shim.dualrun.record.scenario import Session
from shim.dualrun.report.repro.ddmin import ddmin
from shim.dualrun.report.repro.looks import Looks, Replay, Shortest, Tell
from shim.dualrun.report.repro.parting import NAME, Cut, Parting, Runs, Steps, sliced

LIMIT_S: Final = 300.0
"""Seconds after which no further replay is begun; the shortest session so far is the result."""


def reduce_divergence(
    first: Difference,
    sessions: Iterable[Session],
    runs: Runs,
    replay: Replay,
    *,
    seconds: Callable[[], float],
    noise: NoiseFile = NO_FILE,
    limit_s: float = LIMIT_S,
    tell: Tell = lambda _: None,
) -> Shortest:
    """`first`: the difference to look for, by class, route and place. `seconds`: a clock that only goes forward.

    `noise`: rules and waivers of the user's own.
    """
    part = Parting(first, noise)
    session = part.shortest_recorded(sessions, runs)
    core = part.on_recordings(session, runs)
    looks = Looks(part, session, replay, seconds, seconds() + limit_s, tell)
    for always_afresh in (False, True):
        kept = _needed(looks, core, always_afresh)
        if kept is not None and looks.differs(kept, afresh=True):
            return looks.shortest(kept)
    if (best := looks.best()) is not None:
        return best
    shorter = Cut.of(session, core, NAME)
    difference = part.in_recordings(shorter, session, runs) if shorter else None
    if shorter is None or difference is None:
        # A noise rule that only other sessions teach can hide it.
        return Shortest(session, first, runs, confirmed=False, replays=looks.replays)
    recorded = sliced(runs, session, shorter)
    return Shortest(shorter.session, difference, recorded, confirmed=False, replays=looks.replays)


def _needed(looks: Looks, core: Steps, always_afresh: bool) -> Steps | None:
    """The fewest steps that show it, `core` among them; None when not even all do."""
    for number, choice in enumerate(looks.choices(core)):
        if looks.differs(choice, afresh=always_afresh or number == 0):
            break
    else:
        return None
    rest = tuple(index for index in choice if index not in core)

    def first_failing(choices: list[Steps]) -> int | None:
        wider = (tuple(sorted({*core, *chosen})) for chosen in choices)
        return next((n for n, steps in enumerate(wider) if looks.differs(steps, afresh=always_afresh)), None)

    return tuple(sorted({*core, *ddmin(rest, first_failing)})) if rest else choice
