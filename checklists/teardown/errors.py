"""What can keep a teardown from being planned or carried out. Each error carries its fields and builds its sentence.

TeardownError
├── SettingInvalid(key, problem)
├── NothingToTearDown(accounts, regions)
├── ApiUnknown(api, known)
├── ApisDoubtful(doubts)
├── SeveralAccounts(accounts)
├── PlanDisordered(step, problem)
├── PlanUnreadable(path, problem)
├── PlanChanged(path)
├── PlanExpired(expired_at, now)
├── OtherAccount(planned, found)
├── AccountNotAllowed(account, path)
├── NotConfirmed(expected)
├── CallNotAllowed(call)
├── JournalBroken(path, line, problem)
├── JournalUnwritable(path, reason)
├── AnotherRun(path, digest)
├── TakenBack(digest)
└── NoRun(folder)
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from migrator.errors import WsSseError, meant


class TeardownError(WsSseError):
    """Nothing was changed, or no more than the journal says."""


class SettingInvalid(TeardownError):
    def __init__(self, key: str, problem: str) -> None:
        self.key, self.problem = key, problem
        super().__init__(key, problem)

    def __str__(self) -> str:
        return f"[teardown] {self.key}: {self.problem}."


class NothingToTearDown(TeardownError):
    """Raised when a survey that saw everything has no WebSocket API in it, and when one that did not has none."""

    def __init__(self, accounts: tuple[str, ...], regions: tuple[str, ...], gaps: int) -> None:
        self.accounts, self.regions, self.gaps = accounts, regions, gaps
        super().__init__(accounts, regions, gaps)

    def __str__(self) -> str:
        unseen = f" {self.gaps} questions to AWS had no answer, so there may be some." if self.gaps else ""
        where = f"account {', '.join(self.accounts)}, {', '.join(self.regions)}"
        return f"The survey has no WebSocket API of this application in {where}.{unseen}"


class ApiUnknown(TeardownError):
    def __init__(self, api: str, known: tuple[str, ...]) -> None:
        self.api, self.known = api, known
        super().__init__(api, known)

    def __str__(self) -> str:
        return f"The survey has no WebSocket API {self.api}. {meant(self.api, self.known)}"


class ApisDoubtful(TeardownError):
    """Raised when nothing but likeness says that an API is this application's."""

    def __init__(self, doubts: tuple[str, ...]) -> None:
        self.doubts = doubts
        super().__init__(doubts)

    def __str__(self) -> str:
        return (
            f"{' '.join(self.doubts)} So no plan is made: it could be another application's. "
            "When it is this one's, name it: --api NAME, or [checklist] apis."
        )


class SeveralAccounts(TeardownError):
    def __init__(self, accounts: tuple[str, ...]) -> None:
        self.accounts = accounts
        super().__init__(accounts)

    def __str__(self) -> str:
        return (
            f"The APIs stand in {len(self.accounts)} accounts ({', '.join(self.accounts)}); a plan is for one. "
            "Name the APIs of one account with --api."
        )


class PlanDisordered(TeardownError):
    """Raised when the steps of a plan can't be put in order: our bug, or a plan that somebody wrote."""

    def __init__(self, step: str, problem: str) -> None:
        self.step, self.problem = step, problem
        super().__init__(step, problem)

    def __str__(self) -> str:
        return f"The plan is not in order at the step {self.step}: {self.problem}."


class PlanUnreadable(TeardownError):
    def __init__(self, path: Path, problem: str) -> None:
        self.path, self.problem = path, problem
        super().__init__(path, problem)

    def __str__(self) -> str:
        return f"{self.path} is not a teardown plan that this version reads: {self.problem}."


class PlanChanged(TeardownError):
    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(path)

    def __str__(self) -> str:
        return f"{self.path} was changed after it was made: its digest is another. Make a new plan; nothing was done."


class PlanExpired(TeardownError):
    def __init__(self, expired_at: datetime, now: datetime) -> None:
        self.expired_at, self.now = expired_at, now
        super().__init__(expired_at, now)

    def __str__(self) -> str:
        return (
            f"The plan could be begun until {self.expired_at:%Y-%m-%d %H:%M} UTC, and it is {self.now:%Y-%m-%d %H:%M} "
            "UTC now. Make a new one; nothing was done."
        )


class OtherAccount(TeardownError):
    def __init__(self, planned: str, found: str) -> None:
        self.planned, self.found = planned, found
        super().__init__(planned, found)

    def __str__(self) -> str:
        return f"The plan is for account {self.planned}, and these credentials are of {self.found}; nothing was done."


class AccountNotAllowed(TeardownError):
    def __init__(self, account: str, path: Path) -> None:
        self.account, self.path = account, path
        super().__init__(account, path)

    def __str__(self) -> str:
        return (
            f"Account {self.account} is not among `accounts` in [teardown] of {self.path}; nothing was done. "
            f'Whoever answers for it writes there: accounts = ["{self.account}"]'
        )


class NotConfirmed(TeardownError):
    def __init__(self, expected: str) -> None:
        self.expected = expected
        super().__init__(expected)

    def __str__(self) -> str:
        return f"{self.expected} was not typed; nothing was done."


class CallNotAllowed(TeardownError):
    """Raised for an operation that a teardown never calls, whatever a plan says."""

    def __init__(self, call: str) -> None:
        self.call = call
        super().__init__(call)

    def __str__(self) -> str:
        return f"{self.call} is not an operation that a teardown may call; it was not called."


class JournalBroken(TeardownError):
    """Raised when the journal is not what was written. `line`: 1-based."""

    def __init__(self, path: Path, line: int, problem: str) -> None:
        self.path, self.line, self.problem = path, line, problem
        super().__init__(path, line, problem)

    def __str__(self) -> str:
        return f"The journal {self.path} can't be trusted from line {self.line} on: {self.problem}. Nothing was done."


class JournalUnwritable(TeardownError):
    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(path, reason)

    def __str__(self) -> str:
        return f"The journal {self.path} can't be written ({self.reason}), and nothing is done that it does not say."


class AnotherRun(TeardownError):
    """Raised when a plan is to be begun while another is half done."""

    def __init__(self, path: Path, digest: str) -> None:
        self.path, self.digest = path, digest
        super().__init__(path, digest)

    def __str__(self) -> str:
        return (
            f"The teardown of the plan {self.digest[:12]} has been begun ({self.path}) and is not at its end. Go on "
            "with it, or take it back with `ws2sse teardown undo`, before another is begun."
        )


class TakenBack(TeardownError):
    def __init__(self, digest: str) -> None:
        self.digest = digest
        super().__init__(digest)

    def __str__(self) -> str:
        return f"The plan {self.digest[:12]} was carried out and taken back. Make a new one; nothing was done."


class NoRun(TeardownError):
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(folder)

    def __str__(self) -> str:
        return f"No teardown has been begun here: there is nothing in {self.folder}."
