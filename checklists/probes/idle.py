"""Whether anybody still comes: the idle proofs, of one stage and of all."""

from __future__ import annotations

from typing import Final

from checklists.aws import types
from checklists.aws.listed import LISTED_BY
from checklists.evidence import Evidence, Fact, Progress, Verdict, Window
from checklists.facts import Facts
from checklists.idle.model import IdleProof
from checklists.model import Item
from checklists.probes.live import none_left
from checklists.probes.probe import probe
from checklists.probes.survey import unanswered
from checklists.probes.wording import count, listed

_MEASURED: Final = ("cloudwatch:GetMetricData", *LISTED_BY[types.API], "apigatewayv2:GetStages")
_WORST_FIRST: Final[tuple[Verdict, ...]] = ("refutes", "error", "stale", "no_data", "supports")


@probe(operations=_MEASURED)
def stage_idle(facts: Facts, item: Item) -> Evidence:
    """Nothing came to the stage over the whole window, and something shows that it would have been seen."""
    arn, _, stage = (item.subject or "").rpartition("/stages/")
    api = facts.standing(arn)
    account, region = (api.account, api.region) if api else ("", "")
    problem = unanswered(facts, _MEASURED, arn=arn, account=account, region=region)
    if problem:
        return problem
    proof = next((one for one in _proofs(facts) if (one.api, one.stage) == (arn, stage)), None)
    if proof is None:
        return Evidence(verdict="no_data", summary="The survey does not see this stage.")
    return _evidence(facts, proof)


@probe(operations=_MEASURED)
def apis_idle(facts: Facts, _: Item) -> Evidence:
    """Nothing came to any stage of the APIs over the whole window, or the APIs are gone."""
    problem = unanswered(facts, _MEASURED)
    if problem:
        return problem
    proofs = _proofs(facts)
    if not proofs:
        return none_left(facts, (types.API,), "WebSocket API")
    found = [_evidence(facts, one) for one in proofs]
    worst = min(found, key=lambda one: _WORST_FIRST.index(one.verdict))
    idle = sum(one.verdict == "supports" for one in found)
    others = sum(one != worst for one in found)
    first = proofs[found.index(worst)]
    if worst.verdict == "supports":
        summary = f"{count(len(found), 'stage')} idle since {min(proof.start for proof in proofs):%Y-%m-%d}."
    else:
        more = f" {count(others, 'other stage')} beside it." if others else ""
        summary = f"{idle} of {count(len(found), 'stage')} idle. {_name(facts, first)}: {worst.summary}{more}"
    return Evidence(
        verdict=worst.verdict,
        summary=summary,
        progress=Progress(done=idle, total=len(found)),
        facts=tuple(fact for one in found for fact in one.facts),
        control=worst.control,
    )


@probe(operations=("cloudwatch:GetMetricData",))
def brownouts(facts: Facts, _: Item) -> Evidence:
    """Every outage that the newest teardown has planned was made to its end, as its journal says, and nobody knocks."""
    problem = unanswered(facts, ("cloudwatch:GetMetricData",))
    if problem:
        return problem
    knocks = _knocks(facts)
    return knocks or _outages(facts)


def _knocks(facts: Facts) -> Evidence | None:
    counted = [(proof, knock) for proof in _proofs(facts) for knock in proof.knocks if knock.count]
    if not counted:
        return None
    told = tuple(
        facts.fact(
            f"aws.{knock.metric}",
            f"{proof.api}/stages/{proof.stage}",
            knock.count,
            source="aws",
            unit="count",
            window=Window(start=proof.start, end=proof.end),
            query="cloudwatch:GetMetricData",
        )
        for proof, knock in counted
    )
    most = max(knock.count for _, knock in counted)
    last = max((knock.last_at for _, knock in counted if knock.last_at), default=None)
    when = f", the last on {last:%Y-%m-%d %H:%M} UTC" if last else ""
    who = listed(sorted({caller for proof, _ in counted for caller in proof.callers}))
    from_ = f" From: {who}." if who else ""
    summary = f"Somebody still comes: {most:.0f} knocks were refused at one stage{when}.{from_}"
    return Evidence(verdict="refutes", summary=summary, facts=told)


def _outages(facts: Facts) -> Evidence:
    if not facts.outages:
        summary = "No knock was counted, and no teardown has made outages; whether they were long enough, people say."
        return Evidence(verdict="no_data", summary=summary)
    done = [one for one in facts.outages if one.done_at]
    progress = Progress(done=len(done), total=len(facts.outages))
    told = tuple(
        facts.fact("teardown.outage", one.api, one.minutes, source="report", unit="minutes", at=one.done_at)
        for one in done
    )
    without = sorted((facts.live.apis if facts.live else frozenset()) - {one.api for one in facts.outages})
    if len(done) < len(facts.outages) or without:
        open_ = f" None is planned for {listed(without)}." if without else ""
        summary = f"{count(len(done), 'outage')} of {len(facts.outages)} made to the end.{open_}"
        return Evidence(verdict="no_data", summary=summary, progress=progress, facts=told)
    longest = max(done, key=lambda one: one.minutes)
    summary = f"{count(len(done), 'outage')} made, the longest of {longest.minutes:g} minutes; nobody knocks."
    return Evidence(verdict="supports", summary=summary, progress=progress, facts=told)


def _proofs(facts: Facts) -> tuple[IdleProof, ...]:
    return facts.live.idle if facts.live else ()


def _evidence(facts: Facts, proof: IdleProof) -> Evidence:
    control = proof.control if proof.verdict == "supports" else ""
    if proof.verdict == "supports" and not control:
        return Evidence(
            verdict="no_data", summary=f"{proof.why} Nothing shows that a sign of life would have been seen."
        )
    return Evidence(verdict=proof.verdict, summary=proof.why, facts=(_fact(facts, proof),), control=control)


def _fact(facts: Facts, proof: IdleProof) -> Fact:
    seen = proof.last_seen.isoformat() if proof.last_seen else None
    return facts.fact(
        "aws.last_seen",
        f"{proof.api}/stages/{proof.stage}",
        seen,
        source="aws",
        window=Window(start=proof.start, end=proof.end),
        query="cloudwatch:GetMetricData",
    )


def _name(facts: Facts, proof: IdleProof) -> str:
    api = facts.standing(proof.api)
    return f"{api.name if api else proof.api}/{proof.stage}"
