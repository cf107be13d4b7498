from __future__ import annotations

from dataclasses import replace

from shim.dualrun.judge.coverage import MAX_ROWS, NOTHING, Coverage, Row, cover
from shim.dualrun.record.scenario import Advance, Connect, Resume, Session
from shim.dualrun.record.trigger import OUTSIDE, Trigger
from tests.shim.dualrun.recorded import Special, leave, record, say, talk, three

HELLO = {"type": "hello"}


def matrix(session, received, candidate=None, **options):
    found = three(session, received, candidate=candidate, **options)
    return {(row.route, row.type): row.cells for row in found.judgement.measures.coverage.rows}


def test_what_nothing_exercised_stays_there_as_untested():
    found = matrix(talk(say()), [(3, "bob", HELLO)], routes=("chat", "never"))
    assert set(found["never", NOTHING].values()) == {"Untested"}
    assert found["chat", "hello"]["steady"] == "Match"
    assert found["chat", "hello"]["idle > 10 min"] == "Untested"


def test_a_route_has_a_row_for_each_type_that_came_of_it_and_none_for_nothing():
    found = matrix(talk(say(), say()), [(3, "bob", HELLO), (3, "bob", {"type": "other"})], routes=("chat",))
    assert {key for key in found if key[0] == "chat"} == {("chat", "hello"), ("chat", "other"), ("chat", NOTHING)}


def test_a_difference_makes_its_type_a_cell_to_review_and_no_other():
    received = [(3, "bob", HELLO), (3, "bob", {"type": "other"})]
    found = matrix(talk(say()), received, [(3, "bob", HELLO)])
    assert found["chat", "other"]["steady"] == "Needs review"
    assert found["chat", "hello"]["steady"] == "Match"


def test_a_session_that_could_not_be_compared_is_to_be_reviewed():
    unstable = three(talk(say()), [(3, "bob", HELLO)], [], [(3, "bob", HELLO)])
    rows = unstable.judgement.measures.coverage.rows
    assert {cell for row in rows for cell in row.cells.values()} == {"Needs review", "Untested"}


def test_phases_are_told_from_what_was_sent_and_what_came():
    steps = [
        say(text='{"text": "' + "x" * 20_000 + '"}'),
        say(text='{"text": "Grüße"}'),
        say(text=""),
        say(text="{not json"),
        say(),
        Resume("bob"),
        say(),
    ]
    received = [(step, "bob", HELLO) for step in (3, 4, 5, 6, 9)]
    failed = (7, "alice", Special("error", 500, "it broke"))
    cells = matrix(talk(*steps), [*received, failed])["chat", "hello"]
    tested = {phase for phase, cell in cells.items() if cell != "Untested"}
    assert tested == {"steady", "large", "unicode", "empty", "malformed", "reconnect or resume"}
    assert matrix(talk(*steps), [*received, failed])["chat", "(no type)"]["error"] == "Match"


def test_what_runs_a_function_outside_of_the_api_is_a_phase_of_it_and_of_what_led_to_it():
    trigger = Trigger("src/jobs.py:run", "queue", "{}")
    session = talk(trigger, trigger, say(), say())
    failed = (4, OUTSIDE, Special("error", 500, "it broke"))
    received = [(3, "bob", HELLO), failed, (5, "bob", HELLO), (6, "bob", HELLO)]
    legacy = replace(record(session, received), triggered=frozenset({(session.name, 5)}))
    found = cover([session], legacy, three(session, received).comparisons, routes=("queue a.py:other",))
    cells = {(row.route, row.type): row.cells for row in found.rows}
    assert cells["queue src/jobs.py:run", "hello"] == {
        "trigger": "Match",
        "error": "Untested",
        "reconnect or resume": "Untested",
    }
    assert cells["queue src/jobs.py:run", "(no type)"]["error"] == "Match"
    assert cells["chat", "hello"]["trigger"] == "Match"
    assert set(cells["queue a.py:other", NOTHING]) == {"trigger", "error", "reconnect or resume"}
    assert "trigger" not in matrix(session, received)["chat", "hello"]


def test_what_comes_after_a_long_silence_or_after_hours_is_told_apart():
    idle = talk(say(), Advance(599), say(), Advance(300), say(), Advance(310), say(), leave("bob"))
    heard = [(3, "bob", HELLO), (5, "bob", {"type": "a"}), (7, "bob", {"type": "b"}), (9, "bob", {"type": "c"})]
    found = matrix(idle, [*heard, *((step, "dave", text) for step, _, text in heard[:3])])
    assert found["chat", "a"]["idle > 10 min"] == "Untested"
    # alice speaks, and all hear her but dave, the last time
    assert found["chat", "c"]["idle > 10 min"] == "Untested"

    closed = [*heard, (8, "dave", Special("close", 1001))]
    silent = talk(say(), Advance(300), say(), Advance(310), say(), Advance(7_000), say(), leave("bob"))
    found = matrix(silent, closed)
    assert found["chat", "a"]["idle > 10 min"] == "Untested"
    assert found["chat", "b"]["idle > 10 min"] == found["chat", "c"]["> 2 h"] == "Match"
    assert found["chat", "b"]["> 2 h"] == "Untested"
    assert {row["> 2 h"] for (route, _), row in found.items() if route == "$disconnect"} == {"Match"}


def test_connects_are_refused_expired_and_come_again():
    session = Session(
        "in", (Connect("alice"), Connect("no-token"), Connect("expired"), leave("alice"), Connect("alice"))
    )
    received = [(1, "no-token", Special("refused", 401)), (2, "expired", Special("refused", 401))]
    found = matrix(session, received)
    cells = {
        phase: cell
        for (route, _), row in found.items()
        if route == "$connect"
        for phase, cell in row.items()
        if cell == "Match"
    }
    assert set(cells) == {"connect", "auth refused", "auth expired", "reconnect or resume"}


def test_a_matrix_is_bounded_and_says_what_it_leaves_out():
    session = talk(say())
    received = [(3, "bob", {"type": f"t{n}"}) for n in range(MAX_ROWS + 5)]
    legacy = record(session, received)
    told = cover([session], legacy, {}, routes=("chat",)).to_record()
    assert len(told["rows"]) == MAX_ROWS
    assert told["left_out"] > 0


def test_cells_of_rows_that_are_left_out_are_counted():
    rows = [Row("chat", f"t{n}", {"steady": "Match" if n < MAX_ROWS else "Untested"}) for n in range(MAX_ROWS + 7)]
    told = Coverage(tuple(rows)).to_record()
    assert (told["match"], told["untested"], told["left_out"]) == (MAX_ROWS, 7, 7)
