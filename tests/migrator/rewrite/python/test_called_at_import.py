"""A handler that its own module calls runs no more when the service imports it; everything else at import does."""

from __future__ import annotations

import pytest

from tests.migrator.rewrite.applications import assert_left_alone, assert_rewrites, inventory

KNOWN = inventory({"chat": "app.py:handle"})
HANDLER = "def handle(event, context):\n    return {'statusCode': check(event)}\n"


@pytest.mark.parametrize(
    "call",
    [
        'if __name__ == "__main__":\n    handle({}, None)\n',
        "if DEBUG:\n    handle({}, None)\n",
        "answer = handle({}, None)\n",
        "wrapped = trace(handle)\n",
        "register(handle)\n",
        "other({}, None)\n",
        "handle\n",
        "handlers = [handle]\n",
        "def again(event, context):\n    handle(event, context)\n",
        "x = 1; handle({}, None)\n",
        "log.info(handle({}, None))\n",
        "self.handle({}, None)\n",
    ],
)
def test_what_is_no_try_by_hand_is_left_alone(call: str) -> None:
    assert_left_alone(f"{HANDLER}\n\n{call}", KNOWN)


def test_functions_that_are_no_handlers_are_left_alone() -> None:
    assert_left_alone(f"{HANDLER}\n\nhandle({{}}, None)\n", inventory({"chat": "other.py:handle"}))


@pytest.mark.parametrize(
    "call",
    ["handle({}, None)", "handle(event, {})", "print(handle({}, None))", "handle({'body': '{}'}, None)  # a try"],
)
def test_a_call_goes_under_main(call: str) -> None:
    assert_rewrites(
        f"event = {{}}\n\n\n{HANDLER}\n\n# a try\n{call}\n",
        f'event = {{}}\n\n\n{HANDLER}\n\n# a try\nif __name__ == "__main__":\n    {call}\n',
        KNOWN,
    )
