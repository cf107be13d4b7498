"""https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-integration-responses.html"""

from typing import Any

import pytest

from shim.gateway.definition import IntegrationResponse, LambdaMapped, LambdaProxy, Mapped
from shim.integrations import Answer, FunctionFailed, IntegrationFailed
from tests.shim.integrations.calls import Functions, call, connect, disconnect, message

TEMPLATE = '{"from": "$context.connectionId", "text": $input.json(\'$.text\')}'


def raising(error_message: str) -> Functions:
    def function(_: Any) -> Any:
        raise FunctionFailed("fn", "ValueError", error_message)

    return Functions(function)


async def test_a_proxy_function_gets_the_event() -> None:
    functions = Functions(lambda event: {"statusCode": 201, "body": event["requestContext"]["eventType"]})

    assert await call(LambdaProxy("fn"), disconnect(), functions) == Answer(201, "DISCONNECT")


async def test_a_function_gets_what_its_template_renders() -> None:
    functions = Functions(lambda event: {"seen": event})
    mapped = Mapped({"$default": TEMPLATE})

    answer = await call(LambdaMapped("fn", mapped), message('{"text": "hi"}'), functions)

    assert functions.events == [{"from": "BFaT_fALIAMCKug=", "text": "hi"}]
    assert answer == Answer(200, '{"seen":{"from":"BFaT_fALIAMCKug=","text":"hi"}}')


async def test_without_a_template_it_gets_the_message() -> None:
    functions = Functions(lambda _: None)

    assert await call(LambdaMapped("fn"), message('[1, "é"]'), functions) == Answer(200, "null")
    assert await call(LambdaMapped("fn"), connect(), functions) == Answer(200, "null")
    assert functions.events == [[1, "é"], {}]


async def test_a_payload_that_is_not_json_is_not_given_to_it() -> None:
    functions = Functions()

    with pytest.raises(IntegrationFailed, match="not JSON"):
        await call(LambdaMapped("fn"), message("hello"), functions)
    assert functions.events == []


@pytest.mark.parametrize(
    ("mapped", "allowed"),
    [
        (Mapped({"other": "{}"}, "${request.body.action}", passthrough="NEVER"), False),
        (Mapped({}, passthrough="NEVER"), False),
        (Mapped({"other": "{}"}, "${request.body.action}", passthrough="WHEN_NO_TEMPLATES"), False),
        (Mapped({}, passthrough="WHEN_NO_TEMPLATES"), True),
        (Mapped({"other": "{}"}, "${request.body.action}", passthrough="WHEN_NO_MATCH"), True),
    ],
)
async def test_when_the_message_is_passed_through(mapped: Mapped, allowed: bool) -> None:
    functions = Functions()
    if allowed:
        await call(LambdaMapped("fn", mapped), message('{"action": "chat"}'), functions)
    else:
        with pytest.raises(IntegrationFailed, match="no request template"):
            await call(LambdaMapped("fn", mapped), message('{"action": "chat"}'), functions)

    assert functions.events == ([{"action": "chat"}] if allowed else [])


@pytest.mark.parametrize(
    ("expression", "body", "chosen"),
    [
        (None, "{}", "default"),
        ("\\$default", "{}", "default"),
        ("$default", "{}", "default"),
        ("${request.body.kind}-v${request.body.version}", '{"kind": "a", "version": 2}', "a2"),
        ("$request.body.kind-v2", '{"kind": "a"}', "passed"),
        ("$context.routeKey", "{}", "chat"),
        ("application/json", "{}", "json"),
    ],
)
async def test_template_selection_expressions(expression: str | None, body: str, chosen: str) -> None:
    keys = {"$default": "default", "a-v2": "a2", "chat": "chat", "application/json": "json"}
    mapped = Mapped({key: f'{{"chosen": "{name}"}}' for key, name in keys.items()}, expression)
    functions = Functions()

    await call(LambdaMapped("fn", mapped), message(body), functions)

    assert functions.events[0].get("chosen", "passed") == chosen


async def test_templates_keyed_by_the_content_type_are_taken_where_nothing_selects_one() -> None:
    responses = {"$default": IntegrationResponse({"application/json": '{"success":true}'})}
    functions = Functions()

    answer = await call(
        LambdaMapped("fn", Mapped({"application/json": "{}"}, responses=responses)), message("x"), functions
    )

    assert (functions.events, answer.body) == ([{}], '{"success":true}')


RESPONSES = {
    "/.*NotFound.*/": IntegrationResponse({"$default": "{\"missing\": $input.json('$.errorMessage')}"}),
    "$default": IntegrationResponse(
        {"200": "$input.path('$.value')!", "500": "never"}, "${integration.response.statuscode}"
    ),
}


async def test_what_a_function_returns_goes_through_the_response_template() -> None:
    functions = Functions(lambda _: {"value": "NotFound? no: ok"})

    assert await call(LambdaMapped("fn", Mapped(responses=RESPONSES)), message("{}"), functions) == Answer(
        200, "NotFound? no: ok!"
    )


async def test_an_error_message_selects_the_integration_response_and_never_accepts_a_client() -> None:
    mapped = Mapped(responses=RESPONSES)

    answer = await call(LambdaMapped("fn", mapped), connect(), raising("room NotFound here"))

    assert answer == Answer(500, '{"missing": "room NotFound here"}')


async def test_an_error_that_nothing_selects_is_a_failure() -> None:
    mapped = Mapped(responses={"/NotFound/": IntegrationResponse()})

    for chosen in (mapped, Mapped()):
        with pytest.raises(FunctionFailed):
            await call(LambdaMapped("fn", chosen), message("{}"), raising("NotFound here"))


async def test_an_answer_without_an_integration_response_for_it_is_a_failure() -> None:
    with pytest.raises(IntegrationFailed, match=r"no integration response fits '200'"):
        await call(LambdaMapped("fn", Mapped(responses={"/5../": IntegrationResponse()})), message("{}"))


async def test_what_a_function_returns_must_be_json() -> None:
    with pytest.raises(IntegrationFailed, match="fn returned something that is not JSON"):
        await call(LambdaMapped("fn"), message("{}"), Functions(lambda _: object()))


async def test_a_template_that_fails_says_where() -> None:
    with pytest.raises(IntegrationFailed, match="line 2, column 7: the text is not JSON"):
        await call(LambdaMapped("fn", Mapped({"$default": "\n$input.json('$')"})), message("{"))
