"""Certificates. Who uses one is asked only where a domain name of API Gateway does."""

from __future__ import annotations

from typing import Final

from checklists.aws import types
from checklists.aws.scope import CloserLook, Collector, Found, Near, Scope
from checklists.aws.shape import kept, moment_of, plain
from checklists.json_values import rows

_LIST: Final = "acm:ListCertificates"
_DESCRIBE: Final = "acm:DescribeCertificate"
_GONE: Final = frozenset({"ResourceNotFoundException"})
_KEY_TYPES: Final = (
    "RSA_1024",
    "RSA_2048",
    "RSA_3072",
    "RSA_4096",
    "EC_prime256v1",
    "EC_secp384r1",
    "EC_secp521r1",
)
"""Without them only RSA up to 2,048 bits is listed:
https://docs.aws.amazon.com/acm/latest/APIReference/API_Filters.html"""


def collect(scope: Scope) -> Found:
    found = Found()
    for one in scope.caller.items(_LIST, "CertificateSummaryList", Includes={"keyTypes": [*_KEY_TYPES]}).items:
        arn: str = one["CertificateArn"]
        found.things.append(
            scope.thing(
                arn,
                types.CERTIFICATE,
                arn.rpartition("/")[2],
                one.get("DomainName", ""),
                properties=kept(one, "DomainName", "SubjectAlternativeNameSummaries", "Status", "Type", "InUse"),
                created_at=moment_of(one, "CreatedAt"),
            )
        )
    return found


def look(scope: Scope, near: Near) -> Found:
    found = Found()
    used = {
        str(one.get("CertificateArn"))
        for domain in near.of_type(types.DOMAIN)
        for one in rows(domain.properties.get("DomainNameConfigurations"))
    }
    for certificate in near.of_type(types.CERTIFICATE):
        if certificate.arn in used:
            reply = scope.caller.one(_DESCRIBE, subject=certificate.arn, absent=_GONE, CertificateArn=certificate.arn)
            if reply.body is not None:
                in_use = reply.body["Certificate"].get("InUseBy") or []
                found.details[certificate.arn] = {"InUseBy": plain(sorted(in_use))}
    return found


COLLECTOR: Final = Collector("certificates", "acm", (_LIST,), collect)
CLOSER_LOOK: Final = CloserLook("certificates", "acm", (_DESCRIBE,), (_LIST, "apigatewayv2:GetDomainNames"), look)
