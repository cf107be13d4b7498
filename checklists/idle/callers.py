"""Who still comes: the senders in lines of a stage's access log, most first. They are whom people go and ask.

A line is read as the JSON or the text of API Gateway's own examples, whatever else was put into it:
https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-logging.html
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from ipaddress import ip_address
from itertools import islice
from pathlib import Path
from typing import Final, TextIO

from migrator.errors import WsSseError


class AccessLogNotRead(WsSseError):
    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(path, reason)

    def __str__(self) -> str:
        return f"The access log {self.path} can't be read ({self.reason})."


MOST_LINES: Final = 200_000
MOST_SENDERS: Final = 10_000
MOST_CHARACTERS: Final = 8192
"""Of one line; what is longer is cut, since anybody can send a long header."""

_NAME_CHARACTERS: Final = 120
_ADDRESS_KEYS: Final = ("ip", "sourceip", "identity.sourceip", "source_ip", "clientip")
_AGENT_KEYS: Final = ("useragent", "user_agent", "user-agent", "identity.useragent")
_TOKEN: Final = re.compile(r"[0-9A-Fa-f:.]{3,45}")


def callers_in(path: Path) -> tuple[str, ...]:
    """Of an access log that was exported. Raises AccessLogNotRead."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return callers(_lines(file))
    except OSError as error:
        raise AccessLogNotRead(path, error.strerror or str(error)) from error


def callers(lines: Iterable[str], most: int = 10) -> tuple[str, ...]:
    """'203.0.113.7 okhttp/4.12: 12 times'. Lines without an address are left out. Only printable characters come out;
    whoever shows it escapes it for the form that it is in."""
    counted: Counter[str] = Counter()
    for line in islice(lines, MOST_LINES):
        sender = _sender(line[:MOST_CHARACTERS])
        if sender and (sender in counted or len(counted) < MOST_SENDERS):
            counted[sender] += 1
    ordered = sorted(counted.items(), key=lambda one: (-one[1], one[0]))
    return tuple(f"{sender}: {count} {'time' if count == 1 else 'times'}" for sender, count in ordered[:most])


def _lines(file: TextIO) -> Iterator[str]:
    """The beginning of each line: what a long one goes on with is no line."""
    whole = True
    while part := file.readline(MOST_CHARACTERS):
        if whole:
            yield part
        whole = part.endswith("\n")


def _sender(line: str) -> str:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return next((token for token in _TOKEN.findall(line) if _is_address(token)), "")
    if not isinstance(fields, dict):
        return ""
    lower = {str(key).lower(): value for key, value in fields.items()}
    address = next((str(lower[key]) for key in _ADDRESS_KEYS if key in lower), "")
    agent = next((str(lower[key]) for key in _AGENT_KEYS if key in lower), "")
    if not _is_address(address):
        return ""
    return f"{address} {_printable(agent)}".strip() if agent not in {"", "-"} else address


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _printable(text: str) -> str:
    return "".join(one if one.isprintable() else " " for one in text[:_NAME_CHARACTERS])
