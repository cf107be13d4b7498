"""The Lambda context: what it says of the request is the caller's; what it says of Lambda has no counterpart."""

import pytest

from tests.migrator.rewrite.applications import inventory, run
from tests.migrator.rewrite.python.endpoints import DONE, OK, ROUTE, assert_native


@pytest.mark.parametrize(
    "line",
    [
        "print(context.function_name)",
        "print(context.memory_limit_in_mb)",
        "use(context.log_stream_name)",
        "seen = context",
        "return context",
        "context.callback = 1",
        "lambda_client.get_function(FunctionName=context.invoked_function_arn)",
        "print(getattr(context, 'function_version', None))",
        "del context",
    ],
)
def test_it_stays_with_what_only_lambda_knows(line: str) -> None:
    result = run({"app.py": f"def handle(event, context):\n    {line}\n    {OK}\n"}, inventory(ROUTE))
    assert result.texts == {}
    assert "the Lambda context" in result.levels[0].reason


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("use(context.aws_request_id)", "use(caller.request_id)"),
        ("print(f'{context.aws_request_id} begins')", "print(f'{caller.request_id} begins')"),
        ("print('context', context)", "print('context', caller.request_id)"),
        ("logger.info(f'{context}')", "logger.info(f'{caller.request_id}')"),
    ],
)
def test_the_request_has_an_id(before: str, after: str) -> None:
    assert_native(f"{before}\n{OK}", "caller: CurrentCaller", f"{after}\n{DONE}")


def test_nothing_ends_a_function_here() -> None:
    assert_native(
        f"if context.get_remaining_time_in_millis() < 5000:\n    stop()\n{OK}",
        "",
        f"if 29_000 < 5000:\n    stop()\n{DONE}",
    )
