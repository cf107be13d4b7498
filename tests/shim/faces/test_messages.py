"""POST: one message or a batch, answered in the response or on the stream, and handled once."""

import asyncio
import json
import socket

import httpx
import pytest

from shim.faces.idempotency import OVERHEAD_BYTES, Answer, Answers, Claim
from shim.faces.options import FaceOptions
from shim.gateway.limits import GatewayLimits
from shim.streams import ClaimState, Event, StreamLimits
from tests.shim.faces.facing import Faced, faced, facing, soon
from tests.shim.sse_client import open_stream

NDJSON = {"Content-Type": "application/x-ndjson"}
WAIT = {"Prefer": "wait"}


class Speaker:
    """A client in memory; its stream is read at the end."""

    def __init__(self, shim: Faced, http: httpx.AsyncClient, connection_id: str, session: str) -> None:
        self.shim, self.http, self.connection_id, self.session = shim, http, connection_id, session

    async def post(self, content: str | bytes, headers: dict[str, str] | None = None) -> httpx.Response:
        return await self.http.post(
            "/prod", content=content, headers={"Stream-Session": self.session, **(headers or {})}
        )

    async def arrived(self, count: int) -> list[str]:
        """The next events of the stream."""
        texts = []
        async with asyncio.timeout(30), self.shim.service.streams.subscribe(self.connection_id) as subscription:
            while len(texts) < count:
                event = await anext(subscription)
                assert isinstance(event, Event)
                texts.append(str(event.payload))
        return texts


async def speaker(shim: Faced) -> Speaker:
    accepted = await shim.accepted()
    return Speaker(shim, shim.client(), accepted.connection_id, accepted.session)


