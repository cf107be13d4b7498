"""IAM: roles, users, groups and customer-managed policies with their documents, in one listing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from urllib.parse import unquote

from pydantic import JsonValue

from checklists.aws import types
from checklists.aws.calls import Item
from checklists.aws.estate import Thing
from checklists.aws.scope import Collector, Found, Scope
from checklists.aws.shape import kept, moment_of, parsed, plain, tags

_OPERATION: Final = "iam:GetAccountAuthorizationDetails"
_KEYS: Final = ("RoleDetailList", "UserDetailList", "GroupDetailList", "Policies")


def collect(scope: Scope) -> Found:
    """Policies of AWS itself are not listed: those that are attached stand by their ARN."""
    roles, users, groups, policies = scope.caller.several(
        _OPERATION, _KEYS, Filter=["Role", "User", "Group", "LocalManagedPolicy"], MaxItems=1000
    )
    found = Found()
    for one in roles.items:
        more = kept(one, "Path", "RoleLastUsed") | {
            "AssumeRolePolicyDocument": document(one.get("AssumeRolePolicyDocument"))
        }
        found.things.append(_identity(scope, one, types.ROLE, "Role", more))
    found.things += [_identity(scope, one, types.USER, "User", kept(one, "Path", "GroupList")) for one in users.items]
    found.things += [_identity(scope, one, types.GROUP, "Group", kept(one, "Path")) for one in groups.items]
    found.things += [_policy(scope, one) for one in policies.items]
    return found


def document(value: object) -> JsonValue:
    """A policy document, percent-encoded as IAM sends it or already read; a text that is no JSON stays a text."""
    return parsed(unquote(value)) if isinstance(value, str) else plain(value)


def _identity(scope: Scope, one: Item, type_: str, kind: str, more: dict[str, JsonValue]) -> Thing:
    inline: Iterable[Item] = one.get(f"{kind}PolicyList") or ()
    attached: Iterable[Item] = one.get("AttachedManagedPolicies") or ()
    boundary = (one.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn")
    properties: dict[str, JsonValue] = {
        **more,
        "Policies": {policy["PolicyName"]: document(policy.get("PolicyDocument")) for policy in inline},
        "AttachedPolicies": [*sorted(policy["PolicyArn"] for policy in attached)],
        **({"PermissionsBoundary": boundary} if boundary else {}),
    }
    return scope.thing(
        one["Arn"],
        type_,
        one[f"{kind}Name"],
        properties=properties,
        tags=tags(one.get("Tags", ())),
        created_at=moment_of(one, "CreateDate"),
    )


def _policy(scope: Scope, one: Item) -> Thing:
    versions: list[Item] = one.get("PolicyVersionList") or []
    default = next((version for version in versions if version.get("IsDefaultVersion")), {})
    properties = kept(
        one, "Path", "DefaultVersionId", "AttachmentCount", "PermissionsBoundaryUsageCount", "Description"
    )
    return scope.thing(
        one["Arn"],
        types.POLICY,
        one["PolicyName"],
        properties=properties
        | {
            "Document": document(default.get("Document")),
            "Versions": len(versions),
            "VersionIds": [*sorted(str(version["VersionId"]) for version in versions)],
        },
        tags=tags(one.get("Tags", ())),
        created_at=moment_of(one, "CreateDate"),
    )


COLLECTOR: Final = Collector("roles and policies", "iam", (_OPERATION,), collect, reach="account")
