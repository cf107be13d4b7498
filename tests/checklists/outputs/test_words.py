"""Nothing that a checklist can say is without a word on the page."""

from __future__ import annotations

from typing import get_args

import pytest

from checklists.aws import types
from checklists.aws.nouns import NOUNS
from checklists.evidence import Source, Verdict
from checklists.idle.model import IdleVerdict
from checklists.model import Audience, How, OwnerSource, Status
from checklists.outputs.html.page import _HOWS, _idle
from checklists.outputs.html.users import LOTS, STANDINGS
from checklists.outputs.words import (
    DEADLINE_NAMES,
    HEADINGS,
    OWNER_SOURCES,
    SOURCES,
    STATUS_NAMES,
    VERDICT_NAMES,
    by_audience,
)
from checklists.phases import DeadlineState
from checklists.referrers.graph import Standing
from checklists.referrers.model import Verdict as Lot
from tests.checklists.outputs.rich import rich


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (STATUS_NAMES, Status),
        (VERDICT_NAMES, Verdict),
        (SOURCES, Source),
        (DEADLINE_NAMES, DeadlineState),
        (OWNER_SOURCES, OwnerSource),
        (HEADINGS, Audience),
        (_HOWS, How),
        (_idle(rich())["idle_names"], IdleVerdict),
        (_idle(rich())["idle_styles"], IdleVerdict),
        (STANDINGS, Standing),
        (LOTS, Lot),
    ],
)
def test_every_value_has_a_word(names, said):
    values = [value for part in get_args(said) for value in (get_args(part) or (part,))]
    assert sorted(names) == sorted(values)


def test_every_entry_is_in_one_list_in_the_order_of_phases():
    checklist = rich()
    lists = by_audience(checklist)
    assert sorted(entry.item.id for _, _, own in lists for entry in own) == sorted(e.item.id for e in checklist.entries)
    numbers = {phase.name: phase.number for phase in checklist.phases}
    for _, _, own in lists:
        assert [numbers[entry.item.phase] for entry in own] == sorted(numbers[entry.item.phase] for entry in own)


def test_things_in_aws_are_called_by_a_word():
    assert all(kind and kind == kind.strip() for kind in NOUNS.values())
    assert {value for value in vars(types).values() if isinstance(value, str) and value.startswith("AWS::")} <= {*NOUNS}
