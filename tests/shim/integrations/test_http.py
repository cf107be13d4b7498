"""Against a real server. https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-data-mapping.html"""

import asyncio
import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from shim.config import Address
from shim.gateway.definition import Http, IntegrationResponse, Mapped
from shim.integrations import Answer, IntegrationFailed, IntegrationOptions, Integrations
from tests.shim.integrations.calls import Functions, api, call, connect, disconnect, message
from tests.shim.serving import listening


async def echo(request: Request) -> Response:
    """What it was asked."""
    body = await request.body()
    seen: dict[str, Any] = {
        "method": request.method,
        "path": request.scope["raw_path"].decode(),
        "query": request.query_params.multi_items(),
        "headers": dict(request.headers),
        "body": base64.b64encode(body).decode(),
    }
    return JSONResponse(seen, int(request.query_params.get("status", "200")), {"X-Kind": "echo"})


async def plain(request: Request) -> Response:
    return Response(bytes.fromhex(request.query_params["hex"]), int(request.query_params.get("status", "200")))


async def cookie(request: Request) -> Response:
    return Response(request.headers.get("cookie", "no cookie"), headers={"Set-Cookie": "sid=secret; Path=/"})


async def elsewhere(_: Request) -> Response:
    return RedirectResponse("/echo")


async def long(_: Request) -> Response:
    return Response(b"x" * 2_000)


