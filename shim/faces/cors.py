"""Which pages of other origins may use the SSE protocol: https://fetch.spec.whatwg.org/#http-cors-protocol"""

from __future__ import annotations

import re

from starlette.datastructures import Headers
from starlette.responses import Response

from shim.faces.origins import normal_origin
from shim.faces.refusal import Refusal

METHODS = "GET, POST, DELETE"
EXPOSED = "Preference-Applied, Retry-After"
PREFLIGHT_AGE_S = 600
"""Seconds for which a browser remembers the answer to a preflight."""

_HEADER_NAMES = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}(?:[ \t]*,[ \t]*[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}){0,63}")


class Cors:
    """`allowed`: normal origins; `*` among them for any, then without credentials."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        self._allowed = frozenset(allowed)
        self._any = "*" in allowed
        self._same_for_all = self._allowed == {"*"}

    def preflight(self, request_headers: Headers) -> Response:
        """What a browser asks before a request that a form could not have made. Raises Refusal."""
        if not self._allowed:
            raise Refusal(403, "pages of other origins are not allowed here")
        if "access-control-request-method" not in request_headers or not self._granted(request_headers):
            raise Refusal(403, "this origin is not allowed")
        headers = {"Access-Control-Allow-Methods": METHODS, "Access-Control-Max-Age": str(PREFLIGHT_AGE_S)}
        asked = request_headers.get("access-control-request-headers", "")
        if asked:
            if not _HEADER_NAMES.fullmatch(asked):
                raise Refusal(400, "Access-Control-Request-Headers names no headers")
            headers["Access-Control-Allow-Headers"] = asked
        return Response(status_code=204, headers=headers)

    def apply(self, request_headers: Headers, response: Response) -> Response:
        """Adds what lets the page that asked read the response, refusals and streams included."""
        if not self._allowed:
            return response
        if not self._same_for_all:
            response.headers.add_vary_header("Origin")
        granted = self._granted(request_headers)
        if granted is not None:
            response.headers["Access-Control-Allow-Origin"] = granted
            response.headers["Access-Control-Expose-Headers"] = EXPOSED
            if granted != "*":
                response.headers["Access-Control-Allow-Credentials"] = "true"
        return response

    def _granted(self, request_headers: Headers) -> str | None:
        """What Access-Control-Allow-Origin says; the origin as the browser wrote it, for it compares bytes."""
        origin = request_headers.get("origin")
        if origin is None:
            return None
        if normal_origin(origin) in self._allowed:
            return origin
        return "*" if self._any else None
