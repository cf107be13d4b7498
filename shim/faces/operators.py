"""Who may look at the shim: those who ask from this machine itself, or who have the token."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from typing import Final

from starlette.requests import Request

from shim.faces.options import InvalidFaceOptions
from shim.faces.refusal import Refusal

SHORTEST_TOKEN: Final = 16
WRONG_FOR_FREE: Final = 3
"""Wrong tokens of one address before it has to wait: 1 second, then twice as long each time, to `LONGEST_WAIT_S`."""
LONGEST_WAIT_S: Final = 60.0
MOST_ADDRESSES: Final = 1_024

_LOCAL_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
_OF_A_PROXY: Final = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")


class TooManyWrong(Refusal):
    """Raised while an address has to wait after wrong tokens."""

    def __init__(self, retry_after_s: int) -> None:
        self.retry_after_s = retry_after_s
        message = f"too many wrong tokens; try again in {retry_after_s} s"
        super().__init__(429, message, {"Retry-After": str(retry_after_s)})


class Unauthorized(Refusal):
    """Raised where a token is wanted, and the request has none, or a wrong one."""

    def __init__(self) -> None:
        super().__init__(401, "Unauthorized", {"WWW-Authenticate": "Bearer"})


def is_local(request: Request) -> bool:
    """Whether the request was made on this machine, to a name that only this machine has.

    The Host keeps out pages of others whose name was made to lead here (DNS rebinding). What came through a proxy is
    not local: headers of one say so, or HTTP/1.0, which no browser speaks and some proxies do.
    """
    if request.client is None or request.scope.get("http_version") == "1.0":
        return False
    try:
        peer = ip_address(request.client.host)
    except ValueError:
        return False
    mapped = getattr(peer, "ipv4_mapped", None) or peer
    if not mapped.is_loopback or any(name in request.headers for name in _OF_A_PROXY):
        return False
    host = request.headers.get("host", "").lower()
    name, colon, port = host.rpartition(":")
    if not colon or "]" in port:
        name, port = host, ""
    return name in _LOCAL_HOSTS and (not port or port.isdigit())


def check_token_option(token: str | None) -> None:
    """Raises InvalidFaceOptions for a token that could be guessed."""
    if token is not None and len(token) < SHORTEST_TOKEN:
        raise InvalidFaceOptions("token", f"must have at least {SHORTEST_TOKEN} characters")


class TokenGate:
    """Compares tokens in constant time, and slows down who brings wrong ones. `clock`: seconds, never set back.

    `tokens`: the one that there is, or name -> token of each operator.
    """

    def __init__(self, tokens: str | Mapping[str, str], *, clock: Callable[[], float] = time.monotonic) -> None:
        named = {"": tokens} if isinstance(tokens, str) else tokens
        self._digests = {name: _digest(token) for name, token in named.items()}
        self._clock = clock
        self._wrong: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def takes(self, given: str, source: str) -> bool:
        """Whether it is a token. `source`: the address that it came from. Raises TooManyWrong."""
        return self.whose(given, source) is not None

    def whose(self, given: str, source: str) -> str | None:
        """The name of whose token it is; None when it is nobody's. Raises TooManyWrong."""
        now = self._clock()
        wrong, wait_until = self._wrong.get(source, (0, 0.0))
        if now < wait_until:
            raise TooManyWrong(int(wait_until - now) + 1)
        digest = _digest(given)
        found = [name for name, known in self._digests.items() if hmac.compare_digest(digest, known)]
        if found:
            self._wrong.pop(source, None)
            return found[0]
        wrong += 1
        wait_s = min(2.0 ** min(wrong - WRONG_FOR_FREE, 10), LONGEST_WAIT_S) if wrong >= WRONG_FOR_FREE else 0.0
        self._wrong[source] = (wrong, now + wait_s)
        self._wrong.move_to_end(source)
        if len(self._wrong) > MOST_ADDRESSES:
            self._wrong.popitem(last=False)
        return None


def who_asks(request: Request, gate: TokenGate | None, *, local: bool) -> str:
    """The name of whose token the request has; '' where there is one token for all, or none.

    `gate` None: nobody has a token, and `local` says whether this machine is let in. Raises Refusal with 403 where
    nobody is, Unauthorized, or TooManyWrong.
    """
    if gate is None:
        if not local or not is_local(request):
            raise Refusal(403, "Forbidden")
        return ""
    name = gate.whose(bearer_token(request) or "", source_of(request))
    if name is None:
        raise Unauthorized
    return name


def bearer_token(request: Request) -> str | None:
    """https://www.rfc-editor.org/rfc/rfc6750#section-2.1; None without one."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def source_of(request: Request) -> str:
    return "" if request.client is None else request.client.host


def _digest(token: str) -> bytes:
    """Of one length for all, so that comparing says nothing of the length either."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
