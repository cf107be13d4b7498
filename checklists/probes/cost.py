"""What it cost before, and what it costs now."""

from __future__ import annotations

from checklists.evidence import Evidence
from checklists.facts import Facts
from checklists.model import Item
from checklists.probes.probe import probe
from checklists.probes.survey import unanswered

_METRICS = ("cloudwatch:GetMetricData",)


@probe(operations=_METRICS)
def cost_baseline(facts: Facts, _: Item) -> Evidence:
    """A cost of the WebSocket path is recorded in the history, or measured now."""
    recorded = facts.past.usd_month
    if recorded:
        usd, day = recorded
        told = (facts.fact("aws.usd_month", facts.inventory.application, usd, source="aws", unit="USD/month"),)
        return Evidence(verdict="supports", summary=f"${usd:,.2f} a month, recorded on {day}.", facts=told)
    problem = unanswered(facts, _METRICS)
    if problem:
        return problem
    cost = facts.live.cost if facts.live else None
    if cost is None or cost.before is None:
        return Evidence(verdict="no_data", summary="No traffic of the APIs was measured, so nothing can be priced.")
    usd = round(cost.before.usd, 2)
    told = (facts.fact("aws.usd_month", facts.inventory.application, usd, source="aws", unit="USD/month"),)
    summary = f"${usd:,.2f} a month at prices of {cost.prices_of}; --record keeps it."
    return Evidence(verdict="supports", summary=summary, facts=told)


@probe(operations=_METRICS)
def cost_measured(facts: Facts, _: Item) -> Evidence:
    """Cost Explorer was asked for the time before and after, and the bill went down."""
    cost = facts.live.cost if facts.live else None
    if facts.live is None:
        return Evidence(verdict="no_data", summary="Neither scan nor verify measures costs; only your bill knows them.")
    problem = unanswered(facts, _METRICS)
    if problem:
        return problem
    if cost is None:
        return Evidence(verdict="no_data", summary="No cost was measured; only your bill knows it.")
    if cost.billed_before is None or cost.billed_after is None:
        return Evidence(verdict="no_data", summary=f"{cost.words} The bill was not asked for before and after.")
    told = tuple(
        facts.fact(name, facts.inventory.application, round(usd, 2), source="aws", unit="USD/month")
        for name, usd in (("aws.billed_before", cost.billed_before), ("aws.billed_after", cost.billed_after))
    )
    summary = f"The bill says ${cost.billed_before:,.2f} a month before, ${cost.billed_after:,.2f} after."
    if cost.billed_after < cost.billed_before:
        return Evidence(verdict="supports", summary=summary, facts=told)
    more = f"{summary} It did not go down: whether that is accepted, a person says."
    return Evidence(verdict="no_data", summary=more, facts=told)
