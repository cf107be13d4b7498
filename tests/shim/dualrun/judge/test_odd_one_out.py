from __future__ import annotations

import random

import pytest

from shim.dualrun.judge.odd_one_out import OddOneOut, count_odd, fingerprint, odd_of
from tests.shim.dualrun.recorded import Special, record, say, talk

CHAT = talk(say())
FRAME = {"message": "Internal server error", "connectionId": "aB3dE5gH7jK9mN1=", "requestId": "zY8xW6vU4tS2rQ0="}


def events(*received, run="legacy-1"):
    return fingerprint(record(CHAT, received, run=run).events)


def test_moments_and_ids_make_nothing_odd():
    first = {"at": "2024-05-01T12:00:00Z", "id": "a1b2c3d4e5"}
    second = {"at": "2025-06-02T13:00:00Z", "id": "f6g7h8i9j0"}
    assert events((3, "bob", first)) == events((3, "bob", second))


def test_an_error_frame_and_the_answer_that_stands_for_it_are_alike():
    answer = Special("error", 500, {"message": "Internal server error"}, "post")
    assert events((3, "alice", FRAME)) == events((3, "alice", answer), run="candidate")


def test_a_status_that_only_a_post_has_is_not_looked_at():
    assert events() == events((3, "alice", Special("error", 500, "", "post")), run="candidate")


def test_another_recipient_or_another_number_of_messages_is():
    assert events((3, "bob", "hi")) != events((3, "dave", "hi"))
    assert events((3, "bob", "hi")) != events((3, "bob", "hi"), (3, "bob", "hi"))


@pytest.mark.parametrize(
    ("runs", "odd"),
    [("aaa", None), ("aab", "candidate"), ("aba", "legacy-2"), ("baa", "legacy-1"), ("abc", None)],
)
def test_only_one_that_differs_alone_is_odd(runs, odd):
    assert odd_of(*runs) == odd


@pytest.mark.parametrize(("decided", "odd"), [(5, 5), (10, 8), (20, 13), (50, 26)])
def test_the_counts_of_the_reference(decided, odd):
    assert OddOneOut(odd, decided, decided).stands_out
    assert not OddOneOut(odd - 1, decided, decided).stands_out


def test_of_so_few_that_no_count_is_enough_nothing_stands_out():
    assert not OddOneOut(4, 4, 4).stands_out
    assert not OddOneOut(0, 0, 9).stands_out


def test_a_new_path_that_is_like_the_legacy_one_is_blamed_in_at_most_one_of_a_hundred_cases():
    """4,000 dual runs of 30 sessions, each run of which differs by chance; three standard errors of room."""
    chance = random.Random(2)
    blamed = 0
    for _ in range(4_000):
        blamed += count_odd([tuple(chance.random() < 0.2 for _ in range(3)) for _ in range(30)]).stands_out
    assert blamed / 4_000 <= 0.01 + 3 * (0.01 * 0.99 / 4_000) ** 0.5
