"""Waivers, answers, owners, and what the history does to a status."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from checklists import build, render_markdown
from checklists.gate import gate
from checklists.history.model import run_of
from checklists.model import Checklist, Entry
from checklists.settings import settings_from

TODAY = date(2026, 9, 10)
WAIVER = {"item": "OPS-RUNBOOK", "reason": "no nights", "approved_by": "@lead", "granted_at": date(2026, 9, 1)}


def _build(inventory, today: date = TODAY, **more) -> Checklist:
    said = {"verify": None, "previous": None, "today": today, "started": date(2026, 8, 31), **more}
    return build(inventory, **said)


def _settings(**table):
    return settings_from(Path("ws2sse.toml"), table, Path())


def _entry(checklist: Checklist, item_id: str) -> Entry:
    return next(entry for entry in checklist.entries if entry.item.id == item_id)


def _tick(checklist: Checklist, item_id: str) -> str:
    lines = render_markdown(checklist).split("\n")
    return "\n".join(line.replace("- [ ]", "- [x]") if f"item:{item_id} " in line else line for line in lines)


def _recorded(checklist: Checklist, day: date):
    return run_of(checklist, (), datetime.combine(day, datetime.min.time(), UTC))


def test_a_waiver_is_shown_with_its_days_and_the_status_that_it_hides(inventory):
    settings = _settings(waivers=[{**WAIVER, "expires": date(2026, 9, 20)}])
    entry = _entry(_build(inventory, settings=settings), "OPS-RUNBOOK")
    assert (entry.status, entry.without_waiver, entry.waiver.days_left) == ("waived", "not_started", 10)
    assert entry.settled
    assert not entry.done


@pytest.mark.parametrize(("expires", "left"), [(TODAY, "0 more days"), (date(2026, 9, 11), "1 more day")])
def test_a_waiver_says_for_how_long_it_holds(inventory, expires, left):
    settings = _settings(waivers=[{**WAIVER, "expires": expires}])
    assert (
        _entry(_build(inventory, settings=settings), "OPS-RUNBOOK").reason == f"waived by @lead for {left}: no nights"
    )


def test_what_does_not_apply_is_not_counted(inventory):
    before = _build(inventory)
    left_out = _settings(items={"OPS-RUNBOOK": {"not_applicable": "we have none"}})
    after = _build(inventory, settings=left_out)
    assert (after.applying, after.settled) == (before.applying - 1, before.settled)


@pytest.mark.parametrize(("days", "status"), [(0, "waived"), (1, "not_started")])
def test_an_expired_waiver_gives_the_item_back(inventory, days, status):
    settings = _settings(waivers=[{**WAIVER, "expires": date(2026, 9, 20)}])
    entry = _entry(_build(inventory, date(2026, 9, 20) + timedelta(days=days), settings=settings), "OPS-RUNBOOK")
    assert (entry.status, entry.waiver.days_left) == (status, -days)
    assert ("the waiver expired on 2026-09-20" in entry.reason) == bool(days)


def test_a_waiver_of_tomorrow_does_not_hold_yet(inventory):
    settings = _settings(waivers=[{**WAIVER, "granted_at": date(2026, 9, 11), "expires": date(2026, 9, 20)}])
    assert _entry(_build(inventory, settings=settings), "OPS-RUNBOOK").waiver is None


def test_what_is_waived_is_not_overdue_and_holds_nothing_back(inventory):
    waivers = [{**WAIVER, "item": "DEV-REPLACE-SSE", "expires": date(2027, 12, 31)}]
    checklist = _build(inventory, date(2027, 6, 1), settings=_settings(waivers=waivers))
    assert _entry(checklist, "DEV-REPLACE-SSE").overdue_days == 0
    assert "DEV-REPLACE-SSE" not in _entry(checklist, "DEV-UPDATE-CLIENTS").blocked_by


def test_an_answer_says_who_and_when_and_closes_an_item(inventory):
    answer = {"item": "OPS-RUNBOOK", "answer": "yes", "by": "@mia", "on": date(2026, 9, 9), "words": "see wiki"}
    entry = _entry(_build(inventory, settings=_settings(answers=[answer])), "OPS-RUNBOOK")
    assert (entry.status, entry.reason) == ("done", "answered by @mia on 2026-09-09")
    assert (entry.attested.by, entry.attested.on, entry.attested.words) == ("@mia", date(2026, 9, 9), "see wiki")


def test_a_no_opens_an_item_that_is_ticked(inventory):
    ticked = _tick(_build(inventory), "OPS-RUNBOOK")
    answer = {"item": "OPS-RUNBOOK", "answer": "no", "by": "@mia", "on": date(2026, 9, 9)}
    entry = _entry(_build(inventory, previous=ticked, settings=_settings(answers=[answer])), "OPS-RUNBOOK")
    assert (entry.status, entry.reason) == ("not_started", "answered no by @mia on 2026-09-09")


@pytest.mark.parametrize(("day", "status"), [(date(2026, 12, 9), "done"), (date(2026, 12, 10), "unknown")])
def test_a_word_that_counts_for_ninety_days_ends_with_them(inventory, day, status):
    answer = {"item": "OPS-ROLLBACK", "answer": "yes", "by": "@mia", "on": date(2026, 9, 10)}
    entry = _entry(_build(inventory, day, settings=_settings(answers=[answer])), "OPS-ROLLBACK")
    assert (entry.status, entry.attested.expires) == (status, date(2026, 12, 9))


def test_a_tick_counts_from_the_day_on_which_it_was_first_recorded(inventory):
    ticked = _tick(_build(inventory), "OPS-ROLLBACK")
    first = _build(inventory, previous=ticked)
    assert _entry(first, "OPS-ROLLBACK").attested.on is None
    runs = (_recorded(first, TODAY),)
    later = _build(inventory, date(2026, 12, 9), previous=ticked, runs=runs)
    assert (_entry(later, "OPS-ROLLBACK").status, _entry(later, "OPS-ROLLBACK").attested.on) == ("done", TODAY)
    over = _entry(_build(inventory, date(2026, 12, 10), previous=ticked, runs=runs), "OPS-ROLLBACK")
    assert (over.status, over.reason) == ("unknown", "ticked on 2026-09-10, which counted until 2026-12-09")


def test_what_was_recorded_as_done_and_is_refuted_has_regressed_without_any_document(inventory, migrated):
    gone = _build(migrated, previous=render_markdown(_build(inventory)))
    assert _entry(gone, "DEV-REMOVE-CODE").done
    again = _build(inventory, runs=(_recorded(gone, TODAY),), today=TODAY + timedelta(days=1))
    entry = _entry(again, "DEV-REMOVE-CODE")
    assert (entry.status, entry.reopened, entry.since) == ("regressed", 1, TODAY + timedelta(days=1))
    assert again.exit_status == 1
    still = _build(inventory, runs=(_recorded(gone, TODAY), _recorded(again, TODAY)), today=TODAY + timedelta(days=2))
    assert _entry(still, "DEV-REMOVE-CODE").status == "regressed"


def test_start_and_baseline_come_from_the_history_where_there_is_no_document(inventory, migrated):
    runs = (_recorded(_build(inventory), TODAY),)
    later = build(migrated, verify=None, previous=None, today=date(2026, 10, 1), started=None, runs=runs)
    assert later.started == date(2026, 8, 31)
    assert _entry(later, "DEV-UPDATE-CLIENTS").evidence.verdict == "supports"


def test_people_come_before_settings_and_settings_before_codeowners(inventory):
    owners = {"web/chat.ts": "@web", "": "@everybody"}
    settings = _settings(items={"DEV-REMOVE-RECONNECT": {"owner": "@client"}})
    named = render_markdown(_build(inventory)).replace(
        "  - owner:\n  <!-- notes:DEV-UPDATE-TESTS", "  - owner: @mia\n  <!-- notes:DEV-UPDATE-TESTS"
    )
    checklist = _build(inventory, previous=named, owners=owners, settings=settings)
    found = {entry.item.id: (entry.owner, entry.owner_source) for entry in checklist.entries}
    assert found["DEV-UPDATE-TESTS"] == ("@mia", "document")
    assert found["DEV-REMOVE-RECONNECT"] == ("@client", "settings")
    assert found["DEV-UPDATE-CLIENTS"] == ("@web", "codeowners")
    assert found["DEV-NEW-ON-SSE"] == ("@everybody", "codeowners")
    assert found["OPS-RUNBOOK"] == ("", "")
    assert "- owner: @web" not in render_markdown(checklist)


def test_a_document_of_the_schema_before_keeps_its_ticks_notes_and_owners(inventory):
    old = (
        "<!-- ws2sse:checklist started=2026-08-31 sites=41 schema=1 clients=3 -->\n"
        "- [x] **Update the runbook** <!-- item:OPS-RUNBOOK -->\n  - owner: @mia\n"
        "  <!-- notes:OPS-RUNBOOK -->\nmine\n  <!-- /notes:OPS-RUNBOOK -->\n"
    )
    checklist = build(inventory, verify=None, previous=old, today=TODAY, started=None)
    entry = _entry(checklist, "OPS-RUNBOOK")
    assert (entry.status, entry.owner, entry.words.notes) == ("done", "@mia", "mine\n")
    assert (checklist.started, checklist.baseline.sites) == (date(2026, 8, 31), 41)
    assert "schema=2" in render_markdown(checklist)


@pytest.mark.parametrize(
    ("phase", "status"),
    [
        ("discover", 3),
        ("cutover", 1),  # clients are still there
    ],
)
def test_a_gate_tells_what_speaks_against_from_what_is_open(inventory, phase, status):
    assert gate(_build(inventory), phase).exit_status == status


def test_a_gate_opens_when_all_of_its_phase_is_done_waived_or_does_not_apply(inventory):
    own = [entry.item.id for entry in _build(inventory).entries if entry.item.phase == "build"]
    answers = [{"item": one, "answer": "yes", "by": "@mia", "on": TODAY} for one in own[:-2]]
    waivers = [{**WAIVER, "item": own[-1], "expires": date(2026, 12, 1)}]
    items = {own[-2]: {"not_applicable": "none here"}}
    checklist = _build(inventory, settings=_settings(answers=answers, waivers=waivers, items=items))
    found = gate(checklist, "build")
    assert (found.exit_status, len(found.passed), found.against, found.open) == (0, len(own) - 1, (), ())


def test_a_gate_is_shut_when_something_of_its_phase_is_overdue(inventory):
    found = gate(_build(inventory, date(2026, 9, 15)), "discover")
    assert found.exit_status == 1
    assert "DEV-NEW-ON-SSE" in found.against
