from __future__ import annotations

import pytest

from shim.dualrun.record.scenario import Connect, Session
from tests.shim.dualrun.recorded import Special, classes, say, talk, three

REFUSED = Session("refused", (Connect("alice"),))


def frame(message: str) -> dict:
    return {"message": message, "connectionId": "aB3dE5gH7jK9mN1=", "requestId": "zY8xW6vU4tS2rQ0="}


def answered(message: str, status: int) -> list[str]:
    answer = [(3, "alice", Special("msg", status, frame(message), "post"))]
    return classes(three(talk(say()), [(3, "alice", frame(message))], candidate=answer))


@pytest.mark.parametrize(
    ("message", "status"),
    [("Forbidden", 403), ("Internal server error", 500), ("Internal server error", 502), ("Words of its own", 418)],
)
def test_a_status_that_belongs_to_what_the_frame_says_is_none_of_a_difference(message, status):
    assert answered(message, status) == []


@pytest.mark.parametrize(("message", "status"), [("Forbidden", 500), ("Internal server error", 200)])
def test_another_status_is_an_error_of_another_shape(message, status):
    assert answered(message, status) == ["error_shape"]


def refusals(legacy: object, candidate: object) -> list[str]:
    return classes(
        three(
            REFUSED,
            [(0, "alice", Special("refused", 401, legacy))],
            candidate=[(0, "alice", Special("refused", 401, candidate))],
        )
    )


def test_the_ids_in_a_refusal_are_not_compared():
    assert refusals(frame("Unauthorized"), {"message": "Unauthorized"}) == []
    assert refusals("Unauthorized", {"message": "Unauthorized"}) == []


def test_a_refusal_that_says_something_else_is_an_error_of_another_shape():
    assert refusals(frame("Unauthorized"), {"message": "User is not authorized"}) == ["error_shape"]
    assert refusals(frame("Unauthorized"), "") == ["error_shape"]
