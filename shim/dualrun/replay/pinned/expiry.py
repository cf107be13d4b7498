"""Rows of DynamoDB that expire: AWS deletes them, and tells their stream that it was AWS.

DynamoDB promises no moment: "within a few days". Here a row is deleted 48 hours after it has expired, at the end of the
step in which time passes. Until then it is there, and queries return it: code has to look at its time, as at AWS.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from shim.local_dynamodb import ONE_AT_A_TIME

DELETED_AFTER_S: Final = 48 * 3_600.0

OLDEST_S: Final = 5 * 365 * 86_400.0
"""A time that is further back is none to DynamoDB: the row stays."""

BY_AWS: Final = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
"""The `userIdentity` of a stream's record."""


def delete_expired(now: float) -> int:
    """Of all tables whose rows expire; how many. `now`: seconds since 1970."""
    models = sys.modules.get("moto.dynamodb.models")
    if models is None:
        return 0
    with ONE_AT_A_TIME:
        found = [
            (table, item)
            for regions in models.dynamodb_backends.values()
            for backend in regions.values()
            for table in backend.tables.values()
            for item in _expired(table, now)
        ]
        for table, item in found:
            shard = table.stream_shard
            told = 0 if shard is None else len(shard.items)
            table.delete_item(item.hash_key, item.range_key)
            for record in [] if shard is None else shard.items[told:]:
                record.record["userIdentity"] = BY_AWS
        return len(found)


def _expired(table: Any, now: float) -> Iterator[Any]:  # noqa: ANN401 - moto's own
    if table.ttl.get("TimeToLiveStatus") != "ENABLED":
        return
    for item in table.all_items():
        value = item.attrs.get(table.ttl["AttributeName"])
        if value is None or value.type != "N":
            continue
        try:
            age = now - float(Decimal(value.value))
        except (InvalidOperation, OverflowError):
            continue
        if DELETED_AFTER_S <= age < OLDEST_S:
            yield item
