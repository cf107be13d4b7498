"""Lists come in pages, which moto does not do: https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis.html
(`maxResults`, `nextToken`). What a page is called comes from botocore's own paginators; those it has none for are here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.awsfake.errors import AwsError
from tests.awsfake.request import Answer, Request

_BESIDE: dict[str, tuple[str, str, str]] = {
    "apigatewayv2:GetApiMappings": ("NextToken", "MaxResults", "Items"),
    "apigatewayv2:GetVpcLinks": ("NextToken", "MaxResults", "Items"),
    "wafv2:ListWebACLs": ("NextMarker", "Limit", "WebACLs"),
    "events:ListRuleNamesByTarget": ("NextToken", "Limit", "RuleNames"),
    "events:ListTargetsByRule": ("NextToken", "Limit", "Targets"),
}
_ELSEWHERE = frozenset({"dynamodb:Scan", "dynamodb:Query", "logs:FilterLogEvents", "cloudwatch:GetMetricData"})
"""Their tokens are no numbers of pages; metrics have pages of their own (answers/metrics.py)."""
_PREFIX = "page-"


@dataclass(frozen=True)
class Pager:
    """`lists`: the keys of the lists that together make up the answer; 'DistributionList.Items' lies one deeper."""

    token_in: str
    token_out: str
    limit: str
    lists: tuple[str, ...]

    def whole(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """The same question for all at once, as moto is asked."""
        return {name: value for name, value in parameters.items() if name not in {self.token_in, self.limit}}


@cache
def pager(loader: Any, service: str, operation: str) -> Pager | None:
    name = f"{service}:{operation}"
    if name in _ELSEWHERE:
        return None
    if name in _BESIDE:
        token, limit, key = _BESIDE[name]
        return Pager(token, token, limit, (key,))
    try:
        known = loader.load_service_model(service, "paginators-1")["pagination"]
    except Exception:  # a service without paginators
        return None
    entry = known.get(operation)
    if entry is None or not isinstance(entry.get("input_token"), str):
        return None
    keys = entry["result_key"] if isinstance(entry["result_key"], list) else [entry["result_key"]]
    token_out = entry["output_token"].split(" || ")[0]
    return Pager(entry["input_token"], token_out, entry.get("limit_key", ""), tuple(keys))


def _holder(answer: Answer, path: str) -> tuple[dict[str, Any], str]:
    *parts, last = path.split(".")
    for part in parts:
        answer = answer.setdefault(part, {})
    return answer, last


def cut(request: Request, pages: Pager, answer: Answer) -> Answer:
    """The page that was asked for. A token that AWS never gave is refused."""
    places = [_holder(answer, path) for path in pages.lists]
    things = [
        (number, thing)
        for number, (holder, key) in enumerate(places)
        if isinstance(holder.get(key), list)
        for thing in holder[key]
    ]
    start = _start(str(request.parameters.get(pages.token_in) or ""))
    asked = int(request.parameters.get(pages.limit) or 0) if pages.limit else 0
    end = start + (min(asked, request.world.page_size) if asked else request.world.page_size)
    for number, (holder, key) in enumerate(places):
        if isinstance(holder.get(key), list):
            holder[key] = [thing for of, thing in things[start:end] if of == number]
    holder, key = _holder(answer, pages.token_out)
    holder.pop(key, None)
    if end < len(things):
        holder[key] = f"{_PREFIX}{end}"
    if "IsTruncated" in holder or "IsTruncated" in request.shown.output_shape.members:
        holder["IsTruncated"] = end < len(things)
    return answer


def _start(token: str) -> int:
    if not token:
        return 0
    if not token.startswith(_PREFIX):
        raise AwsError("BadRequestException", f"Invalid token: {token}")
    return int(token.removeprefix(_PREFIX))
