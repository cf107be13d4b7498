"""A handler becomes a typed endpoint where every use of its event is understood; else it stays as it is."""

from typing import Any

import pytest

from tests.migrator.rewrite.applications import assert_rewrites, inventory, run

ROUTE = {"chat": "app.py:handle"}


def why(source: str, routes: dict[str, str] | None = None, *, more: dict[str, str] | None = None, **known: Any) -> str:
    """The predicate that failed; nothing has changed then."""
    result = run({"app.py": source, **(more or {})}, inventory(routes or ROUTE, **known))
    assert result.texts == {}
    assert {level.level for level in result.levels} == {"transport"}
    return result.levels[0].reason


def handle(*lines: str) -> str:
    return "import json\n\n\ndef handle(event, context):\n" + "".join(f"    {line}\n" for line in lines)


OK = 'return {"statusCode": 200}'


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (("helper(event)", OK), "line 5 passes the event to helper, which is not a function of the application"),
        (
            ("context = event['requestContext']", "print(context['stage'])", OK),
            'line 5 uses ["requestContext"] of the event as a whole',
        ),
        (("rc = event['requestContext']", "helper(rc)", OK), 'line 6 passes ["requestContext"] of the event to helper'),
        (("print(event['requestContext']['messageId'])", OK), 'reads ["requestContext"]["messageId"] of the event'),
        (("print(event['headers']['Host'])", OK), "it reads headers, which only the request that connects has"),
        (("print(event.get('queryStringParameters'))", OK), "it reads a query string, which only the request that"),
        (("print(event['requestContext']['identity']['userAgent'])", OK), "whether the client named its user agent"),
        (("print(context.function_name)", OK), "line 5 uses the Lambda context"),
        (("return event",), "line 5 uses the event as a whole"),
        (("seen = event", OK), "line 5 uses the event as a whole"),
        (("for key in event:", "    pass", OK), "line 5 uses the event as a whole"),
        (("event['body'] = 'x'", OK), "line 5 changes the event"),
        (("del event['body']", OK), "line 5 changes the event"),
        (("event['requestContext']['authorizer']['x'] = 1", OK), "line 5 changes the event"),
        (("print('%(body)s' % event)", OK), "line 5 uses the event as a whole"),
        (("print(event, file=FILE)", OK), "line 5 passes the event to print"),
        (("text = json.dumps(event)", OK), "line 5 passes the event to json.dumps"),
        (
            ("return {'statusCode': 200, 'headers': {'Sec-WebSocket-Protocol': 'x'}}",),
            "line 5 answers with a subprotocol",
        ),
        (("event = {}", OK), "the event is replaced by something else"),
    ],
)
def test_it_stays_when_something_is_not_understood(lines: tuple[str, ...], reason: str) -> None:
    assert reason in why(handle(*lines))


def test_it_stays_when_somebody_else_calls_it() -> None:
    source = handle(OK)
    assert "app.py:8 also uses it" in why(source + '\n\nHANDLERS = {"chat": handle}\n')
    assert "other.py:1 also uses it" in why(source, more={"other.py": "from app import handle\n"})
    assert "other.py:3 also uses it" in why(source, more={"other.py": "import app\n\nprint(app.handle)\n"})


def test_it_stays_when_it_reads_an_authorizer_that_is_not_there() -> None:
    assert "the API has none" in why(handle("print(event['requestContext']['authorizer']['u'])", OK), authorizer=None)


@pytest.mark.parametrize("read", ["event['queryStringParameters']", "event.get('queryStringParameters', None)"])
def test_connect_stays_when_it_can_tell_whether_there_was_a_query_string(read: str) -> None:
    source = handle(f"use({read})", OK)
    assert "whether there was a query string" in why(source, {"$connect": "app.py:handle"})


def test_it_stays_when_a_name_is_taken() -> None:
    assert "means something else by Response" in why("class Response:\n    pass\n\n\n" + handle(OK))


def test_a_handler_that_reads_nothing() -> None:
    assert_rewrites(
        '"""Doc."""\n\n\ndef handle(event, context):\n    # fine\n    return {"statusCode": 200, "body": "ok"}\n',
        '"""Doc."""\n\nfrom fastapi import Response\n\n\ndef handle() -> Response:\n    # fine\n    return Response(status_code=200)\n',
        inventory(ROUTE),
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('event["requestContext"]["connectionId"]', "caller.connection_id"),
        ('event.get("requestContext", {}).get("connectionId")', "caller.connection_id"),
        ('(event.get("requestContext") or {}).get("connectionId")', "caller.connection_id"),
        ('event["requestContext"]["authorizer"]["user"]', 'caller.context["user"]'),
        ('event["requestContext"].get("authorizer", {}).get("user", "?")', 'caller.context.get("user", "?")'),
        ('event["requestContext"]["identity"]["sourceIp"]', "caller.source_ip"),
        ('event["requestContext"]["connectedAt"]', "caller.connected_at_ms"),
        ('event["requestContext"]["requestId"]', "caller.request_id"),
    ],
)
def test_what_the_caller_knows(before: str, after: str) -> None:
    assert_rewrites(
        f"def handle(event, context):\n    print({before})\n    {OK}\n",
        "from fastapi import Response\nfrom sse_service.caller import CurrentCaller\n\n\n"
        f"def handle(caller: CurrentCaller) -> Response:\n    print({after})\n    return Response(status_code=200)\n",
        inventory(ROUTE),
    )


