"""What was asked of the fake, and in which words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

from tests.awsfake.request import reads


@dataclass
class Call:
    """One request as AWS saw it; a retry is a call of its own. `error` is AWS's code, or the exception's name."""

    at: datetime
    account: str
    region: str
    service: str
    operation: str
    parameters: dict[str, Any]
    error: str = ""

    @property
    def name(self) -> str:
        """'lambda:DeleteFunction'; the service as boto3 names it."""
        return f"{self.service}:{self.operation}"

    @property
    def reads(self) -> bool:
        return reads(self.name)


class CallLog:
    """All calls in order. `slim`: without the parameters of those that read, where there are thousands."""

    def __init__(self) -> None:
        self.all: list[Call] = []
        self.slim = False

    def add(self, call: Call) -> None:
        if self.slim and call.reads:
            call.parameters = {}
        self.all.append(call)

    def __iter__(self) -> Iterator[Call]:
        return iter(self.all)

    def __len__(self) -> int:
        return len(self.all)

    def of(self, pattern: str) -> list[Call]:
        """Those whose name matches: `of("lambda:*")`."""
        return [call for call in self.all if fnmatchcase(call.name, pattern)]

    def writes(self) -> list[Call]:
        """All that could have changed something."""
        return [call for call in self.all if not call.reads]

    def clear(self) -> None:
        self.all.clear()
