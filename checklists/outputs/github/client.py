"""GitHub's REST API as far as issues need it: one request at a time, its limits honoured, its pages all read.

https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final, Self
from urllib.parse import urlsplit

import httpx

from checklists.outputs.github.errors import (
    AddressUnsafe,
    AnswerInvalid,
    GitHubBusy,
    GitHubRefused,
    GitHubUnreachable,
    RepositoryNameInvalid,
)

API: Final = "https://api.github.com"
VERSION: Final = "2022-11-28"
"""https://docs.github.com/en/rest/about-the-rest-api/api-versions"""

TIMEOUT_S: Final = 30.0
MAX_PAGES: Final = 100
"""Of 100 issues each."""

MAX_WAIT_S: Final = 3700.0
"""Of one wait. The primary limit is counted by the hour."""

MAX_ATTEMPTS: Final = 5
PAUSE_S: Final = 1.0
"""Between two requests that change something, as GitHub asks for."""

SECONDARY_WAIT_S: Final = 60.0
"""The first wait at a secondary limit that names none; it doubles, as GitHub asks for."""

_NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})/[A-Za-z0-9._-]{1,100}")
_LOOPBACK: Final = {"127.0.0.1", "::1", "localhost"}


class GitHub:
    """One repository. `wait` sleeps so many seconds; `now` is the time in seconds since 1970."""

    def __init__(
        self,
        repository: str,
        token: str,
        *,
        wait: Callable[[float], None],
        now: Callable[[], float],
        api: str = API,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        if not _NAME.fullmatch(repository) or repository.endswith(("/.", "/..")):
            raise RepositoryNameInvalid(repository)
        parts = urlsplit(api)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise AddressUnsafe(api)
        self.repository = repository
        self._origin = (parts.scheme, parts.netloc)
        self._wait, self._now = wait, now
        self._changed_before = False
        self._http = httpx.Client(
            base_url=f"{api.rstrip('/')}/repos/{repository}/",
            timeout=TIMEOUT_S,
            transport=transport,
            headers={
                "Authorization": f"Bearer {token}",
                "Accept": "application/vnd.github+json",
                "X-GitHub-Api-Version": VERSION,
                "User-Agent": "ws2sse",
            },
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, path: str) -> dict[str, Any]:
        return self._object(path, self._send("GET", path))

    def pages(self, path: str, **query: str) -> Iterator[dict[str, Any]]:
        """Everything in a list, however many pages it has. Raises AnswerInvalid after MAX_PAGES."""
        answer = self._send("GET", path, params={**query, "per_page": "100"})
        for _ in range(MAX_PAGES):
            listed = self._json(path, answer)
            if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
                raise AnswerInvalid(path, "it is not a list of objects")
            yield from listed
            following = answer.links.get("next", {}).get("url")
            if not following:
                return
            if (urlsplit(following).scheme, urlsplit(following).netloc) != self._origin:
                raise AddressUnsafe(following)
            answer = self._send("GET", following)
        raise AnswerInvalid(path, f"it has more than {MAX_PAGES} pages")

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._object(path, self._send("POST", path, body=body))

    def patch(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._object(path, self._send("PATCH", path, body=body))

    def _send(
        self, method: str, path: str, *, params: dict[str, str] | None = None, body: dict[str, Any] | None = None
    ) -> httpx.Response:
        seconds = 0.0
        for attempt in range(MAX_ATTEMPTS):
            answer = self._once(method, path, params, body)
            if answer.is_success:
                return answer
            limited = self._limited(answer, attempt)
            if limited is None:
                raise GitHubRefused(method, answer.request.url.path, answer.status_code, _message(answer))
            seconds = limited
            if seconds > MAX_WAIT_S:
                break
            self._wait(seconds)
        raise GitHubBusy(seconds, MAX_WAIT_S)

    def _once(
        self, method: str, path: str, params: dict[str, str] | None, body: dict[str, Any] | None
    ) -> httpx.Response:
        if method != "GET":
            if self._changed_before:
                self._wait(PAUSE_S)
            self._changed_before = True
        try:
            return self._http.request(method, path, params=params, json=body)
        except httpx.HTTPError as error:
            raise GitHubUnreachable(method, urlsplit(path).path, str(error) or type(error).__name__) from error

    def _limited(self, answer: httpx.Response, attempt: int) -> float | None:
        """Seconds to wait; None when it is no rate limit that refuses."""
        if answer.status_code not in {403, 429}:
            return None
        asked = answer.headers.get("retry-after", "")
        if asked.isdecimal():
            return float(asked)
        if answer.headers.get("x-ratelimit-remaining") == "0":
            reset = answer.headers.get("x-ratelimit-reset", "")
            return max(1.0, float(reset) - self._now() + 1) if reset.isdecimal() else SECONDARY_WAIT_S
        if answer.status_code == 429 or "rate limit" in _message(answer).lower():
            return SECONDARY_WAIT_S * float(2**attempt)
        return None

    def _object(self, path: str, answer: httpx.Response) -> dict[str, Any]:
        found = self._json(path, answer)
        if not isinstance(found, dict):
            raise AnswerInvalid(path, "it is not an object")
        return found

    @staticmethod
    def _json(path: str, answer: httpx.Response) -> object:
        try:
            return answer.json()
        except ValueError as error:
            raise AnswerInvalid(path, "it is not JSON") from error


def _message(answer: httpx.Response) -> str:
    """What GitHub says, on one line, with the fields that it found wrong."""
    try:
        found = answer.json()
    except ValueError:
        return answer.reason_phrase or "no reason"
    if not isinstance(found, dict):
        return answer.reason_phrase or "no reason"
    said = [str(found.get("message", ""))[:300]]
    errors = found.get("errors")
    if isinstance(errors, list):
        said += [
            str(one.get("message") or one.get("field") or one)[:200] for one in errors[:3] if isinstance(one, dict)
        ]
    return " ".join(" ".join(part.split()) for part in said if part) or "no reason"
