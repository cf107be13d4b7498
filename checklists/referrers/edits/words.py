"""What only a person can change: where the survey keeps no value, or where a change takes hold of much else."""

from __future__ import annotations

from checklists.aws.estate import Thing
from checklists.json_values import rows, text
from checklists.referrers.index import Index
from checklists.referrers.links.distributions import origins
from checklists.referrers.links.domains import host, hosts, values
from checklists.referrers.model import Change


def parameter(index: Index, thing: Thing, gone: frozenset[str]) -> tuple[Change, ...]:
    named = [index.thing(text(one.get("of"))) for one in rows(thing.properties.get("Mentions"))]
    names = ", ".join(dict.fromkeys(one.name for one in named if one is not None and one.arn in gone))
    if not names:
        return ()
    return _said(f"The value of parameter {thing.name} names {names}: change it, or delete it when nobody reads it.")


def distribution(index: Index, thing: Thing, gone: frozenset[str]) -> tuple[Change, ...]:
    domains = {one.name.lower(): one for one in index.estate.of_type("AWS::ApiGatewayV2::DomainName")}
    every = origins(thing)
    going = [
        one
        for one in every
        if any(api.arn in gone for api in index.apis_at(one))
        or (one.lower() in domains and domains[one.lower()].arn in gone)
    ]
    if not going:
        return ()
    if len(going) < len(every):
        return _said(
            f"Take origin {', '.join(going)}, and the behaviours that lead to it, out of distribution {thing.name}; "
            f"its other origins stay."
        )
    return _said(f"Distribution {thing.name} leads only to {', '.join(going)}: disable it, and then delete it.")


def record(index: Index, thing: Thing, gone: frozenset[str]) -> tuple[Change, ...]:
    leads_to = index.part(hosts)
    going = [
        one
        for one in values(thing)
        if ((target := leads_to.get(host(one))) is not None and target.arn in gone)
        or any(api.arn in gone for api in index.apis_at(one))
    ]
    return _said(f"Take {', '.join(going)} out of record {thing.name}; its other values stay.") if going else ()


def _said(words: str) -> tuple[Change, ...]:
    return (Change(operation="", words=words),)