class TestRefusals:
    async def test_bytes_are_refused_before_anything_is_accepted(self) -> None:
        ana = await speaker(faced())
        for headers in ({}, WAIT, {"Idempotency-Key": "k"}, {"Idempotency-Key": "k"}, {"Idempotency-Key": "l", **WAIT}):
            answer = await ana.post(b"{}", {"Content-Type": "application/octet-stream", **headers})
            assert (answer.status_code, answer.json()) == (415, {"message": "binary messages are not taken here"})
        assert ana.shim.functions.bodies == []

    @pytest.mark.parametrize(
        ("body", "status", "sentence"),
        [
            (b"", 400, "the batch holds no message"),
            (b'{"action":"silent"}\nx', 400, "line 2 of the batch is not JSON; no message of it was handled"),
            (b'{"action":"silent"}\n' * 101, 413, "the batch holds 101 messages; at most 100 are taken at once"),
            (b'{"action":"silent"}\n"' + b"x" * 131_071 + b'"', 413, "line 2 of the batch is longer than 131072 bytes"),
            (b"1" * 262_145, 413, "at most 262144 bytes"),
            (b'"\xff"', 400, "a message is UTF-8 text"),
        ],
    )
    async def test_a_bad_batch_is_refused_as_a_whole(self, body: bytes, status: int, sentence: str) -> None:
        ana = await speaker(faced())
        answer = await ana.post(body, NDJSON)

        assert (answer.status_code, answer.json()["message"]) == (status, sentence)
        assert ana.shim.functions.bodies == []

    @pytest.mark.parametrize("header", [{"Content-Encoding": "gzip"}, {"Content-Type": "application/x-ndjson; a=b"}])
    async def test_what_would_be_read_wrongly_is_refused(self, header: dict[str, str]) -> None:
        assert (await (await speaker(faced())).post("{}", header)).status_code == 415

    @pytest.mark.parametrize("key", ["", "k" * 256])
    async def test_a_key_that_is_empty_or_endless_is_refused(self, key: str) -> None:
        assert (await (await speaker(faced())).post("{}", {"Idempotency-Key": key})).status_code == 400

    async def test_more_messages_at_once_than_the_limit_are_429(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("random.randint", lambda _least, most: most)
        shim = faced(limits=GatewayLimits(messages_at_once=2))
        ana, bo = await speaker(shim), await speaker(shim)
        statuses = [(await ana.post('{"action":"wait"}')).status_code for _ in range(3)]
        refused = await ana.post('{"action":"silent"}', {"Idempotency-Key": "k"})
        other = await bo.post('{"action":"silent"}')
        shim.functions.released.set()
        await ana.arrived(2)
        again = await ana.post('{"action":"echo"}', {"Idempotency-Key": "k", **WAIT})

        assert statuses == [202, 202, 429]
        assert (refused.status_code, refused.headers["retry-after"], other.status_code) == (429, "3", 202)
        assert again.text == '{"action":"echo"}', "a refused message leaves its key unused"

    def test_a_body_that_dribbles_is_given_up(self) -> None:
        with facing(FaceOptions(body_s=0.2)) as shim, open_stream(shim.address) as client:
            with socket.create_connection(("127.0.0.1", shim.port), 5) as slow:
                head = (
                    f"POST /prod HTTP/1.1\r\nHost: a\r\nStream-Session: {client.session}\r\nContent-Length: 9\r\n\r\n"
                )
                slow.sendall(head.encode() + b"{")
                answer = slow.makefile("rb").read()

            assert answer.startswith(b"HTTP/1.1 408 ")
            assert answer.endswith(b'{"message":"the body did not arrive within 0.2 seconds"}')
            assert client.send('{"action":"push"}').status_code == 202
            assert client.next().data == '{"action":"push"}'


class TestBatches:
    async def test_are_handled_in_order_each_with_an_id(self) -> None:
        ana = await speaker(faced())
        lines = [json.dumps({"action": "echo", "n": number}) for number in range(50)]
        answer = await ana.post("\n".join(lines), NDJSON)

        assert answer.status_code == 202
        assert len(set(answer.json()["messageIds"])) == 50
        assert await ana.arrived(50) == lines
        assert ana.shim.functions.bodies == lines

    async def test_one_that_fails_does_not_hold_up_the_others(self) -> None:
        ana = await speaker(faced())
        await ana.post('{"action":"fail"}\n{"action":"echo"}\n', NDJSON)
        frame, echo = await ana.arrived(2)

        assert json.loads(frame)["message"] == "Internal server error"
        assert echo == '{"action":"echo"}'

    async def test_with_lines_of_strings_any_text_is_a_message(self) -> None:
        ana = await speaker(faced())
        texts = ['{"action":\n"echo"}', '{"action":"echo", \r\n "t": "\u2028"}']
        body = "\n".join(json.dumps(text) for text in texts)
        answer = await ana.post(body, {"Content-Type": "application/x-ndjson; lines=strings"})

        assert answer.status_code == 202
        assert await ana.arrived(2) == texts

    async def test_are_not_waited_for(self) -> None:
        ana = await speaker(faced())
        answer = await ana.post('{"action":"echo"}', {**NDJSON, **WAIT})

        assert answer.status_code == 202
        assert "preference-applied" not in answer.headers
        assert await ana.arrived(1) == ['{"action":"echo"}']

    async def test_a_retried_batch_has_the_ids_of_the_first(self) -> None:
        ana = await speaker(faced())
        headers = {**NDJSON, "Idempotency-Key": "k"}
        answers = [await ana.post('{"action":"echo"}\n{"action":"echo"}', headers) for _ in range(2)]
        await ana.arrived(2)

        assert answers[0].json() == answers[1].json()
        assert len(ana.shim.functions.bodies) == 2

    async def test_one_line_is_a_batch_too(self) -> None:
        assert "messageIds" in (await (await speaker(faced())).post("1", NDJSON)).json()


class TestWaiting:
    @pytest.mark.parametrize(
        ("body", "media_type"),
        [('{"action":"echo"}', "application/json"), ('{"action":"fail"}', "application/json")],
    )
    async def test_the_answer_is_the_body(self, body: str, media_type: str) -> None:
        ana = await speaker(faced())
        answer = await ana.post(body, WAIT)

        assert (answer.status_code, answer.headers["preference-applied"]) == (200, "wait")
        assert answer.headers["content-type"] == media_type
        assert answer.text == body or answer.json()["message"] == "Internal server error"

    async def test_an_error_frame_is_an_answer(self) -> None:
        ana = await speaker(faced())
        answer = await ana.post("no route", WAIT)

        assert (answer.status_code, answer.json()["message"]) == (200, "Forbidden")
        assert answer.json()["connectionId"] == ana.connection_id

    async def test_no_answer_is_204(self) -> None:
        answer = await (await speaker(faced())).post('{"action":"silent"}', WAIT)

        assert (answer.status_code, answer.headers["preference-applied"]) == (204, "wait")

    async def test_what_was_answered_in_the_response_is_not_on_the_stream(self) -> None:
        ana = await speaker(faced())
        await ana.post('{"action":"echo","n":1}', WAIT)
        await ana.post('{"action":"echo","n":2}')

        assert await ana.arrived(1) == ['{"action":"echo","n":2}']

    async def test_after_the_wait_the_answer_goes_on_the_stream(self) -> None:
        ana = await speaker(faced(FaceOptions(wait_s=0.05)))
        answer = await ana.post('{"action":"wait"}', {"Prefer": "wait=9"})
        ana.shim.functions.released.set()

        assert (answer.status_code, list(answer.json())) == (202, ["messageId"])
        assert "preference-applied" not in answer.headers
        assert await ana.arrived(1) == ['{"action":"wait"}']

    def test_when_the_client_has_left_the_answer_goes_on_the_stream(self) -> None:
        with facing() as shim, open_stream(shim.address) as client:
            headers = {"Stream-Session": client.session, **WAIT}
            with pytest.raises(httpx.ReadTimeout):
                httpx.post(shim.address, content='{"action":"wait"}', headers=headers, timeout=0.2)
            shim.functions.released.set()

            assert client.next().data == '{"action":"wait"}'

    async def test_what_breaks_in_the_service_is_an_error_frame_and_ends_nothing(self) -> None:
        ana = await speaker(faced())
        ana.shim.functions.push = lambda _connection, _data: 1 / 0
        answer = await ana.post('{"action":"push"}', WAIT)
        accepted = await ana.post('{"action":"push"}')
        later = await ana.post('{"action":"echo"}', WAIT)

        assert (answer.status_code, answer.json()["message"]) == (200, "Internal server error")
        assert (accepted.status_code, later.status_code) == (202, 200)

    async def test_an_answer_of_another_form_than_json_is_text(self) -> None:
        ana = await speaker(faced())
        answer = await ana.post('{"action":"echo", "as": "text"}', WAIT)

        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert answer.text == "as: text"

    async def test_an_answer_for_a_client_that_is_gone_is_dropped(self) -> None:
        ana = await speaker(faced(FaceOptions(wait_s=0.05)))
        await ana.post('{"action":"wait"}', WAIT)
        ana.shim.service.streams.close(ana.connection_id)
        ana.shim.functions.released.set()

        assert (await ana.post("{}")).status_code == 410

    async def test_turned_off_nobody_waits(self) -> None:
        ana = await speaker(faced(FaceOptions(wait_s=0)))

        assert (await ana.post('{"action":"echo"}', WAIT)).status_code == 202


class TestIdempotency:
    async def test_another_body_under_the_same_key_is_422(self) -> None:
        ana = await speaker(faced())
        await ana.post('{"action":"silent"}', {"Idempotency-Key": "k"})
        for body, more in (('{"action":"silent" }', {}), ('{"action":"silent"}', NDJSON)):
            answer = await ana.post(body, {"Idempotency-Key": "k", **more})
            assert answer.status_code == 422
        await soon(lambda: bool(ana.shim.functions.bodies))
        assert ana.shim.functions.bodies == ['{"action":"silent"}']

    async def test_the_key_of_one_client_is_not_that_of_another(self) -> None:
        shim = faced()
        ana, bo = await speaker(shim), await speaker(shim)
        answers = [await who.post('{"action":"echo"}', {"Idempotency-Key": "k", **WAIT}) for who in (ana, bo)]

        assert [answer.status_code for answer in answers] == [200, 200]
        assert len(shim.functions.bodies) == 2

    async def test_a_retry_of_what_was_waited_for_has_the_first_answer(self) -> None:
        ana = await speaker(faced())
        headers = {"Idempotency-Key": "k"}
        first = await ana.post('{"action":"echo"}', {**headers, **WAIT})
        for retry in ({**headers, **WAIT}, headers):
            answer = await ana.post('{"action":"echo"}', retry)
            assert (answer.status_code, answer.text, answer.headers) == (200, first.text, first.headers)
        silent = [await ana.post('{"action":"silent"}', {"Idempotency-Key": "s", **WAIT}) for _ in range(2)]

        assert [answer.status_code for answer in silent] == [204, 204]
        assert ana.shim.functions.bodies == ['{"action":"echo"}', '{"action":"silent"}']

    async def test_while_the_first_is_waited_for_a_retry_that_waits_is_409_and_another_is_202(self) -> None:
        ana = await speaker(faced())
        headers = {"Idempotency-Key": "k"}
        first = asyncio.create_task(ana.post('{"action":"wait"}', {**headers, **WAIT}))
        await soon(ana.shim.functions.waiting.is_set)
        conflict = await ana.post('{"action":"wait"}', {**headers, **WAIT})
        accepted = await ana.post('{"action":"wait"}', headers)
        ana.shim.functions.released.set()

        assert (conflict.status_code, accepted.status_code) == (409, 202)
        assert 1 <= int(conflict.headers["retry-after"]) <= 3
        assert (await first).text == '{"action":"wait"}'
        assert len(ana.shim.functions.bodies) == 1

    async def test_a_retry_that_waits_for_what_was_not_waited_for_is_202(self) -> None:
        ana = await speaker(faced())
        first = await ana.post('{"action":"echo"}', {"Idempotency-Key": "k"})
        retry = await ana.post('{"action":"echo"}', {"Idempotency-Key": "k", **WAIT})

        assert (first.status_code, first.json()) == (retry.status_code, retry.json())
        assert await ana.arrived(1) == ['{"action":"echo"}']

    async def test_of_a_client_that_keeps_making_keys_the_latest_are_remembered(self) -> None:
        ana = await speaker(faced(stream_limits=StreamLimits(idempotency_keys=4)))
        for key in "abcde":
            await ana.post('{"action":"silent"}', {"Idempotency-Key": key, **WAIT})
        await ana.post('{"action":"silent"}', {"Idempotency-Key": "e", **WAIT})
        assert len(ana.shim.functions.bodies) == 5
        await ana.post('{"action":"silent"}', {"Idempotency-Key": "a", **WAIT})
        assert len(ana.shim.functions.bodies) == 6

    async def test_answers_are_bounded_in_bytes(self) -> None:
        answers = Answers(2 * OVERHEAD_BYTES + 40)
        claims = [Claim("c", key, "f m", ("m",), ClaimState.FIRST) for key in "abca"]
        for claim in claims:
            await answers.keep(claim, Answer(("m",), 200, "text"))
        assert [await answers.find(claim) is not None for claim in claims[:3]] == [True, False, True]

    async def test_an_answer_is_that_of_the_message_which_counts(self) -> None:
        answers = Answers(10_000)
        await answers.keep(Claim("c", "k", "f m", ("m",), ClaimState.FIRST), Answer(("m",), 200, "text"))

        assert await answers.find(Claim("c", "k", "f n", ("n",), ClaimState.ENDED)) is None


async def test_a_message_to_a_closed_connection_is_410() -> None:
    ana = await speaker(faced())
    ana.shim.service.delete(ana.connection_id)

    assert (await ana.post("{}")).status_code == 410
    assert (await ana.post("{}", WAIT)).status_code == 410
