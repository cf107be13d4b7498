"""Names of SSM parameters. Values of type String are looked through for names of things, and not kept."""

from __future__ import annotations

from typing import Final

from checklists.aws import types
from checklists.aws.failures import Failure
from checklists.aws.scope import Collector, Found, Scope, Text, for_each
from checklists.aws.shape import kept

MOST_VALUES: Final = 1_000
"""Of a region that are read, ten a call: of more than these nobody keeps addresses in Parameter Store."""

_DESCRIBE: Final = "ssm:DescribeParameters"
_GET: Final = "ssm:GetParameters"
_OPEN: Final = frozenset({"String", "StringList"})
_BATCH: Final = 10
"""https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html"""


def collect(scope: Scope) -> Found:
    found = Found()
    parameters = scope.caller.items(_DESCRIBE, "Parameters", MaxResults=50)
    readable = sorted(one["Name"] for one in parameters.items if one.get("Type") in _OPEN)
    for one in parameters.items:
        found.things.append(
            scope.thing(_arn(scope, one["Name"]), types.PARAMETER, one["Name"], properties=kept(one, "Type", "Tier"))
        )
    for_each(scope, parameters, _GET, some=bool(readable))
    if len(readable) > MOST_VALUES:
        message = f"only the first {MOST_VALUES:,} of {len(readable):,} values were looked through"
        scope.caller.unasked(_GET, Failure("limit", "", message))
    for start in scope.each(range(0, min(len(readable), MOST_VALUES), _BATCH)):
        names = readable[start : start + _BATCH]
        for one in scope.caller.items(_GET, "Parameters", Names=names, WithDecryption=False).items:
            found.texts.append(Text(_arn(scope, one["Name"]), "value", str(one.get("Value", ""))))
    return found


def _arn(scope: Scope, name: str) -> str:
    return scope.arn("ssm", f"parameter/{name.removeprefix('/')}")


COLLECTOR: Final = Collector("parameters", "ssm", (_DESCRIBE, _GET), collect)
