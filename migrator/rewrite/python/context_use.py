"""The second argument of a handler, and what an endpoint has in its place.

https://docs.aws.amazon.com/lambda/latest/dg/python-context.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import libcst as cst

from migrator.rewrite.python.edits import Changes, replace
from migrator.rewrite.python.event_logs import logged
from migrator.rewrite.python.event_reads import NotNative
from migrator.rewrite.python.facts import Binding, Facts
from migrator.rewrite.python.syntax import method_call

REMAINING_MS: Final = "29_000"
"""What API Gateway gave a handler at most; nothing ends one here."""


@dataclass
class ContextUse:
    """`handed`: where it goes on to other functions."""

    changes: Changes = field(default_factory=dict)
    caller: bool = False
    handed: list[cst.BaseExpression] = field(default_factory=list)


def context_use(facts: Facts, binding: Binding, caller: str) -> ContextUse:
    """Raises NotNative for a member that has no counterpart."""
    use = ContextUse()
    if len(facts.stores(binding)) != 1:
        raise NotNative("the Lambda context is replaced by something else")
    for load in facts.loads(binding):
        above = facts.parent(load)
        remaining = method_call(facts.parent(above), "get_remaining_time_in_millis") if above is not None else None
        log = logged(facts, load)
        if isinstance(above, cst.Attribute) and above.attr.value == "aws_request_id":
            use.changes[above] = replace(f"{caller}.request_id", facts.module)
            use.caller = True
        elif remaining is not None:
            use.changes[remaining[2]] = replace(REMAINING_MS, facts.module)
        elif log is not None:
            use.changes[log[0]] = replace(f"{caller}.request_id", facts.module)
            use.caller = True
        elif isinstance(above, cst.Arg):
            use.handed.append(load)
        else:
            raise NotNative(f"line {facts.line(load)} uses the Lambda context")
    return use
