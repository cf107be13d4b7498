"""What has to be taken out of things that stay: one file a kind of thing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final

from checklists.aws import types
from checklists.aws.estate import Thing
from checklists.referrers.edits import alarms, dashboards, permissions, policies, words
from checklists.referrers.index import Index
from checklists.referrers.model import Change
from shim.redaction import HIDDEN

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


HIDDEN_VALUE: Final = "The survey hid a value in it that looks like a secret, so a person makes this edit."


def changes(index: Index, thing: Thing, gone: frozenset[str]) -> tuple[Change, ...]:
    edit = EDITS.get(thing.type)
    return tuple(_without_hidden(change) for change in edit(index, thing, gone)) if edit else ()


def _without_hidden(change: Change) -> Change:
    """What is put is put whole: what the survey hid would be written over what is there, or come back so."""
    if HIDDEN not in json.dumps([change.parameters, change.undo_parameters]):
        return change
    return Change(operation="", words=f"{change.words} {HIDDEN_VALUE}")
