"""What the runner has to know of whom it runs cases against."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import SplitResult, urlsplit

from tests.conformance.model import Api
from tests.conformance.signing import Keys


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One deployed API. `address`: of its stage, such as `https://abc.execute-api.eu-west-1.amazonaws.com/prod`; the
    same for @connections, and with `ws` for `http` for clients."""

    address: str
    keys: Keys

    @property
    def parts(self) -> SplitResult:
        return urlsplit(self.address)

    @property
    def websocket(self) -> str:
        return "ws" + self.address.removeprefix("http")


class TargetUnavailable(Exception):
    """Raised when a target can't be started; `reason` says what is missing."""

    def __init__(self, target: str, reason: str) -> None:
        self.target, self.reason = target, reason
        super().__init__(target, reason)

    def __str__(self) -> str:
        return f"{self.target}: {self.reason}"


class Target(Protocol):
    """`wait_s`: the longest that anything may take to arrive."""

    name: str
    wait_s: float

    def unservable(self, api: Api) -> str | None:
        """Why this API can't be expressed there at all; None when it can."""

    def serve(self, apis: Mapping[str, Api]) -> AbstractContextManager[Mapping[str, Endpoint]]:
        """While entered, these APIs are served. Raises TargetUnavailable."""
