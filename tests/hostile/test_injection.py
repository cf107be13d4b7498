"""Words of clients that end up in a header, an event, a reason or a log stay what they are."""

from __future__ import annotations

import json

import pytest
import websockets.sync.client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shim.dualrun.replay.event_stream_reader import EventStreamReader
from tests.hostile.serving import Served, eventually, signed
from tests.hostile.wire import Wire, request, wire
from tests.shim.sse_client import open_stream

EVIL = "x\r\nid: 99\r\ndata: evil\r\n\r\n"
FUZZ = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
VALUE = st.text(st.characters(min_codepoint=33, max_codepoint=255, exclude_characters="\x7f\x85\xa0"), max_size=60)


def opened(client: Wire, data: bytes) -> tuple[dict[str, str], dict[str, str]]:
    client.send(data)
    answer = client.answer()
    assert answer is not None
    assert answer.status == 200, answer
    (event,) = EventStreamReader().feed(answer.body)
    return answer.headers, json.loads(event.data)


@pytest.mark.parametrize("name", ["Stream-Session", "Last-Event-ID", "Stream-Protocol", "Cookie", "Origin", "Prefer"])
@pytest.mark.parametrize("ends", [b"\r\n data: evil", b"\ndata: evil", b"\rdata: evil", b"\x00", b"\x0b"])
def test_a_header_with_line_ends_is_refused(name: str, ends: bytes, shim: Served) -> None:
    with wire(shim.port) as client:
        client.send(
            b"GET /prod HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n%b: x%b\r\n\r\n" % (name.encode(), ends)
        )
        answer = client.answer()
        if ends in {b"\x0b", b"\ndata: evil"} and answer is not None and answer.status != 400:
            assert b"evil" not in answer.body
        else:
            assert answer is not None
            assert answer.status == 400
            assert client.closed()


@FUZZ
@given(VALUE, VALUE)
def test_a_protocol_and_an_id_make_one_open_event(hot: Served, protocol: str, last: str) -> None:
    data = request(
        "/prod?last_event_id=" + "%0d%0adata:%20evil",
        Accept="text/event-stream",
        Stream_Protocol=protocol,
        Last_Event_ID=last,
    )
    with wire(hot.port) as client:
        headers, words = opened(client, data)
    assert set(words) <= {"connectionId", "session", "protocol"}
    assert set(headers) <= {"date", "content-type", "cache-control", "x-accel-buffering", "transfer-encoding", "server"}


@pytest.mark.parametrize(
    "words", [{"code": 4000, "reason": EVIL}, {"code": 4000, "reason": "é" * 200}, {"code": "4000"}, [], 1]
)
def test_the_reason_of_a_close_is_one_event(words: object, shim: Served) -> None:
    with open_stream(shim.address) as stream:
        with wire(shim.port) as client:
            client.send(request(method="DELETE", body=json.dumps(words).encode(), Stream_Session=stream.session))
            answer = client.answer()
            assert answer is not None
            assert answer.status == 204
        events = stream.rest()
        assert [event.type for event in events] == ["close"]
        assert set(json.loads(events[0].data)) == {"code", "reason"}


@pytest.mark.parametrize("reason", ["x\r\nevil", "\x00", "é" * 60])
def test_the_reason_of_a_websocket_reaches_disconnect_as_it_is(reason: str, shim: Served) -> None:
    with websockets.sync.client.connect(shim.websocket) as client:
        client.close(4000, reason)
    eventually(lambda: (4000, reason) in shim.application.ends)


@pytest.mark.parametrize("path", ["%0d%0aX:y", "AAAAAAA%0aAAAAAA%3D", "%3Cscript%3E%20", "%ff%fe%fd%fc%fb%fa%f9%f8"])
def test_an_id_is_told_back_in_json_alone(path: str, shim: Served) -> None:
    target = f"/prod/@connections/{path}"
    headers = signed("POST", f"http://api.example.org{target}", b"{}")
    named = {name.replace("-", "_"): value for name, value in headers.items() if name != "Host"}
    with wire(shim.port) as client:
        client.send(request(target, "POST", b"{}", **named))
        answer = client.answer()
        assert answer is not None
        assert answer.status in {400, 403}
        assert answer.headers["content-type"] == "application/json"
        assert "message" in json.loads(answer.body)
        assert set(answer.headers) <= {
            *("date", "server", "content-length", "content-type", "connection", "x-amzn-errortype", "x-amzn-requestid")
        }


