"""Text without secrets: what stands where tokens, sessions and signatures stand never gets out.

Values are found by what they are called, in whatever notation libraries and applications print them: header lines,
query strings, assignments, JSON, and the representations of Python. In doubt more is hidden than needed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Final

from templates.text import visible

HIDDEN: Final = "[redacted]"

_NAMES: Final = (
    "authorization|cookie|session(?:[-_]?id)?|token|ticket|auth|jwt|secret|password|passwd|passphrase|"
    "signature|credential|credentials|api[-_]?key|access[-_]?key|private[-_]?key|client[-_]?key"
)
"""How names of secrets end: `Stream-Session`, `access_token`, `X-Amz-Credential`, `aws_secret_access_key`."""

_NAME: Final = re.compile(
    rf"(?:{_NAMES})"
    r"(?:(?P<quoted>\\{0,16}[\"'])\s{0,4}[:=,]|\s{0,4}(?P<mark>=|:|(?:%2[27])?%3[ad]))\s{0,4}"
    r"(?P<open>(?:[\[(]\s{0,4})?)(?:[bru](?=\\{0,16}[\"']))?(?P<quote>\\{0,16}[\"'])?",
    re.IGNORECASE,
)
_WHOLE_LINE: Final = re.compile(r"(?:authorization|cookie)\s{0,4}:\s{0,4}$", re.IGNORECASE)
"""Values of these headers have spaces in them."""

_NEXT_OF_LIST: Final = re.compile(r"\s{0,4},\s{0,4}[bru]?(?P<quote>\\{0,16}[\"'])")
_LINE: Final = re.compile(r"[^\r\n]*")
_WORD: Final = re.compile(r"[^\s&\"<>]*")

_BY_LOOKS: Final = re.compile(
    r"(?P<scheme>\b(?:bearer|basic|aws4-hmac-sha256)\s{1,4})[^\s\"']+"
    r"|eyJ[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)+"
    r"|(?P<user>://)[^\s/]*@",
    re.IGNORECASE,
)
"""Credentials after their scheme, JSON Web Tokens (https://www.rfc-editor.org/rfc/rfc7519), users in addresses."""


Hide = Callable[[str], str]
"""What stands for a secret, given what stands in its place: usually the secret itself, at times more than that."""


def _hidden(_secret: str) -> str:
    return HIDDEN


def redact(text: str, hide: Hide = _hidden) -> str:
    """The text with `[redacted]`, or what `hide` gives, in place of every secret that can be told to be one."""
    return _BY_LOOKS.sub(partial(_by_looks, hide), _by_name(text, hide))


def redact_by_looks(text: str, hide: Hide) -> str:
    """Only credentials after their scheme, JSON Web Tokens, and users in addresses."""
    return _BY_LOOKS.sub(partial(_by_looks, hide), text)


def may_hold_secrets(text: str) -> bool:
    """Whether there is a name of a secret in it, or the beginning of one; quicker than to look for the secret."""
    return _SUSPICIOUS.search(text.casefold()) is not None


@lru_cache(256)
def is_secret_name(name: str) -> bool:
    """Whether what is called so is not to be shown."""
    return _ENDS.search(name) is not None


def one_line(text: str, most: int, keep: str = "") -> str:
    """Redacted, with control, reordering and hidden characters spelled out, and of at most `most` characters: of
    longer text the middle is left out. `keep`: characters that stay, such as line breaks."""
    shown = redact(text[: 16 * most])  # whatever is cut off here, its beginning is known
    if not shown.isprintable():
        shown = visible(shown, keep)
    if len(shown) <= most:
        return shown
    half = (most - 1) // 2
    return f"{shown[: most - 1 - half]}…{shown[len(shown) - half :]}"


_SUSPICIOUS: Final = re.compile(rf"{_NAMES}|bearer|basic|aws4-hmac-sha256|eyj|://")
"""In text without capitals: that is ten times as fast as a pattern that ignores them."""

_ENDS: Final = re.compile(rf"(?:{_NAMES})\Z", re.IGNORECASE)


def _by_name(text: str, hide: Hide) -> str:
    """Looks on within what it hides, for a value may end there that only looked like one: `"cookie", "token": "…"`."""
    kept: list[str] = []
    shown_from = search_from = hidden_from = 0
    ends: dict[re.Pattern[str], int] = {}
    while shown_from < len(text) and (found := _NAME.search(text, search_from)) is not None:
        search_from = found.end()
        if search_from > shown_from:
            if hidden_from:
                kept.append(hide(text[hidden_from:shown_from]))
            kept.append(text[shown_from:search_from])
            shown_from = hidden_from = search_from
        shown_from = max(shown_from, _end_of_value(text, found, ends))
    if not hidden_from:
        return text
    kept += (hide(text[hidden_from:shown_from]), text[shown_from:])
    return "".join(kept)


def _end_of_value(text: str, found: re.Match[str], ends: dict[re.Pattern[str], int]) -> int:
    """`ends`: where the latest line and word ended, so that a long one is read once and not for each name in it."""
    quote = found["quote"]
    if quote is None:
        whole = found["open"] or found["quoted"] or (found["mark"] == ":" and _WHOLE_LINE.search(found[0]))
        kind = _LINE if whole else _WORD
        if ends.get(kind, 0) <= found.end():
            ended = kind.match(text, found.end())
            ends[kind] = found.end() if ended is None else ended.end()
        return ends[kind]
    end = _end_of_quoted(text, found.end(), quote)
    while found["open"] and (more := _NEXT_OF_LIST.match(text, end + len(quote))) is not None:
        quote = more["quote"]
        end = _end_of_quoted(text, more.end(), quote)
    return end


def _end_of_quoted(text: str, start: int, quote: str) -> int:
    """Where the closing quote begins: behind as many backslashes as the opening one. Quotes within have others."""
    closing = text.find(quote, start)
    while closing > start and text[closing - 1] == "\\" and closing != -1:
        closing = text.find(quote, closing + len(quote))
    return len(text) if closing == -1 else closing


def _by_looks(hide: Hide, found: re.Match[str]) -> str:
    whole, scheme, user = found[0], found["scheme"] or "", found["user"]
    if user:
        return f"{user}{hide(whole[len(user) : -1])}@"
    return f"{scheme}{hide(whole[len(scheme) :])}"
