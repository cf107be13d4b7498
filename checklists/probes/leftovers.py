"""What is left over when all should be gone."""

from __future__ import annotations

from checklists.evidence import Evidence
from checklists.facts import Facts
from checklists.model import Item
from checklists.probes.live import LISTED_BY, none_left, operations_of
from checklists.probes.probe import probe
from checklists.probes.survey import unanswered


@probe(operations=operations_of(tuple(LISTED_BY)))
def orphans_gone(facts: Facts, _: Item) -> Evidence:
    """Nothing that earlier surveys saw and that had to go still stands, in any service that the survey reads."""
    kinds = tuple(dict.fromkeys(seen.type for seen in facts.seen if seen.lot == "delete" and seen.type in LISTED_BY))
    if kinds:
        return none_left(facts, kinds, "thing")
    problem = unanswered(facts, operations_of(tuple(LISTED_BY)))
    summary = "No recorded survey has seen what had to go: record one with --aws --record before things are deleted."
    return problem or Evidence(verdict="no_data", summary=summary)
