"""JSON, escapes and encodings as `$input` and `$util` have them."""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from typing import Final, NoReturn
from urllib.parse import quote, unquote_plus

from shim.gateway.vtl.errors import Refusal

_ESCAPED: Final = re.compile(r"['\"\\/]|[^ -~]")
_SHORT: Final = {"\b": "\\b", "\n": "\\n", "\t": "\\t", "\f": "\\f", "\r": "\\r"}


def parse_json(text: str) -> object:
    """Raises Refusal. NaN and Infinity are no JSON."""
    try:
        return json.loads(text, parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise Refusal("the text is not JSON") from error


def print_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def escape_javascript(text: str) -> str:
    r"""Quotes, backslashes, slashes and control characters get a backslash; what is not ASCII becomes `\uXXXX`."""
    return _ESCAPED.sub(_escape, text)


def url_encode(text: str) -> str:
    """As HTML forms encode: a space is a plus sign."""
    encoded = quote(well_formed(text), safe="* ").replace("~", "%7E")
    return encoded.replace(" ", "+")


def url_decode(text: str) -> str:
    return unquote_plus(text, errors="replace")


def base64_encode(text: str) -> str:
    return base64.b64encode(well_formed(text).encode()).decode("ascii")


def base64_decode(text: str) -> str:
    """What is no UTF-8 becomes U+FFFD. Raises Refusal."""
    try:
        return base64.b64decode(text, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError) as error:
        raise Refusal("the text is not base64") from error


def well_formed(text: str) -> str:
    """Halves of surrogate pairs, which JSON may hold and UTF-8 may not, become question marks, as Java encodes them."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    if character in "'\"\\/":
        return "\\" + character
    if character in _SHORT:
        return _SHORT[character]
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02X}{units[at + 1]:02X}" for at in range(0, len(units), 2))


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value
