"""What has to be taken out of things that stay: one file a kind of thing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from checklists.aws import types
from checklists.aws.estate import Thing
from checklists.referrers.edits import alarms, dashboards, permissions, policies, words
from checklists.referrers.index import Index
from checklists.referrers.model import Change

Edit = Callable[[Index, Thing, frozenset[str]], tuple[Change, ...]]
"""Index, the thing that stays, and ARNs of all that goes -> the changes; none when nothing of it can be taken out."""

EDITS: Final[dict[str, Edit]] = {
    types.ROLE: policies.holder,
    types.USER: policies.holder,
    types.GROUP: policies.holder,
    types.POLICY: policies.managed,
    types.FUNCTION: permissions.function,
    types.ALARM: alarms.alarm,
    types.COMPOSITE_ALARM: alarms.composite,
    types.DASHBOARD: dashboards.dashboard,
    types.PARAMETER: words.parameter,
    types.DISTRIBUTION: words.distribution,
    types.RECORD: words.record,
}


def changes(index: Index, thing: Thing, gone: frozenset[str]) -> tuple[Change, ...]:
    edit = EDITS.get(thing.type)
    return edit(index, thing, gone) if edit else ()