async def never(request: Request) -> Response:
    """Answers when nobody waits for it any more."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
    return Response()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    paths = {
        "/echo": echo,
        "/plain": plain,
        "/cookie": cookie,
        "/elsewhere": elsewhere,
        "/long": long,
        "/never": never,
        "/rooms/{room}/{_:path}": echo,
    }
    routes = [Route(path, handler, methods=["GET", "POST", "PUT", "DELETE"]) for path, handler in paths.items()]
    with listening(Starlette(routes=routes)) as port:
        yield f"http://127.0.0.1:{port}"


def seen(answer: Answer) -> dict[str, Any]:
    assert answer.body is not None
    found: dict[str, Any] = json.loads(answer.body)
    return {**found, "body": base64.b64decode(found["body"]).decode()}


async def test_a_redirect_is_answered_and_not_followed(server: str) -> None:
    answer = await call(Http(f"{server}/elsewhere", proxy=True), message("{}"))

    assert (answer.status, answer.body, answer.headers["location"]) == (307, None, "/echo")


async def test_an_answer_that_is_too_long_fails(server: str) -> None:
    with pytest.raises(IntegrationFailed, match="more than 1999 bytes"):
        await call(Http(f"{server}/long", proxy=True), message("{}"), options=IntegrationOptions(response_bytes=1_999))
    answer = await call(
        Http(f"{server}/long", proxy=True), message("{}"), options=IntegrationOptions(response_bytes=2_000)
    )
    assert answer.body == "x" * 2_000


async def test_an_endpoint_that_does_not_listen_fails() -> None:
    socket = Address("127.0.0.1", 0).bind()
    port = socket.getsockname()[1]
    socket.close()

    with pytest.raises(IntegrationFailed, match=r"POST 127\.0\.0\.1"):
        await call(Http(f"http://127.0.0.1:{port}/", proxy=True), message("{}"))


async def test_a_call_ends_when_its_time_is_up(server: str) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await call(Http(f"{server}/never", proxy=True), message("{}"))


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\n", "\x00"])
async def test_a_value_cannot_begin_another_header(server: str, value: str) -> None:
    mapped = Mapped(request_parameters={"integration.request.header.X-Room": "route.request.body.room"})

    with pytest.raises(IntegrationFailed, match="control characters"):
        await call(Http(f"{server}/echo", mapping=mapped), message(json.dumps({"room": value})))


@pytest.mark.parametrize("value", ["", ".", ".."])
async def test_a_value_cannot_leave_its_place_in_the_path(server: str, value: str) -> None:
    mapped = Mapped(request_parameters={"integration.request.path.room": "route.request.body.room"})

    with pytest.raises(IntegrationFailed, match="the path parameter room has no usable value"):
        await call(Http(f"{server}/rooms/{{room}}/x", mapping=mapped), message(json.dumps({"room": value})))


async def test_a_proxy_passes_the_message_and_the_answer(server: str) -> None:
    answer = await call(Http(f"{server}/echo", proxy=True), message('{"text": "é"}'))

    assert (answer.status, answer.headers["x-kind"]) == (200, "echo")
    found = seen(answer)
    assert (found["method"], found["body"]) == ("POST", '{"text": "é"}')
    assert found["headers"]["content-type"] == "application/json"
    assert found["headers"]["user-agent"] == "AmazonAPIGateway_a1b2c3d4e5"


async def test_a_proxy_passes_what_the_handshake_said_of_the_client(server: str) -> None:
    headers = (
        ("Authorization", "Bearer t"),
        ("Host", "elsewhere"),
        ("Connection", "Upgrade"),
        ("Sec-WebSocket-Key", "k"),
    )
    answer = await call(Http(f"{server}/echo?a=1", proxy=True), connect(headers, (("token", "t"), ("token", "u"))))

    found = seen(answer)
    assert found["query"] == [["a", "1"], ["token", "t"], ["token", "u"]]
    assert found["headers"]["authorization"] == "Bearer t"
    assert found["headers"]["host"].startswith("127.0.0.1")
    assert "sec-websocket-key" not in found["headers"]


async def test_request_parameters_come_from_everywhere(server: str) -> None:
    mapped = Mapped(
        request_parameters={
            "integration.request.header.connectionId": "context.connectionId",
            "integration.request.header.X-User": "context.authorizer.principalId",
            "integration.request.header.X-Static": "'a b'",
            "integration.request.header.X-Absent": "route.request.body.nope",
            "integration.request.header.Content-Type": "'text/plain'",
            "integration.request.querystring.env": "stageVariables.env",
            "integration.request.querystring.kind": "route.request.body.list[1].kind",
            "integration.request.querystring.token": "route.request.multivaluequerystring.token",
            "integration.request.path.room": "route.request.body.room",
        }
    )
    endpoint = Http(f"{server}/rooms/{{room}}/x?a=1", "PUT", mapping=mapped)

    found = seen(await call(endpoint, message('{"room": "a/../b?c", "list": [0, {"kind": "k"}]}'), env="prod"))

    assert (found["method"], found["path"]) == ("PUT", "/rooms/a%2F..%2Fb%3Fc/x")
    assert found["query"] == [["a", "1"], ["env", "prod"], ["kind", "k"]]
    headers = {
        name: found["headers"].get(name) for name in ("connectionid", "x-user", "x-static", "x-absent", "content-type")
    }
    assert headers == {
        "connectionid": "BFaT_fALIAMCKug=",
        "x-user": "ana",
        "x-static": "a b",
        "x-absent": None,
        "content-type": "text/plain",
    }


async def test_parameters_of_a_handshake(server: str) -> None:
    mapped = Mapped(
        {"$default": '{"id": "$context.connectionId"}'},
        request_parameters={
            "integration.request.header.X-Device": "route.request.header.x-device",
            "integration.request.header.X-All": "route.request.multivalueheader.X-Device",
            "integration.request.querystring.t": "route.request.querystring.token",
        },
    )

    found = seen(
        await call(
            Http(f"{server}/echo", mapping=mapped), connect((("X-Device", "a"), ("x-device", "b")), (("token", "x y"),))
        )
    )

    assert found["query"] == [["t", "x y"]]
    assert (found["headers"]["x-device"], found["headers"]["x-all"], found["body"]) == (
        "b",
        "a,b",
        '{"id": "BFaT_fALIAMCKug="}',
    )


async def test_the_status_selects_the_integration_response(server: str) -> None:
    responses = {
        r"/2\d\d/": IntegrationResponse({"$default": "$input.path('$.method') ok"}),
        "/4../": IntegrationResponse(
            {"echo": "{\"bad\": $input.json('$.query')}"}, "${integration.response.header.X-Kind}"
        ),
    }

    def endpoint(status: int) -> Http:
        return Http(f"{server}/echo?status={status}", mapping=Mapped(responses=responses))

    assert (await call(endpoint(201), message("{}"))).body == "POST ok"
    answer = await call(endpoint(404), message("{}"))
    assert (answer.status, answer.body) == (404, '{"bad": [["status","404"]]}')
    with pytest.raises(IntegrationFailed, match="no integration response fits '500'"):
        await call(endpoint(500), message("{}"))


async def test_without_integration_responses_the_body_is_the_answer(server: str) -> None:
    answer = await call(Http(f"{server}/plain?hex=c3a9&status=403"), disconnect())

    assert (answer.status, answer.body) == (403, "é")


async def test_content_is_converted(server: str) -> None:
    binary = Http(f"{server}/echo", mapping=Mapped(content_handling="CONVERT_TO_BINARY"))
    text = Http(f"{server}/plain?hex=00ff", mapping=Mapped(content_handling="CONVERT_TO_TEXT"))

    assert seen(await call(binary, message("aGk=")))["body"] == "hi"
    assert (await call(text, message("{}"))).body == "AP8="
    assert (await call(Http(f"{server}/plain?hex=00ff"), message("{}"))).body == "\x00\ufffd"
    with pytest.raises(IntegrationFailed, match="no base64"):
        await call(binary, message("*"))


async def test_stage_variables_stand_in_the_address(server: str) -> None:
    host = server.removeprefix("http://")
    endpoint = Http("http://${stageVariables.host}/${stageVariables.path}", "ANY", proxy=True)

    assert seen(await call(endpoint, message("{}"), host=host, path="echo"))["method"] == "POST"


async def test_what_one_client_is_given_to_keep_is_not_sent_for_another(server: str) -> None:
    integration = Http(f"{server}/cookie", proxy=True)
    integrations = Integrations(Functions(), api(integration))
    try:
        await integrations.call(integration, message("{}"))
        second = await integrations.call(integration, message("{}"))
    finally:
        await integrations.close()

    assert second.body == "no cookie"


async def test_text_that_is_not_ascii_may_stand_in_a_header(server: str) -> None:
    mapped = Mapped(request_parameters={"integration.request.header.X-Name": "route.request.body.name"})
    answer = await call(Http(f"{server}/echo", proxy=True, mapping=mapped), message('{"name": "Zoë"}'))

    assert seen(answer)["headers"]["x-name"].encode("latin-1").decode("utf-8") == "Zoë"
