"""Where a browser says that a request comes from: Origin and Sec-Fetch-Site.

https://datatracker.ietf.org/doc/html/rfc6454#section-7, https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
"""

from __future__ import annotations

import re
from collections.abc import Collection

from starlette.datastructures import Headers

_ORIGIN = re.compile(r"(https?)://([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?", re.ASCII)
_DEFAULT_PORTS = {"http": "80", "https": "443"}


def normal_origin(value: str) -> str | None:
    """`scheme://host[:port]` in lower case without the port that the scheme implies; None for anything else."""
    found = _ORIGIN.fullmatch(value.lower())
    if found is None:
        return None
    scheme, host, port = found.groups()
    if port is None or port == _DEFAULT_PORTS[scheme]:
        return f"{scheme}://{host}"
    return f"{scheme}://{host}:{port}"


def request_origin(headers: Headers, own: str | None) -> str | None:
    """The origin that a request comes from; None when nothing says so, as for clients that are no browsers.

    `own`: that of the address which was asked for. A browser sends no Origin with a GET of the same origin. An
    Origin that can't be read, such as `null` of a sandboxed page, is given as it is, so that it equals no allowed one.
    """
    if headers.get("sec-fetch-site") == "same-origin":
        return own
    value = headers.get("origin")
    return None if value is None else normal_origin(value) or value


def may_open(headers: Headers, own: str | None, allowed: Collection[str]) -> bool:
    """Whether the page, if it is one, could read the stream that it asks for.

    Behind a front end that is not trusted the scheme of `own` is not known: the host alone says what is one's own.
    """
    origin = request_origin(headers, own)
    if origin is None or origin == own or "*" in allowed or origin in allowed:
        return True
    return origin.partition("://")[2] == headers.get("host", "").lower()


def may_use_cookies(headers: Headers, own: str | None, allowed: Collection[str]) -> bool:
    """Whether a page that this service trusts made the request, and not one that merely rides on its cookies."""
    site = headers.get("sec-fetch-site")
    if site == "same-origin":
        return True
    origin = headers.get("origin")
    if origin is None:
        return False
    normal = normal_origin(origin)
    return normal is not None and (normal in allowed or (site is None and normal == own))
