"""What moto answered, given again as long as nothing was written: moto takes milliseconds, and the same is asked often."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy

from tests.awsfake.errors import AwsError
from tests.awsfake.request import Answer, Request

_TAGS = "resourcegroupstaggingapi"
"""Tells of things of all services."""


class Memory:
    """Per service; whatever is written to a service makes it forget what that service answered."""

    def __init__(self) -> None:
        self._known: dict[str, dict[tuple[str, ...], Answer | AwsError]] = {}

    def forget(self, *services: str) -> None:
        """Also to be called when moto's state was changed without a request."""
        for service in (*services, _TAGS):
            self._known.pop(service, None)

    def knows(self, request: Request) -> bool:
        return _key(request) in self._known.get(request.service, {})

    def answer(self, request: Request, moto: Callable[[], Answer]) -> Answer:
        if not request.reads:
            self.forget(request.service)
            try:
                return moto()
            finally:
                self.forget(request.service)
        known = self._known.setdefault(request.service, {})
        key = _key(request)
        if key not in known:
            try:
                known[key] = moto()
            except AwsError as error:
                known[key] = error
        found = known[key]
        if isinstance(found, AwsError):
            raise AwsError(found.code, found.message, found.status, **found.fields)
        return deepcopy(found)


def _key(request: Request) -> tuple[str, ...]:
    """Pages are cut from the whole answer afterwards, so that where they begin does not matter."""
    asked = sorted((name, repr(value)) for name, value in request.parameters.items())
    return (request.account, request.region, request.operation, repr(asked))
