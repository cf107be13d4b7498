"""What differs between two legacy runs is noise, and nothing else is. The negative ones say what must be reported."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from shim.dualrun.evaluate import evaluate
from shim.dualrun.record.scenario import Resume
from tests.shim.dualrun.recorded import START, classes, leave, record, say, talk, three

CHAT = talk(say(), say("bob"))
ID = ("aB3dE5gH7jK9mN1=", "zY8xW6vU4tS2rQ0=", "q-W_e1R2t3Y4u5I=")
OTHER = ("bbbbBBBB1111222=", "ccccCCCC3333444=", "ddddDDDD5555666=")


def iso(seconds: float) -> str:
    return datetime.fromtimestamp(START + seconds, UTC).isoformat(timespec="milliseconds")


def test_equal_runs_have_no_rules_and_no_differences():
    found = three(CHAT, [(3, "bob", {"text": "hello"})])
    assert classes(found) == []
    assert found.rules == ()


def test_timestamps_in_three_forms_are_noise():
    def at(later: float):
        return [(3, "bob", {"at": iso(later + 3), "ms": int((START + later + 3) * 1000), "text": "hello"})]

    found = three(CHAT, at(0), at(100), at(200))
    assert classes(found) == []
    assert [(rule.kind, rule.path, rule.learned, rule.hits) for rule in found.rules] == [
        ("timestamp", "$.at", 1, 1),
        ("timestamp", "$.ms", 1, 1),
    ]


def test_the_current_time_is_noise_even_when_both_legacy_runs_wrote_the_same():
    def clock(later: float):
        return [(3, "bob", {"at": datetime.fromtimestamp(START + later + 3, UTC).strftime("%H:%M")})]

    assert classes(three(CHAT, clock(0), clock(0), clock(200))) == []


def test_a_timestamp_in_another_zone_is_reported():
    def at(later: float):
        return [(3, "bob", {"at": iso(later + 3)})]

    found = three(CHAT, at(0), at(100), at(200 + 3600))
    assert classes(found) == ["payload"]
    assert found.unexplained[0].path == "$.at"


def test_a_timestamp_in_another_unit_is_reported():
    def at(seconds: float, unit: int = 1000):
        return [(3, "bob", {"at": int(seconds * unit)})]

    found = three(CHAT, at(START + 3), at(START + 103), at(START + 203, 1))
    assert classes(found) == ["payload"]
    assert "another form" in found.unexplained[0].detail


def test_a_fixed_date_that_changes_is_reported():
    found = three(CHAT, [(3, "bob", {"due": "2031-01-01"})], candidate=[(3, "bob", {"due": "2031-02-01"})])
    assert classes(found) == ["payload"]


def test_ids_may_have_other_values_on_each_run():
    def ids(run: int):
        return [
            (3, "bob", {"type": "joined", "id": ID[run]}),
            (4, "alice", {"type": "left", "who": {"id": ID[run]}}),
            (4, "dave", f"{ID[run]} says good-bye"),
        ]

    found = three(CHAT, ids(0), ids(1), ids(2))
    assert classes(found) == []
    assert {(rule.kind, rule.path) for rule in found.rules} == {
        ("id_bijection", "$.id"),
        ("id_bijection", "$.who.id"),
        ("id_bijection", "$"),
    }
    assert found.rules[0].examples == ((ID[0], ID[1]),)


def test_an_id_used_inconsistently_is_reported():
    def ids(run: int, last: str):
        return [(3, "bob", {"type": "joined", "id": ID[run]}), (4, "bob", {"type": "left", "id": last})]

    found = three(CHAT, ids(0, ID[0]), ids(1, ID[1]), ids(2, OTHER[2]))
    assert classes(found) == ["payload"]
    assert found.unexplained[0].path == "$.id"
    assert "inconsistently" in found.unexplained[0].detail


def test_two_ids_that_become_one_are_reported():
    def ids(first: str, second: str):
        return [(3, "bob", {"type": "joined", "id": first}), (4, "bob", {"type": "joined", "id": second})]

    found = three(CHAT, ids(ID[0], OTHER[0]), ids(ID[1], OTHER[1]), ids(ID[2], ID[2]))
    assert classes(found) == ["payload"]


def test_an_id_on_which_both_legacy_runs_agree_is_no_noise():
    found = three(CHAT, [(3, "bob", {"room": "room-123456"})], candidate=[(3, "bob", {"room": "room-654321"})])
    assert classes(found) == ["payload"]
    assert "both legacy runs agree" in found.unexplained[0].detail


def test_an_id_that_is_absent_or_of_another_type_is_reported():
    def message(**keys):
        return [(3, "bob", {"text": "hello", "name": "alice", **keys})]

    for candidate in (message(), message(id=None), message(id=12)):
        found = three(CHAT, message(id=ID[0]), message(id=ID[1]), candidate)
        assert classes(found) == ["payload"]
        assert found.unexplained[0].path == "$.id"


def test_a_uuid_that_becomes_something_else_is_reported():
    def ids(value: str):
        return [(3, "bob", {"id": value, "text": "hello"})]

    uuids = ("3f2504e0-4f89-41d3-9a0c-0305e82c3301", "9b2504e0-4f89-41d3-9a0c-0305e82c3302")
    found = three(CHAT, ids(uuids[0]), ids(uuids[1]), ids(ID[2]))
    assert [d.detail for d in found.unexplained] == ["$.id of a message to bob is an id of another format."]


def test_an_id_may_be_of_an_alphabet_that_splits_into_words():
    def ids(value: str):
        return [(3, "bob", {"connectionId": value, "text": "hello", "from": "alice"})]

    assert classes(three(CHAT, ids(ID[0]), ids(ID[1]), ids("conn:9f8e.7d6c"))) == []


def test_a_list_in_the_order_of_ids_has_no_order():
    def users(*entries: tuple[str, str]):
        return [(3, "bob", {"users": [{"id": i, "name": n} for i, n in entries]})]

    found = three(
        CHAT,
        users((ID[0], "alice"), (OTHER[0], "bob")),
        users((OTHER[1], "bob"), (ID[1], "alice")),
        users((OTHER[2], "bob"), (ID[2], "alice")),
    )
    assert classes(found) == []
    assert ("unordered_array", "$.users") in {(rule.kind, rule.path) for rule in found.rules}


def test_a_list_without_order_still_has_all_its_items():
    def users(*names: str):
        return [(3, "bob", {"users": list(names), "type": "users", "room": "lobby"})]

    found = three(CHAT, users("alice", "bob"), users("bob", "alice"), users("bob", "bob"))
    assert classes(found) == ["payload"]


def test_a_list_whose_order_the_legacy_path_keeps_is_ordered():
    found = three(CHAT, [(3, "bob", {"users": ["a", "b"]})], candidate=[(3, "bob", {"users": ["b", "a"]})])
    assert classes(found) == ["payload", "payload"]
    assert found.unexplained[0].path == "$.users[0]"


def test_bare_ids_in_a_list_without_order_are_paired_by_what_is_known_of_them():
    def run(mine: str, other: str, *listed: str):
        return [
            (3, "alice", {"you": mine}),
            (3, "bob", {"you": other}),
            (4, "dave", {"online": list(listed)}),
        ]

    found = three(
        CHAT,
        run(ID[0], OTHER[0], ID[0], OTHER[0]),
        run(ID[1], OTHER[1], OTHER[1], ID[1]),
        run(ID[2], OTHER[2], OTHER[2], ID[2]),
    )
    assert classes(found) == []


@pytest.mark.parametrize(
    ("first", "second", "word"),
    [
        ([(3, "bob", "one")], [], "missing"),
        ([], [(3, "bob", "one")], "extra"),
        ([(3, "bob", "one"), (3, "bob", "two")], [(3, "bob", "two"), (3, "bob", "one")], "reordered"),
        ([(3, "bob", {"n": 4})], [(3, "bob", {"n": 5})], "payload at $.n"),
    ],
)
def test_a_legacy_path_that_differs_from_itself_otherwise_is_unstable(first, second, word):
    found = three(CHAT, first, second, first)
    assert found.judgement.verdict == "INCONCLUSIVE"
    assert found.comparisons == {}
    assert any(word in reason and "differs from itself" in reason for reason in found.judgement.reasons)


def test_noise_is_learned_from_all_sessions_and_applied_in_each():
    a, b = talk(say(), name="a"), talk(say(), leave("bob"), name="b")

    def run(name: str, later: float, second: float):
        first = record(a, [(3, "bob", {"seen": iso(later - 7_000)})], run=name, later=later)
        other = record(b, [(3, "bob", {"seen": iso(second - 7_000)})], run=name, later=later)
        return type(first)(name, first.path, (*first.events, *other.events))

    found = evaluate([a, b], (run("legacy-1", 0, 0), run("legacy-2", 100, 0)), run("candidate", 200, 20))
    assert [d.session for d in found.unexplained] == ["b"]


def test_a_resume_changes_nothing():
    session = talk(Resume("bob"), say())
    assert classes(three(session, [(4, "bob", "hello")])) == []
