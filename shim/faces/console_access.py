"""The door of the console: this machine, or the token; and nobody through the browser of someone who is inside."""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from shim.faces.operators import (
    TokenGate,
    Unauthorized,
    bearer_token,
    check_token_option,
    source_of,
    who_asks,
)
from shim.faces.refusal import Refusal

PATH: Final = "/-/console"
COOKIE: Final = "ws2sse_console"
ACTION_HEADER: Final = "Console-Action"
"""Every call that changes something has it; a page of another origin can't send it unasked."""

MOST_SESSIONS: Final = 32


@dataclass(frozen=True, slots=True)
class ConsoleOptions:
    """Who may use the console, and what it says. Raises InvalidFaceOptions."""

    token: str | None = field(default=None, repr=False)
    """What everyone has to give, on the page or as `Authorization: Bearer …`, at least 16 characters. Default None:
    nobody but this machine may use it."""

    local: bool = True
    """Whether this machine may use it without a token while none is set. Default true; to be turned off where a proxy
    on the same machine stands in front and passes its own address on as Host."""

    session_s: float = 43_200.0
    """Seconds for which a browser stays inside after the token was given. Default 12 hours."""

    feeds: int = 8
    """Most pages that are told what happens at the same time. Default 8."""

    backend: str = "python"
    """What the page calls whoever stands behind the service."""

    def __post_init__(self) -> None:
        check_token_option(self.token)


class ConsoleAccess:
    """Sessions of browsers in memory, by digest. `clock`: seconds, never set back."""

    def __init__(self, options: ConsoleOptions, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._options = options
        self._clock = clock
        self._gate = None if options.token is None else TokenGate(options.token, clock=clock)
        self._sessions: OrderedDict[bytes, float] = OrderedDict()

    @property
    def has_token(self) -> bool:
        return self._gate is not None

    def check(self, request: Request) -> None:
        """Raises Refusal: 403 where nobody may enter, 401 without the token, TooManyWrong after wrong ones."""
        if self._gate is None or bearer_token(request) is not None:
            who_asks(request, self._gate, local=self._options.local)
        elif not self._inside(request):
            raise Unauthorized

    def check_reading(self, request: Request) -> None:
        """For what scripts read: `check`, and from no other site. Raises as that."""
        self.check(request)
        check_no_other_site(request)

    def check_action(self, request: Request) -> None:
        """For what changes something: `check_reading`, from our own page. Raises as that."""
        self.check_reading(request)
        check_action_header(request, ACTION_HEADER)

    def enter(self, token: str, request: Request, response: Response) -> bool:
        """Whether the token is right; then the response lets the browser in. Raises TooManyWrong."""
        if self._gate is None or not self._gate.takes(token, source_of(request)):
            return False
        session = secrets.token_urlsafe(32)
        self._sessions[_digest(session)] = self._clock() + self._options.session_s
        if len(self._sessions) > MOST_SESSIONS:
            self._sessions.popitem(last=False)
        secure = request.url.scheme == "https" or request.headers.get("x-forwarded-proto") == "https"
        response.set_cookie(
            COOKIE,
            session,
            max_age=int(self._options.session_s),
            path=PATH,
            secure=secure,
            httponly=True,
            samesite="strict",
        )
        return True

    def leave(self, request: Request, response: Response) -> None:
        self._sessions.pop(_digest(request.cookies.get(COOKIE, "")), None)
        response.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="strict")

    def _inside(self, request: Request) -> bool:
        """Found by digest, so that the time of a look-up says nothing of the secret."""
        digest = _digest(request.cookies.get(COOKIE, ""))
        until = self._sessions.get(digest)
        if until is None:
            return False
        if self._clock() < until:
            return True
        del self._sessions[digest]
        return False


def check_no_other_site(request: Request) -> None:
    """By what the browser says. Raises Refusal."""
    if request.headers.get("sec-fetch-site") in {"cross-site", "same-site"}:
        raise Refusal(403, "not from another site")


def check_action_header(request: Request, name: str) -> None:
    """Of a call that changes something: from our own page, or from no browser. Raises Refusal."""
    check_same_origin(request)
    if request.headers.get(name) != "1":
        raise Refusal(403, f"the header {name}: 1 is missing")


def check_same_origin(request: Request) -> None:
    """By what the browser says; who says nothing is no browser. Raises Refusal."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        raise Refusal(403, "not from another site")
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc.lower() != request.headers.get("host", "").lower():
        raise Refusal(403, "not from another origin")


def _digest(session: str) -> bytes:
    return sha256(session.encode("utf-8", "surrogatepass")).digest()
