"""Addresses, then stages, then the API itself."""

from __future__ import annotations

from typing import Any, Final

from checklists.aws import types
from checklists.aws.estate import Thing
from checklists.teardown.model import Call, Gate, Step, Undo
from checklists.teardown.situation import Situation
from checklists.teardown.steps.parts import (
    absent,
    api_id,
    call,
    called,
    domain_name,
    equals,
    gate,
    ids,
    no_referrers,
    not_kept,
    unchanged,
)
from checklists.teardown.steps.soft import idle_gates, knocks

OF_ZONE: Final = frozenset({"HostedZoneId", "HostedZoneName", "PrivateZone"})
"""What a survey keeps with a record, and is not of it."""


def unmap(situation: Situation, before: list[Step]) -> list[Step]:
    apis = {api.id: api for api in situation.things(situation.apis)}
    all_quiet = ids(before, "snapshot", "quiet")
    steps = [_record(situation, record, all_quiet) for record in situation.deleted(types.RECORD)]
    records = tuple(step.id for step in steps)
    for mapping in situation.deleted(types.MAPPING):
        api = apis.get(str(mapping.properties.get("ApiId")))
        waits = all_quiet if api is None else ids(before, "snapshot", "quiet", of=[api.arn])
        steps.append(_mapping(mapping, api, (*waits, *records)))
    endpoints = [
        _default_endpoint(situation, api, ids(before, "snapshot", "quiet", of=[api.arn]))
        for api in situation.deleted(types.API)
        if api.arn in situation.apis and api.properties.get("DisableExecuteApiEndpoint") is not True
    ]
    return [*steps, *endpoints]


def apis(situation: Situation, before: list[Step]) -> list[Step]:
    deleted = [api for api in situation.deleted(types.API) if api.arn in situation.apis]
    steps = [_stage(situation, api, stage, before) for api in deleted for stage in situation.stages(api.arn)]
    return [*steps, *(_api(situation, api, [*before, *steps]) for api in deleted)]


def _stage(situation: Situation, api: Thing, stage: Thing, before: list[Step]) -> Step:
    return Step(
        id=f"delete-stage {stage.arn}",
        number=0,
        phase="apis",
        kind="delete",
        subject=stage.arn,
        type=stage.type,
        title=f"Delete {called(stage)}",
        why="Without a stage nothing is served; what it deployed is still there",
        gates=(_unmapped(situation, api), knocks(api), *idle_gates(situation, api)),
        depends_on=(*ids(before, "snapshot", "quiet", of=[api.arn]), *_unmapping(situation, api, before)),
        calls=(call(stage, "apigatewayv2.delete_stage", ApiId=api.id, StageName=stage.id),),
        checks=(absent(stage),),
        undo=Undo(
            words="It can't be taken back by itself: a stage of the same name can be made from the snapshot "
            "and gets the same address, as long as its API is there."
        ),
    )


def _api(situation: Situation, api: Thing, before: list[Step]) -> Step:
    stages = [stage.arn for stage in situation.stages(api.arn)]
    inside = [thing.arn for thing in situation.estate.under(api.arn) if thing.type != types.STAGE]
    waits = (*ids(before, "quiet", of=[api.arn]), *_unmapping(situation, api, before), *ids(before, "apis", of=stages))
    return Step(
        id=f"delete-api {api.arn}",
        number=0,
        phase="apis",
        kind="delete",
        subject=api.arn,
        type=api.type,
        title=f"Delete {called(api)}",
        why="Its routes, integrations, authorizers, models and deployments go with it",
        users=situation.users_of(api.arn),
        covers=tuple(inside),
        gates=(
            unchanged(api),
            no_referrers(api),
            _unmapped(situation, api),
            not_kept(api),
        ),
        depends_on=waits or ids(before, "snapshot"),
        calls=(call(api, "apigatewayv2.delete_api", ApiId=api.id),),
        checks=(absent(api),),
        undo=Undo(
            words="It can't be taken back: a new API has another id, and so another address. The snapshot has the "
            "definition of all its parts."
        ),
        saves_usd_month=situation.savings.get(api.arn),
    )


