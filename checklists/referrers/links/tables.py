"""Replicas of a global table: each is used by the others.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GlobalTables.html
"""

from __future__ import annotations

from collections.abc import Iterator

from checklists.aws import types
from checklists.json_values import rows, text
from checklists.referrers import arns
from checklists.referrers.index import Index, use
from checklists.referrers.model import Use


def find(index: Index) -> Iterator[Use]:
    for table in index.of_type(types.TABLE):
        for one in rows(table.properties.get("Replicas")):
            region, here = text(one.get("RegionName")), arns.parse(table.arn)
            if here is not None and region and region != here.region:
                other = f"arn:{here.partition}:dynamodb:{region}:{here.account}:{here.resource}"
                yield use(other, table, "replica", f"replica in {region}")
