"""docs/protocol.md over real sockets."""

import json
from unittest.mock import ANY

import httpx
import pytest

from shim.backends.loading import load_function
from tests.shim.serving import Served
from tests.shim.sse_client import STREAM, open_stream, resume_stream


class TestRefusals:
    def test_a_plain_get_is_told_to_upgrade(self, shim: Served) -> None:
        assert httpx.get(shim.stream).status_code == 426

    def test_outside_of_the_stage_everything_is_forbidden(self, shim: Served) -> None:
        response = httpx.get(f"http://127.0.0.1:{shim.port}/other", headers=STREAM)

        assert (response.status_code, response.json()) == (403, {"message": "Forbidden"})

    @pytest.mark.parametrize(
        ("refuse", "status"),
        [("403", 403), ("429", 429), ("crash", 502), ("nothing", 502), ("true", 502), ("99", 502), ("1000", 502)],
    )
    def test_the_status_of_connect_is_the_status_of_the_stream(self, shim: Served, refuse: str, status: int) -> None:
        response = httpx.get(shim.stream, params={"refuse": refuse}, headers=STREAM)

        assert response.status_code == status
        assert set(response.json()) == {"message", "connectionId", "requestId"}
        assert shim.service.streams.find() == []

    @pytest.mark.parametrize(("token", "status"), [("", 401), ("raise", 401), ("deny", 403), ("crash", 500)])
    def test_the_authorizer_refuses_as_on_websocket(self, guarded: Served, token: str, status: int) -> None:
        assert httpx.get(guarded.stream, params={"token": token}, headers=STREAM).status_code == status

    def test_without_its_session_nobody_can_speak_for_a_connection(self, shim: Served) -> None:
        with open_stream(shim.stream) as client:
            assert httpx.post(shim.stream, content="{}").status_code == 401
            assert (
                httpx.post(shim.stream, content="{}", headers={"Stream-Session": client.connection_id}).status_code
                == 410
            )
            assert httpx.delete(shim.stream, headers={"Stream-Session": "guess"}).status_code == 410

    def test_a_message_beyond_128_kb_is_refused(self, shim: Served) -> None:
        with open_stream(shim.stream) as client:
            assert client.send("x" * 131_073).status_code == 413

    def test_a_message_that_is_not_utf_8_is_refused(self, shim: Served) -> None:
        with open_stream(shim.stream) as client:
            response = httpx.post(shim.stream, content=b"\xff", headers={"Stream-Session": client.session})
            assert response.status_code == 400


