"""What functions may do: the statements of their roles, wherever those stand.

An unreadable part of a policy is told, and whether it may deny: who takes over the rest would allow more otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from migrator.inventory.permissions import Effect, Permissions, PolicyStatement, UnreadPolicy
from migrator.sam_policies import policy_template
from migrator.scan.intrinsics import Unresolved, intrinsic, references
from migrator.scan.substitutions import substitution
from migrator.scan.yamlfile import Map, as_list, as_map, as_text

_STATEMENT: Final = frozenset({"Action", "NotAction"})
_KNOWN: Final = _STATEMENT | {"Sid", "Effect", "Resource", "NotResource", "Condition"}
_POLICIES: Final = frozenset(
    {"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy", "aws_iam_policy_attachment"}
)


@dataclass
class _Found:
    statements: list[PolicyStatement] = field(default_factory=list)
    managed: list[str] = field(default_factory=list)
    boundaries: list[str] = field(default_factory=list)
    unread: list[UnreadPolicy] = field(default_factory=list)


class Policies:
    """Of one template, in CloudFormation's shape."""

    def __init__(self, resources: Map) -> None:
        self.resources = resources

    def of_function(self, logical_id: str) -> Permissions:
        function = as_map(self.resources.get(logical_id))
        properties = as_map(function.get("Properties"))
        found = _Found()
        self._policies(properties.get("Policies"), properties, found)
        self._boundary(properties, found)
        self._role(properties.get("Role"), function, found)
        return _permissions(found)

    def of_statements(
        self, statements: object, near: Map, *, managed: object = None, role: object = None, boundary: object = None
    ) -> Permissions:
        """Of what stands outside of resources, as the Serverless Framework has it."""
        found = _Found()
        self._policies(statements, near, found)
        self._policies(managed, near, found)
        if boundary is not None:
            found.boundaries.append(substitution(boundary, near))
        self._role(role, near, found)
        return _permissions(found)

    def _role(self, value: object, near: Map, found: _Found) -> None:
        if value is None:
            return
        named = [name for name in references(value) if name in self.resources]
        text = as_text(value)
        named += [text] if text is not None and text in self.resources else []
        if not named:
            found.unread.append(_unread(near, "its role is declared elsewhere", value, may_deny=True))
        for name in dict.fromkeys(named):
            role = as_map(self.resources[name])
            properties = as_map(role.get("Properties"))
            for key in ("Policies", "InlinePolicy", "ManagedPolicyArns"):
                self._policies(properties.get(key), role, found)
            self._boundary(properties, found)
            for other in self._policies_of(name):
                body = as_map(other.get("Properties"))
                self._document(body.get("PolicyDocument", body.get("Policy")), other, found)
                if body.get("PolicyArn") is not None:
                    self._managed(body["PolicyArn"], other, found)
                if isinstance(body.get("Policies"), list):
                    self._policies(body["Policies"], other, found)

    def _policies_of(self, role: str) -> Iterator[Map]:
        for value in self.resources.values():
            resource = as_map(value)
            body = as_map(resource.get("Properties"))
            if resource.get("Type") in _POLICIES and role in {
                name for key in ("Roles", "Role") for name in references(body.get(key))
            }:
                yield resource

    def _boundary(self, properties: Map, found: _Found) -> None:
        boundary = properties.get("PermissionsBoundary")
        if boundary is not None:
            found.boundaries.append(substitution(boundary, properties))

    def _policies(self, value: object, near: Map, found: _Found) -> None:
        """Statements, documents, policies with a document, policy templates of SAM, and ARNs; one or a list."""
        if value is None:
            return
        if isinstance(value, Unresolved):
            found.unread.append(_unread(near, f"a policy {value.reason}", value))
            return
        if isinstance(value, list):
            for item in value:
                self._policies(item, near, found)
            return
        body = as_map(value)
        if not isinstance(value, Map) or intrinsic(value) is not None:
            self._managed(value, near, found)
        elif "PolicyDocument" in body or "Policy" in body:
            self._document(body.get("PolicyDocument", body.get("Policy")), body, found)
        elif "Statement" in body:
            self._document(body, body, found)
        elif _KNOWN & set(body):
            self._statement(body, found)
        else:
            for name, parameters in body.items():
                self._template(name, as_map(parameters), body, found)

    def _document(self, value: object, near: Map, found: _Found) -> None:
        if value is None:
            return
        document = as_map(value)
        if intrinsic(value) is not None or "Statement" not in document:
            found.unread.append(_unread(near, "its document is computed", value))
            return
        for statement in as_list(document["Statement"]):
            if isinstance(statement, Map) and intrinsic(statement) is None:
                self._statement(statement, found)
            else:
                found.unread.append(_unread(document, "one of its statements is computed", statement))

    def _statement(self, body: Map, found: _Found) -> None:
        effect = as_text(body.get("Effect", "Allow"))
        actions, but = _texts(body.get("Action")), _texts(body.get("NotAction"))
        odd = sorted(set(body) - _KNOWN)
        if odd or effect not in {"Allow", "Deny"} or actions is None or but is None or not (actions or but):
            computed = next((item.reason for item in as_list(body.get("Action")) if isinstance(item, Unresolved)), "")
            told = f"it has {', '.join(odd)}" if odd else computed or "its effect or its actions are computed"
            found.unread.append(_unread(body, told, body, may_deny=effect != "Allow"))
            return
        known: Effect = "Deny" if effect == "Deny" else "Allow"
        made = PolicyStatement(
            effect=known,
            actions=tuple(actions),
            not_actions=tuple(but),
            resources=_substitutions(body.get("Resource"), body),
            not_resources=_substitutions(body.get("NotResource"), body),
            conditions={
                operator: {key: _substitutions(given, body) for key, given in keys.items()}
                for operator, keys in as_map(body.get("Condition")).items()
                if isinstance(keys, Map)
            },
            location=body.where(),
        )
        if _lost_condition(body, made) or not (made.resources or made.not_resources):
            told = "its resources or its condition are computed"
            found.unread.append(_unread(body, told, body, may_deny=effect == "Deny"))
        elif made not in found.statements:
            found.statements.append(made)

    def _template(self, name: str, parameters: Map, near: Map, found: _Found) -> None:
        known = policy_template(name)
        if known is None:
            reason = f"the policy template {name} is not known here"
            found.unread.append(_unread(near, reason, None, may_deny=False))
            return
        actions, parameter, forms = known
        value = substitution(parameters.get(parameter), parameters) if parameter else ""
        resources = tuple(value if form is None else form.replace("${it}", value) for form in forms)
        found.statements.append(PolicyStatement(actions=actions, resources=resources, location=near.where(name)))

    def _managed(self, value: object, near: Map, found: _Found) -> None:
        named = [name for name in references(value) if name in self.resources]
        declared = [as_map(self.resources[name]) for name in named]
        if declared and all(item.get("Type") == "AWS::IAM::ManagedPolicy" for item in declared):
            for item in declared:
                self._document(as_map(item.get("Properties")).get("PolicyDocument"), item, found)
            return
        text = substitution(value, near)
        if isinstance(value, str) and ":" not in value:
            text = f"arn:${{AWS::Partition}}:iam::aws:policy/{text}"
        if text not in found.managed:
            found.managed.append(text)


