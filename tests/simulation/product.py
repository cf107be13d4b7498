"""The product as a team uses it: a survey, a plan, apply again and again, undo. Every use has new objects."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
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
from checklists.teardown.execute.undo import undo_run
from checklists.teardown.model import TeardownPlan
from checklists.teardown.planning import chosen_apis, declared_places, make_plan
from checklists.teardown.settings import TeardownSettings
from checklists.teardown.store import JOURNAL, PLAN, read_plan, run_folder, to_json
from migrator.inventory.model import Inventory
from migrator.scan.application import scan_application
from tests.awsfake import ACCOUNT, REGION, FakeAws
from tests.running import CHAT
from tests.simulation.mortal import MortalClock


@cache
def inventory() -> Inventory:
    """Of the example application, scanned once."""
    return scan_application(CHAT)


class Product:
    """`folder`: the application's, in which plans and journals lie."""

    def __init__(self, aws: FakeAws, clock: MortalClock, folder: Path, settings: TeardownSettings) -> None:
        self._aws, self._clock, self.folder, self.settings = aws, clock, folder, settings

    def plan(self) -> TeardownPlan:
        """Written to a file, as `teardown plan` does, and read from it."""
        window = timedelta(days=self.settings.business_cycle_days)
        now = self._clock.now()
        estate = survey([self._access()], [REGION], window=window, now=now)
        live = look(estate, inventory(), settings=ChecklistSettings(path=self.folder / "ws2sse.toml"), now=now)
        made = make_plan(
            estate,
            live.fates,
            chosen_apis(estate, sorted(live.apis)),
            application="tenant-chat",
            now=now,
            settings=self.settings,
            idle=live.idle,
            declared=declared_places(live.matching),
        )
        (self.folder / PLAN).write_text(to_json(made))
        return made

    def apply(self, attested: frozenset[str], *, account: str = ACCOUNT, typed: str = "example") -> Ending:
        plan = self._plan()
        access = self._access(account)
        return apply_plan(
            plan,
            self.folder,
            settings=self.settings,
            configured_in=self.folder / "ws2sse.toml",
            eyes=AwsEyes(access, plan, self._clock),
            hands=AwsHands(access, plan.partition),
            clock=self._clock,
            typed=lambda _expected: typed,
            say=_nothing,
            wishes=Wishes(deletions=self.settings.max_deletions, attested=attested),
        )

    def undo(self) -> Ending:
        plan = self._plan()
        access = self._access()
        return undo_run(
            plan,
            self.folder,
            settings=self.settings,
            configured_in=self.folder / "ws2sse.toml",
            eyes=AwsEyes(access, plan, self._clock),
            hands=AwsHands(access, plan.partition),
            clock=self._clock,
            typed=lambda _expected: "example",
            say=_nothing,
        )

    @property
    def journal(self) -> Path:
        return run_folder(self.folder, self._plan()) / JOURNAL

    def _plan(self) -> TeardownPlan:
        return read_plan(self.folder / PLAN)

    def _access(self, account: str = ACCOUNT) -> AccountAccess:
        return AccountAccess(self._aws.session(account))


def _nothing(_words: str) -> None: ...
