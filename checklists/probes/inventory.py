"""What stands in AWS beside what the files declare, and who owns it."""

from __future__ import annotations

from typing import Final

from checklists.aws import types
from checklists.aws.estate import Thing
from checklists.aws.listed import LISTED_BY
from checklists.evidence import Evidence, Progress
from checklists.facts import Facts
from checklists.model import Item
from checklists.probes.live import operations_of, places
from checklists.probes.probe import probe
from checklists.probes.survey import unanswered
from checklists.probes.wording import count, listed

_MAIN: Final = (types.API, types.FUNCTION, types.TABLE, types.LOG_GROUP, types.ALARM, types.DASHBOARD, types.STACK)
OWNER_TAGS: Final = frozenset({"owner", "team", "squad", "contact", "service-owner"})
"""Names of tags that say who owns a thing, in small letters."""


@probe(operations=operations_of(_MAIN))
def inventory_owned(facts: Facts, _: Item) -> Evidence:
    """The survey was whole, and each thing that goes or is edited has a stack, a tool that made it, or an owner tag."""
    problem = unanswered(facts, operations_of(_MAIN))
    if problem:
        return problem
    things = [thing for seen in facts.seen if (thing := facts.standing(seen.arn))]
    if not things:
        return Evidence(verdict="no_data", summary="The survey sees nothing that belongs to a WebSocket API.")
    nobodys = [thing for thing in things if not _owned(thing)]
    progress = Progress(done=len(things) - len(nobodys), total=len(things))
    told = tuple(facts.fact("aws.owned", thing.arn, _owned(thing), source="aws") for thing in things)
    if nobodys:
        names = places(nobodys)
        summary = f"Nobody is known to own {count(len(nobodys), 'thing')} of {len(things)}: {names}."
        return Evidence(verdict="refutes", summary=summary, progress=progress, facts=told)
    summary = f"{count(len(things), 'thing')} in AWS, each with an owner."
    return Evidence(verdict="supports", summary=summary, progress=progress, facts=told)


@probe(operations=LISTED_BY[types.API])
def declared_and_live(facts: Facts, _: Item) -> Evidence:
    """Every WebSocket API that the files declare is live, and none is live that they do not declare."""
    problem = unanswered(facts, LISTED_BY[types.API])
    if problem or facts.live is None:
        return problem or Evidence(verdict="no_data", summary="AWS was not asked.")
    matching = facts.live.matching
    apis = {api.arn: api.name for api in facts.live.estate.websocket_apis()}
    live_only = [f"{apis[one.live]} ({one.live})" for one in matching.live_only if one.live in apis]
    nowhere = [one for one in matching.declared_only if one.declared.kind == "api"]
    hidden = sorted({operation for one in nowhere for operation in one.missing})
    absent = [one.declared.name or one.declared.id for one in nowhere if not one.missing]
    unclear = [one.declared.id for one in matching.ambiguous if one.declared.kind == "api"]
    both = [pair for pair in matching.pairs if pair.declared.kind == "api"]
    told = (
        *(facts.fact("aws.live_only", name, value=True, source="aws") for name in live_only),
        *(facts.fact("aws.declared_only", name, value=True, source="infrastructure") for name in absent),
    )
    wrong = [
        *([f"live, and declared by none of these files: {listed(live_only)}"] if live_only else []),
        *([f"declared, but not live: {listed(absent)}"] if absent else []),
    ]
    if wrong:
        return Evidence(verdict="refutes", summary=f"APIs {'; '.join(wrong)}.", facts=told)
    if hidden:
        return Evidence(verdict="error", summary=f"Whether it is live was not answered: {listed(hidden)}.")
    if unclear:
        return Evidence(verdict="no_data", summary=f"Several live APIs may be {listed(unclear)}.")
    if not both:
        return Evidence(verdict="no_data", summary="Neither the files nor the account have a WebSocket API.")
    found = listed([f"{apis.get(pair.live, pair.live)} ({pair.why})" for pair in both])
    return Evidence(verdict="supports", summary=f"{count(len(both), 'API')} declared and live: {found}.", facts=told)


def _owned(thing: Thing) -> bool:
    tags = {name.lower() for name, value in thing.tags.items() if value.strip()}
    return bool(thing.stack or thing.manager or tags & OWNER_TAGS)
