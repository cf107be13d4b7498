"""Certificates, with who uses them, which moto does not know.

https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.awsfake.answers.apigatewayv2 import Gateway
from tests.awsfake.errors import AwsError
from tests.awsfake.request import Answer, Request, answers

if TYPE_CHECKING:
    from tests.awsfake.world import FakeAws


class Certificates:
    """ARN -> what was asked for. `used_by`: beside the domains of API Gateway, which are looked up."""

    def __init__(self, world: FakeAws, account: str, region: str) -> None:
        self.world, self.account, self.region = world, account, region
        self.all: dict[str, dict[str, Any]] = {}
        self.used_by: dict[str, list[str]] = {}

    def users(self, arn: str) -> list[str]:
        domains = self.world.room(Gateway, self.account, self.region).things["DomainName"].values()
        return self.used_by.get(arn, []) + [
            domain["DomainNameArn"]
            for domain in domains
            if any(one.get("CertificateArn") == arn for one in domain["DomainNameConfigurations"])
        ]


def _room(request: Request) -> Certificates:
    return request.world.room(Certificates, request.account, request.region)


def _found(request: Request) -> dict[str, Any]:
    arn = request.parameters["CertificateArn"]
    try:
        return _room(request).all[arn]
    except KeyError:
        raise AwsError("ResourceNotFoundException", f"Could not find certificate {arn}.") from None


@answers("acm:RequestCertificate")
def request_certificate(request: Request) -> Answer:
    room = _room(request)
    arn = f"arn:aws:acm:{request.region}:{request.account}:certificate/00000000-0000-4000-8000-{len(room.all):012}"
    room.all[arn] = {**request.parameters, "CertificateArn": arn, "CreatedAt": request.world.clock.now()}
    return {"CertificateArn": arn}


@answers("acm:ListCertificates")
def list_certificates(request: Request) -> Answer:
    room = _room(request)
    return {
        "CertificateSummaryList": [
            {
                "CertificateArn": arn,
                "DomainName": one["DomainName"],
                "Status": "ISSUED",
                "Type": "AMAZON_ISSUED",
                "InUse": bool(room.users(arn)),
                "CreatedAt": one["CreatedAt"],
            }
            for arn, one in room.all.items()
        ]
    }


@answers("acm:DescribeCertificate")
def describe_certificate(request: Request) -> Answer:
    one = _found(request)
    return {
        "Certificate": {
            "CertificateArn": one["CertificateArn"],
            "DomainName": one["DomainName"],
            "SubjectAlternativeNames": one.get("SubjectAlternativeNames", [one["DomainName"]]),
            "Status": "ISSUED",
            "Type": "AMAZON_ISSUED",
            "CreatedAt": one["CreatedAt"],
            "InUseBy": _room(request).users(one["CertificateArn"]),
        }
    }


@answers("acm:DeleteCertificate")
def delete_certificate(request: Request) -> Answer:
    """https://docs.aws.amazon.com/acm/latest/APIReference/API_DeleteCertificate.html: ResourceInUseException"""
    arn = _found(request)["CertificateArn"]
    if _room(request).users(arn):
        raise AwsError("ResourceInUseException", f"Certificate {arn} in account {request.account} is in use.")
    del _room(request).all[arn]
    return {}
