"""A handler is called as Lambda's runtime calls it."""

from __future__ import annotations

import datetime
import json
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from shim.backends.calling import MOST_RESPONSE_BYTES, HandlerRaised, call_handler
from shim.backends.context import LambdaContext, context_for
from shim.backends.function import PythonFunction


def context(**options: Any) -> LambdaContext:
    return context_for(PythonFunction(Path(), "app", "handler", **options), "eu-west-1", "210987654321")


def returned(value: object) -> Any:
    return json.loads(call_handler(lambda event, context: value, {}, context()))


def raised(handler: Any) -> HandlerRaised:
    with pytest.raises(HandlerRaised) as caught:
        call_handler(handler, {}, context())
    return caught.value


class TestWhatIsNotJson:
    @pytest.mark.parametrize(
        ("value", "kind"),
        [
            (datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC), "Object of type datetime is not JSON serializable"),
            ({"a": {1, 2}}, "Object of type set is not JSON serializable"),
            (b"\xff", "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
        ],
    )
    def test_is_a_marshal_error(self, value: object, kind: str) -> None:
        error = raised(lambda event, context: value)
        assert (error.error_type, error.error_message) == (
            "Runtime.MarshalError",
            f"Unable to marshal response: {kind}",
        )

    def test_also_a_coroutine_because_lambda_runs_none(self) -> None:
        async def handler(event: object, context: object) -> dict[str, int]:
            return {"statusCode": 200}

        assert raised(handler).error_message == (
            "Unable to marshal response: Object of type coroutine is not JSON serializable"
        )

    def test_also_a_structure_that_contains_itself(self) -> None:
        loop: list[Any] = []
        loop.append(loop)
        assert raised(lambda event, context: loop).error_type == "Runtime.MarshalError"


def test_an_answer_beyond_the_limit_is_refused() -> None:
    error = raised(lambda event, context: "x" * MOST_RESPONSE_BYTES)
    assert error.error_type == "Function.ResponseSizeTooLarge"


def test_what_a_handler_raises_has_its_type_and_is_kept_as_the_cause() -> None:
    error = raised(lambda event, context: event["absent"])
    assert (error.error_type, error.error_message) == ("KeyError", "'absent'")
    assert isinstance(error.__cause__, KeyError)


def test_an_exit_is_one_of_the_runtime_and_not_of_this_process() -> None:
    error = raised(lambda event, context: sys.exit(3))
    assert error.error_type == "Runtime.ExitError"
    assert error.error_message.endswith("Error: Runtime exited with error: exit status 3")


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        (None, None),
        ({"statusCode": 200, "body": "é"}, {"statusCode": 200, "body": "é"}),
        ((1, 2), [1, 2]),
        ({1: "a"}, {"1": "a"}),
        (Decimal(200), 200),
        (Decimal("0.5"), 0.5),
        (b"text", "text"),
    ],
)
def test_what_lambda_marshals_comes_back_as_json(value: object, seen: object) -> None:
    assert returned(value) == seen


def test_an_object_that_can_be_called_is_a_handler() -> None:
    class Application:
        def __call__(self, event: dict[str, str], context: LambdaContext) -> str:
            return event["word"] + context.function_name

    assert call_handler(Application(), {"word": "a "}, context(name="deployed")) == b'"a deployed"'


class TestTheContext:
    def test_has_the_members_that_lambda_documents(self) -> None:
        told = context(name="deployed", memory_mb=512)

        assert told.invoked_function_arn == "arn:aws:lambda:eu-west-1:210987654321:function:deployed"
        assert (told.function_name, told.function_version) == ("deployed", "$LATEST")
        assert told.memory_limit_in_mb == "512"
        assert told.log_group_name == "/aws/lambda/deployed"
        assert "/[$LATEST]" in told.log_stream_name
        assert (told.client_context, told.identity) == (None, None)

    def test_each_call_has_an_id_of_its_own(self) -> None:
        assert context().aws_request_id != context().aws_request_id

    def test_a_function_without_a_name_has_that_of_its_code(self) -> None:
        assert context().function_name == "handler"

    def test_the_time_that_is_left_counts_down_to_zero(self) -> None:
        assert 28_000 < context().get_remaining_time_in_millis() <= 29_000
        assert 2_000 < context(timeout_s=3).get_remaining_time_in_millis() <= 3_000
        over = LambdaContext("f", "arn", "128", deadline=time.monotonic() - 1)
        assert over.get_remaining_time_in_millis() == 0

    def test_log_writes_what_it_is_given(self, capsys: pytest.CaptureFixture[str]) -> None:
        context().log("a line\n")
        assert capsys.readouterr().out == "a line\n"
