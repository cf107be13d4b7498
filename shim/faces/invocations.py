"""Makes the retries of SDKs harmless: a push whose answer was lost is not delivered twice.

SDKs send `amz-sdk-invocation-id` with every call, and the same one with each retry of it:
https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
"""

from __future__ import annotations

from typing import Final

LONGEST_INVOCATION_ID: Final = 128
"""Bytes of an invocation id; SDKs send UUIDs, of 36. Calls with longer ones are not remembered."""

BROADCAST: Final = "*"
"""Stands for the connection id of a call that goes to all."""


class Invocations:
    """Remembers between `count` / 2 and `count` of the latest calls; 0 remembers none. For one event loop."""

    __slots__ = ("_half", "_latest", "_older")

    def __init__(self, count: int) -> None:
        self._half = (count + 1) // 2
        self._latest: dict[bytes, str] = {}
        self._older: dict[bytes, str] = {}

    def first(self, invocation_id: bytes, connection_id: str) -> bool:
        """Whether this call is new, which it is only once. To be asked before it is carried out."""
        if self._latest.get(invocation_id) == connection_id or self._older.get(invocation_id) == connection_id:
            return False
        if not self._half or len(invocation_id) > LONGEST_INVOCATION_ID:
            return True
        if len(self._latest) >= self._half:
            self._older, self._latest = self._latest, {}
        self._latest[invocation_id] = connection_id
        return True

    def failed(self, invocation_id: bytes) -> None:
        """The call was not carried out: a retry of it is new again."""
        self._latest.pop(invocation_id, None)
