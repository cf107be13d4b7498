"""What a checklist tells of a survey: where it looked, what it could not learn, and the names of things."""

from __future__ import annotations

from collections import Counter
from typing import Final

from checklists.facts import Live
from checklists.model import Named, Survey
from checklists.probes.survey import told
from checklists.referrers.graph import Picture, picture
from checklists.referrers.model import Use

MOST_NODES: Final = 80
"""That one can follow with the eyes."""


def survey_of(live: Live | None) -> Survey | None:
    if live is None:
        return None
    estate = live.estate
    places = Counter((gap.kind, gap.operation, gap.account, gap.region) for gap in estate.gaps)
    first = {(gap.kind, gap.operation, gap.account, gap.region): gap for gap in reversed(estate.gaps)}
    return Survey(
        finished_at=estate.finished_at,
        accounts=tuple(f"{one.id} ({one.alias})" if one.alias else one.id for one in estate.accounts),
        regions=estate.regions,
        things=len(estate.things),
        gaps=tuple(told(first[place], number) for place, number in places.most_common()),
    )


def uses_worth_showing(live: Live | None) -> tuple[Use, ...]:
    """Those that concern a thing whose fate is told."""
    if live is None:
        return ()
    known = {fate.subject for fate in live.fates}
    return tuple(use for use in live.uses if use.user in known or use.used in known)


def graph_of(live: Live | None) -> Picture | None:
    return picture(live.estate, live.uses, live.fates, most=MOST_NODES) if live else None


def named(live: Live | None) -> tuple[Named, ...]:
    if live is None:
        return ()
    shown = uses_worth_showing(live)
    arns = {fate.subject for fate in live.fates} | {arn for use in shown for arn in (use.user, use.used)}
    found = (live.estate.thing(arn) for arn in sorted(arns))
    return tuple(
        Named(arn=thing.arn, type=thing.type, name=thing.name, account=thing.account, region=thing.region)
        for thing in found
        if thing
    )
