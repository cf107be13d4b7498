"""What is left of things that are gone: nothing uses it, and nobody misses it.

Only where what it belonged to was listed whole, and was not in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import JsonValue

from checklists.aws import types
from checklists.aws.estate import Estate, Thing
from checklists.aws.listed import LISTED_BY
from checklists.json_values import mapping as mapping_of
from checklists.json_values import rows, text
from checklists.referrers import arns
from checklists.referrers.documents import Statement, statements
from checklists.referrers.edits.permissions import removal
from checklists.referrers.index import Index
from checklists.referrers.links.function_policies import sources
from checklists.referrers.metrics import dimensions
from checklists.referrers.model import Change, Orphan

_FUNCTION_LOG = re.compile(r"/aws/lambda/(?:us-east-1\.)?(?P<name>[A-Za-z0-9_-]+)")
_API_LOG = re.compile(r"/aws/apigateway/(?P<id>[a-z0-9]{10})/[^/]+")
_OF = {
    ("AWS/ApiGateway", "ApiId"): types.API,
    ("AWS/Lambda", "FunctionName"): types.FUNCTION,
    ("AWS/DynamoDB", "TableName"): types.TABLE,
}
_GONE_STACK = "DELETE_COMPLETE"
_STACKS = frozenset({"cloudformation:DescribeStacks"})


def orphans(estate: Estate) -> tuple[Orphan, ...]:
    """Sorted by ARN."""
    finder = _Finder(Index(estate))
    found = [
        *finder.log_groups(),
        *finder.alarms(),
        *finder.attachments(),
        *finder.permissions(),
        *finder.statements(),
        *finder.retained(),
    ]
    return tuple(sorted(found, key=lambda one: (one.subject, one.why)))


class _Finder:
    def __init__(self, index: Index) -> None:
        self.index = index

    def log_groups(self) -> Iterator[Orphan]:
        """Of functions and APIs that are gone, unless another writes to it."""
        written = {
            text(one.properties.get("LogGroup")) for one in self.index.functions() if one.properties.get("LogGroup")
        }
        for group in self.index.of_type(types.LOG_GROUP):
            function, api = _FUNCTION_LOG.fullmatch(group.name), _API_LOG.fullmatch(group.name)
            if group.name in written:
                continue
            if function and self._gone(types.FUNCTION, group, function["name"]):
                why = f"It is the log of function {function['name']}, which is gone."
                yield Orphan(subject=group.arn, why=why)
            elif api and self._gone(types.API, group, api["id"]):
                yield Orphan(subject=group.arn, why=f"It is the log of API {api['id']}, which is gone.")

    def alarms(self) -> Iterator[Orphan]:
        """All of whose metrics are of things that are gone."""
        for alarm in self.index.of_type(types.ALARM):
            watched = list(_watched(alarm))
            gone = [name for name in watched if name is not None and self._gone(name[0], alarm, name[1])]
            if watched and len(gone) == len(watched):
                names = ", ".join(dict.fromkeys(f"{type_.rpartition(':')[2]} {name}" for type_, name in gone))
                yield Orphan(subject=alarm.arn, why=f"It watches {names}, which is gone.")

    def attachments(self) -> Iterator[Orphan]:
        """Mappings to APIs, and event source mappings to functions."""
        for mapping in self.index.of_type(types.MAPPING):
            api = text(mapping.properties.get("ApiId"))
            if api and self._gone(types.API, mapping, api):
                yield Orphan(subject=mapping.arn, why=f"It leads to API {api}, which is gone.")
        for source in self.index.of_type(types.EVENT_SOURCE):
            function = arns.function_in(text(source.properties.get("FunctionArn"))) or ""
            name = function.rpartition(":")[2]
            if name and self._gone(types.FUNCTION, source, name):
                yield Orphan(subject=source.arn, why=f"It wakes function {name}, which is gone.")

    def statements(self) -> Iterator[Orphan]:
        """Of IAM, that name APIs."""
        for holder in self.index.of_type(types.ROLE, types.USER, types.GROUP, types.POLICY):
            documents = [*mapping_of(holder.properties.get("Policies")).values(), holder.properties.get("Document")]
            named = {
                api
                for document in documents
                for statement in statements(document)
                for resource in statement.resources
                if (api := arns.execute_api(resource)) is not None and self._gone_api(api)
            }
            for _, _, id_ in sorted(named):
                why = f"A statement of {holder.name} names API {id_}, which is gone."
                yield Orphan(subject=holder.arn, why=why, change=Change(operation="", words=f"{why} Take it out."))

    def permissions(self) -> Iterator[Orphan]:
        for function in self.index.functions():
            for statement in statements(function.properties.get("Policy")):
                gone = self._gone_apis(function, statement)
                if gone:
                    why = f"A permission of function {function.name} names API {', '.join(gone)}, which is gone."
                    yield Orphan(subject=function.arn, why=why, change=removal(function, statement, why))

    def retained(self) -> Iterator[Orphan]:
        """Things of stacks that were deleted and left them."""
        for stack in self.index.of_type(types.STACK):
            if text(stack.properties.get("StackStatus")) != _GONE_STACK:
                continue
            for row in rows(stack.properties.get("Resources")):
                physical = text(row.get("PhysicalResourceId"))
                thing = self.index.named(text(row.get("ResourceType")), stack.account, stack.region, physical)
                if thing is not None:
                    yield Orphan(subject=thing.arn, why=f"Stack {stack.name} left it behind when it was deleted.")
        for thing in self.index.estate.things:
            owner = thing.tags.get("aws:cloudformation:stack-id") or thing.stack
            if owner and thing.type != types.STACK and self._stack_gone(owner):
                name = owner.split("/")[1] if "/" in owner else owner
                yield Orphan(subject=thing.arn, why=f"Stack {name} owned it, and is gone.")

    def _gone_apis(self, function: Thing, statement: Statement) -> list[str]:
        """Ids of the APIs of a statement's sources, when every source is an API that is gone."""
        named = [arns.execute_api(one) for one in sources(statement)]
        if not named or any(one is None or not self._gone_api(one) for one in named):
            return []
        return [one[2] for one in named if one is not None and one[:2] == (function.region, function.account)]

    def _gone_api(self, place: tuple[str, str, str]) -> bool:
        """Region, account and id; a pattern names nothing that could be gone."""
        region, account, api = place
        return not set("*?") & set("".join(place)) and self._none(types.API, account, region, api)

    def _gone(self, type_: str, near: Thing, name: str) -> bool:
        """Whether a thing of that name is known not to be in the account and region of another."""
        return self._none(type_, near.account, near.region, name)

    def _none(self, type_: str, account: str, region: str, name: str) -> bool:
        listed_by = {*LISTED_BY[type_], *(("apigateway:GetRestApis",) if type_ == types.API else ())}
        if not self.index.estate.known(frozenset(listed_by), account, region):
            return False
        here = self.index.named(type_, account, region, name)
        return here is None and (type_ != types.API or self.index.api(account, region, name) is None)

    def _stack_gone(self, arn: str) -> bool:
        parsed = arns.parse(arn)
        return (
            parsed is not None
            and self.index.estate.thing(arn) is None
            and self.index.estate.known(_STACKS, parsed.account, parsed.region)
        )


def _watched(alarm: Thing) -> Iterator[tuple[str, str] | None]:
    """Type and name of what each metric is of; None for one that is of something else."""
    properties = alarm.properties
    metrics = [mapping_of(mapping_of(one.get("MetricStat")).get("Metric")) for one in rows(properties.get("Metrics"))]
    for metric in [*([properties] if properties.get("MetricName") else []), *(one for one in metrics if one)]:
        found = dimensions(metric.get("Dimensions"))
        named = [(type_, found[key]) for (space, key), type_ in _OF.items() if key in found and _is(metric, space)]
        yield named[0] if named else None


def _is(metric: dict[str, JsonValue], namespace: str) -> bool:
    return text(metric.get("Namespace")) == namespace
