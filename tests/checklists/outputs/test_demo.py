"""The migration that the picture in the docs is of: every part of the page has something to show."""

from __future__ import annotations

import pytest

from checklists.outputs import render_html
from tests.checklists.demo import WEEKS, demo

pytestmark = pytest.mark.slow


def test_every_part_of_the_page_is_there() -> None:
    checklist = demo()
    shown = render_html(checklist)
    parts = ("attention", "phases", "burndown", "waivers", "items", "waits", "idle", "cost", "fates", "survey")
    assert [part for part in parts if f'id="{part}"' not in shown] == []
    assert len(checklist.history) == WEEKS
    assert {fate.verdict for fate in checklist.fates} >= {"delete", "edit", "keep"}
    assert 0 < sum(entry.settled for entry in checklist.entries) < len(checklist.entries)
