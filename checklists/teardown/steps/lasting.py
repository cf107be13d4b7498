"""Things whose absence a survey can tell by itself."""

from __future__ import annotations

from typing import Final

from checklists.aws import types
from checklists.aws.estate import Thing
from checklists.teardown.situation import Situation

LASTING: Final = frozenset(
    {
        types.API,
        types.FUNCTION,
        types.TABLE,
        types.LOG_GROUP,
        types.ALARM,
        types.COMPOSITE_ALARM,
        types.DASHBOARD,
        types.ROLE,
        types.POLICY,
        types.DOMAIN,
    }
)
"""Parts of an API are not listed once it is gone, and so nothing says that they are."""


def lasting(situation: Situation, covers: tuple[str, ...]) -> list[Thing]:
    return [thing for thing in situation.things(covers) if thing.type in LASTING]
