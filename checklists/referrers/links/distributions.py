"""CloudFront distributions -> APIs and domains behind their origins, their web ACLs and certificates.

An AWS WAF ACL stands before a WebSocket API only in CloudFront.
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-aws-waf.html
"""

from __future__ import annotations

from collections.abc import Iterator

from checklists.aws import types
from checklists.aws.estate import Thing
from checklists.json_values import mapping, rows, text, texts
from checklists.referrers.index import Index, use
from checklists.referrers.model import Use


def find(index: Index) -> Iterator[Use]:
    domains = {domain.name.lower(): domain for domain in index.of_type(types.DOMAIN)}
    for one in index.of_type(types.DISTRIBUTION):
        for origin in origins(one):
            named = domains.get(origin.lower())
            for thing in [named] if named else index.apis_at(origin):
                yield use(one, thing, "origin", f"origin {origin} of distribution {one.name}", mention=True)
        acl = text(one.properties.get("WebACLId"))
        if index.estate.thing(acl) is not None:
            yield use(one, acl, "web_acl", f"web ACL of distribution {one.name}")
        certificate = text(mapping(one.properties.get("ViewerCertificate")).get("ACMCertificateArn"))
        if index.estate.thing(certificate) is not None:
            yield use(one, certificate, "certificate", f"certificate of distribution {one.name}")


def origins(distribution: Thing) -> list[str]:
    """Host names."""
    listed = distribution.properties.get("Origins")
    listed = mapping(listed).get("Items", listed)
    return [*texts(listed), *(text(one.get("DomainName")) for one in rows(listed) if one.get("DomainName"))]
