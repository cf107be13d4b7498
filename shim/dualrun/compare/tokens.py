"""The parts of a text that may differ between two runs of the same program: moments and opaque ids."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from shim.dualrun.compare.moments import CLOCK, HTTP, ISO, LOG, moment_of_text

TokenKind = Literal["timestamp", "id"]

_WORD: Final = r"[A-Za-z0-9_\-+/=]{6,}"
_HIDDEN: Final = r"hmac:[0-9a-f]{16}(?![0-9a-f])"
"""What stands for a secret in a recording."""

_CANDIDATE: Final = re.compile(
    rf"(?<![A-Za-z0-9_:/-])(?:(?P<moment>{HTTP}|{LOG}|{ISO}|{CLOCK})(?![A-Za-z0-9_:-])|{_HIDDEN}|(?P<word>{_WORD}))"
)
_HINT: Final = re.compile(r"\d|[a-z][_\-+/=]*[A-Z]|[A-Z_\-+/=][A-Z][_\-+/=]*[a-z]")
"""Is in every text that has a token: moments have digits, and ids digits or capitals in their middle."""

_UUID: Final = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_SPACE: Final = re.compile(r"\s")
_DIGIT: Final = re.compile(r"\d")
_LETTER: Final = re.compile(r"[^\W\d_]")
_LOWER: Final = re.compile(r"[a-z]")
_UPPER: Final = re.compile(r"[A-Z]")


class Token(NamedTuple):
    kind: TokenKind
    text: str


class Split(NamedTuple):
    """A text as literals and the tokens between them; there is one literal more than there are tokens."""

    literals: tuple[str, ...]
    tokens: tuple[Token, ...]

    @property
    def shape(self) -> str:
        """The text with each token replaced by its kind."""
        parts = [self.literals[0]]
        for token, literal in zip(self.tokens, self.literals[1:], strict=True):
            parts += [f"<{token.kind}>", literal]
        return "".join(parts)


def may_have_tokens(text: str) -> bool:
    """False only for texts without any token; most are told by a quick look."""
    return len(text) > 3 and _HINT.search(text) is not None


@lru_cache(maxsize=4096)
def split(text: str) -> Split:
    if not may_have_tokens(text):
        return Split((text,), ())
    if _UUID.fullmatch(text):
        return Split(("", ""), (Token("id", text),))
    literals: list[str] = []
    tokens: list[Token] = []
    start = 0
    for found in _CANDIDATE.finditer(text):
        token = _token(found)
        if token is not None:
            literals.append(text[start : found.start()])
            tokens.append(token)
            start = found.end()
    return Split((*literals, text[start:]), tuple(tokens))


def is_opaque(text: str) -> bool:
    """Whether a text looks like an id that a program made up: no words of a language look like this."""
    if len(text) < 6 or _SPACE.search(text):
        return False
    if len(text) < 8:
        return _DIGIT.search(text) is not None and _LETTER.search(text) is not None
    # One expression for both would look at the rest of the text from each letter on.
    return _DIGIT.search(text) is not None or bool(_LOWER.search(text, 1) and _UPPER.search(text, 1))


@lru_cache(maxsize=4096)
def same_id_format(left: str, right: str) -> bool:
    """A UUID stays a UUID and a number stays a number; other opaque ids may take another form."""
    if bool(_UUID.fullmatch(left)) != bool(_UUID.fullmatch(right)):
        return False
    return left.isdigit() == right.isdigit()


def _token(found: re.Match[str]) -> Token | None:
    text = found.group()
    if found["moment"] is not None:
        return Token("timestamp", text) if moment_of_text(text) else None
    if text[0].isdigit() and moment_of_text(text):
        return Token("timestamp", text)
    return Token("id", text) if is_opaque(text) else None
