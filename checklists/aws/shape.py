"""What of an answer of boto3 goes into an estate: plain values, and no secrets."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final
from urllib.parse import urlsplit

from pydantic import JsonValue

from shim.redaction import HIDDEN, is_secret_name, redact

_KEYS_BY_LOOKS: Final = re.compile(
    r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"
    r"|\b(?:gh[pousr]|github_pat)_\w{20,}|\bxox[abeoprs]-[\w-]{10,}|\b[rs]k_(?:live|test)_\w{10,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END|\Z)",
    re.DOTALL,
)
"""Keys whose issuers gave them a form: of AWS, GitHub, Slack, Stripe, and in PEM."""


def plain(value: object) -> JsonValue:
    """The value as JSON has it, secrets hidden. Bytes are left out: nobody knows what they say."""
    if isinstance(value, Mapping):
        return {str(key): _named(str(key), one) for key, one in value.items() if not isinstance(one, bytes)}
    if isinstance(value, list | tuple | set):
        return [plain(one) for one in value if not isinstance(one, bytes)]
    if isinstance(value, datetime):
        return moment(value).isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    return text(str(value))


def parsed(value: str) -> JsonValue:
    """A text that is JSON, read; one that is none, or that is nested too deep, stays a text."""
    try:
        return plain(json.loads(value))
    except (ValueError, RecursionError):
        return plain(value)


def kept(answer: Mapping[str, object], *keys: str) -> dict[str, JsonValue]:
    """Those of the keys that the answer has."""
    return {key: _named(key, answer[key]) for key in keys if key in answer}


def ordered(several: Iterable[Mapping[str, object]], name: str) -> list[JsonValue]:
    """Rows by what they have under the name: AWS lists some in another order each time."""
    return [plain(one) for one in sorted(several, key=lambda row: str(row.get(name)))]


def tags(found: object) -> dict[str, str]:
    """Tags as the services give them: a mapping, or pairs of Key and Value, or of key and value."""
    if isinstance(found, Mapping):
        pairs = [(str(key), str(value)) for key, value in found.items()]
    else:
        several = found if isinstance(found, Iterable) else ()
        pairs = [
            (str(one.get("Key", one.get("key", ""))), str(one.get("Value", one.get("value", "")))) for one in several
        ]
    return {key: HIDDEN if value and is_secret_name(key) else text(value) for key, value in sorted(pairs)}


def text(value: str) -> str:
    """Without what is called as secrets are, or looks like one. ARNs stay: `…:secret:NAME` is a name."""
    return value if value.startswith("arn:") and " " not in value else redact(_KEYS_BY_LOOKS.sub(HIDDEN, value))


def address(value: str) -> str:
    """An ARN as it is; of a web address only scheme and host, for webhooks have their secret in the path."""
    if value.startswith("arn:"):
        return value
    try:
        parts = urlsplit(value)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.hostname}" if parts.scheme and parts.hostname else ""


def moment(value: datetime) -> datetime:
    """In UTC, and whole seconds: what AWS answers has milliseconds in one service and none in the next."""
    return value.astimezone(UTC).replace(microsecond=0)


def moment_of(answer: Mapping[str, object], key: str) -> datetime | None:
    value = answer.get(key)
    return moment(value) if isinstance(value, datetime) else None


def moment_of_ms(answer: Mapping[str, object], key: str) -> datetime | None:
    """Of milliseconds since 1970, as CloudWatch Logs counts."""
    value = answer.get(key)
    return moment(datetime.fromtimestamp(value / 1000, UTC)) if isinstance(value, int) else None


def _named(name: str, value: object) -> JsonValue:
    if isinstance(value, str) and is_secret_name(name) and not value.startswith("arn:"):
        return HIDDEN
    return plain(value)
