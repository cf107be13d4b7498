"""The session in a cookie, for pages that use EventSource, which can't send a header.

`__Host-` binds the cookie to this host over TLS: https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis
Its value is `<session>.<epoch>`, so that a page never takes up the stream of a connection that it did not have.
"""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import Response

from shim.faces.origins import may_use_cookies
from shim.faces.refusal import Refusal
from shim.gateway.events import Pairs

NAME_PARAMETER = "stream"
"""Query parameter that names the cookie; each page that is open at the same time needs a name of its own."""

CUSTOM_HEADER = "X-Requested-With"
"""A page of another origin can't send it without being asked for by a preflight."""

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_VALUE = re.compile(r"([A-Za-z0-9_-]{1,128})\.([0-9a-f]{1,32})", re.ASCII)
_PREFIX = "__Host-stream-"
_NOT_SENT_BY_FORMS = frozenset({"application/json", "application/x-ndjson", "application/octet-stream"})


def stream_name(request: Request) -> str | None:
    """The name of the cookie that a request asks for; None when it asks for none. Raises Refusal."""
    names = request.query_params.getlist(NAME_PARAMETER)
    if not names:
        return None
    if len(names) > 1 or not _NAME.fullmatch(names[0]):
        raise Refusal(400, f"{NAME_PARAMETER} is a name of 1 to 64 letters, digits, _ and -")
    return names[0]


def read_cookie(request: Request, name: str) -> tuple[str, str] | None:
    """Session and epoch; None without a cookie of ours."""
    wanted = _PREFIX + name
    for part in ";".join(request.headers.getlist("cookie")).split(";"):
        found, _equals, value = part.strip().partition("=")
        if found == wanted:
            read = _VALUE.fullmatch(value)
            return None if read is None else (read[1], read[2])
    return None


def set_cookie(response: Response, name: str, session: str, epoch: str) -> None:
    """For as long as the browser runs."""
    _write(response, f"{_PREFIX}{name}={session}.{epoch}")


def clear_cookie(response: Response, name: str) -> None:
    _write(response, f"{_PREFIX}{name}=; Max-Age=0")


def without_session_cookies(headers: Pairs) -> list[tuple[str, str]]:
    """Headers without the secrets of any of our cookies."""
    kept = []
    for name, value in headers:
        if name.lower() == "cookie" and _PREFIX in value:
            others = [part for part in value.split(";") if not part.strip().startswith(_PREFIX)]
            if others:
                kept.append((name, ";".join(others).strip()))
        else:
            kept.append((name, value))
    return kept


def check_site(request: Request, own_origin: str | None, allowed_origins: tuple[str, ...]) -> None:
    """Every request that a cookie may speak for. Raises Refusal: 403."""
    if not may_use_cookies(request.headers, own_origin, allowed_origins):
        raise Refusal(403, "with a cookie, only pages of this origin or of an allowed one may ask")


def check_not_a_form(request: Request) -> None:
    """A form of another site can send neither these types nor a header of its own. Raises Refusal: 403."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in _NOT_SENT_BY_FORMS and CUSTOM_HEADER.lower() not in request.headers:
        raise Refusal(403, f"with a cookie, a message is JSON or NDJSON, or has the header {CUSTOM_HEADER}")


def _write(response: Response, pair: str) -> None:
    response.headers.append("Set-Cookie", f"{pair}; Path=/; Secure; HttpOnly; SameSite=Strict")
