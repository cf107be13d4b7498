"""What a plan leaves alone though the referrer graph would let it go."""

from __future__ import annotations

from datetime import date

from checklists.aws.estate import Estate
from checklists.referrers.model import Fate
from checklists.referrers.reasons import KEEP_UNTIL


def respecting_tags(estate: Estate, fate: Fate, today: date) -> Fate:
    thing = estate.thing(fate.subject)
    until = "" if thing is None else thing.tags.get(KEEP_UNTIL, "")
    if fate.verdict != "delete" or not until or not is_kept(until, today):
        return fate
    return fate.model_copy(update={"verdict": "keep", "why": f"Its tag {KEEP_UNTIL} says {until}"})


def in_account(estate: Estate, account: str, fate: Fate) -> Fate:
    """Calls name functions and dashboards without their account: in this one they would mean another of that name."""
    thing = estate.thing(fate.subject)
    if thing is None or thing.account == account or fate.verdict not in {"delete", "edit"}:
        return fate
    said = " ".join(change.words for change in fate.changes) or fate.why
    why = f"It is in account {thing.account}, and this plan changes {account} alone. There: {said}"
    return fate.model_copy(update={"verdict": "keep", "why": why.rstrip("."), "changes": ()})


def is_kept(until: str, today: date) -> bool:
    """Of the value of the tag."""
    try:
        return date.fromisoformat(until.strip()) >= today
    except ValueError:
        return True


def keeping_other_apis(fates: dict[str, Fate], apis: tuple[str, ...]) -> dict[str, Fate]:
    """A WebSocket API that was not asked for stays, whatever its fate would be."""
    return {
        arn: fate.model_copy(update={"verdict": "keep", "why": "It was not asked for"})
        if fate.verdict == "delete" and _is_other_api(arn, apis)
        else fate
        for arn, fate in fates.items()
    }


def staying(fate: Fate) -> Fate:
    if fate.verdict not in {"delete", "edit"}:
        return fate
    return fate.model_copy(update={"verdict": "keep", "why": "No API goes, so nothing that belongs to it does"})


def _is_other_api(arn: str, apis: tuple[str, ...]) -> bool:
    return "/apis/" in arn and not any(arn == api or arn.startswith(f"{api}/") for api in apis)
