"""Aliases, with their provisioned concurrency: parts of a function, that go with it.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html
"""

from __future__ import annotations

from collections.abc import Iterator

from checklists.aws import types
from checklists.referrers import arns
from checklists.referrers.index import Index, use
from checklists.referrers.model import Use


def find(index: Index) -> Iterator[Use]:
    for alias in index.of_type(types.FUNCTION_ALIAS):
        function = arns.function_in(alias.arn)
        if function is not None:
            kept_warm = alias.properties.get("ProvisionedConcurrentExecutions")
            warm = f", {kept_warm} instances provisioned" if isinstance(kept_warm, int) and kept_warm else ""
            yield use(alias, function, "alias", f"alias {alias.name}{warm}", mention=True)
