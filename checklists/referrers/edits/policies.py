"""Policy documents without what names only things that go.

A statement on everything stays as it is: it says nothing of the WebSocket path. A managed policy gets a new version.
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-versioning.html
"""

from __future__ import annotations

import json
from collections import defaultdict

from pydantic import JsonValue

from checklists.aws import types
from checklists.aws.estate import Thing
from checklists.json_values import mapping, rows, text, texts
from checklists.referrers import access, arns
from checklists.referrers.documents import document, statements
from checklists.referrers.index import Index
from checklists.referrers.model import Change

MOST_VERSIONS = 5
_NAMES = {types.ROLE: "role", types.USER: "user", types.GROUP: "group"}


def holder(index: Index, thing: Thing, gone: frozenset[str]) -> tuple[Change, ...]:
    """Of the inline policies of a role, user or group."""
    what, found = _NAMES[thing.type], []
    for name, before in mapping(thing.properties.get("Policies")).items():
        after = without(index, before, gone)
        if after is None:
            continue
        who: dict[str, JsonValue] = {f"{what.title()}Name": thing.id, "PolicyName": name}
        put = who | {"PolicyDocument": json.dumps(document(before))}
        if rows(after.get("Statement")):
            change = Change(
                operation=f"iam.put_{what}_policy",
                parameters=who | {"PolicyDocument": json.dumps(after)},
                undo_parameters=put,
                words=f"Inline policy {name} of {what} {thing.name} loses what names only things that go.",
            )
        else:
            change = Change(
                operation=f"iam.delete_{what}_policy",
                parameters=who,
                undo_operation=f"iam.put_{what}_policy",
                undo_parameters=put,
                words=f"Inline policy {name} of {what} {thing.name} names only things that go; the {what} stays.",
            )
        found.append(change)
    return tuple(found)


def managed(index: Index, thing: Thing, gone: frozenset[str]) -> tuple[Change, ...]:
    before = thing.properties.get("Document")
    after = without(index, before, gone)
    if after is None:
        return ()
    if not rows(after.get("Statement")):
        words = f"Policy {thing.name} names only things that go: detach it from what stays, and delete it."
        return (Change(operation="", words=words),)
    versions = thing.properties.get("Versions")
    full = isinstance(versions, int) and versions >= MOST_VERSIONS
    first = f" It has {versions} versions, the most there can be: delete the oldest first." if full else ""
    version = text(thing.properties.get("DefaultVersionId"))
    undo: dict[str, JsonValue] = (
        {"PolicyArn": thing.arn, "VersionId": version}
        if version
        else {"PolicyArn": thing.arn, "PolicyDocument": json.dumps(document(before)), "SetAsDefault": True}
    )
    return (
        Change(
            operation="iam.create_policy_version",
            parameters={"PolicyArn": thing.arn, "PolicyDocument": json.dumps(after), "SetAsDefault": True},
            undo_operation="iam.set_default_policy_version" if version else "",
            undo_parameters=undo,
            words=f"A new version of policy {thing.name} without what names only things that go.{first}",
        ),
    )


def without(index: Index, before: JsonValue | None, gone: frozenset[str]) -> dict[str, JsonValue] | None:
    """The document without resources that name only what goes, and without statements that have none left.

    None when nothing of it does.
    """
    whole = document(before)
    going = _resources(index, before, gone)
    if not going:
        return None
    kept: list[JsonValue] = []
    for number, one in enumerate(rows(whole.get("Statement"))):
        resources = texts(one.get("Resource"))
        left: list[JsonValue] = [each for each in resources if each not in going.get(number, set())]
        if len(left) == len(resources):
            kept.append(one)
        elif left:
            kept.append(one | {"Resource": left})
    return whole | {"Statement": kept}


def _resources(index: Index, before: JsonValue | None, gone: frozenset[str]) -> dict[int, set[str]]:
    """Number of a statement that allows -> its resources that name only things that go."""
    reach = index.part(access.Reach)
    going: dict[int, set[str]] = {}
    for statement in statements(before):
        reached: defaultdict[str, list[access.Access]] = defaultdict(list)
        for one in reach.named(statement):
            reached[one.resource].append(one)
        for resource, found in reached.items():
            if all(one.exact and _one_place(one, resource) and one.thing.arn in gone for one in found):
                going.setdefault(statement.number, set()).add(resource)
    return going


def _one_place(one: access.Access, resource: str) -> bool:
    """Whether a pattern cannot mean a thing of the same name elsewhere. The id of an API is there once."""
    arn = arns.parse(resource)
    if arn is None or set("*?") & set(text(arn.service)):
        return False
    return one.thing.type == types.API or not set("*?") & set(arn.region + arn.account)
