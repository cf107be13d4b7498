"""An application on SSE + REST behind the shim: events become messages, messages become requests, drops are not seen."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from shim.backends.rest import RestBridge
from shim.backends.rest_upstream import RestRoute, RestUpstream
from shim.backends.upstream import UpstreamAddressInvalid
from shim.observing import Connected, Disconnected, MessageHandled, Refused
from shim.service import BinaryRefused, ConnectRefused
from shim.streams import StreamLimits, Streams
from shim.streams.wire import encode_body, encode_control, encode_message
from tests.shim.backends.bridging import API, closed_words, eventually, handshake, next_payload, running
from tests.shim.backends.scripted_application import (
    CUT,
    HOLD,
    OPEN,
    Answer,
    Application,
    answer,
    application,
    stream,
)

FRAME = {"message": "Forbidden", "connectionId": "up", "requestId": "r"}


def event(number: int, text: str | bytes) -> bytes:
    return encode_message("e", number, encode_body(text.encode() if isinstance(text, str) else text))


@asynccontextmanager
async def bridged(
    upstream: Application, *, limits: StreamLimits | None = None, api: Any = API, **options: Any
) -> AsyncIterator[RestBridge]:
    options.setdefault("url", upstream.url)
    bridge = RestBridge(api, RestUpstream(**options), Streams(limits))
    async with running(bridge):
        yield bridge
    await eventually(lambda: upstream.open_streams == 0)


class TestRefusals:
    @pytest.mark.parametrize(
        ("options", "words"),
        [
            ({"url": "wss://example.com"}, "http:// or https://"),
            ({"url": "https://a:b@example.com"}, "no user"),
            ({"url": "https://example.com", "stream_path": "stream"}, "begins with /"),
            ({"url": "https://example.com", "routes": {"a": RestRoute("/a?b=c")}}, "no query string"),
            ({"url": "https://example.com", "routes": {"a": RestRoute("/a b")}}, "begins with /"),
        ],
    )
    def test_an_address_that_is_none_is_refused_at_the_start(self, options: dict[str, Any], words: str) -> None:
        with pytest.raises(UpstreamAddressInvalid, match=words):
            RestBridge(API, RestUpstream(**options), Streams())

    @pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 429, 500, 503])
    async def test_a_client_sees_the_status_that_the_upstream_gave(self, status: int) -> None:
        refusal = answer(status, {"message": "no"}, **{"Retry-After": "7", "Location": "/login"})
        with application(get=[refusal]) as upstream:
            async with bridged(upstream) as bridge:
                seen: list[object] = []
                bridge.observers.append(seen.append)
                with pytest.raises(ConnectRefused) as refused:
                    await bridge.connect(handshake())

        assert refused.value.status == status
        assert refused.value.headers == {"Retry-After": "7"}
        assert [type(happening) for happening in seen] == [Refused]
        assert len(upstream.asked) == 1

    @pytest.mark.parametrize(
        "first",
        [
            answer(204),
            answer(200, b"<html>", **{"content-type": "text/html"}),
            stream(event(1, "no open event")),
            stream(b"event: open\ndata: {}\n\n"),
            stream(b"event: open\ndata: [\n\n"),
            stream(b'event: open\ndata: {"session": "a\\r\\nX: y"}\n\n'),
            stream(b'event: open\ndata: {"session": 5}\n\n'),
        ],
    )
    async def test_what_is_not_the_protocol_is_502(self, first: Any) -> None:
        with application(get=[first, answer(204)]) as upstream:
            async with bridged(upstream) as bridge:
                with pytest.raises(ConnectRefused) as refused:
                    await bridge.connect(handshake())

        assert refused.value.status == 502

    async def test_an_upstream_that_is_not_there_is_502(self) -> None:
        with application(get=[stream(OPEN)]) as upstream:
            pass
        async with bridged(upstream) as bridge:
            with pytest.raises(ConnectRefused) as refused:
                await bridge.connect(handshake())

        assert refused.value.status == 502

    @pytest.mark.parametrize("silent", [[stream(HOLD)], [stream(b": thinking\n\n", HOLD)]])
    async def test_an_upstream_that_does_not_say_yes_is_504(self, silent: list[Any]) -> None:
        with application(get=silent) as upstream:
            async with bridged(upstream, connect_timeout_s=0.2) as bridge:
                with pytest.raises(ConnectRefused) as refused:
                    await bridge.connect(handshake())

        assert refused.value.status == 504

    @pytest.mark.parametrize("thinking", [stream(HOLD), Answer((HOLD,), 0)])
    async def test_a_client_that_leaves_while_the_upstream_thinks_leaves_nothing(self, thinking: Answer) -> None:
        with application(get=[thinking]) as upstream:
            async with bridged(upstream, limits=StreamLimits(connections=1)) as bridge:
                for number in range(1, 3):
                    connecting = asyncio.create_task(bridge.connect(handshake()))
                    await eventually(lambda number=number: len(upstream.asked) == number)
                    connecting.cancel()
                    with pytest.raises(asyncio.CancelledError):
                        await connecting

    async def test_binary_messages_are_refused(self) -> None:
        with application(get=[stream(OPEN, HOLD)]) as upstream:
            async with bridged(upstream) as bridge:
                connection = (await bridge.connect(handshake())).connection_id
                with pytest.raises(BinaryRefused):
                    await bridge.message(connection, b"\x00", "m")

    async def test_secrets_stand_in_no_log(self, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        with application(get=[stream(OPEN, CUT), stream(HOLD)], post=[answer(200)]) as upstream:
            async with bridged(upstream, headers={"X-Key": "s3cret"}) as bridge:
                accepted = await bridge.connect(handshake(("Authorization", "s3cret"), query=(("token", "s3cret"),)))
                await bridge.message(accepted.connection_id, "s3cret", "m1")
                await eventually(lambda: len(upstream.of("GET")) == 2)
                bridge.streams.close(accepted.connection_id)
                await eventually(lambda: upstream.of("DELETE"))

        assert "s3cret" not in caplog.text

    async def test_one_client_s_cookies_never_reach_another(self) -> None:
        with application(get=[stream(OPEN, HOLD, **{"Set-Cookie": "who=ana"})], post=[answer(200)]) as upstream:
            async with bridged(upstream) as bridge:
                await bridge.connect(handshake(("Cookie", "who=ana")))
                bo = (await bridge.connect(handshake())).connection_id
                await bridge.message(bo, "{}", "m")

        assert [asked.header("cookie") for asked in upstream.asked[:3]] == ["who=ana", None, None]


class TestHandshake:
    async def test_the_upstream_gets_the_client_s_headers_and_query(self) -> None:
        with application(get=[stream(OPEN, HOLD)]) as upstream:
            async with bridged(upstream, url=f"{upstream.url}?key=k", headers={"X-Api-Key": "ours"}) as bridge:
                await bridge.connect(
                    handshake(
                        ("Authorization", "Bearer t"),
                        ("Origin", "https://app.example"),
                        ("Connection", "Upgrade"),
                        ("Upgrade", "websocket"),
                        ("Sec-WebSocket-Key", "a2V5"),
                        ("Accept-Encoding", "gzip"),
                        ("Accept", "*/*"),
                        ("Last-Event-ID", "e-9"),
                        ("Stream-Session", "stolen"),
                        ("X-Api-Key", "theirs"),
                        ("X-Name", "J\xf6rg"),
                        query=(("room", "a b"),),
                    )
                )
            asked = upstream.asked[0]

        assert asked.query == b"key=k&room=a+b"
        names = [name for name, _value in asked.headers]
        assert asked.header("authorization") == "Bearer t"
        assert asked.header("origin") == "https://app.example"
        assert asked.header("accept") == "text/event-stream"
        assert asked.header("accept-encoding") == "identity"
        assert asked.header("x-api-key") == "ours"
        assert asked.header("x-forwarded-for") == "192.0.2.7"
        assert asked.header("x-name") == "J\xf6rg"
        assert asked.header("host") == f"127.0.0.1:{upstream.port}"
        assert len(names) == len(set(names))
        assert not {"connection", "upgrade", "sec-websocket-key", "last-event-id", "stream-session"} & set(names)

    async def test_the_session_of_the_upstream_is_told_to_nobody(self) -> None:
        with application(get=[stream(OPEN, event(1, "hello"), HOLD)]) as upstream:
            async with bridged(upstream) as bridge:
                accepted = await bridge.connect(handshake())
                first = await next_payload(bridge.streams.subscribe(accepted.connection_id))

        assert first == "hello"
        assert "s3cret" not in repr(accepted)
        assert accepted.connection_id != "up"

    async def test_the_subprotocol_is_the_one_that_the_upstream_chose(self) -> None:
        chosen = encode_control("open", {"connectionId": "up", "session": "s", "protocol": "v2"}, event_id="e-0")
        with application(get=[stream(chosen, HOLD)]) as upstream:
            async with bridged(upstream) as bridge:
                accepted = await bridge.connect(handshake(("Sec-WebSocket-Protocol", "v1,v2")))

        assert accepted.subprotocol == "v2"
        assert upstream.asked[0].header("stream-protocol") == "v1, v2"
        assert upstream.asked[0].header("sec-websocket-protocol") is None


class TestEvents:
    async def test_events_become_messages_byte_for_byte(self) -> None:
        sent: list[str | bytes] = ["plain", "two\nlines", "CR\rLF\n\0", "\u2028 😀", b"\xff\x00", "", "x" * 100_000]
        body = OPEN + b"".join(event(number, text) for number, text in enumerate(sent, 1))
        chunks = [body[start : start + 997] for start in range(0, len(body), 997)]
        with application(get=[stream(*chunks, HOLD)]) as upstream:
            async with bridged(upstream) as bridge:
                subscription = bridge.streams.subscribe((await bridge.connect(handshake())).connection_id)
                assert [await next_payload(subscription) for _ in sent] == sent

    async def test_events_that_the_protocol_does_not_know_are_no_messages(self) -> None:
        with application(get=[stream(OPEN, b"event: news\ndata: x\n\n", event(1, "1"), HOLD)]) as upstream:
            async with bridged(upstream) as bridge:
                subscription = bridge.streams.subscribe((await bridge.connect(handshake())).connection_id)
                assert await next_payload(subscription) == "1"

    async def test_a_drop_is_not_seen_and_repeats_are_left_out(self) -> None:
        gets = [
            stream(OPEN, event(1, "1"), event(2, "2"), event(3, "3")[:-1], CUT),
            answer(503, b"", **{"Retry-After": "0"}),
            answer(200, b"", **{"content-type": "text/event-stream"}),
            stream(event(2, "2"), event(3, "3"), event(4, "4")),
            stream(CUT),
            stream(event(5, "5"), HOLD),
        ]
        with application(get=gets) as upstream:
            async with bridged(upstream) as bridge:
                subscription = bridge.streams.subscribe((await bridge.connect(handshake())).connection_id)
                assert [await next_payload(subscription) for _ in range(5)] == ["1", "2", "3", "4", "5"]

        resumed = upstream.of("GET")[1:]
        assert [asked.header("last-event-id") for asked in resumed] == ["e-2", "e-2", "e-2", "e-4", "e-4"]
        assert {asked.header("stream-session") for asked in resumed} == {"s3cret"}
        assert upstream.of("GET")[0].header("stream-session") is None

    async def test_a_silent_stream_is_taken_up_again(self) -> None:
        with application(get=[stream(OPEN, HOLD), stream(event(1, "1"), HOLD)]) as upstream:
            async with bridged(upstream, silence_s=0.1) as bridge:
                subscription = bridge.streams.subscribe((await bridge.connect(handshake())).connection_id)
                assert await next_payload(subscription) == "1"

    async def test_an_upstream_that_does_not_come_back_closes_with_1011(self) -> None:
        with application(get=[stream(OPEN, CUT), answer(503)]) as upstream:
            async with bridged(upstream, resume_s=0.5) as bridge:
                subscription = bridge.streams.subscribe((await bridge.connect(handshake())).connection_id)
                assert await closed_words(subscription) == (1011, "the upstream did not come back")
            assert len(upstream.of("GET")) > 2

    @pytest.mark.parametrize(
        ("status", "words"),
        [
            (204, (1000, "")),
            (410, (1008, "the upstream answered 410")),
            (401, (1008, "the upstream answered 401")),
            (302, (1008, "the upstream answered 302")),
        ],
    )
    async def test_an_upstream_that_does_not_know_the_session_any_more_ends_it(
        self, status: int, words: tuple[int, str]
    ) -> None:
        with application(get=[stream(OPEN, CUT), answer(status)]) as upstream:
            async with bridged(upstream) as bridge:
                subscription = bridge.streams.subscribe((await bridge.connect(handshake())).connection_id)
                assert await closed_words(subscription) == words
                await eventually(lambda: not bridge._bridged and not bridge._ending)
        assert upstream.of("DELETE") == []

    @pytest.mark.parametrize(
        ("control", "words"),
        [
            (encode_control("close", {"code": 4000, "reason": "bye"}), (4000, "bye")),
            (encode_control("close", {"code": 1005}), (1000, "")),
            (encode_control("close", {"code": 1006, "reason": "lost"}), (1011, "lost")),
            (encode_control("close", {}), (1011, "the upstream sent a malformed close event")),
            (encode_control("gap", {"from": 3, "to": 9}), (1011, "messages of the upstream were lost")),
            (b"event: escaped\ndata: [\n\n", (1011, "the upstream sent a malformed escaped event")),
            (b"event: binary\ndata: !\n\n", (1011, "the upstream sent a malformed binary event")),
        ],
    )
    async def test_how_the_upstream_ends_a_connection_is_how_it_ends(
        self, control: bytes, words: tuple[int, str]
    ) -> None:
        with application(get=[stream(OPEN, event(1, "last words"), control, HOLD)]) as upstream:
            async with bridged(upstream) as bridge:
                subscription = bridge.streams.subscribe((await bridge.connect(handshake())).connection_id)
                assert await next_payload(subscription) == "last words"
                assert await closed_words(subscription) == words

    async def test_an_event_that_is_too_large_closes_with_1009(self) -> None:
        with application(get=[stream(OPEN, event(1, "x" * 131_073), HOLD)]) as upstream:
            async with bridged(upstream) as bridge:
                subscription = bridge.streams.subscribe((await bridge.connect(handshake())).connection_id)
                assert (await closed_words(subscription))[0] == 1009

    async def test_an_endless_event_closes_with_1009(self) -> None:
        with application(get=[stream(OPEN, b"data: ", *[b"x" * 65_536] * 20, HOLD)]) as upstream:
            async with bridged(upstream) as bridge:
                subscription = bridge.streams.subscribe((await bridge.connect(handshake())).connection_id)
                assert (await closed_words(subscription))[0] == 1009

    async def test_a_slow_client_holds_the_upstream_back_and_loses_nothing(self) -> None:
        chunks = [event(number, f"{number:08d}" + "x" * 50_000) for number in range(1, 401)]
        limits = StreamLimits(replay_bytes=200_000)
        with application(get=[stream(OPEN, *chunks, HOLD)]) as upstream:
            async with bridged(upstream, limits=limits) as bridge:
                subscription = bridge.streams.subscribe((await bridge.connect(handshake())).connection_id)
                numbers = [int(str(await next_payload(subscription))[:8]) for _ in chunks]

        assert numbers == list(range(1, 401))


class TestMessages:
    async def test_a_message_without_a_route_goes_to_the_stream_s_own_path(self) -> None:
        with application(get=[stream(OPEN, HOLD)], post=[answer(202, {"messageId": "x"})]) as upstream:
            async with bridged(upstream) as bridge:
                connection = (
                    await bridge.connect(handshake(("Authorization", "t"), query=(("a", "b"),)))
                ).connection_id
                reply = await bridge.message(connection, '{"action": "chat"}', "m1")
            asked = upstream.of("POST")[0]

        assert reply is None
        assert (asked.path, asked.query, asked.body) == ("/stream", b"", b'{"action": "chat"}')
        assert asked.header("stream-session") == "s3cret"
        assert asked.header("idempotency-key") == "m1"
        assert asked.header("authorization") == "t"
        assert asked.header("content-type") == "application/json"

    @pytest.mark.parametrize(
        ("text", "path", "kind"),
        [
            ('{"action": "chat"}', "/chat", "application/json"),
            ('{"action": "other"}', "/rest", "application/json"),
            ("not json \u2028", "/rest", "text/plain; charset=utf-8"),
            ('{"action": "$default"}', "/rest", "application/json"),
        ],
    )
    async def test_a_message_takes_its_route(self, text: str, path: str, kind: str) -> None:
        routes = {"chat": RestRoute("/chat"), "$default": RestRoute("/rest", "PUT")}
        answers = {"POST /chat": [answer(200)], "PUT /rest": [answer(200)]}
        with application(get=[stream(OPEN, HOLD)], routes=answers) as upstream:
            async with bridged(upstream, routes=routes) as bridge:
                await bridge.message((await bridge.connect(handshake())).connection_id, text, "m1")
            asked = next(asked for asked in upstream.asked if asked.method in {"POST", "PUT"})

        assert (asked.path, asked.body.decode(), asked.header("content-type")) == (path, text, kind)

    @pytest.mark.parametrize(
        ("given", "reply", "expected"),
        [
            (answer(200, {"any": 1}), False, None),
            (answer(200, {"any": 1}), True, '{"any": 1}'),
            (answer(400, {"why": 1}), True, '{"why": 1}'),
            (answer(200), True, None),
            (answer(403, FRAME), False, json.dumps(FRAME)),
            (answer(500, FRAME), False, json.dumps(FRAME)),
            (answer(200, FRAME), False, None),
            (answer(404, {"detail": "Not Found"}), False, "Forbidden"),
            (answer(422, {"detail": []}), False, "Bad request body"),
            (answer(429), False, "Too Many Requests"),
            (answer(504), False, "Endpoint request timed out"),
            (answer(500, b"["), False, "Internal server error"),
            (answer(200, b"x" * 131_073), True, "Internal server error"),
        ],
    )
    async def test_what_the_application_answers_is_what_the_client_is_told(
        self, given: Any, reply: bool, expected: str | None
    ) -> None:
        with application(get=[stream(OPEN, HOLD)], routes={"POST /chat": [given]}) as upstream:
            async with bridged(upstream, routes={"chat": RestRoute("/chat", reply=reply)}) as bridge:
                connection = (await bridge.connect(handshake())).connection_id
                told = await bridge.message(connection, '{"action":"chat"}', "m", deliver=False)
                if expected is not None and not expected.startswith("{"):
                    frame = json.loads(str(told))
                    assert (frame["message"], frame["connectionId"]) == (expected, connection)
                else:
                    assert told == expected

    async def test_an_error_frame_arrives_on_the_stream(self) -> None:
        with application(get=[stream(OPEN, HOLD)], post=[answer(403, FRAME)]) as upstream:
            async with bridged(upstream) as bridge:
                connection = (await bridge.connect(handshake())).connection_id
                subscription = bridge.streams.subscribe(connection)
                seen: list[object] = []
                bridge.observers.append(seen.append)
                await bridge.message(connection, "{}", "m")
                assert json.loads(str(await next_payload(subscription))) == FRAME

        assert isinstance(seen[0], MessageHandled)
        assert (seen[0].outcome, seen[0].body_bytes) == ("forbidden", 2)

    @pytest.mark.parametrize(
        "first", [answer(503), answer(502), answer(504), answer(409, **{"retry-after": "0"}), stream(CUT)]
    )
    async def test_a_message_to_the_stream_s_path_is_sent_again_with_the_same_key(self, first: Any) -> None:
        with application(get=[stream(OPEN, HOLD)], post=[first, first, answer(200)]) as upstream:
            async with bridged(upstream) as bridge:
                connection = (await bridge.connect(handshake())).connection_id
                assert await bridge.message(connection, "{}", "m1") is None
            assert [asked.header("idempotency-key") for asked in upstream.of("POST")] == ["m1"] * 3

    @pytest.mark.parametrize(
        ("first", "times"), [(stream(CUT), 1), (answer(502), 1), (answer(500), 1), (answer(503), 3)]
    )
    async def test_a_route_that_knows_no_keys_never_gets_a_message_twice(self, first: Any, times: int) -> None:
        with application(get=[stream(OPEN, HOLD)], routes={"POST /chat": [first]}) as upstream:
            async with bridged(upstream, routes={"chat": RestRoute("/chat")}, attempts=3) as bridge:
                connection = (await bridge.connect(handshake())).connection_id
                told = await bridge.message(connection, '{"action":"chat"}', "m", deliver=False)

        assert json.loads(str(told))["message"] == "Internal server error"
        assert len(upstream.of("POST")) == times

    async def test_a_conflict_that_does_not_say_to_come_again_is_an_answer(self) -> None:
        with application(get=[stream(OPEN, HOLD)], post=[answer(409)]) as upstream:
            async with bridged(upstream) as bridge:
                connection = (await bridge.connect(handshake())).connection_id
                await bridge.message(connection, "{}", "m", deliver=False)
            assert len(upstream.of("POST")) == 1

    async def test_attempts_are_bounded(self) -> None:
        with application(get=[stream(OPEN, HOLD)], post=[answer(503)]) as upstream:
            async with bridged(upstream, attempts=2) as bridge:
                connection = (await bridge.connect(handshake())).connection_id
                told = await bridge.message(connection, "{}", "m", deliver=False)

        assert json.loads(str(told))["message"] == "Internal server error"
        assert len(upstream.of("POST")) == 2

    async def test_an_answer_that_takes_too_long_times_out(self) -> None:
        with application(get=[stream(OPEN, HOLD)], post=[stream(HOLD)]) as upstream:
            async with bridged(upstream, answer_timeout_s=0.1) as bridge:
                connection = (await bridge.connect(handshake())).connection_id
                told = await bridge.message(connection, "{}", "m", deliver=False)

        assert json.loads(str(told))["message"] == "Endpoint request timed out"

    async def test_messages_are_handled_one_after_the_other_where_the_api_says_so(self) -> None:
        with application(get=[stream(OPEN, HOLD)], post=[answer(503), answer(200)]) as upstream:
            async with bridged(upstream, api=replace(API, ordered=True)) as bridge:
                connection = (await bridge.connect(handshake())).connection_id
                async with asyncio.TaskGroup() as group:
                    for number in range(4):
                        group.create_task(bridge.message(connection, str(number), f"m{number}"))

            assert [asked.body for asked in upstream.of("POST")] == [b"0", b"0", b"1", b"2", b"3"]


class TestTheEnd:
    async def test_a_client_that_leaves_is_told_with_its_code(self) -> None:
        with application(get=[stream(OPEN, HOLD)]) as upstream:
            async with bridged(upstream) as bridge:
                seen: list[object] = []
                bridge.observers.append(seen.append)
                connection = (await bridge.connect(handshake())).connection_id
                bridge.streams.close(connection, 4000, "bye")
                await eventually(lambda: len(seen) == 2)
            asked = upstream.of("DELETE")[0]

        assert json.loads(asked.body) == {"code": 4000, "reason": "bye"}
        assert asked.header("stream-session") == "s3cret"
        assert [type(happening) for happening in seen] == [Connected, Disconnected]
        assert seen[1] == Disconnected(connection, 4000, "bye", failed=False)

    async def test_the_messages_before_the_end_are_handled_first(self) -> None:
        with application(get=[stream(OPEN, HOLD)], post=[answer(503), answer(200)]) as upstream:
            async with bridged(upstream) as bridge:
                connection = (await bridge.connect(handshake())).connection_id
                sending = asyncio.create_task(bridge.message(connection, "{}", "m"))
                await asyncio.sleep(0)
                bridge.streams.close(connection, 1000)
                await sending
                await eventually(lambda: upstream.of("DELETE"))

        assert [asked.method for asked in upstream.asked] == ["GET", "POST", "POST", "DELETE"]

    async def test_an_upstream_that_takes_no_end_is_left(self) -> None:
        with application(get=[stream(OPEN, HOLD)], delete=[stream(HOLD)]) as upstream:
            async with bridged(upstream, close_timeout_s=0.2) as bridge:
                seen: list[object] = []
                bridge.observers.append(seen.append)
                connection = (await bridge.connect(handshake())).connection_id
                bridge.streams.close(connection, 1000)
                await eventually(lambda: len(seen) == 2)

        assert seen[1] == Disconnected(connection, 1000, "", failed=True)

    async def test_at_shutdown_everybody_is_told(self) -> None:
        with application(get=[stream(OPEN, HOLD)]) as upstream:
            async with bridged(upstream) as bridge:
                for _ in range(20):
                    await bridge.connect(handshake())
            assert len(upstream.of("DELETE")) == 20

    async def test_an_upstream_that_is_away_does_not_hold_up_the_shutdown(self) -> None:
        with application(get=[stream(OPEN, CUT), stream(HOLD)], delete=[stream(CUT)]) as upstream:
            async with bridged(upstream, close_timeout_s=0.5) as bridge:
                await bridge.connect(handshake())
                await eventually(lambda: len(upstream.of("GET")) == 2)


class TestPlainApplications:
    async def test_a_stream_without_a_first_event_is_accepted_at_once(self) -> None:
        with application(get=[stream(HOLD)]) as upstream:
            async with bridged(upstream, plain=True) as bridge:
                assert (await bridge.connect(handshake())).connection_id

    async def test_unnamed_events_are_messages_and_named_ones_by_choice(self) -> None:
        body = b'data: 1\n\nevent: ping\ndata: no\n\nevent: news\ndata: 2\n\nevent: close\ndata: {"code": 1000}\n\ndata: 3\n\n'
        names = frozenset({"message", "news"})
        with application(get=[stream(body, HOLD)]) as upstream:
            async with bridged(upstream, plain=True, event_names=names) as bridge:
                subscription = bridge.streams.subscribe((await bridge.connect(handshake())).connection_id)
                assert [await next_payload(subscription) for _ in range(3)] == ["1", "2", "3"]

    async def test_repeats_are_known_by_ids_of_any_form_and_only_after_a_drop(self) -> None:
        first = stream(b"retry: 50\n\nid: a\ndata: 1\n\ndata: 2\n\nid: a\ndata: 3\n\nid: b\ndata: 4\n\n", CUT)
        again = stream(b"id: a\ndata: 1\n\nid: b\ndata: 4\n\nid: c\ndata: 5\n\nid: a\ndata: 6\n\n", HOLD)
        with application(get=[first, again]) as upstream:
            async with bridged(upstream, plain=True) as bridge:
                accepted = await bridge.connect(handshake(query=(("token", "t"),)))
                subscription = bridge.streams.subscribe(accepted.connection_id)
                assert [await next_payload(subscription) for _ in range(6)] == ["1", "2", "3", "4", "5", "6"]

        asked = upstream.of("GET")[1]
        assert (asked.query, asked.header("last-event-id")) == (b"token=t", "b")

    async def test_requests_carry_the_query_of_the_handshake_and_no_session(self) -> None:
        with application(get=[stream(HOLD)], routes={"POST /say": [answer(200, {"ok": 1})]}) as upstream:
            routes = {"$default": RestRoute("/say", reply=True)}
            async with bridged(upstream, plain=True, routes=routes) as bridge:
                connection = (await bridge.connect(handshake(query=(("token", "t"),)))).connection_id
                assert await bridge.message(connection, "hi", "m", deliver=False) == '{"ok": 1}'
                bridge.streams.close(connection, 1000)
                await eventually(lambda: upstream.open_streams == 0)
            asked = upstream.of("POST")[0]

        assert asked.query == b"token=t"
        assert asked.header("stream-session") is None
        assert upstream.of("DELETE") == []
