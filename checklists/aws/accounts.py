"""Enters an account: whose it is, and the scopes in which it is read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from checklists.aws.access import AccountAccess, AccountNotReached
from checklists.aws.calls import Caller
from checklists.aws.estate import Account
from checklists.aws.failures import failure
from checklists.aws.ledger import Ledger
from checklists.aws.partitions import HOME
from checklists.aws.pulse import Pulse
from checklists.aws.scope import Scope
from checklists.aws.types import GLOBAL_REGION

_IDENTITY: Final = re.compile(r"arn:(?P<partition>aws[a-z-]*):(?:sts|iam)::(?P<account>\d{12}):")


@dataclass(frozen=True)
class Entered:
    account: Account
    scopes: tuple[Scope, ...]
    """The global services first, then the regions in order."""


def enter(access: AccountAccess, regions: Sequence[str], ledger: Ledger, pulse: Pulse | None = None) -> Entered:
    """Raises AccountNotReached when AWS does not say which account it is. `pulse`: None: nobody asks how far it is."""
    pulse = pulse or Pulse()
    partition, account = _identity(access, regions)
    home = HOME.get(partition, regions[0] if regions else "us-east-1")

    def caller(region: str, endpoints: str) -> Caller:
        return Caller(access, (account, region), endpoints, ledger, _Credentials(access, home).good)

    everywhere = Scope(account, partition, GLOBAL_REGION, caller(GLOBAL_REGION, home), pulse)
    aliases = everywhere.caller.items("iam:ListAccountAliases", "AccountAliases").items
    return Entered(
        Account(id=account, alias=str(aliases[0]) if aliases else "", partition=partition, profile=access.label),
        (everywhere, *(Scope(account, partition, one, caller(one, one), pulse) for one in sorted(regions))),
    )


def _identity(access: AccountAccess, regions: Sequence[str]) -> tuple[str, str]:
    """Asked of the first region: STS answers everybody, and a region of another partition doesn't know the keys."""
    try:
        answer = _ask(access, access.session.region_name or (regions[0] if regions else "us-east-1"))
    except (BotoCoreError, ClientError) as error:
        what = failure(error)
        raise AccountNotReached(access.label, what.code, what.message) from error
    found = _IDENTITY.match(answer)
    if found is None:
        raise AccountNotReached(access.label, "UnknownIdentity", f"STS names {answer!r}, which is no identity")
    return found["partition"], found["account"]


def _ask(access: AccountAccess, region: str) -> str:
    sts = access.client("sts", region)
    return str(sts.get_caller_identity()["Arn"])  # type: ignore[attr-defined]


class _Credentials:
    """Whether the credentials are good though a region doesn't know them: asked of the region that no account can turn
    off, once for each region that doubts it. Where STS can't be asked, only that region is given up."""

    def __init__(self, access: AccountAccess, home: str) -> None:
        self._access, self._home = access, home
        self._lock = Lock()
        self._good: bool | None = None

    def good(self) -> bool:
        with self._lock:
            if self._good is None:
                try:
                    _ask(self._access, self._home)
                    self._good = True
                except (BotoCoreError, ClientError) as error:
                    self._good = failure(error).kind != "expired"
            return self._good
