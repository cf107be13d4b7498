"""Logs: one line for each thing that happens, valid, bounded, and without secrets."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st

from shim.gateway.definition import ApiDefinition
from shim.logs import FIELDS, JsonFormatter, LogOptions, TextFormatter, configure_logging, happenings, log_happenings
from shim.observing import Connected, Disconnected, Happening, MessageHandled, Refused
from tests.shim.faces.facing import faced

API = ApiDefinition(name="test", routes={}, stage="prod")
MARK = "S3CR3T"

CONNECTED = Connected("id-1", "sse", "192.0.2.7", 0.0125)
REFUSED = Refused("id-2", "websocket", "192.0.2.8", 403, "Forbidden")
MESSAGE = MessageHandled("id-1", "m-1", "send", "handled", 0.25, 12)
DISCONNECTED = Disconnected("id-1", 1001, "Going away", False)


@pytest.fixture
def configured() -> Iterator[io.StringIO]:
    """Where the logs of the test go, as in a process of its own; what was there before comes back after it."""
    root = logging.getLogger()
    uvicorns = [logging.getLogger(name) for name in ("uvicorn", "uvicorn.error", "uvicorn.access")]
    before = [(logger, logger.handlers[:], logger.level, logger.propagate) for logger in (root, *uvicorns)]
    for logger in uvicorns:  # other tests' servers have set them up in their way
        logger.handlers[:], logger.propagate = [], True
        logger.setLevel(logging.NOTSET)
    yield io.StringIO()
    for logger, handlers, level, propagate in before:
        logger.handlers[:], logger.propagate = handlers, propagate
        logger.setLevel(level)


def record(message: object, *arguments: object, **more: object) -> logging.LogRecord:
    made = logging.LogRecord("shim.test", logging.WARNING, __file__, 1, message, arguments, None)  # type: ignore[arg-type]
    made.__dict__.update(more)
    return made


def raised(text: str) -> logging.LogRecord:
    try:
        raise ValueError(text)  # noqa: TRY301
    except ValueError as error:
        return record("it failed", exc_info=(ValueError, error, error.__traceback__))


anything = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(), st.lists(st.text(), max_size=2)
)


@given(st.text(), st.lists(anything, max_size=2), st.dictionaries(st.text(), anything, max_size=3))
def test_in_json_every_record_is_one_line_and_one_object(
    message: str, arguments: list[object], fields: dict[str, object]
) -> None:
    line = JsonFormatter().format(record(message, *arguments, **{FIELDS: fields}))
    assert line.isascii()
    assert line.isprintable()
    assert {"time", "level", "logger", "message"} <= set(json.loads(line))


@given(st.text())
def test_an_exception_with_any_text_is_one_line_too(text: str) -> None:
    line = JsonFormatter().format(raised(text))
    assert line.isprintable()
    assert "Traceback" in json.loads(line)["exception"]


@given(st.text())
def test_in_text_nothing_can_look_like_another_record(text: str) -> None:
    formatter = TextFormatter()
    assert len(formatter.format(record("said %s", text, **{FIELDS: {"reason": text}})).splitlines()) == 1
    first, *rest = formatter.format(raised(f"{text}\n2026-11-22T19:00:00.000Z ERROR forged")).splitlines()
    assert first.endswith("it failed")
    assert all(line.startswith("    | ") for line in rest)


@given(st.text(max_size=20))
def test_no_part_of_a_record_gives_a_secret_away(around: str) -> None:
    secret = MARK + around + MARK
    headers = {"authorization": secret, "cookie": [secret]}
    for formatter in (JsonFormatter(), TextFormatter()):
        for made in (
            record("headers: %s", headers),
            record("it was %r", [("Stream-Session", secret)]),
            record(f"a library said {headers}"),
            raised(f"no such session: {json.dumps(headers)}"),
            record("x", **{FIELDS: {"stream_session": secret, "reason": json.dumps({"token": secret})}}),
        ):
            assert MARK not in formatter.format(made)


def test_escape_sequences_are_spelled_out() -> None:
    line = TextFormatter().format(record("from %s", "\x1b[2J\r\nevil \u202e", **{FIELDS: {"reason": "a\x1b]0;b\x07"}}))
    assert "from \\x1b[2J\\r\\nevil \\u202e" in line
    assert line.isprintable()


def test_a_record_whose_arguments_do_not_fit_is_written_all_the_same() -> None:
    assert "%d of %d (its arguments do not fit)" in TextFormatter().format(record("%d of %d", "one"))


def test_what_is_long_loses_its_middle() -> None:
    line = JsonFormatter(longest=40).format(record("a" * 5_000, **{FIELDS: {"reason": "b" * 5_000}}))
    assert len(json.loads(line)["message"]) == len(json.loads(line)["reason"]) == 40
    assert len(JsonFormatter().format(raised("c" * 1_000_000))) < 100_000


def test_a_field_can_not_stand_for_what_every_line_has() -> None:
    line = JsonFormatter().format(record("x", **{FIELDS: {"level": "forged", "message": "forged"}}))
    assert "forged" not in line


@pytest.mark.parametrize(
    ("happening", "level", "told"),
    [
        (
            CONNECTED,
            "info",
            {"message": "connected", "connection": "id-1", "face": "sse", "source_ip": "192.0.2.7", "latency_ms": 12.5},
        ),
        (
            REFUSED,
            "info",
            {
                "message": "refused",
                "connection": "id-2",
                "face": "websocket",
                "source_ip": "192.0.2.8",
                "status": 403,
                "reason": "Forbidden",
            },
        ),
        (
            MESSAGE,
            "info",
            {
                "message": "message",
                "connection": "id-1",
                "message_id": "m-1",
                "route": "send",
                "outcome": "handled",
                "latency_ms": 250.0,
                "bytes": 12,
            },
        ),
        (
            DISCONNECTED,
            "info",
            {
                "message": "disconnected",
                "connection": "id-1",
                "code": 1001,
                "reason": "Going away",
                "disconnect_failed": False,
            },
        ),
        (MessageHandled("id-1", "m", None, "timed_out", 29, 1), "warning", {"outcome": "timed_out", "route": None}),
        (Refused("id-2", "sse", "::1", 502, "Internal server error"), "warning", {"status": 502}),
        (Disconnected("id-1", 1006, "", True), "warning", {"disconnect_failed": True}),
    ],
)
def test_a_happening_is_a_line(
    configured: io.StringIO, happening: Happening, level: str, told: dict[str, object]
) -> None:
    configure_logging(LogOptions(form="json"), configured)
    log_happenings(API)(happening)
    line = json.loads(configured.getvalue())
    expected = {"level": level, "logger": happenings.name, "api": "local00000", "stage": "prod", **told}
    assert {name: line[name] for name in expected} == expected


def test_messages_may_be_left_out_but_not_those_that_failed(configured: io.StringIO) -> None:
    options = LogOptions(messages=False)
    configure_logging(options, configured)
    observe = log_happenings(API, options)
    observe(MESSAGE)
    assert configured.getvalue() == ""
    observe(MessageHandled("id-1", "m-1", "send", "integration_error", 0.25, 12))
    assert "outcome=integration_error" in configured.getvalue()


def test_below_the_level_nothing_is_written(configured: io.StringIO) -> None:
    configure_logging(LogOptions(level="error"), configured)
    log_happenings(API)(CONNECTED)
    logging.getLogger("shim").warning("no")
    assert configured.getvalue() == ""


def test_uvicorn_logs_here_and_its_access_log_is_off(configured: io.StringIO) -> None:
    configure_logging(LogOptions(form="json"), configured)
    uvicorn.Config(lambda: None, log_config=None, access_log=False)
    logging.getLogger("uvicorn.error").info("Started server process [%d]", 7)
    logging.getLogger("uvicorn.access").info('%s - "%s"', "127.0.0.1", "GET /dev?token=abc")
    assert [json.loads(line)["message"] for line in configured.getvalue().splitlines()] == [
        "Started server process [7]"
    ]


async def test_a_connection_that_fails_is_told_without_its_body(configured: io.StringIO) -> None:
    configure_logging(LogOptions(form="json"), configured)
    shim = faced()
    shim.service.observers.append(log_happenings(shim.service.api))
    accepted = await shim.accepted()
    await shim.service.message(accepted.connection_id, '{"action": "fail", "text": "private"}', "m-1")
    lines = [json.loads(line) for line in configured.getvalue().splitlines()]
    assert [line["message"] for line in lines if line["logger"] == happenings.name] == ["connected", "message"]
    assert "private" not in configured.getvalue()
    assert accepted.session not in configured.getvalue()
