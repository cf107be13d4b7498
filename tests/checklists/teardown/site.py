"""The example application in an AWS in this process, idle and planned to go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from checklists.aws.access import AccountAccess
from checklists.aws.survey import survey
from checklists.looking import look
from checklists.settings import ChecklistSettings
from checklists.teardown.execute.apply import apply_plan
from checklists.teardown.execute.aws_eyes import AwsEyes
from checklists.teardown.execute.aws_hands import AwsHands
from checklists.teardown.execute.ending import Ending
from checklists.teardown.execute.run import Wishes
from checklists.teardown.model import TeardownPlan
from checklists.teardown.planning import chosen_apis, declared_places, make_plan
from checklists.teardown.settings import TeardownSettings
from migrator.inventory.model import Inventory
from tests.awsfake import ACCOUNT, REGION, FakeAws
from tests.awsfake.estates.chat import Chat

SETTINGS = TeardownSettings(accounts=(ACCOUNT,), brownouts_minutes=(1,), poll_s=60)


@dataclass
class Site:
    aws: FakeAws
    app: Chat
    plan: TeardownPlan

    @property
    def eyes(self) -> AwsEyes:
        return AwsEyes(AccountAccess(self.aws.session()), self.plan, self.aws.clock)

    def apply(self, folder: Path) -> Ending:
        hands = AwsHands(AccountAccess(self.aws.session()), self.plan.partition)
        return apply_plan(
            self.plan, folder, settings=SETTINGS, configured_in=folder / "ws2sse.toml", eyes=self.eyes, hands=hands,
            clock=self.aws.clock, typed=str, say=lambda _words: None, wishes=Wishes(wait=True, attested=frozenset({"files"})),
        )  # fmt: skip


def site_of(aws: FakeAws, app: Chat, inventory: Inventory) -> Site:
    """After 60 idle days, planned."""
    aws.traffic.visit(app.api, "dev", times=5)
    aws.clock.advance(days=60)
    now = aws.clock.now()
    estate = survey([AccountAccess(aws.session())], [REGION], window=timedelta(days=14), now=now)
    live = look(estate, inventory, settings=ChecklistSettings(path=Path("ws2sse.toml")), now=now)
    plan = make_plan(
        estate, live.fates, chosen_apis(estate, sorted(live.apis)), application="chat", now=now, settings=SETTINGS,
        idle=live.idle, declared=declared_places(live.matching),
    )  # fmt: skip
    return Site(aws, app, plan)
