"""Burndown, what waits for what, days of a stage, and who uses what: what they show, and when there is nothing to show."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from checklists.model import Checklist, Entry
from checklists.outputs.html.burndown import WIDTH, draw_burndown
from checklists.outputs.html.dependencies import ALIKE, MAX_NODES, draw_dependencies
from checklists.outputs.html.idle import draw_days
from checklists.outputs.html.users import draw_users
from checklists.phases import Forecast
from templates.picture import Box, Curve, Dot, Label, Line, Link, Picture
from tests.checklists.outputs.rich import START, entry, idle, rich


def styled(picture: Picture | None, kind: type, style: str) -> list:
    assert picture is not None
    return [shape for shape in picture.shapes if isinstance(shape, kind) and shape.style == style]


def words(picture: Picture | None) -> list[str]:
    assert picture is not None
    return [shape.text for shape in picture.shapes if isinstance(shape, Label)]


def changed(checklist: Checklist, **update: object) -> Checklist:
    return checklist.model_copy(update=update)


def many(number: int, *, chain: bool) -> Checklist:
    """So many items that wait for the first, or each for the one before."""
    made: list[Entry] = []
    for place in range(number):
        before = () if place == 0 else (f"ITEM-{place - 1 if chain else 0}",)
        one = entry(0, "not_started")
        item = one.item.model_copy(update={"id": f"ITEM-{place}", "depends_on": before})
        made.append(one.model_copy(update={"item": item}))
    return changed(rich(), entries=tuple(made))


def test_one_day_is_no_burndown():
    assert draw_burndown(changed(rich(), history=(), as_of=START)) is None


def test_the_burndown_ends_at_what_is_left_today_and_the_ideal_line_at_the_deadline():
    picture = draw_burndown(rich())
    (ideal,), (actual,) = styled(picture, Line, "ideal"), styled(picture, Curve, "actual")
    (today,) = styled(picture, Dot, "actual")
    (deadline,) = styled(picture, Line, "deadline")
    assert (ideal.x2, ideal.x1 < today.x < ideal.x2) == (deadline.x1, True)
    assert actual.points[-1] == (today.x, today.y)
    assert all(before[0] <= after[0] for before, after in pairwise(actual.points))
    assert "7 left" in words(picture)
    assert "deadline 2026-10-23" in words(picture)


def test_the_forecast_leads_from_today_to_its_day_and_has_room_for_its_words():
    picture = draw_burndown(rich())
    (line,), (today,) = styled(picture, Line, "forecast"), styled(picture, Dot, "actual")
    (label,) = styled(picture, Label, "forecast")
    assert (line.x1, line.y1) == (today.x, today.y)
    assert line.y2 == styled(picture, Line, "axis")[0].y1
    assert label.text == "forecast 2026-12-18"
    assert label.x + 7 * len(label.text) < WIDTH


def test_without_a_pace_the_forecast_never_comes_down():
    picture = draw_burndown(changed(rich(), forecast=Forecast(finish=None, per_week=None, words="No pace yet.")))
    (line,) = styled(picture, Line, "forecast")
    assert line.y1 == line.y2
    assert "no end in sight" in picture.description


def test_a_forecast_in_a_hundred_years_does_not_squeeze_the_picture():
    far = Forecast(finish=date(2126, 1, 1), per_week=0.001, words="Late.")
    (deadline,) = styled(draw_burndown(changed(rich(), forecast=far)), Line, "deadline")
    assert deadline.x1 > WIDTH / 10


def test_days_before_the_start_and_after_today_are_not_drawn():
    early = changed(rich(), as_of=date(2026, 6, 20))
    (actual,) = styled(draw_burndown(early), Curve, "actual")
    assert len(actual.points) == 7  # three runs, and today, each after the first as a step


def test_every_box_leads_to_its_item_and_says_its_status():
    picture = draw_dependencies(rich())
    assert picture is not None
    links = [shape for shape in picture.shapes if isinstance(shape, Link)]
    assert [link.target for link in links] == [f"ITEM-{number}" for number in range(11)]
    assert links[3].name == "Do thing 3: regressed, overdue"


def test_items_that_are_alike_share_a_box():
    picture = draw_dependencies(many(ALIKE + 3, chain=False))
    assert picture is not None
    links = [shape for shape in picture.shapes if isinstance(shape, Link)]
    assert [link.name for link in links] == ["Do thing 0: not started", f"Do thing 0: {ALIKE + 2} alike, not started"]


def test_a_thousand_items_stay_a_picture_that_can_be_read():
    picture = draw_dependencies(many(1000, chain=True))
    assert picture is not None
    assert len([shape for shape in picture.shapes if isinstance(shape, Link)]) == MAX_NODES
    assert f"{1000 - MAX_NODES} boxes are left out" in picture.description


def test_items_that_wait_for_nothing_make_no_picture():
    assert draw_dependencies(many(1, chain=True)) is None


def test_a_day_without_a_datapoint_is_no_zero():
    picture = draw_days(idle()[0], 0)
    assert len(styled(picture, Box, "unmeasured")) == 4
    assert styled(picture, Box, "nothing")
    assert len(styled(picture, Box, "life")) == len([count for _, count in idle()[0].days if count])
    assert "4 have no datapoint" in picture.description


def test_a_stage_without_any_datapoint_has_no_picture():
    assert draw_days(idle()[1], 0) is None


def test_who_uses_what_is_joined_and_what_only_names_it_is_dotted():
    picture = draw_users(rich())
    assert picture is not None
    assert {shape.style.strip() for shape in picture.shapes if isinstance(shape, Curve)} == {"tip"}
    assert len([shape for shape in picture.shapes if getattr(shape, "style", "").startswith("node")]) == 6
    assert any(getattr(shape, "style", "") == "edge mention" for shape in picture.shapes)
    assert "push.py:12" in words(picture)
    assert "3 more are left out" in picture.description


def test_nobody_uses_anything_without_a_survey():
    assert draw_users(changed(rich(), graph=None)) is None
