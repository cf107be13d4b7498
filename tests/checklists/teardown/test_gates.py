"""When a gate holds, and above all when it does not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from checklists.aws import types
from checklists.teardown.clock import next_working_time
from checklists.teardown.errors import SettingInvalid
from checklists.teardown.execute.eyes import Sight
from checklists.teardown.execute.gates import satisfied
from checklists.teardown.model import Check
from checklists.teardown.settings import teardown_settings
from tests.checklists.teardown import world


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """November 2026: the 27th is a Friday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "hours", "begins"),
    [
        (at(27, 16, 59), "09:00-17:00", at(27, 16, 59)),
        (at(27, 17), "09:00-17:00", at(30, 9)),
        (at(28, 12), "09:00-17:00", at(30, 9)),
        (at(30, 8, 59), "09:00-17:00", at(30, 9)),
        (at(28, 12), "", at(28, 12)),
        (at(28, 1), "22:00-02:00", at(28, 1)),  # the night of Friday
        (at(28, 3), "22:00-02:00", at(30, 22)),
        (at(26, 23), "22:00-02:00", at(26, 23)),
    ],
)
def test_working_hours(now: datetime, hours: str, begins: datetime) -> None:
    assert next_working_time(now, hours) == begins


@pytest.mark.parametrize(
    ("value", "found", "holds"),
    [
        (0, None, False),
        (0, 0, True),
        (True, False, False),
        ({"a": 0}, {"a": 0, "b": 1}, True),
        ({"a": 0}, {"b": 1}, False),
        ({"a": None}, {}, False),
        (None, {"a": 1}, False),
    ],
)
def test_what_aws_shows_beside_a_stages_settings_is_no_difference(value: object, found: object, holds: bool) -> None:
    thing = world.thing("arn:x", types.STAGE, "x", Setting=found)
    check = Check(subject="arn:x", type=types.STAGE, state="equals", property="Setting", value=value)
    assert satisfied(check, Sight({"arn:x": thing})) is holds


def test_a_policy_that_is_still_there_is_no_more_that_aws_shows() -> None:
    role = world.thing(world.ROLE, types.ROLE, "chat", "global", Policies={"chat": {}, "own": {}})
    check = Check(subject=world.ROLE, type=types.ROLE, state="equals", property="Policies", value={"own": {}})
    assert not satisfied(check, Sight({world.ROLE: role}))


def test_a_thing_that_is_gone_has_no_setting() -> None:
    check = Check(subject="arn:x", type="T", state="equals", property="Setting", value=None)
    assert not satisfied(check, Sight({}))


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"acounts": ["123456789012"]}, "acounts"),
        ({"accounts": ["123"]}, "123 is not an account's id of 12 digits"),
        ({"brownouts_minutes": [0]}, "each above 0"),
        ({"log_retention_days": 31}, "CloudWatch has 1, 3, 5"),
        ({"working_hours": "9-17"}, "working_hours"),
        ({"quiet_days": 0}, "quiet_days"),
        ({"business_cycle_days": 30}, "it stands in [checklist]"),
    ],
)
def test_settings_that_are_none_are_said(table: dict[str, object], words: str) -> None:
    with pytest.raises(SettingInvalid) as invalid:
        teardown_settings(table)
    assert words in str(invalid.value)


def test_the_quiet_period_is_a_business_cycle_at_least() -> None:
    assert teardown_settings({"quiet_days": 20}, 31).quiet.days == 31
    assert teardown_settings({"quiet_days": 40}, 31).quiet.days == 40


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (
            {"accounts": [123456789012]},
            '[teardown] accounts.0: it is a number; an id stands in quotes: "123456789012".',
        ),
        ({"working_hours": "9-17"}, "[teardown] working_hours: it is 9-17, not hours such as 09:00-17:00."),
    ],
)
def test_what_is_easily_written_wrong_says_how_it_is_written(table, said):
    with pytest.raises(SettingInvalid) as invalid:
        teardown_settings(table)
    assert str(invalid.value) == said
