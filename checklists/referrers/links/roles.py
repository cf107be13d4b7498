"""Functions -> roles -> managed policies; whom else a role trusts; which users and groups a policy is attached to.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_terms-and-concepts.html
"""

from __future__ import annotations

from collections.abc import Iterator

from checklists.aws import types
from checklists.json_values import mapping, rows, text, texts
from checklists.referrers.documents import statements
from checklists.referrers.index import Index, use
from checklists.referrers.model import Use

_FUNCTIONS = "lambda.amazonaws.com"


def find(index: Index) -> Iterator[Use]:
    for function in index.functions():
        if (role := index.thing(text(function.properties.get("Role")))) is not None:
            yield use(function, role, "role", f"role of function {function.name}")
    for role in index.of_type(types.ROLE):
        for statement in statements(role.properties.get("AssumeRolePolicyDocument")):
            for principal in statement.principals:
                if principal != _FUNCTIONS:
                    yield use(principal, role, "role", f"may assume role {role.name}")
    for holder in index.of_type(types.ROLE, types.USER, types.GROUP):
        attached = holder.properties.get("AttachedPolicies")
        for arn in [*texts(attached), *(text(one.get("PolicyArn")) for one in rows(attached))]:
            if index.estate.thing(arn) is not None:
                yield use(holder, arn, "policy", f"attached to {_kind(holder.type)} {holder.name}")
        boundary = holder.properties.get("PermissionsBoundary")
        arn = text(boundary) or text(mapping(boundary).get("PermissionsBoundaryArn"))
        if index.estate.thing(arn) is not None:
            yield use(holder, arn, "policy", f"permissions boundary of {_kind(holder.type)} {holder.name}")


def _kind(type_: str) -> str:
    return type_.rsplit(":", 1)[1].lower()