@pytest.mark.parametrize("answer", ["{}", "'ok'", "{'body': 'x'}", "{'statusCode': 200, 'headers': {'a': 'b'}}"])
def test_nobody_looks_at_what_a_message_is_answered_with(answer: str) -> None:
    assert_rewrites(
        f"def handle(event, context):\n    return {answer}\n",
        "from fastapi import Response\n\n\ndef handle() -> Response:\n    return Response(status_code=200)\n",
        inventory(ROUTE),
    )


def test_a_helper_that_only_wraps_a_literal() -> None:
    assert_rewrites(
        "import json\n\n\ndef respond(status, body=''):\n    if not isinstance(body, str):\n        body = json.dumps(body)\n"
        "    return {'statusCode': status, 'body': body}\n\n\n"
        "def handle(event, context):\n    if not event['body']:\n        return respond(400, 'empty')\n    return respond(200)\n",
        "from fastapi import Response\nfrom sse_service.caller import MessageText\n\n\n"
        "def handle(text: MessageText) -> Response:\n    if not text:\n        return Response(status_code=400)\n"
        "    return Response(status_code=200)\n",
        inventory({"$default": "app.py:handle"}),
    )


def test_a_variable_for_a_part_of_the_event() -> None:
    assert_rewrites(
        f"def handle(event, context):\n    rc = event['requestContext']\n    print(rc['connectionId'], rc['routeKey'])\n    {OK}\n",
        "from fastapi import Response\nfrom sse_service.caller import CurrentCaller\n\n\n"
        "def handle(caller: CurrentCaller) -> Response:\n    print(caller.connection_id, 'chat')\n    return Response(status_code=200)\n",
        inventory(ROUTE),
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("event['queryStringParameters']['user']", "caller.query['user']"),
        ("event.get('queryStringParameters', {}).get('user')", "caller.query.get('user')"),
        ("(event.get('queryStringParameters') or {}).get('user')", "(caller.query or {}).get('user')"),
    ],
)
def test_the_query_string_of_connect(before: str, after: str) -> None:
    assert_rewrites(
        f"def handle(event, context):\n    user = {before}\n    return {{'statusCode': 200}} if user else {{'statusCode': 401}}\n".replace(
            "    return {'statusCode': 200} if user else {'statusCode': 401}",
            "    if not user:\n        return {'statusCode': 401}\n    return {'statusCode': 200}",
        ),
        "from fastapi import Response\nfrom sse_service.caller import CurrentCaller\n\n\n"
        f"def handle(caller: CurrentCaller) -> Response:\n    user = {after}\n    if not user:\n"
        "        return Response(status_code=401)\n    return Response(status_code=200)\n",
        inventory({"$connect": "app.py:handle"}),
    )


def body(before: str, after: str, routes: dict[str, str] | None = None, imports: str = "") -> None:
    routes = routes or ROUTE
    kind, name = ("caller", "MessageText") if "text: " in after else ("models", "ChatMessage")
    assert_rewrites(
        f"import json\n\n\ndef handle(event, context):\n{before}    {OK}\n",
        f"{imports}from fastapi import Response\nfrom sse_service.{kind} import {name}\n\n\n"
        f"def handle({after}    return Response(status_code=200)\n",
        inventory(routes),
    )


def test_keys_of_the_message() -> None:
    body(
        "    message = json.loads(event['body'])\n    print(message['text'], message.get('room', 'all'), message['from'])\n"
        "    if 'x' in message:\n        pass\n",
        "message: ChatMessage) -> Response:\n    print(message.text, message.get('room', 'all'), message['from'])\n"
        "    if 'x' in message:\n        pass\n",
    )


def test_a_message_that_is_handed_on() -> None:
    body(
        "    message = json.loads(event.get('body') or '{}')\n    dispatch(message)\n",
        "received: ChatMessage) -> Response:\n    message = received.as_sent()\n    dispatch(message)\n",
    )


def test_a_message_that_is_changed_stays_a_dict() -> None:
    for change in ("data['n'] = 1", "a, data['n'] = 1, 2", "data['n'] += 1", "del data['n']", "data.update(n=1)"):
        body(
            f"    data = json.loads(event['body'])\n    {change}\n",
            f"message: ChatMessage) -> Response:\n    data = message.as_sent()\n    {change}\n",
        )


def test_a_message_that_is_read_at_once() -> None:
    body(
        "    print(json.loads(event['body'])['text'])\n",
        "message: ChatMessage) -> Response:\n    print(message.text)\n",
    )


def test_a_message_that_is_parsed_under_a_try_stays_there() -> None:
    body(
        "    try:\n        data = json.loads(event['body'])\n    except ValueError:\n        data = None\n    print(data)\n",
        "message: ChatMessage) -> Response:\n    try:\n        data = message.as_sent()\n    except ValueError:\n"
        "        data = None\n    print(data)\n",
    )


def test_the_default_route_gets_text_since_it_may_be_anything() -> None:
    body(
        "    print(json.loads(event['body']))\n",
        "text: MessageText) -> Response:\n    print(json.loads(text))\n",
        {"$default": "app.py:handle"},
        "import json\n\n",
    )


def test_text_that_is_not_parsed() -> None:
    body("    print(event['body'])\n", "text: MessageText) -> Response:\n    print(text)\n", imports="import json\n\n")


def test_keys_that_are_read_are_fields_of_the_model() -> None:
    source = handle(
        "message = json.loads(event['body'])", "print(message['a'], message.get('b'), message['class'])", OK
    )
    endpoint = run({"app.py": source}, inventory(ROUTE)).endpoints[0]
    assert (endpoint.model, endpoint.keys) == ("ChatMessage", ("a", "b", "class"))
