"""Carries a plan out, or goes on with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from checklists.aws.estate import Account
from checklists.teardown.clock import Clock
from checklists.teardown.execute.admission import check_account, check_begun, check_typed
from checklists.teardown.execute.ending import Ending
from checklists.teardown.execute.eyes import Eyes, Unseen
from checklists.teardown.execute.hands import Hands
from checklists.teardown.execute.journal import Journal
from checklists.teardown.execute.run import Run, Wishes
from checklists.teardown.model import TeardownPlan
from checklists.teardown.settings import TeardownSettings
from checklists.teardown.store import JOURNAL, begin


def apply_plan(
    plan: TeardownPlan,
    app: Path,
    *,
    settings: TeardownSettings,
    configured_in: Path,
    eyes: Eyes,
    hands: Hands,
    clock: Clock,
    typed: Callable[[str], str],
    say: Callable[[str], None],
    wishes: Wishes,
) -> Ending:
    """`typed`: is told what has to be typed, and gives what was. `configured_in`: the file that `settings` are from.

    Raises TeardownError before anything is done, JournalUnwritable at any time, and passes interruptions on.
    """
    begun = check_begun(plan, app, clock)
    try:
        account = eyes.account()
    except Unseen as error:
        return not_reached(error)
    check_account(plan, account, settings, configured_in)
    check_typed(plan, account, typed)
    journal = Journal(begin(app, plan) / JOURNAL, clock)
    try:
        if journal.dropped:
            say("The last line of the journal was never finished. What it would have said is found by looking.")
            journal.write("line_dropped")
        journal.write("resumed" if begun else "begun", **who(plan, account))
        return Run(plan, settings, journal.path.parent, journal, eyes, hands, clock, say, wishes).carry_out()
    finally:
        journal.close()


def not_reached(error: Unseen) -> Ending:
    return Ending("failed", (f"AWS can't be reached: {error}. Nothing was done.",))


def who(plan: TeardownPlan, account: Account) -> dict[str, str]:
    """For the journal."""
    return {"plan": plan.digest, "account": account.id, "alias": account.alias, "as": account.profile}
