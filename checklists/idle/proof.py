"""The idle proof: nobody has come to a stage for longer than a connection can live, and somebody would have been seen.

It refutes at any sign of life, whatever else is missing. It supports only when everything was asked for and answered,
over the whole window, in an account that shows elsewhere that it counts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from checklists.aws.estate import Estate
from checklists.aws.types import API
from checklists.idle.control import control, counts_connects
from checklists.idle.look import Look
from checklists.idle.model import IdleProof, IdleVerdict
from checklists.idle.signs import NAMESPACES, nonsense
from checklists.idle.window import LATE, SHORTEST, clock_problem

FRESH: Final = timedelta(hours=24)
WHOLE_API: Final = "*"
_SILENT: Final = "There is no $connect route, so clients that only listen are not counted."
_WORST_FIRST: Final[tuple[IdleVerdict, ...]] = ("refutes", "error", "no_data", "supports")


def idle_proof(
    estate: Estate,
    api: str,
    stage: str,
    *,
    window: timedelta,
    now: datetime,
    business_cycle: timedelta = SHORTEST,
    handlers: Collection[str] = (),
    tables: Collection[str] = (),
    fresh: timedelta = FRESH,
    callers: tuple[str, ...] = (),
) -> IdleProof:
    """Whether the stage is idle over the window, which ends where the measurements do.

    `api`: ARN. `handlers`, `tables`: ARNs of the functions and tables that only this API uses, whose life is its life.
    `business_cycle`: what comes only so often must have had its turn; 14 days are always asked for.
    `fresh`: how old the survey may be. `callers`: who came, where access logs tell (`checklists.idle.callers`).
    """
    thing = estate.thing(api)
    things = [estate.thing(arn) for arn in sorted({*handlers, *tables})]
    if thing is None or thing.type != API:
        return _nothing(estate, api, stage, window, f"The survey has no API {api}.")
    if any(one is None or one.type not in NAMESPACES for one in things):
        return _nothing(estate, api, stage, window, "The survey lacks a function or a table of the API.")
    of = [one for one in things if one is not None]
    look = Look(
        estate,
        thing,
        "" if stage == WHOLE_API else stage,
        window,
        tuple(one for one in of if one.arn in handlers),
        tuple(one for one in of if one.arn in tables),
    )
    shown = control(estate, thing, look.stage, look.handlers, look.window)
    verdict, why = _judge(look, shown, now, max(SHORTEST, business_cycle), fresh)
    return IdleProof(
        api=api,
        stage=stage,
        verdict=verdict,
        why=why,
        start=look.window.start,
        end=look.window.end,
        last_seen=look.last_seen,
        control=shown,
        knocks=look.knocks,
        callers=callers,
        drained=look.drained,
        days=look.days,
    )


def worst(proofs: Sequence[IdleProof]) -> IdleProof:
    """What decides over all of them: of those that are equally bad the last, which is that of the whole API."""
    return min(reversed(proofs), key=lambda proof: _WORST_FIRST.index(proof.verdict))


def _judge(look: Look, shown: str, now: datetime, least: timedelta, fresh: timedelta) -> tuple[IdleVerdict, str]:
    estate, window = look.estate, look.window
    if problem := clock_problem(estate, look.measurements, now) or nonsense(look.measurements):
        return "error", problem
    if now - estate.finished_at > fresh:
        return "no_data", f"The survey is of {estate.finished_at:%Y-%m-%d %H:%M} UTC, too old to tell of today."
    alive = [f"{sign.metric} of {sign.whose} {count:,.10g}" for sign in look.signs if (count := sign.in_window(window))]
    if alive:
        more = f" and {len(alive) - 4} more" if len(alive) > 4 else ""
        last = f"; last on {look.last_seen:%Y-%m-%d %H:%M} UTC" if look.last_seen else ""
        return "refutes", f"Counted from {window}: {', '.join(alive[:4])}{more}{last}."
    if look.gaps:
        gap = look.gaps[0]
        return "error", f"{gap.operation} in {gap.region} was not answered ({gap.kind})."
    if missing := next(_missing(look, shown, least), ""):
        return "no_data", missing
    last = f" The last sign of life was on {look.last_seen:%Y-%m-%d}." if look.last_seen else ""
    names = ", ".join(dict.fromkeys(sign.metric for sign in look.signs))
    silent = "" if counts_connects(estate, look.api) else f" {_SILENT}"
    return "supports", f"Nothing was counted for {window.days:g} days, from {window}: {names}.{last}{silent}"


def _missing(look: Look, shown: str, least: timedelta) -> Iterator[str]:
    """What would have to be known."""
    estate, window, stood = look.estate, look.window, look.stood
    if look.asked < least:
        yield f"The window of {window.days:g} days is shorter than the {least.days} days that are needed."
    if look.unasked:
        yield f"{look.unasked} was not asked."
    if stood is None:
        yield f"The survey has no stage {look.stage}."
    elif stood.created_at is None:
        yield f"When {stood.name} was made is not known."
    elif stood.created_at > window.start:
        yield f"{stood.name} was made on {stood.created_at:%Y-%m-%d}, within the window."
    if window.end < estate.started_at - LATE:
        yield f"The measurements end at {window.end:%Y-%m-%d %H:%M} UTC, more than an hour before the survey."
    for sign in look.signs:
        if problem := sign.problem(window, estate):
            yield f"{problem}."
    if not shown:
        yield "Nothing was counted, and nothing shows that it would have been: neither before nor nearby."


def _nothing(estate: Estate, api: str, stage: str, window: timedelta, why: str) -> IdleProof:
    end = estate.finished_at
    return IdleProof(api=api, stage=stage, verdict="no_data", why=why, start=end - window, end=end)
