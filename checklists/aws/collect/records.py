"""Route 53: the records that lead somewhere else. Others, such as TXT, may hold secrets and lead to no API."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from pydantic import JsonValue

from checklists.aws import types
from checklists.aws.calls import Item
from checklists.aws.estate import Thing
from checklists.aws.scope import Collector, Found, Scope, for_each
from checklists.aws.shape import kept

_ZONES: Final = "route53:ListHostedZones"
_RECORDS: Final = "route53:ListResourceRecordSets"
_GONE: Final = frozenset({"NoSuchHostedZone"})
_KEYS: Final = (
    "Type",
    "TTL",
    "AliasTarget",
    "ResourceRecords",
    "SetIdentifier",
    "Weight",
    "Region",
    "GeoLocation",
    "GeoProximityLocation",
    "CidrRoutingConfig",
    "Failover",
    "MultiValueAnswer",
    "HealthCheckId",
    "TrafficPolicyInstanceId",
)


def collect(scope: Scope) -> Found:
    found = Found()
    zones = scope.caller.items(_ZONES, "HostedZones")
    for_each(scope, zones, _RECORDS)
    for zone in scope.each(zones.items):
        id_ = str(zone["Id"]).rpartition("/")[2]
        arn = f"arn:{scope.partition}:route53:::hostedzone/{id_}"
        records = scope.caller.items(_RECORDS, "ResourceRecordSets", subject=arn, absent=_GONE, HostedZoneId=id_)
        of_zone: dict[str, JsonValue] = {
            "HostedZoneId": id_,
            "HostedZoneName": zone["Name"],
            "PrivateZone": bool((zone.get("Config") or {}).get("PrivateZone")),
        }
        for one in records.items:
            if one["Type"] == "CNAME" or one.get("AliasTarget"):
                found.things.append(_record(scope, arn, one, of_zone))
    return found


def _record(scope: Scope, zone: str, one: Item, of_zone: dict[str, JsonValue]) -> Thing:
    name = str(one["Name"])
    arn = f"{zone}/recordset/{_path(one)}"
    return scope.thing(arn, types.RECORD, name, name.rstrip("."), properties=of_zone | kept(one, *_KEYS))


def _path(one: Item) -> str:
    """Names may hold any character, '/' too: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html"""
    parts = (one["Name"], one["Type"], *([one["SetIdentifier"]] if one.get("SetIdentifier") else []))
    return "/".join(quote(str(part), safe=".*\\") for part in parts)


COLLECTOR: Final = Collector("DNS records", "route53", (_ZONES, _RECORDS), collect, reach="account")
