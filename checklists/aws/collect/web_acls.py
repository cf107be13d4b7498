"""Web ACLs of AWS WAF. None can stand in front of a WebSocket API itself, only of a distribution before it:
https://docs.aws.amazon.com/waf/latest/APIReference/API_AssociateWebACL.html
"""

from __future__ import annotations

from typing import Final

from checklists.aws import types
from checklists.aws.scope import Collector, Found, Scope
from checklists.aws.shape import kept

_OPERATION: Final = "wafv2:ListWebACLs"


def collect(scope: Scope) -> Found:
    kind = "CLOUDFRONT" if scope.reach == "account" else "REGIONAL"
    found = Found()
    for one in scope.caller.items(_OPERATION, "WebACLs", Scope=kind).items:
        properties = kept(one, "Description") | {"Scope": kind}
        found.things.append(scope.thing(one["ARN"], types.WEB_ACL, one["Id"], one["Name"], properties=properties))
    return found


REGIONAL: Final = Collector("web ACLs", "wafv2", (_OPERATION,), collect)
OF_CLOUDFRONT: Final = Collector("web ACLs of CloudFront", "wafv2", (_OPERATION,), collect, reach="account")
