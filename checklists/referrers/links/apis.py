"""Routes -> integrations and authorizers -> functions, and APIs that stand behind an API; REST APIs' methods too.

https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-integrations.html
"""

from __future__ import annotations

from collections.abc import Iterator

from checklists.aws import types
from checklists.aws.estate import Thing
from checklists.json_values import mapping, text, texts
from checklists.referrers import arns, globs
from checklists.referrers.index import Index, use
from checklists.referrers.model import Use, UseKind


def find(index: Index) -> Iterator[Use]:
    for route in index.of_type(types.ROUTE):
        api, detail = index.owner(route.arn), f"route {text(route.properties.get('RouteKey'))}"
        target = text(route.properties.get("Target"))
        if target.startswith("integrations/"):
            yield use(route, f"{api}/{target}", "route", detail)
        if authorizer := text(route.properties.get("AuthorizerId")):
            yield use(route, f"{api}/authorizers/{authorizer}", "authorizer", detail)
    for integration in index.of_type(types.INTEGRATION):
        detail = f"integration {integration.id} of {_api_name(index, integration)}"
        address = text(integration.properties.get("IntegrationUri"))
        elsewhere = text(integration.properties.get("IntegrationType")).startswith("HTTP")
        yield from _leads_to(index, integration, address, "integration", detail, function=not elsewhere)
        yield from _runs_as(index, integration, text(integration.properties.get("CredentialsArn")), detail)
    for authorizer_ in index.of_type(types.AUTHORIZER):
        detail = f"authorizer {authorizer_.name} of {_api_name(index, authorizer_)}"
        yield from _leads_to(
            index, authorizer_, text(authorizer_.properties.get("AuthorizerUri")), "authorizer", detail
        )
        yield from _runs_as(index, authorizer_, text(authorizer_.properties.get("AuthorizerCredentialsArn")), detail)
    for rest in index.of_type(types.REST_API):
        for address in texts(rest.properties.get("FunctionArns")):
            yield from _leads_to(index, rest, address, "integration", f"a method of REST API {rest.name}")
    for stage in index.of_type(types.STAGE):
        group = index.thing(text(mapping(stage.properties.get("AccessLogSettings")).get("DestinationArn")))
        if group is not None:
            yield use(stage, group, "logs", f"access log of stage {stage.name}")


def _leads_to(
    index: Index, user: Thing, address: str, kind: UseKind, detail: str, *, function: bool = True
) -> Iterator[Use]:
    """`function`: whether an address that is a variable as a whole can be one's."""
    if (named := arns.function_in(address)) is not None:
        yield use(user, named, kind, detail)
    elif function and (pattern := arns.function_pattern_in(address)) is not None:
        may = f"{detail} may call it through a stage variable"
        for one in index.functions():
            if globs.matches(pattern, one.arn):
                yield use(user, one, kind, may).model_copy(update={"certain": False})
    for api in index.apis_at(address):
        yield use(user, api, kind, f"{detail} calls its address")


def _runs_as(index: Index, user: Thing, role: str, detail: str) -> Iterator[Use]:
    if role and index.thing(role) is not None:
        yield use(user, role, "role", f"credentials of {detail}")


def _api_name(index: Index, part: Thing) -> str:
    api = index.estate.thing(index.owner(part.arn))
    return f"API {api.name}" if api else "an API"
