"""What probes of live things share: absence with its control, and the files' word beside the account's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from checklists.aws.estate import Thing
from checklists.aws.listed import LISTED_BY
from checklists.evidence import Evidence, Progress
from checklists.facts import Facts
from checklists.live import Seen
from checklists.probes.survey import unanswered
from checklists.probes.wording import count, listed
from checklists.referrers.model import Verdict

_LOTS: Final[dict[Verdict, str]] = {
    "delete": "to be deleted",
    "edit": "to be edited",
    "keep": "to be kept",
    "unknown": "undecided",
}


def operations_of(kinds: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(operation for kind in kinds for operation in LISTED_BY[kind]))


def places(things: Iterable[Thing | Seen]) -> str:
    """'chat-connect (eu-west-1), chat-send (eu-west-1)'."""
    return listed([f"{thing.name} ({thing.region})" for thing in things])


def still_standing(facts: Facts, kinds: Sequence[str]) -> list[Thing]:
    """Things of these types that have to go."""
    return [thing for seen in facts.things("delete", kinds) if (thing := facts.standing(seen.arn))]


def none_left(facts: Facts, kinds: Sequence[str], noun: str) -> Evidence:
    """Whether no live thing of these types that has to go still stands. The control is that an earlier survey saw one,
    or that this one sees others of the type while it knows the APIs."""
    undecided = facts.things("unknown", kinds)
    known = facts.things("delete", kinds)
    problem = unanswered(facts, operations_of(kinds)) or _unseen_places(facts, (*known, *undecided))
    live = facts.live
    if problem or live is None:
        return problem or Evidence(verdict="no_data", summary="AWS was not asked.")
    left = [thing for thing in known if facts.standing(thing.arn)]
    told = tuple(
        facts.fact("aws.standing", thing.arn, facts.standing(thing.arn) is not None, source="aws") for thing in known
    )
    if left:
        names = places(left)
        return Evidence(
            verdict="refutes",
            summary=f"{count(len(left), noun)} left in AWS: {names}.",
            progress=Progress(done=len(known) - len(left), total=len(known)),
            facts=told,
        )
    open_ = [thing for thing in undecided if facts.standing(thing.arn)]
    if open_:
        names = places(open_)
        summary = f"It is not known of {count(len(open_), noun)} whether it has to go: {names}."
        return Evidence(verdict="no_data", summary=summary, facts=told)
    known = (*known, *undecided)
    if known:
        day = max(facts.past.things[thing.arn][1] for thing in known)
        control = f"{count(len(known), noun)} stood there, the last on {day}"
        return _gone(f"No {noun} is left in AWS; {control}.", control, len(known), told)
    siblings = sum(1 for _ in live.estate.of_type(*kinds))
    if live.apis and siblings:
        control = f"{count(siblings, noun)} of others are seen" if siblings > 1 else f"1 {noun} of others is seen"
        return _gone(f"No {noun} in AWS belongs to the APIs alone; {control}.", control, 0, told)
    summary = f"No survey has seen a {noun} of these APIs, so finding none proves nothing."
    return Evidence(verdict="no_data", summary=summary)


def _unseen_places(facts: Facts, known: Sequence[Seen]) -> Evidence | None:
    """An earlier survey saw things in an account or region that this one did not look at."""
    for account, region in sorted({(thing.account, thing.region) for thing in known}):
        types_there = {thing.type for thing in known if (thing.account, thing.region) == (account, region)}
        problem = unanswered(facts, operations_of(sorted(types_there)), account=account, region=region)
        if problem:
            return problem
    return None


def _gone(summary: str, control: str, number: int, told: tuple[object, ...]) -> Evidence:
    return Evidence.model_validate(
        {
            "verdict": "supports",
            "summary": summary,
            "control": control,
            "facts": told,
            "progress": Progress(done=number, total=number) if number else None,
        }
    )


def decided(facts: Facts, kinds: Sequence[str], noun: str) -> Evidence:
    """Whether it is known of each live thing of these types, that the APIs have to do with, what becomes of it."""
    problem = unanswered(facts, operations_of(kinds))
    live = facts.live
    if problem or live is None:
        return problem or Evidence(verdict="no_data", summary="AWS was not asked.")
    wanted = frozenset(kinds)
    found = [fate for fate in live.fates if (thing := facts.standing(fate.subject)) and thing.type in wanted]
    told = tuple(facts.fact("aws.fate", fate.subject, fate.verdict, source="aws") for fate in found)
    if not found:
        return Evidence(verdict="no_data", summary=f"The survey sees no {noun} of these APIs.")
    counted = Counter(fate.verdict for fate in found)
    said = ", ".join(f"{number} {_LOTS[verdict]}" for verdict, number in counted.items())
    open_ = [fate for fate in found if fate.verdict == "unknown"]
    if open_:
        first = open_[0]
        summary = f"In AWS: {said}. {first.subject}: {first.why}"
        return Evidence(verdict="no_data", summary=summary, facts=told)
    return Evidence(verdict="supports", summary=f"In AWS: {said}.", facts=told)


def absent(facts: Facts, thing: Seen) -> Evidence:
    """Whether one thing that an earlier survey saw is not there any more."""
    operations = LISTED_BY.get(thing.type, ())
    standing = facts.standing(thing.arn)
    told = (facts.fact("aws.standing", thing.arn, standing is not None, source="aws", query=", ".join(operations)),)
    if standing and not unanswered(facts, (), arn=thing.arn):
        return Evidence(verdict="refutes", summary=f"The {thing.kind} {thing.name} still stands.", facts=told)
    problem = unanswered(facts, operations, arn=thing.arn, account=thing.account, region=thing.region)
    if problem:
        return problem
    if not operations:
        summary = f"No operation is known that would show that the {thing.kind} {thing.name} is gone."
        return Evidence(verdict="no_data", summary=summary)
    if thing.arn not in facts.past.things:
        return Evidence(verdict="no_data", summary=f"No survey has seen the {thing.kind} {thing.name}.")
    day = facts.past.things[thing.arn][1]
    control = f"it stood there on {day}"
    summary = f"The {thing.kind} {thing.name} is gone: {control}, and {listed(operations)} does not list it any more."
    return Evidence(verdict="supports", summary=summary, facts=told, control=control)


def together(files: Evidence, account: Evidence, facts: Facts) -> Evidence:
    """Both have to support. Without a survey the files' word stands alone; a person adds that of the account."""
    if facts.live is None:
        return files
    refuting = [one for one in (files, account) if one.verdict == "refutes"]
    worst = refuting[0] if refuting else account if account.verdict != "supports" else files
    if worst is files and files.verdict == "no_data" and not files.locations and facts.scan_reads:
        worst = account  # the files never declared it, and the account shows that it is gone
    other = account if worst is files else files
    return worst.model_copy(
        update={
            "summary": f"{worst.summary} {other.summary}",
            "locations": files.locations,
            "facts": account.facts,
            "progress": worst.progress or other.progress,
            "control": account.control or files.control,
        }
    )
