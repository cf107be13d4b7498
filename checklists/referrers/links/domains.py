"""Mappings of domains to APIs, domains' certificates, and DNS records to domains and APIs.

https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-custom-domain-names.html
"""

from __future__ import annotations

from collections.abc import Iterator

from checklists.aws import types
from checklists.aws.estate import Thing
from checklists.json_values import mapping, rows, text, texts
from checklists.referrers.index import Index, use
from checklists.referrers.model import Use


def find(index: Index) -> Iterator[Use]:
    for one in index.of_type(types.MAPPING):
        domain, api = one.arn.split("/apimappings/")[0], text(one.properties.get("ApiId"))
        path = text(one.properties.get("ApiMappingKey")) or "(none)"
        if (target := index.api(one.account, one.region, api)) is not None:
            yield use(
                one,
                target,
                "mapping",
                f"mapping of path {path}, stage {text(one.properties.get('Stage'))}",
                mention=True,
            )
        if index.estate.thing(domain) is not None:
            yield use(one, domain, "mapping", f"mapping of path {path} to API {api}")
    for domain_ in index.of_type(types.DOMAIN):
        for configured in rows(domain_.properties.get("DomainNameConfigurations")):
            if (certificate := index.thing(text(configured.get("CertificateArn")))) is not None:
                yield use(domain_, certificate, "certificate", f"certificate of domain {domain_.name}")
    for certificate_ in index.of_type(types.CERTIFICATE):
        for user in texts(certificate_.properties.get("InUseBy")):
            if user != certificate_.arn:
                yield use(user, certificate_, "certificate", "AWS says that it is in use there")
    yield from _dns(index)


def hosts(index: Index) -> dict[str, Thing]:
    """What a name leads to. A domain's own name leads to the domain, not to the record of that name."""
    return dict(_hosts(index))


def _dns(index: Index) -> Iterator[Use]:
    leads_to = index.part(hosts)
    for record in index.of_type(types.RECORD):
        for value in values(record):
            target = leads_to.get(host(value))
            detail = f"record {record.name} {text(record.properties.get('Type'))}".strip()
            found = [target] if target else index.apis_at(value)
            for thing in found:
                if thing != record:
                    yield use(record, thing, "dns", f"{detail} leads to it", mention=True)
            if not found:
                yield use(record, f"metric:address {value}", "dns", f"{detail} leads elsewhere too", mention=True)


def values(record: Thing) -> list[str]:
    alias = text(mapping(record.properties.get("AliasTarget")).get("DNSName"))
    listed = [text(one.get("Value")) for one in rows(record.properties.get("ResourceRecords"))]
    return [one for one in [alias, *listed, *texts(record.properties.get("ResourceRecords"))] if one]


def host(name: str) -> str:
    return name.lower().strip().rstrip(".").replace("\\052", "*").removeprefix("dualstack.")


def _hosts(index: Index) -> Iterator[tuple[str, Thing]]:
    for record in index.of_type(types.RECORD):
        if text(record.properties.get("Type")) in {"A", "AAAA", "CNAME"}:
            yield host(text(record.properties.get("Name")) or record.name), record
    for distribution in index.of_type(types.DISTRIBUTION):
        yield host(text(distribution.properties.get("DomainName"))), distribution
    for domain in index.of_type(types.DOMAIN):
        yield host(domain.name), domain
        for configured in rows(domain.properties.get("DomainNameConfigurations")):
            yield host(text(configured.get("ApiGatewayDomainName"))), domain
