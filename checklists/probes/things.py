"""What goes and what is edited in AWS: each thing by itself, and all of a kind together."""

from __future__ import annotations

import json

from checklists.aws import types
from checklists.aws.listed import LISTED_BY
from checklists.evidence import Evidence
from checklists.facts import Facts
from checklists.live import Seen
from checklists.model import Item
from checklists.probes.live import absent, none_left, operations_of, places
from checklists.probes.probe import probe
from checklists.probes.survey import unanswered
from checklists.probes.wording import count, listed

_IAM = (types.ROLE, types.POLICY, types.USER, types.GROUP)
_DNS = (types.RECORD, types.DOMAIN, types.CERTIFICATE)
_EDGE = (types.DISTRIBUTION, types.WEB_ACL)


@probe(operations=operations_of(tuple(LISTED_BY)))
def thing_gone(facts: Facts, item: Item) -> Evidence:
    """The whole answer of AWS does not list the thing any more, and an earlier survey saw it."""
    return absent(facts, _seen(facts, item))


@probe(operations=operations_of(tuple(LISTED_BY)))
def thing_edited(facts: Facts, item: Item) -> Evidence:
    """The thing stands, an earlier survey saw it name one of the APIs, and it does not any more; or it is gone."""
    thing = _seen(facts, item)
    standing = facts.standing(thing.arn)
    if standing is None:
        return absent(facts, thing)
    problem = unanswered(
        facts, LISTED_BY.get(thing.type, ()), arn=thing.arn, account=thing.account, region=thing.region
    )
    if problem:
        return problem
    fate = facts.fates.get(thing.arn)
    if fate and fate.verdict == "edit":
        said = " ".join(change.words for change in fate.changes) or fate.why
        return Evidence(verdict="refutes", summary=f"It has still to be edited: {said}")
    if thing.arn not in facts.past.things:
        return Evidence(verdict="no_data", summary=f"No survey has seen that the {thing.kind} had to be edited.")
    named = _apis_named_by(facts, json.dumps(standing.properties, ensure_ascii=False))
    if named:
        return Evidence(verdict="refutes", summary=f"It still names {listed(named)}.")
    control = f"the survey of {facts.past.things[thing.arn][1]} saw what had to be taken out"
    return Evidence(verdict="supports", summary=f"Nothing of it has to be edited any more; {control}.", control=control)


@probe(operations=operations_of(tuple(LISTED_BY)))
def thing_decided(facts: Facts, item: Item) -> Evidence:
    """The survey could ask all that tells who uses the thing, so that it is known what becomes of it."""
    thing = _seen(facts, item)
    needed = LISTED_BY.get(thing.type, ())
    problem = unanswered(facts, needed, arn=thing.arn, account=thing.account, region=thing.region)
    if problem:
        return problem
    fate = facts.fates.get(thing.arn)
    if fate is None:
        return absent(facts, thing)
    if fate.verdict != "unknown":
        return Evidence(verdict="supports", summary=f"{fate.verdict.capitalize()}: {fate.why}")
    missing = f" To be asked: {listed(fate.missing)}." if fate.missing else ""
    return Evidence(verdict="refutes", summary=f"{fate.why}{missing}")


@probe(operations=LISTED_BY[types.FUNCTION])
def functions_gone(facts: Facts, _: Item) -> Evidence:
    """No function that only the APIs called still stands in AWS."""
    return none_left(facts, (types.FUNCTION,), "function")


@probe(operations=LISTED_BY[types.TABLE])
def tables_gone(facts: Facts, _: Item) -> Evidence:
    """No table that only kept connections still stands in AWS."""
    return none_left(facts, (types.TABLE,), "table")


@probe(operations=(*LISTED_BY[types.MAPPING], *LISTED_BY[types.API]))
def mappings_gone(facts: Facts, _: Item) -> Evidence:
    """No custom domain leads to one of the APIs any more, and their default endpoints are off, or they are gone."""
    evidence = none_left(facts, (types.MAPPING,), "mapping")
    problem = unanswered(facts, LISTED_BY[types.API])
    if problem or evidence.verdict == "refutes":
        return problem or evidence
    going = sorted(facts.live.apis) if facts.live else []
    apis = [thing for arn in going if (thing := facts.standing(arn))]
    open_ = [api for api in apis if not api.properties.get("DisableExecuteApiEndpoint")]
    if open_:
        names = places(open_)
        return Evidence(verdict="refutes", summary=f"The default endpoint of {names} is open.", facts=evidence.facts)
    return evidence


@probe(operations=operations_of(_IAM))
def iam_gone(facts: Facts, _: Item) -> Evidence:
    """No role or policy of the APIs alone still stands, and no policy that stays names them."""
    edits = [seen for seen in facts.things("edit", _IAM) if _still_to_edit(facts, seen)]
    problem = unanswered(facts, operations_of(_IAM))
    if edits and not problem:
        names = listed([f"{seen.kind} {seen.name}" for seen in edits])
        return Evidence(verdict="refutes", summary=f"{count(len(edits), 'statement')} to be taken out: {names}.")
    return none_left(facts, _IAM, "role or policy")


@probe(operations=operations_of(_DNS))
def dns_gone(facts: Facts, _: Item) -> Evidence:
    """No DNS record, custom domain or certificate of the APIs alone still stands."""
    return none_left(facts, _DNS, "DNS record, domain or certificate")


@probe(operations=operations_of(_EDGE))
def edge_gone(facts: Facts, _: Item) -> Evidence:
    """No distribution leads to the APIs any more, and no web ACL protects only that."""
    edits = [seen for seen in facts.things("edit", _EDGE) if _still_to_edit(facts, seen)]
    problem = unanswered(facts, operations_of(_EDGE))
    if edits and not problem:
        names = listed([f"{seen.kind} {seen.name}" for seen in edits])
        return Evidence(verdict="refutes", summary=f"Still to be edited: {names}.")
    return none_left(facts, _EDGE, "distribution or web ACL")


def _still_to_edit(facts: Facts, seen: Seen) -> bool:
    fate = facts.fates.get(seen.arn)
    if fate:
        return fate.verdict == "edit"
    standing = facts.standing(seen.arn)
    return standing is not None and bool(_apis_named_by(facts, json.dumps(standing.properties, ensure_ascii=False)))


def _apis_named_by(facts: Facts, text: str) -> list[str]:
    """Names of the APIs that go, or went, whose ids the text holds."""
    apis = facts.things("delete", (types.API,))
    return [api.name for api in apis if api.arn.rpartition("/")[2] in text]


def _seen(facts: Facts, item: Item) -> Seen:
    """Items of things are made from what was seen, so that it is there."""
    return facts.seen_by_arn[item.subject or ""]
