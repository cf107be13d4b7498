"""What `$connect` is shown: the same for both kinds of client."""

import re

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from shim.faces.handshake import chosen_subprotocol
from shim.faces.options import FaceOptions
from shim.gateway.limits import GatewayLimits
from shim.service import Accepted, Handshake
from tests.shim.faces.facing import faced, facing, first_events
from tests.shim.sse_client import STREAM, open_stream

SECRETS = (
    "accept",
    "last-event-id",
    "stream-session",
    "stream-protocol",
    "sec-fetch-site",
    "referer",
    "idempotency-key",
)


async def test_the_protocol_of_the_stream_is_not_shown_to_the_application() -> None:
    shim = faced()
    headers = {name: "secret" for name in SECRETS if not name.startswith("stream-") and name != "accept"}
    await shim.first_events("room=1&last_event_id=x-1", headers)
    event = shim.functions.connects[0]

    assert event["queryStringParameters"] == {"room": "1"}
    assert set(SECRETS) & {name.lower() for name in event["headers"]} == set()
    assert "secret" not in str(event)


async def test_what_a_client_says_of_its_address_is_replaced() -> None:
    shim = faced()
    said = {
        "X-Forwarded-For": "1.2.3.4",
        "X-Forwarded-Proto": "gopher",
        "X-Forwarded-Port": "1",
        "X-Amzn-Trace-Id": "r",
    }
    await shim.first_events("", said)
    event = shim.functions.connects[0]

    assert event["requestContext"]["identity"]["sourceIp"] == event["headers"]["X-Forwarded-For"] == "127.0.0.1"
    assert (event["headers"]["X-Forwarded-Port"], event["headers"]["X-Forwarded-Proto"]) == ("443", "https")
    assert re.fullmatch(r"Root=1-[0-9a-f]{8}-[0-9a-f]{24}", event["headers"]["X-Amzn-Trace-Id"])


async def test_behind_a_listed_proxy_its_client_is_the_source() -> None:
    shim = faced(FaceOptions(trusted_proxies=("127.0.0.1",)))
    await shim.first_events("", {"X-Forwarded-For": "6.6.6.6, 203.0.113.7", "User-Agent": "phone"})

    assert shim.functions.connects[0]["requestContext"]["identity"] == {"userAgent": "phone", "sourceIp": "203.0.113.7"}


async def test_a_line_break_in_a_query_stays_a_value() -> None:
    shim = faced()
    await shim.first_events("a=1%0D%0AX-Evil:%201&b=&a=2")

    assert shim.functions.connects[0]["multiValueQueryStringParameters"] == {"a": ["1\r\nX-Evil: 1", "2"], "b": [""]}


def test_connect_sees_the_same_headers_on_both_faces() -> None:
    with facing(FaceOptions(allowed_origins=("https://app.example.org",))) as shim:
        more = {"Authorization": "Bearer x", "Origin": "https://app.example.org", "Cookie": "a=1; b=2", "X-Tenant": "t"}
        with connect(f"{shim.websocket}?room=1", additional_headers=more, user_agent_header="phone", compression=None):
            pass
        url = f"{shim.address}?room=1"
        with httpx.stream("GET", url, headers={**STREAM, **more, "User-Agent": "phone"}) as response:
            next(response.iter_bytes())
        legacy, modern = shim.functions.connects

    assert set(legacy["headers"]) == set(modern["headers"]) - {"Accept-Encoding"}
    for name in ("Host", "Authorization", "Origin", "Cookie", "X-Tenant", "User-Agent", "Sec-Websocket-Version"):
        title = name.replace("Websocket", "WebSocket")
        assert legacy["headers"][title] == modern["headers"][title]
    assert legacy["queryStringParameters"] == modern["queryStringParameters"] == {"room": "1"}


async def test_the_authorizer_sees_the_upgrade_that_a_websocket_would_have_asked_for() -> None:
    shim = faced(authorizer=True)
    await shim.first_events("", {"Authorization": "ana", "Connection": "keep-alive"})
    seen = {name.lower(): value for name, value in shim.functions.authorizations[0]["headers"].items()}

    assert (seen["connection"], seen["upgrade"], seen["content-length"]) == ("upgrade", "websocket", "0")


async def test_a_page_of_the_same_origin_is_named_as_on_a_websocket() -> None:
    shim = faced()
    await shim.first_events("", {"Sec-Fetch-Site": "same-origin"})

    assert shim.functions.connects[0]["headers"]["Origin"] == "https://api.example.org"


async def test_a_custom_domain_is_the_one_that_was_mapped() -> None:
    shim = faced()

    async def mapped(scope, receive, send):
        scope.setdefault("extensions", {})["shim.domain_name"] = "ws.example.org"
        await shim.app(scope, receive, send)

    await first_events(mapped, "", STREAM, 1)

    assert shim.functions.connects[0]["requestContext"]["domainName"] == "ws.example.org"


class TestLongAddresses:
    def test_are_414_on_both_faces(self) -> None:
        with facing(limits=GatewayLimits(url_characters=100)) as shim:
            query = "?a=" + "x" * 93
            assert httpx.get(shim.address + query, headers=STREAM).status_code == 414
            assert httpx.post(f"{shim.address}/ticket{query}").status_code == 414
            with pytest.raises(InvalidStatus) as refused:
                connect(shim.websocket + query)
            assert refused.value.response.status_code == 414
            assert shim.functions.connects == []
            with open_stream(shim.address + query[:-1]):
                pass


class TestSubprotocols:
    @pytest.mark.parametrize("offered", [[], ["a"], ["a, b"], ["B"]])
    def test_one_that_was_not_offered_is_not_chosen(self, offered: list[str]) -> None:
        handshake = Handshake([("Sec-WebSocket-Protocol", value) for value in offered], [], "127.0.0.1")

        assert chosen_subprotocol(handshake, Accepted("c", "s", "chat.v2")) is None
        assert chosen_subprotocol(handshake, Accepted("c", "s")) is None

    @pytest.mark.parametrize("offered", [["chat.v2"], ["a, chat.v2"], ["a", "chat.v2 "]])
    def test_the_one_of_connect_is(self, offered: list[str]) -> None:
        handshake = Handshake([("sec-websocket-protocol", value) for value in offered], [], "127.0.0.1")

        assert chosen_subprotocol(handshake, Accepted("c", "s", "chat.v2")) == "chat.v2"

    async def test_a_client_on_a_stream_offers_in_a_header_and_is_told_in_the_open_event(self) -> None:
        shim = faced()
        _status, _headers, events = await shim.first_events("choose=v2", {"Stream-Protocol": "v1, v2"})

        assert shim.functions.connects[0]["headers"]["Sec-WebSocket-Protocol"] == "v1, v2"
        assert '"protocol": "v2"' in events[0].data
