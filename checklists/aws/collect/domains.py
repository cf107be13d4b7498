"""Custom domain names and their mappings. A domain may serve several APIs."""

from __future__ import annotations

from typing import Final

from checklists.aws import types
from checklists.aws.collect.apis import GONE
from checklists.aws.scope import Collector, Found, Scope, for_each
from checklists.aws.shape import kept, tags

_MAPPINGS: Final = "apigatewayv2:GetApiMappings"


def collect(scope: Scope) -> Found:
    found = Found()
    domains = scope.caller.items("apigatewayv2:GetDomainNames", "Items")
    for_each(scope, domains, _MAPPINGS)
    for one in scope.each(domains.items):
        name: str = one["DomainName"]
        domain = scope.thing(
            scope.api_arn(f"domainnames/{name}"),
            types.DOMAIN,
            name,
            properties=kept(
                one,
                "DomainNameConfigurations",
                "ApiMappingSelectionExpression",
                "MutualTlsAuthentication",
                "RoutingMode",
            ),
            tags=tags(one.get("Tags", {})),
        )
        found.things.append(domain)
        mappings = scope.caller.items(_MAPPINGS, "Items", subject=domain.arn, absent=GONE, DomainName=name)
        for mapping in mappings.items:
            key: str = mapping.get("ApiMappingKey", "")
            found.things.append(
                scope.thing(
                    f"{domain.arn}/apimappings/{mapping['ApiMappingId']}",
                    types.MAPPING,
                    mapping["ApiMappingId"],
                    f"{name}/{key}",
                    properties=kept(mapping, "ApiId", "Stage", "ApiMappingKey"),
                )
            )
    return found


COLLECTOR: Final = Collector("domains", "apigatewayv2", ("apigatewayv2:GetDomainNames", _MAPPINGS), collect)
