"""What stands in the fake, read without a request, and in words of its own: the checker's only source.

Keys are 'function:NAME', 'mapping:DOMAIN/KEY', 'stage:API/NAME' and so on; values hold what can be set.
"""

from __future__ import annotations

import json
from typing import Any

from moto.backends import get_backend

from tests.awsfake import ACCOUNT, REGION, FakeAws
from tests.awsfake.answers.acm import Certificates
from tests.awsfake.answers.apigateway_rest import RestApis
from tests.awsfake.answers.apigatewayv2 import Gateway
from tests.awsfake.held import moto_dynamodb, moto_lambda, moto_logs, moto_route53
from tests.awsfake.stacks import Stacks

State = dict[str, Any]

_MADE_BY_AWS = {"CreatedDate", "LastUpdatedDate", "DeploymentId", "_endpoint_disabled"}


def state_of(aws: FakeAws) -> State:
    """Of ACCOUNT in REGION."""
    state: State = {}
    _gateway(aws, state)
    _functions(state)
    _watching(state)
    _identities(state)
    for name, table in moto_dynamodb(ACCOUNT, REGION).tables.items():
        state[f"table:{name}"] = {"arn": table.table_arn, "protected": bool(table.deletion_protection_enabled)}
    for name, group in moto_logs(ACCOUNT, REGION).groups.items():
        state[f"logs:{name}"] = {"retention": group.retention_in_days}
    for zone in moto_route53(ACCOUNT).zones.values():
        for record in zone.rrsets:
            if record.type not in {"NS", "SOA"}:
                target = record.alias_target or record.records
                state[f"record:{record.name.rstrip('.')}/{record.type}"] = {"target": target, "weight": record.weight}
    for arn, one in aws.room(Certificates, ACCOUNT, REGION).all.items():
        state[f"certificate:{arn}"] = {"domain": one["DomainName"]}
    for stack in aws.room(Stacks, ACCOUNT, REGION).all:
        if stack.deleted_at is None:
            state[f"stack:{stack.name}"] = {"imports": list(stack.imports)}
    return state


def _gateway(aws: FakeAws, state: State) -> None:
    things = aws.room(Gateway, ACCOUNT, REGION).things
    for (api,), one in things["Api"].items():
        state[f"api:{api}"] = _settings(one)
    for kind in ("Route", "Integration", "Authorizer"):
        for (api, name), one in things[kind].items():
            state[f"{kind.lower()}:{api}/{name}"] = _settings(one)
    for (api, name), one in things["Stage"].items():
        defaults = one.get("DefaultRouteSettings", {})
        limits = [defaults.get(key) for key in ("ThrottlingRateLimit", "ThrottlingBurstLimit")]
        state[f"stage:{api}/{name}"] = {"closed": 0 in limits, "unreachable": one.get("_endpoint_disabled", False)}
    for (domain,), one in things["DomainName"].items():
        certificates = [config.get("CertificateArn") for config in one["DomainNameConfigurations"]]
        state[f"domain:{domain}"] = {"certificates": certificates}
    for (domain, number), one in things["ApiMapping"].items():
        key = one.get("ApiMappingKey", "")
        state[f"mapping:{domain}/{key}"] = {"api": one["ApiId"], "stage": one["Stage"], "id": number}
    for name, one in aws.room(RestApis, ACCOUNT, REGION).all.items():
        state[f"rest:{name}"] = json.loads(json.dumps(one, default=str))


def _settings(one: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in one.items() if key not in _MADE_BY_AWS}


def _functions(state: State) -> None:
    backend = moto_lambda(ACCOUNT, REGION)
    for one in backend.list_functions(None):
        state[f"function:{one.function_name}"] = {
            "arn": one.function_arn,
            "role": one.role,
            "environment": dict(one.environment_vars),
            "concurrency": one.reserved_concurrency,
            "policy": sorted(json.dumps(statement, sort_keys=True) for statement in one.policy.statements),
            "url": bool(one.url_config),
        }
    for source in backend._event_source_mappings.values():
        name = source.function_arn.split(":")[6]
        state[f"source:{source.event_source_arn}>{name}"] = {"enabled": source.enabled, "id": source.uuid}
    for bus in get_backend("events")[ACCOUNT][REGION].event_buses.values():
        for rule in bus.rules.values():
            targets = [target["Arn"] for target in rule.targets]
            state[f"rule:{rule.name}"] = {"state": rule.state, "targets": targets}


def _watching(state: State) -> None:
    backend = get_backend("cloudwatch")[ACCOUNT][REGION]
    for name, alarm in backend.alarms.items():
        queries = [query.metric_stat for query in alarm.metric_data_queries]
        looked_at = [(one.metric.namespace, _pairs(one.metric.dimensions)) for one in queries if one is not None]
        looked_at += [(alarm.namespace, _pairs(alarm.dimensions))] if alarm.namespace else []
        state[f"alarm:{name}"] = {"actions": alarm.actions_enabled, "looks_at": looked_at}
    for anywhere in get_backend("cloudwatch")[ACCOUNT].values():  # dashboards belong to no region
        for name, dashboard in anywhere.dashboards.items():
            state[f"dashboard:{name}"] = json.loads(dashboard.body)


def _pairs(dimensions: Any) -> list[tuple[str, str]]:
    return sorted((one.name, one.value) for one in dimensions or ())


def _identities(state: State) -> None:
    backend = get_backend("iam")[ACCOUNT]["aws"]
    for role in backend.roles.values():
        inline = {name: json.loads(text) for name, text in role.policies.items()}
        state[f"role:{role.name}"] = {"arn": role.arn, "inline": inline, "attached": sorted(role.managed_policies)}
    for user in backend.users.values():
        state[f"user:{user.name}"] = {"attached": sorted(user.managed_policies)}
    for arn, policy in backend.managed_policies.items():
        if f"::{ACCOUNT}:" in arn:
            default = next(version for version in policy.versions if version.is_default)
            state[f"policy:{arn}"] = json.loads(default.document)
