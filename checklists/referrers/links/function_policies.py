"""Permissions to invoke, in the policies of functions: who may call, and which statements name an API.

A permission for something that was surveyed and does not exist is nobody's. One that names no source, or any, tells of
no user by itself: what then really calls is told by integrations, targets and subscriptions.
https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
"""

from __future__ import annotations

from collections.abc import Iterator

from checklists.aws import types
from checklists.aws.estate import Thing
from checklists.referrers import arns, globs
from checklists.referrers.documents import Statement, statements
from checklists.referrers.index import Index, use
from checklists.referrers.model import Use

_TOLD_ELSEWHERE = {"apigateway.amazonaws.com", "events.amazonaws.com", "scheduler.amazonaws.com", "sns.amazonaws.com"}
"""Services whose every user of a function is a link of its own."""
_SURVEYED = {"execute-api", "events", "sns", "scheduler", "states"}
"""A missing thing of these services is gone, where its region was surveyed: nothing is judged before they were asked
(`operations.NEEDS` of a function)."""


def find(index: Index) -> Iterator[Use]:
    for owner in index.of_type(types.FUNCTION, types.FUNCTION_ALIAS):
        function = index.thing(arns.function_in(owner.arn) or owner.arn) or owner
        for statement in statements(owner.properties.get("Policy")):
            if statement.allows("lambda:InvokeFunction") or statement.allows("lambda:InvokeFunctionUrl"):
                yield from _users(index, function, statement)


def sources(statement: Statement) -> tuple[str, ...]:
    return statement.condition("aws:SourceArn")


def _users(index: Index, function: Thing, statement: Statement) -> Iterator[Use]:
    detail = f"statement {statement.sid or statement.number} of the policy of {function.name}"
    named = sources(statement)
    if not named:
        for principal in statement.principals:
            yield use(principal, function, "invoke_permission", detail, mention=principal in _TOLD_ELSEWHERE)
    for source in named:
        thing = None if set("*?") & set(_who(source)) else index.thing(source)
        if thing is not None:
            yield use(thing, function, "invoke_permission", detail)
            yield use(function, thing, "invoke_permission", detail, mention=True)
        elif not _told_elsewhere(index, source):
            yield use(source, function, "invoke_permission", detail)


def _who(source: str) -> str:
    """The part of a source that names the thing, and not its stages, routes or methods."""
    arn = arns.parse(source)
    if arn is None:
        return source
    resource = arn.resource.split("/", 1)[0] if arn.service == "execute-api" else arn.resource.removesuffix(":*")
    return f"{arn.region}:{arn.account}:{resource}"


def _told_elsewhere(index: Index, source: str) -> bool:
    """Whether all that a source can mean lies where links would tell of it: one that is not there is gone."""
    arn = arns.parse(source)
    return arn is not None and arn.service in _SURVEYED and _surveyed(index, arn.account, arn.region)


def _surveyed(index: Index, account: str, region: str) -> bool:
    accounts = {one.id for one in index.estate.accounts}
    if not set("*?") & set(region):
        return account in accounts and region in index.estate.regions
    return account in accounts and any(globs.matches(region, one) for one in index.estate.regions)