def _permissions(found: _Found) -> Permissions:
    return Permissions(
        statements=tuple(found.statements),
        managed_policies=tuple(found.managed),
        boundaries=tuple(dict.fromkeys(found.boundaries)),
        unread=tuple(found.unread),
    )


def _substitutions(value: object, near: Map) -> tuple[str, ...]:
    return tuple(substitution(item, near) for item in as_list(value))


def _texts(value: object) -> list[str] | None:
    """None when one of them is computed."""
    texts = [item if isinstance(item, str) else None for item in as_list(value)]
    return None if None in texts else [text for text in texts if text is not None]


def _lost_condition(body: Map, made: PolicyStatement) -> bool:
    given = body.get("Condition")
    return given is not None and (
        not isinstance(given, Map)
        or intrinsic(given) is not None
        or set(as_map(given)) != set(made.conditions)
        or not all(values for keys in made.conditions.values() for values in keys.values())
    )


def _unread(near: Map, reason: str, value: object, *, may_deny: bool | None = None) -> UnreadPolicy:
    """`may_deny` None: unless it is plain that the value does not."""
    denies = not _plainly_allows(value) if may_deny is None else may_deny
    return UnreadPolicy(reason=reason, may_deny=denies, location=near.where())


def _plainly_allows(value: object) -> bool:
    """Whether it is made of statements that allow something, or of nothing, whichever way it is computed."""
    if isinstance(value, list):
        return all(_plainly_allows(item) for item in value)
    body, call = as_map(value), intrinsic(value)
    if call is not None:
        name, argument = call
        return argument == "AWS::NoValue" or (name == "Fn::If" and _plainly_allows(as_list(argument)[1:]))
    return bool(body) and all(
        item == "Allow" if name == "Effect" else "Effect" in body or _plainly_allows(item)
        for name, item in body.items()
    )
