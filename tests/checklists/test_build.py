from datetime import date, timedelta

import pytest

from checklists import DocumentDamaged, StartAlreadyRecorded, build, render_markdown
from checklists.model import Checklist, Entry
from migrator.inventory.model import Inventory


def _build(inventory: Inventory, today: date, previous: str | None = None, **more) -> Checklist:
    return build(inventory, **{"verify": None, "previous": previous, "today": today, "started": None, **more})


def _entry(checklist: Checklist, item_id: str) -> Entry:
    return next(entry for entry in checklist.entries if entry.item.id == item_id)


def _tick(text: str, *ids: str) -> str:
    lines = text.split("\n")
    return "\n".join(
        line.replace("- [ ]", "- [x]") if any(f"item:{item_id} " in line for item_id in ids) else line for line in lines
    )


def _ids(checklist: Checklist, kinds: set[str]) -> list[str]:
    return [entry.item.id for entry in checklist.entries if entry.item.kind in kinds]


def test_a_damaged_document_gives_no_checklist(inventory, start):
    with pytest.raises(DocumentDamaged):
        _build(inventory, start, "# mine\n")


def test_the_start_cannot_be_moved_by_accident(inventory, start):
    first = render_markdown(_build(inventory, start))
    with pytest.raises(StartAlreadyRecorded) as raised:
        _build(inventory, start, first, started=date(2026, 9, 1))
    assert str(raised.value) == (
        "The existing checklist started on 2026-08-31, so it can't start on 2026-09-01. "
        "Nothing was overwritten. To move all deadlines, change `started=` in its first line."
    )
    assert _build(inventory, start, first, started=start).started == start


def test_a_report_of_another_schema_is_no_data(inventory, start, passed):
    checklist = _build(inventory, start, verify={**passed, "schema_version": 9})
    evidence = _entry(checklist, "DEV-REPLACE-SSE").evidence
    assert evidence.verdict == "no_data"
    assert evidence.summary == "The verify report can't be used: its schema_version is 9; this version reads 1 and 2."


def test_deadlines_count_from_the_start_and_clamp(inventory, start):
    checklist = _build(inventory, date(2026, 12, 1), started=start)
    assert {phase.name: phase.due for phase in checklist.phases} == {
        "discover": start + timedelta(days=14),
        "build": date(2026, 10, 31),
        "verify": date(2026, 11, 15),
        "cutover": date(2026, 11, 30),
        "drain": date(2026, 12, 31),
        "brownout": date(2027, 1, 15),
        "teardown": date(2027, 1, 31),
        "confirm": date(2027, 2, 28),
    }


def test_the_start_is_remembered_and_the_baseline_too(inventory, migrated, start):
    first = render_markdown(_build(inventory, start))
    later = _build(migrated, date(2026, 10, 1), first)
    assert later.started == start
    assert (later.baseline.sites, later.sites) == (_build(inventory, start).sites, 0)


def test_nothing_is_overdue_on_its_last_day(inventory, start):
    assert _build(inventory, start).exit_status == 3
    assert _build(inventory, start + timedelta(days=14), started=start).exit_status == 3
    next_day = _build(inventory, start + timedelta(days=15), started=start)
    assert {entry.item.id: entry.overdue_days for entry in next_day.overdue} == {
        "DEV-RATCHET": 1,
        "DEV-NEW-ON-SSE": 1,
        "INFRA-INVENTORY": 1,
        "INFRA-MATCH": 1,
        "OPS-COST-BASELINE": 1,
    }
    assert next_day.exit_status == 1


def test_more_sites_than_at_the_start_is_disputed_and_exits_with_one(inventory, start):
    first = render_markdown(_build(inventory, start))
    grown = inventory.model_copy(update={"tests": inventory.tests + inventory.tests})
    checklist = _build(grown, start, first)
    entry = _entry(checklist, "DEV-STOP-NEW")
    assert (entry.status, entry.reason) == ("regressed", "was done, but evidence disagrees")
    assert checklist.exit_status == 1
    again = _build(grown, start, render_markdown(checklist))
    assert again == checklist


def test_a_tick_against_the_evidence_is_shown_kept_and_not_done(inventory, start):
    ticked = _tick(render_markdown(_build(inventory, start)), "DEV-UPDATE-CLIENTS")
    checklist = _build(inventory, start, ticked)
    entry = _entry(checklist, "DEV-UPDATE-CLIENTS")
    assert (entry.status, entry.reason, entry.words.ticked) == ("disputed", "ticked, but evidence disagrees", True)
    assert checklist.exit_status == 1
    assert "- [x] **Update the clients** <!-- item:DEV-UPDATE-CLIENTS -->\n" in render_markdown(checklist)


def test_unticked_items_remain_open_on_a_migrated_application(inventory, migrated, start, passed):
    first = render_markdown(_build(inventory, start))
    checklist = _build(migrated, start, first, verify=passed, verify_stale=True)
    assert _entry(checklist, "DEV-REPLACE-SSE").done
    assert checklist.exit_status == 3


def test_all_done_exits_with_zero_long_after_every_deadline(inventory, migrated, start, passed):
    first = _build(inventory, start)
    ticked = _tick(render_markdown(first), *_ids(first, {"manual", "assisted"}))
    checklist = _build(migrated, date(2030, 1, 1), ticked, verify=passed)
    assert {entry.status for entry in checklist.entries} == {"done"}
    assert checklist.exit_status == 0


def test_items_wait_for_what_they_depend_on(inventory, start):
    entry = _entry(_build(inventory, start), "INFRA-REMOVE-API")
    assert entry.status == "blocked"
    assert entry.blocked_by == (
        "INFRA-PLAN-API",
        "DEV-REPLACE-SSE",
        "DEV-UPDATE-CLIENTS",
        "OPS-NOTIFY-SUPPORT",
        "INFRA-MAPPINGS",
        "OPS-BROWNOUTS",
        "INFRA-IDLE",
    )


def test_the_phases_count_every_item_once(inventory, start):
    checklist = _build(inventory, start)
    assert sum(phase.total for phase in checklist.phases) == len(checklist.entries) == sum(checklist.totals.values())
    assert {stage: sum(p.total for p in checklist.phases if p.stage == stage) for stage in (1, 2, 3)} == {
        1: 7,
        2: 26,
        3: 21,
    }


def test_words_about_an_item_that_is_gone_are_carried_over_and_come_back(inventory, migrated, start, passed):
    first = render_markdown(_build(inventory, start, verify=passed))
    noted = first.replace(
        "  <!-- /notes:DEV-MOVE-ROUTE/ChatApi/chat -->", "mine\r\n  <!-- /notes:DEV-MOVE-ROUTE/ChatApi/chat -->"
    )
    without = _build(migrated, start, noted, verify=passed)
    assert [words.id.rpartition("/")[2] for words in without.carried] == [
        "$connect",
        "$disconnect",
        "chat",
        "agent_run",
    ]
    assert next(words.notes for words in without.carried if words.id.endswith("/chat")) == "mine\r\n"
    back = _build(inventory, start, render_markdown(without), verify=passed)
    assert back.carried == ()
    again = _build(inventory, start, noted, verify=passed)
    assert [entry.words for entry in back.entries if "/" in entry.item.id] == [
        entry.words for entry in again.entries if "/" in entry.item.id
    ]


def test_an_item_that_is_gone_and_that_nobody_touched_is_dropped(inventory, migrated, start):
    assert _build(migrated, start, render_markdown(_build(inventory, start))).carried == ()
