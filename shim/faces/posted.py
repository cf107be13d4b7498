"""What a POST brings: one message, or a batch. Every body has a limit of size and of time."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from starlette.requests import ClientDisconnect, Request

from shim.faces.bodies import read_body
from shim.faces.ndjson import BadLine, read_lines, read_strings
from shim.faces.options import FaceOptions
from shim.faces.refusal import Refusal

BATCH = "application/x-ndjson"
BYTES = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Posted:
    """`fingerprint` tells one body from another, for Idempotency-Key."""

    messages: tuple[str | bytes, ...]
    fingerprint: str
    batch: bool = False


async def read_posted(request: Request, options: FaceOptions, payload_bytes: int) -> Posted:
    """Raises Refusal: 400, 408, 413, 415."""
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Refusal(415, "a body is sent as it is, without a Content-Encoding")
    media_type, _semicolon, parameters = request.headers.get("content-type", "").partition(";")
    media_type = media_type.strip().lower()
    as_strings = _lines_are_strings(parameters) if media_type == BATCH else False
    body = await bounded_body(request, options.batch_bytes if media_type == BATCH else payload_bytes, options.body_s)
    fingerprint = hashlib.sha256(f"{media_type} {as_strings} ".encode() + body).hexdigest()[:32]
    if media_type == BYTES:
        return Posted((body,), fingerprint)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refusal(400, "a message is UTF-8 text") from error
    if media_type != BATCH:
        return Posted((text,), fingerprint)
    lines = text.count("\n") + (not text.endswith("\n"))
    if lines > options.batch_lines:  # before any is looked at
        raise Refusal(413, f"the batch holds {lines} messages; at most {options.batch_lines} are taken at once")
    try:
        messages = read_strings(text) if as_strings else read_lines(text)
    except BadLine as error:
        raise Refusal(400, str(error)) from error
    _check_batch(messages, payload_bytes)
    return Posted(tuple(messages), fingerprint, batch=True)


async def bounded_body(request: Request, limit: int, within_s: float) -> bytes:
    """Raises Refusal: 408 for a client that dribbles, 413, and 400 for a body that broke off."""
    try:
        body = await read_body(request, limit, within_s)
    except TimeoutError as error:
        raise Refusal(408, f"the body did not arrive within {within_s:g} seconds", {"Connection": "close"}) from error
    except ClientDisconnect as error:
        raise Refusal(400, "the body broke off") from error
    if body is None:
        raise Refusal(413, f"at most {limit} bytes")
    return body


def _lines_are_strings(parameters: str) -> bool:
    given = "".join(parameters.split()).lower()
    if given not in {"", "charset=utf-8", "lines=strings"}:
        raise Refusal(415, f"{BATCH} has no parameter but lines=strings")
    return given == "lines=strings"


def _check_batch(messages: list[str], payload_bytes: int) -> None:
    """Raises Refusal."""
    if not messages:
        raise Refusal(400, "the batch holds no message")
    for number, message in enumerate(messages, 1):
        if len(message.encode("utf-8")) > payload_bytes:
            raise Refusal(413, f"line {number} of the batch is longer than {payload_bytes} bytes")
