"""The one way to call AWS: paged, bounded, retried, and every error becomes a gap."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any, Final

from botocore import xform_name
from botocore.client import BaseClient
from botocore.exceptions import BotoCoreError, ClientError

from checklists.aws.access import AccountAccess
from checklists.aws.failures import Failure, failure, is_code
from checklists.aws.ledger import Ledger, Place

MOST_PAGES: Final = 2_000
"""Of one listing: 2,000 pages of 50 functions are ten times the functions of a large account."""
MOST_SECONDS: Final = 900.0
"""For one listing, its retries included."""

Item = dict[str, Any]
"""A thing as boto3 answers it."""


@dataclass(frozen=True)
class Answer:
    """Items that were there. `cut`: why there may be more, so that a missing one is not absent; None: these are all."""

    items: tuple[Item, ...]
    cut: Failure | None = None

    @property
    def whole(self) -> bool:
        return self.cut is None


@dataclass(frozen=True)
class Reply:
    """`body` is None when AWS says that there is none, and also when it could not be asked: `known` tells."""

    body: Item | None
    known: bool


class Caller:
    """Calls the services of one region of one account. Threads may share it."""

    def __init__(
        self,
        access: AccountAccess,
        place: Place,
        region: str,
        ledger: Ledger,
        credentials_good: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`region`: whose endpoints are called; for the global services not the region of `place`.
        `credentials_good`: asks AWS, when an error may mean both that they are gone and that the region is off."""
        self._access, self._place, self._region, self._ledger = access, place, region, ledger
        self._credentials_good, self._clock = credentials_good, clock
        self._clients: dict[str, BaseClient] = {}
        self._away: dict[str, Failure] = {}
        self._lock = Lock()

    def items(
        self, operation: str, key: str, *, subject: str = "", absent: frozenset[str] = frozenset(), **parameters: object
    ) -> Answer:
        """All items of all pages. `key`: where a page has them, 'DistributionList.Items' when deeper. `absent`: error
        codes that mean that there are none."""
        return self.several(operation, (key,), subject=subject, absent=absent, **parameters)[0]

    def several(
        self,
        operation: str,
        keys: tuple[str, ...],
        *,
        subject: str = "",
        absent: frozenset[str] = frozenset(),
        **parameters: object,
    ) -> tuple[Answer, ...]:
        """As `items`, of pages that have items of several kinds: an answer for each key."""
        found: tuple[list[Item], ...] = tuple([] for _ in keys)
        calls = 0
        cut: Failure | None = None
        try:
            for page in self._pages(operation, parameters):
                calls += 1
                for key, items in zip(keys, found, strict=True):
                    items.extend(_at(page, key))
        except _NotAsked as not_asked:
            cut = not_asked.failure
        except (ClientError, BotoCoreError, NotImplementedError) as error:
            calls += 1
            cut = None if is_code(error, absent) else self._what(operation, error)
        if cut is None:
            self._ledger.answered(self._place, operation, calls=calls, found=sum(map(len, found)))
        else:
            self.unasked(operation, cut, subject)
        return tuple(Answer(tuple(items), cut) for items in found)

    def one(
        self, operation: str, *, subject: str = "", absent: frozenset[str] = frozenset(), **parameters: object
    ) -> Reply:
        """One answer that has no pages. `absent`: error codes that mean that there is none, as AWS documents them."""
        try:
            self._may_be_asked(operation)
            body = self._call(operation, parameters)
        except _NotAsked as not_asked:
            self.unasked(operation, not_asked.failure, subject)
            return Reply(None, known=False)
        except (ClientError, BotoCoreError, NotImplementedError) as error:
            if not is_code(error, absent):
                self.unasked(operation, self._what(operation, error), subject)
                return Reply(None, known=False)
            body = None
        self._ledger.answered(self._place, operation, calls=1, found=body is not None)
        return Reply(body, known=True)

    def nothing_to_ask(self, operation: str) -> None:
        """There is nothing to ask about, which is as good as an empty answer."""
        self._ledger.answered(self._place, operation, calls=0, found=0)

    def unasked(self, operation: str, why: Failure, subject: str = "") -> None:
        self._ledger.gap(self._place, operation, why, subject)

    def _pages(self, operation: str, parameters: Mapping[str, object]) -> Iterator[Item]:
        service, _, name = operation.partition(":")
        self._may_be_asked(operation)
        client, method = self._client(service), xform_name(name)
        if client.can_paginate(method):
            pages: Iterator[Item] = iter(client.get_paginator(method).paginate(**parameters))
        else:
            pages = self._by_next_token(operation, dict(parameters))
        end = self._clock() + MOST_SECONDS
        for number, page in enumerate(pages, start=1):
            yield page
            self._may_be_asked(operation)
            if number >= MOST_PAGES or self._clock() > end:
                raise _NotAsked(Failure("limit", "", f"stopped after {number} pages; there may be more"))

    def _by_next_token(self, operation: str, parameters: dict[str, object]) -> Iterator[Item]:
        """botocore has no paginator for GetApiMappings, GetVpcLinks, ListEventBuses, ListWebACLs and others."""
        token: object = None
        while True:
            page = self._call(operation, parameters)
            yield page
            name = next((one for one in ("NextToken", "NextMarker", "nextToken") if page.get(one)), "")
            if not name:
                return
            if page[name] == token:
                raise _NotAsked(Failure("failed", "", "a page named itself as the next; there may be more"))
            token = parameters[name] = page[name]

    def _call(self, operation: str, parameters: Mapping[str, object]) -> Item:
        service, _, name = operation.partition(":")
        body: Item = getattr(self._client(service), xform_name(name))(**parameters)
        return body

    def _client(self, service: str) -> BaseClient:
        with self._lock:  # to make clients is not safe in threads; to use them is
            if service not in self._clients:
                self._clients[service] = self._access.client(service, self._region)
            return self._clients[service]

    def _may_be_asked(self, operation: str) -> None:
        """An account whose credentials expired, and a service that nobody answers for, are not asked again."""
        why = self._ledger.signed_out(self._place[0]) or self._away.get(operation.partition(":")[0])
        if why is not None:
            raise _NotAsked(why)

    def _what(self, operation: str, error: Exception) -> Failure:
        what = failure(error)
        if what.in_doubt and self._credentials_good():
            return replace(what, kind="unsupported")
        service = operation.partition(":")[0]
        if what.kind == "unreachable" and not self._access.offers(service, self._region):
            what = replace(what, kind="unsupported")
        if what.no_connection:
            self._away[service] = what
        return what


def _at(page: Item, key: str) -> list[Item]:
    found: Any = page
    for part in key.split("."):
        found = found.get(part) if found else None
    return found or []


class _NotAsked(Exception):
    def __init__(self, why: Failure) -> None:
        self.failure = why
        super().__init__(why)
