"""What stands for a secret: a keyed hash of it, so that equal secrets stay equal and nobody can try them out."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from collections import OrderedDict
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from shim.bounded_files import FileTooLarge, read_at_most
from shim.dualrun.record.errors import KeyUnusable

DIGITS: Final = 16
"""Hexadecimal digits that are kept of a hash: two of a million secrets are equal once in ten million recordings."""

STANDS_FOR_A_SECRET: Final = re.compile(rf"hmac:[0-9a-f]{{{DIGITS}}}(?![0-9a-f])")

MIN_KEY_BYTES: Final = 16
MAX_KEY_FILE_BYTES: Final = 4096

SHORTEST_REMEMBERED: Final = 8
"""Characters of a secret that is hidden wherever else it turns up; shorter ones may be words of another meaning."""

MAX_REMEMBERED: Final = 65_536
"""Secrets that are remembered; the oldest are forgotten."""

_SCHEME: Final = re.compile(
    r"(?P<scheme>(?:bearer|basic|aws4-hmac-sha256)\s{1,4})(?P<rest>.+)\Z", re.IGNORECASE | re.DOTALL
)
_WORD: Final = re.compile(rf"(?<!hmac:)[A-Za-z0-9_.~+/=%-]{{{SHORTEST_REMEMBERED},}}")


class Hasher:
    """HMAC-SHA-256 (https://www.rfc-editor.org/rfc/rfc2104) under a key that is never told. `key`: 16 bytes or more.

    `names`: secret -> what stands for it instead of its hash, where another one stood in its place before.
    """

    def __init__(self, key: bytes, names: dict[str, str] | None = None) -> None:
        self._key = key
        self._names = dict(names or {})
        self._remembered: OrderedDict[str, None] = OrderedDict.fromkeys(self._names)
        self.key_id = hmac.new(key, b"id of this key", hashlib.sha256).hexdigest()[:8]

    def hide(self, secret: str) -> str:
        """Schemes such as Bearer stay, percent-encoding does not count, and what was hidden before stays as it is."""
        if not secret or STANDS_FOR_A_SECRET.fullmatch(secret):
            return secret
        scheme = _SCHEME.match(secret)
        if scheme is not None:
            return scheme["scheme"] + self.hide(scheme["rest"])
        bare = unquote(secret, errors="surrogateescape") if "%" in secret else secret
        self._remember(bare)
        return self._names.get(bare) or self._hash(bare)

    def hide_known(self, text: str) -> str:
        """The text without secrets that were hidden elsewhere before."""
        return _WORD.sub(self._hide_if_known, text) if self._remembered else text

    def _hide_if_known(self, word: re.Match[str]) -> str:
        text = word[0]
        known = text in self._remembered or ("%" in text and unquote(text) in self._remembered)
        return self.hide(text) if known else text

    def _hash(self, secret: str) -> str:
        return (
            f"hmac:{hmac.new(self._key, secret.encode('utf-8', 'surrogatepass'), hashlib.sha256).hexdigest()[:DIGITS]}"
        )

    def _remember(self, secret: str) -> None:
        if len(secret) >= SHORTEST_REMEMBERED:
            self._remembered[secret] = None
            self._remembered.move_to_end(secret)
            if len(self._remembered) > MAX_REMEMBERED:
                self._remembered.popitem(last=False)


def key_beside(recording: Path) -> Path:
    """Where the key of a recording is kept, unless another place is given: `chat.jsonl` has `chat.key`."""
    return recording.with_suffix(".key")


def read_or_make_key(path: Path) -> bytes:
    """The key in a file that only its owner may read; a new one where there is no file. Raises KeyUnusable."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return read_key(path)
    except OSError as error:
        raise KeyUnusable(path, error.strerror or str(error)) from error
    key = secrets.token_bytes(32)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key.hex() + "\n")
    return key


def read_key(path: Path) -> bytes:
    """Raises KeyUnusable."""
    try:
        mode = path.stat().st_mode
        text = read_at_most(path, MAX_KEY_FILE_BYTES).decode("ascii")
    except OSError as error:
        raise KeyUnusable(path, error.strerror or str(error)) from error
    except FileTooLarge as error:
        raise KeyUnusable(path, str(error)) from None
    except UnicodeDecodeError:
        raise KeyUnusable(path, "it is not hexadecimal digits") from None
    if mode & 0o077:
        raise KeyUnusable(path, f"others may read it (its mode is {mode & 0o777:o}); chmod 600 it")
    try:
        return key_of(text)
    except ValueError as error:
        raise KeyUnusable(path, str(error)) from None


def key_of(text: str) -> bytes:
    """The key that hexadecimal digits say. Raises ValueError."""
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        raise ValueError("it is not hexadecimal digits") from None
    if len(key) < MIN_KEY_BYTES:
        raise ValueError(f"it has {len(key)} bytes; {MIN_KEY_BYTES} are needed at least")
    return key
