"""Talks to the operator interface of a running shim."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from migrator.errors import ApplicationNotFound, WsSseError
from shim.config.address import callable_at
from shim.config.errors import ConfigurationError
from shim.dualrun.cutover.operator_calls import ACTION_HEADER, PATH

TOKEN_VARIABLE: Final = "WS2SSE_CUTOVER_TOKEN"  # noqa: S105 - a name
TIMEOUT_S: Final = 30.0


class ShimUnclear(WsSseError):
    """Raised when neither APP nor --url says which shim is meant."""

    def __str__(self) -> str:
        return "Which shim is meant? Give APP, whose configuration says where it listens, or --url."


class ShimUnreachable(WsSseError):
    def __init__(self, url: str, reason: str) -> None:
        self.url, self.reason = url, reason
        super().__init__(url, reason)

    def __str__(self) -> str:
        return f"The shim at {self.url} can't be reached ({self.reason})."


class ShimRefused(WsSseError):
    """Raised when the shim did not do what it was asked to. `status`: of HTTP."""

    def __init__(self, url: str, status: int, message: str) -> None:
        self.url, self.status, self.message = url, status, message
        super().__init__(url, status, message)

    def __str__(self) -> str:
        if self.status == 401:
            return f"The shim at {self.url} wants an operator's token: set {TOKEN_VARIABLE}, or give --token-file."
        if self.status == 404 or (self.status == 403 and self.message == "Forbidden"):
            return f"The shim at {self.url} has no [cutover], or lets nobody in from here without an operator's token."
        return self.message


class Desk:
    """The shim at `url`, for the operator whose token it is; None: nobody with a name."""

    def __init__(self, url: str, token: str | None) -> None:
        self._url = url
        self._headers = {} if token is None else {"Authorization": f"Bearer {token}"}

    def status(self) -> dict[str, Any]:
        """Raises ShimUnreachable or ShimRefused, as all of these."""
        return self._ask("GET", "")

    def history(self, last: int) -> dict[str, Any]:
        return self._ask("GET", f"/history?last={last}")

    def change(self, changes: dict[str, Any], *, why: str, force: bool, seen: int) -> dict[str, Any]:
        """The entry. `seen`: number of the last one that the operator knew of."""
        return self._ask("POST", "", {"changes": changes, "why": why, "force": force, "seen": seen})

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        headers = {**self._headers, ACTION_HEADER: "1"} if method == "POST" else self._headers
        try:
            with httpx.Client(trust_env=False, timeout=TIMEOUT_S) as client:
                answer = client.request(method, f"{self._url}{PATH}{path}", json=body, headers=headers)
        except (httpx.HTTPError, OSError) as error:
            raise ShimUnreachable(self._url, str(error) or type(error).__name__) from error
        try:
            told = answer.json()
        except ValueError:
            told = None
        if not isinstance(told, dict):
            raise ShimRefused(self._url, answer.status_code, f"{self._url} is no shim of this version.")
        if answer.status_code != 200:
            raise ShimRefused(self._url, answer.status_code, str(told.get("message", "")))
        return told


def desk_of(app: Path | None, url: str | None, token_file: Path | None) -> Desk:
    """Raises WsSseError."""
    if (app is None) == (url is None):
        raise ShimUnclear
    base = _address_of(app) if app is not None else str(url).rstrip("/")
    if urlsplit(base).scheme not in {"http", "https"} or not urlsplit(base).hostname:
        raise WsSseError(f"--url is {base.partition('?')[0]}; allowed: http://… or https://….")
    return Desk(base, _token(token_file))


def _address_of(app: Path) -> str:
    """Where the shim of this application listens, as it is configured."""
    from migrator.commands.shim_settings import layers_of_settings  # noqa: PLC0415 - takes long, and --url needs none
    from shim.config.configuration import configuration_of  # noqa: PLC0415

    if not app.is_dir():
        raise ApplicationNotFound(app)
    try:
        layers = layers_of_settings(
            app, None, config_file=None, options={"--backend": ("backend.kind", None)}, upstream=None, assigned=()
        )
        values = configuration_of(layers).values
    except ConfigurationError as error:
        raise WsSseError(str(error)) from error
    return f"http://{callable_at(values['listen.host'], values['listen.port'])}"


def _token(file: Path | None) -> str | None:
    if file is None:
        return os.environ.get(TOKEN_VARIABLE) or None
    try:
        return file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise WsSseError(f"{file} can't be read ({error}).") from error
