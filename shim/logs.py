"""Logs: one line for each thing that happens, as text for people or JSON for machines, without anybody's secrets."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal, TextIO

from shim.gateway.definition import ApiDefinition
from shim.observing import Connected, Disconnected, Happening, MessageHandled, Observer, Refused
from shim.redaction import HIDDEN, is_secret_name, one_line

Form = Literal["text", "json"]
Level = Literal["debug", "info", "warning", "error"]
Field = str | int | float | bool | None

FIELDS: Final = "ws2sse_fields"
"""Attribute of a log record with what it says besides its message: name -> value. Given as `extra`."""

LONGEST: Final = 2_048
EXCEPTION_CHARACTERS: Final = 16_384

happenings: Final = logging.getLogger("shim.happenings")


@dataclass(frozen=True, slots=True)
class LogOptions:
    """What is logged, and how."""

    form: Form = "text"
    """`json`: one object a line. Default `text`."""

    level: Level = "info"
    """The least that is logged. Default `info`."""

    messages: bool = True
    """Whether each message of a client is a line; those that failed always are. Default true."""

    longest: int = LONGEST
    """Most characters of a message or a field; the middle of longer ones is left out. Default 2,048."""


def configure_logging(options: LogOptions | None = None, stream: TextIO | None = None) -> None:
    """Sends every log of this process to `stream`, None: to standard error. Replaces what was configured before.

    Those of uvicorn come too, but not its access log, which would repeat addresses with their query strings: give it
    `log_config=None, access_log=False`.
    """
    chosen = options or LogOptions()
    handler = logging.StreamHandler(sys.stderr if stream is None else stream)
    handler.setFormatter(JsonFormatter(chosen.longest) if chosen.form == "json" else TextFormatter(chosen.longest))
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(chosen.level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = name != "uvicorn.access"
    for talkative in ("httpx", "httpcore", "urllib3", "botocore", "boto3"):  # they print addresses, headers and bodies
        logging.getLogger(talkative).setLevel(logging.WARNING)


class TextFormatter(logging.Formatter):
    """`time level logger: message name=value …`, and below it, indented, the traceback. `longest`: of each part."""

    def __init__(self, longest: int = LONGEST) -> None:
        super().__init__()
        self._longest = longest

    def format(self, record: logging.LogRecord) -> str:
        begin = f"{_time(record)} {record.levelname:<7} {one_line(record.name, 200)}:"
        parts = [begin, _message(record, self._longest)]
        parts += [f"{name}={_as_text(value)}" for name, value in _fields(record, self._longest).items()]
        line = " ".join(parts)
        trace = _exception(record)
        return line if trace is None else "\n    | ".join([line, *trace.split("\n")])


class JsonFormatter(logging.Formatter):
    """One object in one line of ASCII: `time`, `level`, `logger`, `message`, the fields, and `exception`."""

    def __init__(self, longest: int = LONGEST) -> None:
        super().__init__()
        self._longest = longest

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Field] = {
            **_fields(record, self._longest),
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": one_line(record.name, 200),
            "message": _message(record, self._longest),
        }
        trace = _exception(record)
        if trace is not None:
            told["exception"] = trace
        return json.dumps(told, allow_nan=False)


def log_happenings(api: ApiDefinition, options: LogOptions | None = None) -> Observer:
    """An observer that writes a line for each happening: who, which route, what became of it, how long, how much."""
    messages = (options or LogOptions()).messages
    always: dict[str, Field] = {"api": api.api_id, "stage": api.stage}

    def observe(happening: Happening) -> None:
        level = _level(happening)
        if not happenings.isEnabledFor(level):
            return
        if isinstance(happening, MessageHandled) and not messages and level == logging.INFO:
            return
        words, fields = _told(happening)
        happenings.log(level, words, extra={FIELDS: {**always, **fields}})

    return observe


def _level(happening: Happening) -> int:
    match happening:
        case Refused(status=status):
            return logging.WARNING if status >= 500 else logging.INFO
        case MessageHandled(outcome=outcome):
            return logging.INFO if outcome in {"handled", "forbidden", "bad_request"} else logging.WARNING
        case Disconnected(failed=True):
            return logging.WARNING
    return logging.INFO


def _told(happening: Happening) -> tuple[str, dict[str, Field]]:
    match happening:
        case Connected(connection_id, face, source_ip, latency_s):
            return "connected", {
                "connection": connection_id,
                "face": face,
                "source_ip": source_ip,
                "latency_ms": _ms(latency_s),
            }
        case Refused(connection_id, face, source_ip, status, message):
            return "refused", {
                "connection": connection_id,
                "face": face,
                "source_ip": source_ip,
                "status": status,
                "reason": message,
            }
        case MessageHandled(connection_id, message_id, route_key, outcome, latency_s, body_bytes):
            return "message", {
                "connection": connection_id,
                "message_id": message_id,
                "route": route_key,
                "outcome": outcome,
                "latency_ms": _ms(latency_s),
                "bytes": body_bytes,
            }
        case Disconnected(connection_id, code, reason, failed):
            return "disconnected", {
                "connection": connection_id,
                "code": code,
                "reason": reason,
                "disconnect_failed": failed,
            }


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)


def _time(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _message(record: logging.LogRecord, longest: int) -> str:
    try:
        text = record.getMessage()
    except Exception:  # noqa: BLE001 - libraries log what does not fit, and a log must not fail
        text = f"{record.msg} (its arguments do not fit)"
    return one_line(text, longest)


def _fields(record: logging.LogRecord, longest: int) -> dict[str, Field]:
    fields: Mapping[str, Any] = getattr(record, FIELDS, {})
    return {name: HIDDEN if is_secret_name(name) else _field(value, longest) for name, value in fields.items()}


def _field(value: Any, longest: int) -> Field:  # noqa: ANN401 - whatever was given
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float) and abs(value) < float("inf"):
        return value
    return one_line(str(value), longest)


def _as_text(value: Field) -> str:
    if isinstance(value, str) and value.isascii() and value and not set(value) & {" ", '"', "=", "\\"}:
        return value
    return json.dumps(value, ensure_ascii=False)


def _exception(record: logging.LogRecord) -> str | None:
    """Its lines, ended by a line feed each, whatever its text holds; None without one."""
    if record.exc_info is None and record.exc_text is None and record.stack_info is None:
        return None
    formatted = logging.Formatter()
    text = formatted.formatException(record.exc_info) if record.exc_info else record.exc_text or ""
    if record.stack_info:
        text = f"{text}\n{record.stack_info}".lstrip("\n")
    return one_line(text, EXCEPTION_CHARACTERS, keep="\n")