@FUZZ
@given(st.text(max_size=200))
def test_what_one_client_says_is_one_message_of_the_other(hot: Served, text: str) -> None:
    with open_stream(hot.address) as bo:
        hot.service.post(bo.connection_id, text.encode("utf-8", "replace"))
        hot.service.post(bo.connection_id, b"last")
        first, last = bo.next(), bo.next()
        heard = json.loads(first.data) if first.type == "escaped" else first.data
        assert (heard, last.data) == (text.encode("utf-8", "replace").decode(), "last")


class TestAnotherClient:
    def test_with_a_session_of_another_connection_only_that_one_is_meant(self, shim: Served) -> None:
        with open_stream(shim.address) as ana, open_stream(shim.address) as bo:
            assert ana.send("from ana").status_code == 202
            assert ana.next().data == "from ana"
            assert bo.send("from bo").status_code == 202
            assert bo.next().data == "from bo"

    @pytest.mark.parametrize("method", ["POST", "DELETE"])
    def test_with_the_id_of_a_connection_nobody_speaks_for_it(self, method: str, shim: Served) -> None:
        with open_stream(shim.address) as bo, wire(shim.port) as client:
            for guess in (
                bo.connection_id,
                bo.session[:-1],
                bo.session.swapcase(),
                bo.session + "=",
                f" {bo.session}x",
            ):
                client.send(request(method=method, body=b"", Stream_Session=guess))
                answer = client.answer()
                assert answer is not None
                assert answer.status == 410
            assert bo.send("still mine").status_code == 202
            assert bo.next().data == "still mine"

    def test_with_an_event_id_of_another_nothing_of_it_is_replayed(self, shim: Served) -> None:
        with open_stream(shim.address) as bo:
            shim.service.post(bo.connection_id, b"for bo alone")
            seen = bo.next()
        with open_stream(shim.address) as ana:
            pass
        for session in (ana.session, ""):
            with wire(shim.port) as client:
                named = {"Stream_Session": session} if session else {}
                client.send(request(Accept="text/event-stream", Last_Event_ID=(seen.id or "")[:-1] + "0", **named))
                answer = client.answer()
                assert answer is not None
                assert b"for bo alone" not in answer.body
        shim.service.post(ana.connection_id, b"for ana")
        with wire(shim.port) as client:
            client.send(request(Accept="text/event-stream", Last_Event_ID=seen.id or "", Stream_Session=ana.session))
            reader, events = EventStreamReader(), []
            answer = client.answer()
            assert answer is not None
            events += reader.feed(answer.body)
            while not events:
                events += reader.feed(client.chunk())
            assert [event.data for event in events if event.type == "message"] == ["for ana"]

    @pytest.mark.parametrize("kind", ["hot", "portable"])
    def test_a_forwarded_address_is_believed_from_nobody(self, kind: str, request: pytest.FixtureRequest) -> None:
        shim: Served = request.getfixturevalue(kind)
        with wire(shim.port) as client:
            client.send(
                b"GET /prod HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\nX-Forwarded-For: 203.0.113.66\r\n"
                b"X-Forwarded-Proto: https\r\nX-Real-IP: 203.0.113.66\r\nForwarded: for=203.0.113.66\r\n\r\n"
            )
            assert client.answer() is not None
        event = shim.application.connects[-1]
        assert event["requestContext"]["identity"]["sourceIp"] == "127.0.0.1"
        assert (event["headers"]["X-Forwarded-For"], event["headers"]["X-Forwarded-Proto"]) == ("127.0.0.1", "http")
