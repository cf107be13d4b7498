"""The shapes of handlers from which an endpoint can come."""

import pytest

from tests.migrator.rewrite.applications import assert_rewrites, inventory
from tests.migrator.rewrite.python.endpoints import DONE, OK, ROUTE, endpoint_of, why

HANDLER = f"def handle(event, context):\n    {OK}\n"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (f"@logged\n{HANDLER}", "line 1: the decorator logged wants the event"),
        (f"@metrics.log_metrics\n{HANDLER}", "the decorator metrics.log_metrics wants the event"),
        (f"@event_source(data_class=E)\n{HANDLER}", "the decorator event_source(data_class=E) wants the event"),
        (f"@tracer.capture_lambda_handler\n@logged\n{HANDLER}", "line 2: the decorator logged wants the event"),
        (f"def handle(event):\n    {OK}\n", "its parameters are not just"),
        (f"def handle(event=None, context=None):\n    {OK}\n", "its parameters are not just"),
        (f"def handle(*args):\n    {OK}\n", "its parameters are not just"),
        (f"def handle(event, context, **more):\n    {OK}\n", "its parameters are not just"),
        (f"def handle(event, context, *, more=1):\n    {OK}\n", "its parameters are not just"),
        (f"def handle(event, /, context):\n    {OK}\n", "its parameters are not just"),
        (f"def handle(event, context, table=make()):\n    {OK}\n", "its parameter table has no default that is a"),
        (f"def handle(event, context, table=[]):\n    {OK}\n", "its parameter table has no default that is a"),
        (f"def handle(event, context, table):\n    {OK}\n", "its parameter table has no default that is a"),
        (f"async def handle(event, context):\n    {OK}\n", "a coroutine function"),
        ("handle = make()\n", "not defined once"),
        (f"class A:\n    def handle(event, context):\n        {OK}\n", "not defined once"),
        (f"{HANDLER}\n\nhandle = wrap(handle)\n", "not defined once"),
        (f"if X:\n    def handle(event, context):\n        {OK}\n", "not defined once"),
        (f"{HANDLER}\n\nif X:\n    handle({{}}, None)\n", "app.py:6 also uses it"),
        (f"{HANDLER}\n\ndef again(event):\n    handle(event, None)\n", "app.py:6 also uses it"),
    ],
)
def test_it_stays_with_another_shape(source: str, reason: str) -> None:
    assert reason in why(source)


@pytest.mark.parametrize(
    "decorators",
    [
        "@logger.inject_lambda_context\n",
        "@logger.inject_lambda_context(log_event=True)\n",
        "@tracer.capture_lambda_handler\n",
        "@logger.inject_lambda_context(log_event=True)\n@tracer.capture_lambda_handler(capture_response=False)\n",
    ],
)
def test_what_only_logs_and_traces_goes(decorators: str) -> None:
    assert_rewrites(decorators + HANDLER, endpoint_of("", DONE), inventory(ROUTE))


def test_comments_above_decorators_stay() -> None:
    source = f"import os\n\n\n# What is said.\n@logger.inject_lambda_context\n# Once.\n{HANDLER}"
    after = f"import os\n\nfrom fastapi import Response\n\n\n# What is said.\ndef handle() -> Response:\n    {DONE}\n"
    assert_rewrites(source.replace("# Once.\n", ""), after, inventory(ROUTE))


@pytest.mark.parametrize("default", ["None", "True", "'x'", "3"])
def test_a_parameter_that_lambda_never_gives_is_a_variable(default: str) -> None:
    source = f"def handle(event, context, table={default}):\n    use(table)\n    {OK}\n"
    assert_rewrites(source, endpoint_of("", f"table = {default}\nuse(table)\n{DONE}"), inventory(ROUTE))


def test_one_that_nobody_reads_goes() -> None:
    assert_rewrites(HANDLER.replace("context", "context, table=None"), endpoint_of("", DONE), inventory(ROUTE))


def test_it_stands_behind_the_docstring() -> None:
    source = f'def handle(event, context, table=None):\n    """Doc."""\n    use(table)\n    {OK}\n'
    assert_rewrites(source, endpoint_of("", f'"""Doc."""\ntable = None\nuse(table)\n{DONE}'), inventory(ROUTE))


def test_a_context_with_a_default() -> None:
    assert_rewrites(HANDLER.replace("context", "context=None"), endpoint_of("", DONE), inventory(ROUTE))


def test_what_tries_it_out_goes_with_its_event() -> None:
    source = f'{HANDLER}\n\nif __name__ == "__main__":\n    handle({{"requestContext": {{}}}}, None)\n'
    assert_rewrites(source, endpoint_of("", DONE), inventory(ROUTE))
