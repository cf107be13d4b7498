"""Queues and streams -> functions, by event source mappings.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html
"""

from __future__ import annotations

from collections.abc import Iterator

from checklists.aws import types
from checklists.json_values import text
from checklists.referrers import arns
from checklists.referrers.index import Index, use
from checklists.referrers.model import Use, UseKind


def find(index: Index) -> Iterator[Use]:
    for one in index.of_type(types.EVENT_SOURCE):
        function = arns.function_in(text(one.properties.get("FunctionArn")))
        if function is None:
            continue
        yield use(one, function, "event_source", f"event source mapping {one.id}", mention=True)
        arn = text(one.properties.get("EventSourceArn"))
        source = index.thing(arn)
        kind: UseKind = "stream" if source is not None and source.type == types.TABLE else "event_source"
        state = text(one.properties.get("State")).lower() or "unknown"
        name = source.name if source else arn or "a source outside of AWS"
        yield use(source or arn or one.arn + "/source", function, kind, f"events of {name} ({state})")
        if source is not None:
            yield use(function, source, kind, f"reads the events of {name} ({state})")