def _unmapping(situation: Situation, api: Thing, before: list[Step]) -> tuple[str, ...]:
    return ids(before, "unmap", of=[api.arn, *(mapping.arn for mapping in situation.mappings(api))])


def _unmapped(situation: Situation, api: Thing) -> Gate:
    mapped = [domain_name(one.arn) for one in situation.mappings(api)]
    words = f"mapped by {', '.join(mapped)}; an earlier step takes that away" if mapped else "there is no mapping"
    return gate("no_mappings", api.arn, words, held=None if mapped else True)


def _mapping(mapping: Thing, api: Thing | None, waits: tuple[str, ...]) -> Step:
    domain = domain_name(mapping.arn)
    again: dict[str, Any] = {
        "DomainName": domain,
        **{key: mapping.properties[key] for key in ("ApiId", "Stage", "ApiMappingKey") if key in mapping.properties},
    }
    return Step(
        id=f"unmap {mapping.arn}",
        number=0,
        phase="unmap",
        kind="delete",
        subject=mapping.arn,
        type=mapping.type,
        title=f"Delete {called(mapping)}",
        why="AWS refuses to delete an API that a custom domain leads to",
        gates=(unchanged(mapping), *(() if api is None else (knocks(api),))),
        depends_on=waits,
        calls=(call(mapping, "apigatewayv2.delete_api_mapping", DomainName=domain, ApiMappingId=mapping.id),),
        checks=(absent(mapping),),
        undo=Undo(
            calls=(call(mapping, "apigatewayv2.create_api_mapping", **again),),
            words="It is made again and leads where it led; only its id is another.",
        ),
    )


def _record(situation: Situation, record: Thing, waits: tuple[str, ...]) -> Step:
    """https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html: a record is deleted by
    giving it as it is."""
    zone = record.arn.partition("hostedzone/")[2].partition("/")[0]
    kept: dict[str, Any] = {key: value for key, value in record.properties.items() if key not in OF_ZONE}
    kept["Name"] = record.id

    def change(action: str) -> Call:
        batch: dict[str, Any] = {"Changes": [{"Action": action, "ResourceRecordSet": kept}]}
        return call(record, "route53.change_resource_record_sets", HostedZoneId=zone, ChangeBatch=batch)

    return Step(
        id=f"delete-record {record.arn}",
        number=0,
        phase="unmap",
        kind="delete",
        subject=record.arn,
        type=record.type,
        title=f"Delete {called(record)}",
        why="It leads only to what goes, and a name that leads nowhere can be taken over by somebody else",
        users=situation.users_of(record.arn),
        gates=(unchanged(record), *map(knocks, situation.things(situation.apis))),
        depends_on=waits,
        calls=(change("DELETE"),),
        checks=(absent(record),),
        undo=Undo(calls=(change("CREATE"),), words="It is made again as it was; resolvers may take its TTL to see it."),
    )


def _default_endpoint(situation: Situation, api: Thing, waits: tuple[str, ...]) -> Step:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-disable-default-endpoint.html: it
    takes effect with the next deployment."""
    stages = [stage for stage in situation.stages(api.arn) if stage.properties.get("AutoDeploy") is not True]
    deploy = tuple(
        call(stage, "apigatewayv2.create_deployment", ApiId=api_id(stage.arn), StageName=stage.id) for stage in stages
    )
    return Step(
        id=f"disable-endpoint {api.arn}",
        number=0,
        phase="unmap",
        kind="edit",
        subject=api.arn,
        type=api.type,
        title=f"Disable the default endpoint of {called(api)}",
        why="So that its execute-api address answers nobody; it takes effect with a deployment",
        gates=(unchanged(api), knocks(api)),
        depends_on=waits,
        calls=(
            call(api, "apigatewayv2.update_api", ApiId=api.id, DisableExecuteApiEndpoint=True),
            *deploy,
        ),
        checks=(equals(api, "DisableExecuteApiEndpoint", True),),
        undo=Undo(
            calls=(
                call(api, "apigatewayv2.update_api", ApiId=api.id, DisableExecuteApiEndpoint=False),
                *deploy,
            ),
            words="It is enabled and deployed again. The stage then serves the newest definition; which deployment it "
            "had before, the snapshot says.",
        ),
    )
