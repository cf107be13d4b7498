"""What is left over when all should be gone."""

from __future__ import annotations

from checklists.aws.listed import LISTED_BY
from checklists.evidence import Evidence
from checklists.facts import Facts
from checklists.model import Item
from checklists.probes.live import none_left, operations_of
from checklists.probes.probe import probe
from checklists.probes.survey import unanswered
from checklists.probes.wording import count, listed

_ALL = operations_of(tuple(LISTED_BY))


@probe(operations=_ALL)
def orphans_gone(facts: Facts, _: Item) -> Evidence:
    """Nothing that earlier surveys saw and that had to go still stands, and nothing names a thing that is gone."""
    live = facts.live
    problem = unanswered(facts, _ALL)
    if problem or live is None:
        return problem or Evidence(verdict="no_data", summary="AWS was not asked.")
    kinds = tuple(dict.fromkeys(seen.type for seen in facts.seen if seen.lot == "delete" and seen.type in LISTED_BY))
    if not kinds:
        summary = "No recorded survey saw what had to go: record one with --aws --record before things are deleted."
        return Evidence(verdict="no_data", summary=summary)
    known = {seen.arn for seen in facts.seen}
    orphans = [one for one in live.orphans if one.subject in known]
    if orphans:
        told = tuple(facts.fact("aws.orphan", one.subject, one.why, source="aws") for one in orphans)
        whys = listed([one.why.rstrip(".") for one in orphans], most=3)
        return Evidence(verdict="refutes", summary=f"{count(len(orphans), 'thing')} left over: {whys}.", facts=told)
    return none_left(facts, kinds, "thing")
