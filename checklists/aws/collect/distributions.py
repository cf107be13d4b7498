"""CloudFront distributions and where they get what they serve. Headers that they add to requests may be secrets: their
names are kept."""

from __future__ import annotations

from typing import Final

from pydantic import JsonValue

from checklists.aws import types
from checklists.aws.calls import Item
from checklists.aws.scope import Collector, Found, Scope
from checklists.aws.shape import kept, plain

_OPERATION: Final = "cloudfront:ListDistributions"


def collect(scope: Scope) -> Found:
    found = Found()
    for one in scope.caller.items(_OPERATION, "DistributionList.Items").items:
        properties = kept(one, "DomainName", "Comment", "Enabled", "Status", "WebACLId") | {
            "Aliases": plain(_items(one, "Aliases")),
            "Origins": [_origin(origin) for origin in _items(one, "Origins")],
            "DefaultCacheBehavior": kept(one.get("DefaultCacheBehavior") or {}, "TargetOriginId"),
            "CacheBehaviors": [
                kept(behavior, "PathPattern", "TargetOriginId") for behavior in _items(one, "CacheBehaviors")
            ],
            "ViewerCertificate": kept(one.get("ViewerCertificate") or {}, "ACMCertificateArn"),
        }
        found.things.append(
            scope.thing(one["ARN"], types.DISTRIBUTION, one["Id"], one.get("DomainName", ""), properties=properties)
        )
    return found


def _origin(origin: Item) -> JsonValue:
    headers = [str(header.get("HeaderName")) for header in _items(origin, "CustomHeaders")]
    return kept(origin, "Id", "DomainName", "OriginPath") | {"CustomHeaders": [*sorted(headers)]}


def _items(one: Item, key: str) -> list[Item]:
    return (one.get(key) or {}).get("Items") or []


COLLECTOR: Final = Collector("distributions", "cloudfront", (_OPERATION,), collect, reach="account")
