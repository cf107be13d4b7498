"""What is recorded, how it is read back, and what follows from it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checklists import build
from checklists.errors import HistoryDamaged, RunUnknown
from checklists.history.diff import choose, compare
from checklists.history.file import append_run, history_path, read_history
from checklists.history.model import Run, RunItem, line_of, run_of
from checklists.history.pace import deadline, forecast, needed_per_week, pace, points
from checklists.history.past import Past
from checklists.model import STATUSES
from checklists.phases import HistoryPoint
from tests.checklists.account import BEFORE, NOW, live
from tests.checklists.account import run as run_of_account

TODAY = date(2027, 2, 1)


def _run(day: date, statuses: dict[str, str], ticked: tuple[str, ...] = (), **more) -> Run:
    at = datetime.combine(day, datetime.min.time(), UTC)
    items = {name: RunItem(status=status, ticked=name in ticked) for name, status in statuses.items()}
    return run_of_account(at=at).model_copy(update={"items": items, **more})


def test_where_nothing_was_recorded_there_is_no_history(tmp_path):
    history = read_history(tmp_path)
    assert (history.runs, history.cut) == ((), False)
    assert not history.path.exists()


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"{", "Invalid JSON"),
        (b"", "Invalid JSON"),
        (b'{"schema_version":9}', "schema_version: Input should be 1"),
        (b"[]", "Input should be an object"),
        (b"\xff\xff", "Invalid JSON"),
    ],
)
def test_a_broken_line_before_the_last_is_an_error(tmp_path, line, problem):
    path = append_run(tmp_path, run_of_account())
    path.write_bytes(path.read_bytes() + line + b"\n" + path.read_bytes())
    with pytest.raises(HistoryDamaged, match="line 2 can't be read") as raised:
        read_history(tmp_path)
    assert problem in str(raised.value)


def test_a_last_line_that_was_cut_off_is_told_and_set_aside(tmp_path):
    first, second = run_of_account(), run_of_account(at=NOW)
    path = append_run(tmp_path, first)
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:100])
    history = read_history(tmp_path)
    assert (history.runs, history.cut) == ((first,), True)

    append_run(tmp_path, second)
    assert read_history(tmp_path).runs == (first, second)
    assert not read_history(tmp_path).cut
    assert path.with_suffix(".cut").read_bytes() == whole[:100] + b"\n"


def test_a_run_is_only_added(tmp_path):
    path = append_run(tmp_path, run_of_account())
    before = path.read_bytes()
    assert append_run(tmp_path, run_of_account(at=NOW)) == history_path(tmp_path)
    assert path.read_bytes().startswith(before)


def test_a_history_that_is_a_folder_is_refused(tmp_path):
    history_path(tmp_path).mkdir(parents=True)
    with pytest.raises(HistoryDamaged):
        read_history(tmp_path)


@given(
    items=st.dictionaries(
        st.text(min_size=1), st.builds(RunItem, status=st.sampled_from(STATUSES), ticked=st.booleans())
    ),
    git=st.text(),
)
def test_any_run_comes_back_as_it_was(items, git):
    run = run_of_account().model_copy(update={"items": items, "git": git})
    assert "\n" not in line_of(run)
    assert Run.model_validate_json(line_of(run)) == run


def test_the_same_facts_give_the_same_line_but_for_its_time(inventory, start):
    checklist = build(inventory, verify=None, previous=None, today=start, started=None, live=live())
    first, second = (run_of(checklist, (), NOW + timedelta(days=days)) for days in (0, 1))
    assert first.id != second.id
    assert first.id.rpartition("-")[2] == second.id.rpartition("-")[2]
    assert line_of(first.model_copy(update={"id": "", "at": NOW})) == line_of(
        second.model_copy(update={"id": "", "at": NOW})
    )


def test_since_is_the_first_day_of_the_same_status():
    past = Past(
        (
            _run(date(2027, 1, 1), {"A": "blocked"}),
            _run(date(2027, 1, 8), {"A": "done"}),
            _run(date(2027, 1, 9), {"A": "done"}),
        )
    )
    assert past.since("A", "done", TODAY) == date(2027, 1, 8)
    assert past.since("A", "regressed", TODAY) == TODAY
    assert past.since("B", "done", TODAY) == TODAY
    assert Past().since("A", "done", TODAY) is None


def test_a_tick_keeps_the_day_on_which_it_was_first_recorded():
    days = [date(2027, 1, day) for day in (1, 2, 3, 4)]
    runs = tuple(
        _run(day, {"A": "done"}, ("A",) if ticked else ())
        for day, ticked in zip(days, (True, False, True, True), strict=True)
    )
    assert Past(runs).ticked_since("A") == date(2027, 1, 3)
    assert Past(runs).ticked_since("B") is None


def test_reopened_counts_each_time():
    runs = tuple(
        _run(date(2027, 1, day), {"A": status}) for day, status in enumerate(("done", "regressed", "done", "waived"), 1)
    )
    assert Past(runs).reopened("A", "not_started") == 2
    assert Past(runs).reopened("A", "done") == 1


def test_things_are_remembered_after_they_are_gone():
    first = run_of_account(at=NOW - timedelta(days=9))
    past = Past((first, run_of_account(live(()), at=NOW)))
    assert len(past.things) == len(BEFORE)
    assert {day for _, day in past.things.values()} == {date(2027, 1, 23)}


def _point(day: date, done: int, total: int = 50) -> HistoryPoint:
    at = datetime.combine(day, datetime.min.time(), UTC)
    return HistoryPoint(run="r", at=at, done=done, total=total, sites=0)


def test_no_pace_is_made_up_from_one_day():
    assert pace([], 40, TODAY) is None
    assert pace([_point(TODAY, 10)], 40, TODAY) is None
    assert forecast([], 40, TODAY) is None
    assert forecast([_point(TODAY, 10)], 40, TODAY).finish is None


def test_the_pace_is_that_of_the_last_four_weeks():
    history = [
        _point(TODAY - timedelta(days=90), 0),
        _point(TODAY - timedelta(days=28), 10),
        _point(TODAY - timedelta(days=7), 20),
    ]
    assert pace(history, 22, TODAY) == 4.5
    assert pace([_point(TODAY - timedelta(days=70), 10)], 20, TODAY) == 2


def test_the_forecast_says_the_day_or_never():
    history = [_point(TODAY - timedelta(days=28), 10)]
    assert forecast(history, 20, TODAY).finish == TODAY + timedelta(days=28)
    assert forecast(history, 20, TODAY).words == "20 remain, at 5 a week: done on 2027-03-01."
    assert forecast(history, 0, TODAY).words == "Nothing remains to be done."
    assert "it never ends" in forecast(history, 40, TODAY).words
    assert forecast(history, 45, TODAY).finish is None
    assert "more than ten years" in forecast([_point(TODAY - timedelta(days=28), 10, 1010)], 999, TODAY).words


@pytest.mark.parametrize(
    ("remaining", "due", "observed", "state"),
    [
        (0, TODAY - timedelta(days=9), None, "done"),
        (1, TODAY - timedelta(days=1), 100.0, "overdue"),
        (1, TODAY, None, "on_track"),
        (4, TODAY + timedelta(days=14), 2.0, "on_track"),
        (5, TODAY + timedelta(days=14), 2.0, "at_risk"),
        (1, TODAY + timedelta(days=14), 0.0, "at_risk"),
    ],
)
def test_a_deadline_is_at_risk_when_the_pace_is_too_slow(remaining, due, observed, state):
    assert deadline(remaining, remaining, due, TODAY, observed) == state


def test_what_comes_before_a_phase_has_to_be_done_by_its_end_too():
    assert deadline(1, 10, TODAY + timedelta(days=14), TODAY, 2.0) == "at_risk"
    assert needed_per_week(10, TODAY + timedelta(days=14), TODAY) == 5


def test_points_are_told_oldest_first_and_leave_out_what_does_not_apply():
    runs = [
        _run(date(2027, 1, 8), {"A": "done", "B": "waived", "C": "not_applicable"}),
        _run(date(2027, 1, 1), {"A": "blocked"}),
    ]
    assert [(point.at.day, point.done, point.total) for point in points(runs)] == [(1, 0, 1), (8, 2, 2)]


def test_two_runs_are_compared(tmp_path):
    first = _run(date(2027, 1, 1), {"A": "done", "B": "blocked", "C": "done"}, sites=9)
    second = _run(date(2027, 1, 8), {"A": "regressed", "B": "done", "C": "done", "D": "unknown"}, sites=4, things=())
    found = compare(first, second)
    assert [(one.id, one.before, one.after, one.turn) for one in found.items] == [
        ("A", "done", "regressed", "worse"),
        ("B", "blocked", "done", "better"),
        ("D", None, "unknown", "other"),
    ]
    assert (found.days, found.done, found.sites, len(found.vanished)) == (7, 0, -5, len(BEFORE))
    assert not found.same
    assert compare(first, first).same


def test_things_are_compared_only_where_both_asked_aws():
    first, second = _run(date(2027, 1, 1), {}), _run(date(2027, 1, 8), {}, things=(), accounts=())
    assert compare(first, second).vanished == ()


def test_runs_are_named_by_the_beginning_of_their_ids(tmp_path):
    for day in (1, 8, 9):
        append_run(tmp_path, _run(date(2027, 1, day), {}))
    history = read_history(tmp_path)
    assert [run.at.day for run in choose(history, ())] == [8, 9]
    assert [run.at.day for run in choose(history, ("20270101",))] == [1, 9]
    assert [run.at.day for run in choose(history, ("20270109", "20270101"))] == [9, 1]
    with pytest.raises(RunUnknown, match="holds no run that only 2027 means"):
        choose(history, ("2027",))


def test_a_single_run_cannot_be_compared(tmp_path):
    append_run(tmp_path, run_of_account())
    with pytest.raises(RunUnknown):
        choose(read_history(tmp_path), ())
