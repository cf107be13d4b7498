"""Step Functions: what the definitions name."""

from __future__ import annotations

from typing import Final

from checklists.aws import types
from checklists.aws.scope import Collector, Found, Scope, Text, for_each
from checklists.aws.shape import kept, moment_of

_LIST: Final = "stepfunctions:ListStateMachines"
_DESCRIBE: Final = "stepfunctions:DescribeStateMachine"
_GONE: Final = frozenset({"StateMachineDoesNotExist"})


def collect(scope: Scope) -> Found:
    found = Found()
    machines = scope.caller.items(_LIST, "stateMachines")
    for_each(scope, machines, _DESCRIBE)
    for one in scope.each(machines.items):
        arn = one["stateMachineArn"]
        reply = scope.caller.one(_DESCRIBE, subject=arn, absent=_GONE, stateMachineArn=arn)
        if reply.known and reply.body is None:
            continue
        described = reply.body or {}
        found.things.append(
            scope.thing(
                arn,
                types.STATE_MACHINE,
                arn,
                one["name"],
                properties=kept(described, "status", "type", "roleArn"),
                created_at=moment_of(one, "creationDate"),
            )
        )
        if reply.body is not None:
            found.texts.append(Text(arn, "definition", str(described.get("definition", ""))))
    return found


COLLECTOR: Final = Collector("state machines", "stepfunctions", (_LIST, _DESCRIBE), collect)
