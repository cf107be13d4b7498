"""How an account is reached: a profile, a role to assume, or the credentials that the environment gives."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from threading import Lock
from typing import Any, Final

import boto3
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ProfileNotFound

from checklists.aws.failures import failure
from migrator.errors import WsSseError

SESSION_NAME: Final = "ws2sse-survey"
"""Stands in the account's CloudTrail as who read."""

RETRIES: Final = Config(
    retries={"mode": "adaptive", "total_max_attempts": 6},
    connect_timeout=5,
    read_timeout=30,
    max_pool_connections=16,
    user_agent_extra="ws2sse-survey",
)
"""Six attempts wait at most about a minute in all: 1, 2, 4, 8 and 16 seconds at most, and what the rate asks for.
https://docs.aws.amazon.com/boto3/latest/guide/retries.html"""

ALL_REGIONS: Final = "all"

_LOCK = Lock()
"""boto3 sessions are not safe in threads when clients are made: they share loaders and credentials."""


class AccountNotReached(WsSseError):
    """Raised when there is no way into an account: nothing about it could be said at all."""

    def __init__(self, access: str, code: str, problem: str) -> None:
        self.access, self.code, self.problem = access, code, problem
        super().__init__(access, code, problem)

    def __str__(self) -> str:
        return f"AWS can't be read with {self.access}: {self.problem} ({self.code})."


class RegionUnknown(WsSseError):
    """Raised before anything is asked. `near`: the names that are most like it, or all."""

    def __init__(self, region: str, near: tuple[str, ...]) -> None:
        self.region, self.near = region, near
        super().__init__(region, near)

    def __str__(self) -> str:
        return f"{self.region!r} is no region of AWS that has API Gateway. Did you mean {', '.join(self.near)}?"


@dataclass(frozen=True)
class AccountAccess:
    """Read access to one account."""

    session: boto3.Session
    label: str = "the default credentials"
    """For people: 'profile prod', 'role arn:aws:iam::1:role/reader'."""
    config: Config = field(default_factory=lambda: RETRIES)

    def client(self, service: str, region: str) -> BaseClient:
        with _LOCK:
            made: Any = self.session.client  # its overloads take literals only
            client: BaseClient = made(service, region_name=region, config=self.config)
            return client

    def offers(self, service: str, region: str) -> bool:
        """Whether botocore's list of endpoints has the service in that region; it has no region of a global service."""
        with _LOCK:
            partitions = self.session.get_available_partitions()
            lists = [_regions(self.session, service, partition) for partition in partitions]
        return not any(lists) or any(region in one for one in lists)


def by_default() -> AccountAccess:
    """With what boto3 finds in the environment:
    https://docs.aws.amazon.com/boto3/latest/guide/credentials.html"""
    return AccountAccess(boto3.Session())


def by_profile(name: str) -> AccountAccess:
    label = f"profile {name}"
    try:
        return AccountAccess(boto3.Session(profile_name=name), label)
    except ProfileNotFound as error:
        raise AccountNotReached(label, type(error).__name__, "there is no such profile") from error


def by_role(arn: str, *, external_id: str = "", base: AccountAccess | None = None) -> AccountAccess:
    """Assumes a role for an hour. `base`: who assumes it; None: who `by_default` is."""
    base = base or by_default()
    label = f"role {arn}"
    given = {"RoleArn": arn, "RoleSessionName": SESSION_NAME} | ({"ExternalId": external_id} if external_id else {})
    try:
        sts: Any = base.client("sts", base.session.region_name or "us-east-1")
        keys = sts.assume_role(**given)["Credentials"]
    except (BotoCoreError, ClientError) as error:
        what = failure(error)
        raise AccountNotReached(label, what.code, what.message) from error
    session = boto3.Session(
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
        region_name=base.session.region_name,
    )
    return AccountAccess(session, label, base.config)


def regions(asked: Iterable[str], session: boto3.Session) -> tuple[str, ...]:
    """The regions that were asked for, sorted; without any, the session's own, which may be none. 'all': every one of
    the session's partition that botocore knows to have API Gateway, also those that an account has not enabled, which
    leave gaps. Raises RegionUnknown."""
    of_partition = {one: _regions(session, "apigatewayv2", one) for one in session.get_available_partitions()}
    wanted = set(asked) or ({session.region_name} if session.region_name else set())
    if ALL_REGIONS in wanted:
        own = session.region_name or "us-east-1"
        return next((tuple(sorted(several)) for several in of_partition.values() if own in several), ())
    known = tuple(sorted(region for several in of_partition.values() for region in several))
    for region in sorted(wanted):
        if region not in known:
            raise RegionUnknown(region, tuple(get_close_matches(region, known)) or known)
    return tuple(sorted(wanted))


def _regions(session: boto3.Session, service: str, partition: str) -> list[str]:
    listed: Any = session.get_available_regions  # its overloads take literals only
    several: list[str] = listed(service, partition)
    return several