class TestMessages:
    def test_an_answer_arrives_on_the_stream(self, guarded: Served) -> None:
        with open_stream(guarded.stream, {"token": "ana"}) as client:
            accepted = client.send('{"action": "echo", "text": "äöü\\u2028"}')
            event = client.next()

        assert accepted.status_code == 202
        assert len(accepted.json()["messageId"]) == 16
        assert json.loads(event.data) == {
            "got": '{"action": "echo", "text": "äöü\\u2028"}',
            "authorizer": {"principalId": "ana", "level": "3", "integrationLatency": ANY},
            "domain": "local00000.execute-api.us-east-1.amazonaws.com",
        }

    def test_everybody_gets_a_broadcast(self, shim: Served) -> None:
        with open_stream(shim.stream) as one, open_stream(shim.stream) as two:
            one.send('{"action": "all"}')

            assert one.next().data == two.next().data == '{"action": "all"}'

    def test_a_message_without_a_route_gets_the_frame_of_api_gateway(self, shim: Served) -> None:
        with open_stream(shim.stream) as client:
            client.send("not json")
            frame = json.loads(client.next().data)

        assert frame["message"] == "Forbidden"
        assert frame["connectionId"] == client.connection_id

    def test_a_handler_that_fails_gives_the_frame_of_api_gateway(self, shim: Served) -> None:
        with open_stream(shim.stream) as client:
            client.send('{"action": "fail"}')

            assert json.loads(client.next().data)["message"] == "Internal server error"

    def test_a_handler_that_exits_ends_nothing_but_itself(self, shim: Served) -> None:
        with open_stream(shim.stream) as client:
            client.send('{"action": "leave"}')
            assert json.loads(client.next().data)["message"] == "Internal server error"
            client.send('{"action": "answer"}')
            assert client.next().data == "answered"

    def test_one_client_can_not_fill_the_service_with_messages(self, shim: Served) -> None:
        released = load_function(shim.root, "handlers", "wait").__globals__["released"]
        with open_stream(shim.stream) as client, httpx.Client() as http:
            headers = {"Stream-Session": client.session}
            statuses = [
                http.post(shim.stream, content='{"action": "wait"}', headers=headers).status_code for _ in range(66)
            ]

            released.set()

        assert statuses[:64] == [202] * 64
        assert statuses[64:] == [429, 429]

    def test_a_returned_body_reaches_the_client_only_with_a_route_response(self, shim: Served) -> None:
        with open_stream(shim.stream) as client:
            client.send('{"action": "silent"}')
            client.send('{"action": "answer"}')

            assert client.next().data == "answered"

    def test_a_retried_post_is_handled_once_and_answered_alike(self, shim: Served) -> None:
        with open_stream(shim.stream) as client:
            answers = [client.send('{"action": "all"}', **{"Idempotency-Key": "k1"}).json() for _ in range(3)]
            events = [client.next().data]
            client.send('{"action": "all", "last": true}')
            events.append(client.next().data)

        assert answers[0] == answers[1] == answers[2]
        assert events == ['{"action": "all"}', '{"action": "all", "last": true}']

    def test_an_endless_idempotency_key_is_refused(self, shim: Served) -> None:
        with open_stream(shim.stream) as client:
            assert client.send("{}", **{"Idempotency-Key": "k" * 256}).status_code == 400


class TestLifecycle:
    @pytest.mark.parametrize("words", ["", "{}", '{"code": 1e999}', '{"code": 99}', "[1]", "[" * 500, '{"code": "x"}'])
    def test_closing_with_words_that_are_none_still_closes(self, shim: Served, words: str) -> None:
        with open_stream(shim.stream) as client:
            headers = {"Stream-Session": client.session}
            assert httpx.request("DELETE", shim.stream, content=words, headers=headers).status_code == 204
            assert json.loads(client.rest()[-1].data)["code"] == 1005

    def test_headers_keep_proxies_from_holding_a_stream(self, shim: Served) -> None:
        with httpx.stream("GET", shim.stream, headers=STREAM) as response:
            assert response.headers["content-type"].startswith("text/event-stream")
            assert response.headers["x-accel-buffering"] == "no"
            assert "no-transform" in response.headers["cache-control"]

    def test_a_stream_resumes_without_a_second_connect(self, shim: Served) -> None:
        with open_stream(shim.stream) as client:
            client.send('{"action": "all", "n": 1}')
            first = client.next()
        with open_stream(shim.stream) as other:
            other.send('{"action": "all", "n": 2}')
            other.next()
            with resume_stream(shim.stream, client.session, first.id) as resumed:
                assert json.loads(resumed.next().data)["n"] == 2

    def test_a_closed_connection_is_not_resumed(self, shim: Served) -> None:
        with open_stream(shim.stream) as client:
            assert client.close().status_code == 204
            assert client.rest()[-1].type == "close"
        response = httpx.get(shim.stream, headers={**STREAM, "Stream-Session": client.session, "Last-Event-ID": "x-1"})

        assert response.status_code == 204
        assert client.send("{}").status_code == 410

    def test_the_server_closing_is_told_with_code_and_reason(self, shim: Served) -> None:
        with open_stream(shim.stream) as client:
            client.send('{"action": "kick"}')
            closing = client.rest()

        assert [event.type for event in closing] == ["close"]
        assert json.loads(closing[0].data) == {"code": 1000, "reason": "Connection Closed Normally"}
