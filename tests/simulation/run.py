"""One migration, from a seed."""

from __future__ import annotations

import random
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal

from checklists.teardown.errors import TeardownError
from checklists.teardown.execute.ending import Ending
from checklists.teardown.model import Step
from tests.awsfake import FakeAws, ProcessDied, fake_aws
from tests.awsfake.estates import chat, shared
from tests.awsfake.estates.parts import Builder
from tests.simulation import people, verdict
from tests.simulation.mortal import Mortality
from tests.simulation.needs import of_stack
from tests.simulation.product import Product
from tests.simulation.troubles import Troubles, settings_of
from tests.simulation.watch import Watch

MOST_TURNS = 60
TORN = b'{"record":{"schema_version":1,"num'

Kind = Literal["done", "taken back", "stopped", "failed", "refused", "not idle", "waiting", "endless"]


@dataclass
class Result:
    """`story`: what happened, in order. Without violations all is well, however it ended."""

    seed: int
    kind: Kind
    violations: list[str]
    story: list[str] = field(repr=False)
    deaths: int = 0
    troubles: tuple[str, ...] = ()
    seconds: float = 0.0


def simulate(seed: int, folder: Path) -> Result:
    """`folder`: empty, for this run alone."""
    began = time.perf_counter()
    rng = random.Random(seed)
    random.seed(seed)
    with fake_aws(page_size=rng.choice([3, 100, 100])) as aws:
        result = Migration(aws, rng, folder).carry_out(seed)
    result.seconds = time.perf_counter() - began
    return result


class Migration:
    def __init__(self, aws: FakeAws, rng: random.Random, folder: Path) -> None:
        self.aws, self.rng = aws, rng
        self.story: list[str] = []
        self.chat = chat(
            aws, domain=rng.choice(["chat.example.com", "chat.example.com", ""]), in_stack=rng.random() < 0.3
        )
        with aws.quiet():
            people.others(Builder(aws, self.chat.builder.account, self.chat.builder.region))
            if rng.random() < 0.5:
                shared(self.chat)
                self.tell("its things are shared")
        self.settings = settings_of(rng)
        self.watch = Watch(aws, self.chat, self.settings.quiet)
        self.troubles = Troubles(aws, self.chat, rng, self.watch, self.tell)
        self.mortality = Mortality(aws, self.troubles.deaths)
        self.product = Product(aws, self.mortality.clock, folder, self.settings)
        self.undone = False
        self.steps: tuple[Step, ...] = ()
        self.removed: set[str] = set()

    def tell(self, words: str) -> None:
        self.story.append(f"{self.aws.clock.now():%Y-%m-%d %H:%M} {words}")

    def carry_out(self, seed: int) -> Result:
        self._drain()
        kind = self._tear_down()
        self._judge(kind)
        return Result(seed, kind, self.watch.violations, self.story, self.mortality.deaths, self.troubles.names)

    def _drain(self) -> None:
        """Clients leave over weeks; in some worlds the plan is made too early."""
        visitors = self.rng.randint(20, 200)
        for _ in range(self.rng.randint(2, 4) * 7):
            self.aws.traffic.visit(self.chat.api, self.chat.stage, times=visitors, domain=self.chat.domain)
            visitors = max(1, round(visitors * self.rng.uniform(0.5, 1.0)))
            self.aws.clock.advance(days=1)
        idle = self.settings.business_cycle_days + self.rng.choice([1, 1, 2, 2, 3, 5, 8, 12, 20, -3])
        self.aws.clock.advance(days=idle, hours=self.rng.randint(0, 8))
        self.tell(f"nobody came for {idle + 1:g} days")

    def _tear_down(self) -> Kind:
        plan = self.product.plan()
        self.watch.planned_at = self.aws.clock.now()
        self.tell(f"a plan of {len(plan.steps)} steps: {dict(Counter(step.phase for step in plan.steps))}")
        self.steps = plan.steps
        self.troubles.begin()
        attested = frozenset(step.id for step in plan.steps if step.kind == "person" and not step.checks)
        tries = 0
        for _ in range(MOST_TURNS):
            try:
                ending = self._turn(attested)
            except ProcessDied as death:
                self.tell(f"the process died {death}")
                self.mortality.revive(self.product.journal, TORN)
                continue
            except TeardownError as error:
                self.tell(f"refused: {error}")
                return "refused"
            self.tell(f"{'undo' if self.undone else 'apply'}: {ending.kind}: {' '.join(ending.words)[:300]}")
            if self.undone:
                if ending.kind in {"done", "waiting"}:
                    return "taken back"
                self.troubles.end()
                continue
            if ending.kind == "done":
                return "done"
            if ending.kind == "waiting":
                if not self._come_back(ending):
                    return "waiting"
                continue
            tries += 1
            self._rest(ending)
            if self.troubles.goes_on(ending, tries):
                continue
            if self.rng.random() < 0.75:
                self.undone = True
                continue
            return (
                "not idle"
                if "idle" in " ".join(ending.words)
                else ("stopped" if ending.kind == "stopped" else "failed")
            )
        return "endless"

    def _turn(self, attested: frozenset[str]) -> Ending:
        if self.undone:
            return self.product.undo()
        return self.product.apply(attested, account=self.troubles.account, typed=self.troubles.typed)

    def _come_back(self, ending: Ending) -> bool:
        if ending.come_back is not None:
            self.aws.clock.wait_until(ending.come_back + timedelta(minutes=self.rng.choice([0, 1, 45, 600])))
            return True
        if "were deleted, as many as one run may" in " ".join(ending.words):
            self.aws.clock.advance(minutes=5)
            return True
        step = next(one for one in self.steps if one.id == ending.step)
        if self.chat.stack is not None and step.id.startswith("remove-from-stack") and step.id not in self.removed:
            self.removed.add(step.id)
            logical = people.told_to_remove(self.chat, step.covers)
            self.watch.check_deletion(of_stack(self.chat, logical), "people, as the plan says")
            with self.aws.quiet():
                people.deploy_without(self.chat, logical)
            self.tell(f"people took {len(logical)} resources out of the stack")
            self.aws.clock.advance(minutes=5)
            return True
        return False

    def _rest(self, ending: Ending) -> None:
        """Whatever stopped it in a brownout, the door is open again; unless it could not be, which is said."""
        lines = verdict.lines_of(self.product.journal)
        if verdict.door_was_closed_for_good(lines) or "could not be opened" in " ".join(ending.words):
            return
        for problem in verdict.levers_are_back(self.watch, verdict.final_state(self.aws), alarms=False):
            self.watch.violations.append(f"after {ending.kind}: {problem}")

    def _judge(self, kind: Kind) -> None:
        state, found = verdict.final_state(self.aws), self.watch.violations
        found += verdict.others_are_intact(self.watch, self.chat, state)
        lines = verdict.lines_of(self.product.journal)
        found += verdict.journal_is_complete(self.aws, lines, self.mortality.deaths)
        if kind == "done":
            found += verdict.all_is_gone(self.watch, state, verdict.kept_by(self.product.folder / "plan.json"))
        if kind == "taken back":
            found += verdict.reversible_is_back(self.watch, self.chat, state)
        if kind == "refused":
            found += [f"{call.name} was called" for call in self.aws.calls.writes() if not lines]
        if kind == "endless":
            found.append(f"it did not end within {MOST_TURNS} turns")
