"""The kinds of noise that take more than one pair to be known, and what stays checked under each."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.dualrun.compare.text_shape import joined, pattern_of, shape_of
from shim.dualrun.evaluate import evaluate
from tests.shim.dualrun.recorded import classes, record, say, talk, three

CHAT = talk(say(), say("bob"))
NUMBERS = range(6)


def messages(key, values):
    """One message for each value; a value of None leaves the key out."""
    return [
        (3, "bob", {"type": "row", "n": n, **({} if value is None else {key: value})}) for n, value in enumerate(values)
    ]


def found(key, first, second, candidate):
    return three(CHAT, messages(key, first), messages(key, second), messages(key, candidate))


def kinds(evaluation):
    return [(rule.kind, rule.path, rule.parameter) for rule in evaluation.rules]


def seq(start, step=1):
    return [start + n * step for n in NUMBERS]


def test_a_counter_may_begin_elsewhere():
    result = found("seq", seq(100), seq(500), seq(7_000))
    assert classes(result) == []
    assert kinds(result) == [("counter", "$.seq", "same")]
    assert [rule.hits for rule in result.rules] == [6]


@pytest.mark.parametrize(
    ("candidate", "problem"),
    [
        ([7, 8, 9, 9, 10, 11], "does not grow: 9 came before it"),
        ([7, 8, 9, 11, 12, 13], "grew by 2, where the legacy path grows by 1"),
        ([7, 8, 9, "10", 11, 12], "is text, not a number"),
    ],
)
def test_a_counter_still_counts(candidate, problem):
    result = found("seq", seq(100), seq(500), candidate)
    assert [d.kind for d in result.unexplained][:1] == ["payload"]
    assert problem in result.unexplained[0].detail


def test_a_counter_that_others_use_too_grows_by_any_number():
    result = found("seq", [1, 2, 5, 6, 9, 10], [4, 6, 7, 9, 10, 19], [100, 150, 151, 160, 170, 180])
    assert classes(result) == []
    assert kinds(result) == [("counter", "$.seq", "any")]


def test_a_float_may_be_off_by_twice_what_the_legacy_path_is():
    first, second = [100.0 + n for n in NUMBERS], [(100.0 + n) * 1.01 for n in NUMBERS]
    result = found("load", first, second, [(100.0 + n) * 1.015 for n in NUMBERS])
    assert classes(result) == []
    assert [(kind, path) for kind, path, _ in kinds(result)] == [("float", "$.load")]
    result = found("load", first, second, [(100.0 + n) * (1.03 if n == 3 else 1.0) for n in NUMBERS])
    assert classes(result) == ["payload"]
    assert "is off by" in result.unexplained[0].detail


def test_a_key_that_comes_and_goes_is_optional_and_compared_where_both_have_it():
    first, second = ["a", None, "a", None, "a", "a"], [None, "a", "a", "a", None, "a"]
    result = found("hint", first, second, ["a", "a", None, None, "a", "a"])
    assert classes(result) == []
    assert kinds(result) == [("optional", "$.hint", round(1 - 4 / 12, 4))]
    assert classes(found("hint", first, second, ["b", None, "a", None, "a", "a"])) == ["payload"]


def test_a_text_of_one_shape_may_be_another_of_it():
    words = [["Red Fox", "Old Owl", "Big Cat", "Sly Dog", "Shy Elk", "Hot Hen"]]
    words += [["Wet Bee", "Dry Ant", "Shy Bug", "New Cow", "Sad Cod", "Fat Eel"]]
    result = found("nick", *words, ["Odd Gnu", "Raw Jay", "Tan Kid", "Top Pig", "Low Ram", "Mad Yak"])
    assert classes(result) == []
    assert kinds(result) == [("regex_shape", "$.nick", r"[a-zA-Z]{3}\ [a-zA-Z]{3}")]
    assert classes(found("nick", *words, ["Odd Gnu", "Raw Jay", "", "Top Pig", "Low Ram", "Mad Yak"])) == ["payload"]
    assert classes(found("nick", *words, ["Odd Gnu", "Raw Jay", "a-b", "Top Pig", "Low Ram", "Mad Yak"])) == ["payload"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ([1, 2], [101, 102]),
        ([1.5, 2.5, 3.5], [1.51, 2.51, 3.51]),
        (["a", None, "a"], [None, "a", "a"]),
        (["Red Fox", "Old Owl"], ["Wet Bee", "Dry Ant"]),
        ([True, False, True, True, False, True], [False, True, False, False, True, False]),
        (["a", "b c", "d", "e-f", "g", "h"], ["b", "c", "d e", "f", "g-h", "i"]),
    ],
)
def test_too_little_evidence_or_none_is_an_unstable_session(first, second):
    result = found("value", first, second, first)
    assert result.judgement.verdict == "INCONCLUSIVE"
    assert result.comparisons == {}


def test_a_rule_holds_for_its_type_of_message_only():
    def run(start, other):
        return [*messages("seq", seq(start)), (4, "bob", {"type": "total", "seq": other})]

    result = three(CHAT, run(100, 5), run(500, 5), run(900, 6))
    assert [d.detail for d in result.unexplained] == ["$.seq of a message to bob has another value."]


def test_evidence_is_collected_over_sessions():
    a, b = talk(say(), name="a"), talk(say(), name="b")

    def run(name, later, starts):
        parts = [
            record(session, messages("seq", seq(start)[:2]), run=name, later=later)
            for session, start in zip((a, b), starts, strict=True)
        ]
        return type(parts[0])(name, parts[0].path, (*parts[0].events, *parts[1].events))

    result = evaluate(
        [a, b], (run("legacy-1", 0, (1, 11)), run("legacy-2", 100, (51, 71))), run("candidate", 200, (5, 9))
    )
    assert classes(result) == []
    assert kinds(result) == [("counter", "$.seq", "same")]


def test_ids_that_sessions_share_stand_for_one_id_in_all_of_them():
    a, b = talk(say(), name="a"), talk(say(), name="b")

    def run(name, later, *users):
        parts = [
            record(session, [(3, "bob", {"type": "user", "id": user})], run=name, later=later)
            for session, user in zip((a, b), users, strict=True)
        ]
        return type(parts[0])(name, parts[0].path, (*parts[0].events, *parts[1].events))

    legacy = run("legacy-1", 0, "user-000001", "user-000001"), run("legacy-2", 100, "user-000777", "user-000777")
    assert classes(evaluate([a, b], legacy, run("candidate", 200, "user-000042", "user-000042"))) == []
    result = evaluate([a, b], legacy, run("candidate", 200, "user-000042", "user-000043"))
    assert classes(result) == ["payload"]
    assert "in another session" in result.unexplained[0].detail


def test_items_of_a_list_without_an_order_are_paired_by_their_key():
    def users(*entries):
        return [(3, "bob", {"type": "users", "users": [{"name": name, "age": age} for name, age in entries]})]

    first, second = users(("ann", 30), ("ben", 40), ("cat", 50)), users(("cat", 50), ("ann", 30), ("ben", 40))
    result = three(CHAT, first, second, users(("ben", 40), ("cat", 51), ("ann", 30)))
    assert [(d.path, d.expected, d.found) for d in result.unexplained] == [("$.users[2].age", "50", "51")]


@given(st.text(max_size=30), st.text(max_size=30))
def test_texts_fit_the_pattern_of_their_shape(left, right):
    a, b = shape_of(left), shape_of(right)
    assert a is not None
    assert b is not None
    assert re.fullmatch(pattern_of(a), left)
    both = joined(a, b)
    if both is not None:
        assert re.fullmatch(pattern_of(both), left)
        assert re.fullmatch(pattern_of(both), right)
