"""What a SEARCH expression or a Metrics Insights query is about, as far as its text names it.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from checklists.aws import types
from checklists.referrers.index import Index

_NAMED = re.compile(
    r"\b(?P<dimension>ApiId|FunctionName|TableName|LogGroupName)\\?\"?\s*=\s*(?P<quoted>\\?[\"'])*(?P<name>[\w./$-]+)"
)
_TYPES = {
    "ApiId": types.API,
    "FunctionName": types.FUNCTION,
    "TableName": types.TABLE,
    "LogGroupName": types.LOG_GROUP,
}
_ALTERNATIVES = re.compile(r"\b(?:OR|NOT)\b|!=")


def searches(expression: str) -> bool:
    """Whether it finds metrics by itself, and is not reckoned from others."""
    return any(word in expression.upper() for word in ("SEARCH", "SELECT"))


def about(index: Index, expression: str, account: str, region: str) -> Iterator[str]:
    """ARNs; with them 'metric:search' when the expression may find metrics of other things too: a
    search for a name without quotes finds all that have it as a part."""
    named, exact = False, True
    for found in _NAMED.finditer(expression):
        thing = index.named(_TYPES[found["dimension"]], account, region, found["name"])
        if thing is not None:
            named = True
            exact = exact and found["quoted"] is not None
            yield thing.arn
    if not named or not exact or _ALTERNATIVES.search(expression) or expression.upper().count("SEARCH(") > 1:
        yield "metric:search"
