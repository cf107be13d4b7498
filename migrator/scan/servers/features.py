"""What the code around a server does with its connections, as far as words tell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from migrator.inventory.model import ServerFeature

_SIGNS: Final[tuple[tuple[ServerFeature, re.Pattern[str]], ...]] = (
    (
        "broadcast",
        re.compile(
            r"\.clients\b|\bio\.(?:sockets\.)?emit\(|\bbroadcast\w*\s*[.(]|\bpublish\(|server\.emit\("
            r"|(?:for\s*\(.{0,60}(?:of|in)\s+|forEach\(.{0,60}|for\s+\w+\s+in\s+)[^\n]*\n?[^\n]*\.send\w*\("
        ),
    ),
    (
        "rooms",
        re.compile(
            r"(?i)\b(?:socket|client|connection|ws)\w*\.join\(|\bio\.(?:to|in)\(|socket\.to\(|\.subscribe\(\s*[\"'`]"
            r"|\brooms?(?:\s*[\[.(]|\s*(?::[^=\n]{1,40})?=\s*(?:new (?:Map|Set)|\{|dict|defaultdict))"
            r"|enter_room|join_room|group_add"
        ),
    ),
    ("redis", re.compile(r"(?i)\b(?:io)?redis\b|channels_redis|redis-adapter")),
)


def features(*texts: str) -> tuple[ServerFeature, ...]:
    """`texts`: the server's file and what it imports."""
    return tuple(dict.fromkeys(_found(texts)))


def _found(texts: tuple[str, ...]) -> Iterator[ServerFeature]:
    for feature, sign in _SIGNS:
        if any(sign.search(text) for text in texts):
            yield feature
