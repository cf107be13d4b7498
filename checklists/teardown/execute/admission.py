"""Who may act: everything that is checked once, before the first call."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from checklists.aws.estate import Account
from checklists.teardown.clock import Clock
from checklists.teardown.errors import (
    AccountNotAllowed,
    AnotherRun,
    NotConfirmed,
    OtherAccount,
    PlanExpired,
    TakenBack,
    TeardownError,
)
from checklists.teardown.model import TeardownPlan
from checklists.teardown.settings import TeardownSettings
from checklists.teardown.store import begun_runs, run_folder


def check_account(plan: TeardownPlan, account: Account, settings: TeardownSettings, configured_in: Path) -> None:
    """Raises OtherAccount or AccountNotAllowed."""
    if account.id != plan.account or account.partition != plan.partition:
        raise OtherAccount(plan.account, account.id)
    _check_allowed(plan, settings, configured_in)


def refusal(plan: TeardownPlan, app: Path, settings: TeardownSettings, configured_in: Path, clock: Clock) -> str:
    """Why a run would end before its first call, as far as that is known without AWS; else empty."""
    try:
        check_begun(plan, app, clock)
        _check_allowed(plan, settings, configured_in)
    except TeardownError as error:
        return str(error)
    return ""


def check_begun(plan: TeardownPlan, app: Path, clock: Clock) -> bool:
    """Whether the plan was begun before. Raises PlanExpired of a new one that is too old, AnotherRun and TakenBack."""
    folder = run_folder(app, plan)
    runs = begun_runs(app)
    for run in runs:
        if run.folder != folder and not run.progress.ended:
            raise AnotherRun(run.folder, run.plan.digest)
        if run.folder == folder and run.progress.ended == "undone":
            raise TakenBack(plan.digest)
    begun = any(run.folder == folder for run in runs)
    if not begun and not plan.made_at <= clock.now() <= plan.expires_at:
        raise PlanExpired(plan.expires_at, clock.now())
    return begun


def _check_allowed(plan: TeardownPlan, settings: TeardownSettings, configured_in: Path) -> None:
    if plan.account not in settings.accounts:
        raise AccountNotAllowed(plan.account, configured_in)


def check_typed(plan: TeardownPlan, account: Account, typed: Callable[[str], str]) -> None:
    """`typed`: is told what is to be typed, and gives what was. Raises NotConfirmed."""
    expected = account.alias or plan.account
    if typed(expected).strip() != expected:
        raise NotConfirmed(expected)
