"""A function URL: whoever has it calls the function, and nothing here tells who does.

https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html
"""

from __future__ import annotations

from collections.abc import Iterator

from checklists.aws import types
from checklists.json_values import text
from checklists.referrers import arns
from checklists.referrers.index import Index, use
from checklists.referrers.model import Use


def find(index: Index) -> Iterator[Use]:
    for one in index.of_type(types.FUNCTION_URL):
        function = arns.function_in(text(one.properties.get("FunctionArn"))) or arns.function_in(one.arn)
        if function is not None:
            kind = text(one.properties.get("AuthType")) or "unknown authorization"
            yield use(one, function, "function_url", f"function URL ({kind})")
