"""Whether the gates of a step hold right now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from checklists.aws.types import STAGE
from checklists.referrers.model import Use
from checklists.referrers.reasons import KEEP, KEEP_UNTIL
from checklists.teardown.digests import thing_digest
from checklists.teardown.execute.eyes import Eyes, Sight, backups_made
from checklists.teardown.execute.progress import Progress
from checklists.teardown.model import Check, Gate, Step, TeardownPlan
from checklists.teardown.settings import TeardownSettings
from checklists.teardown.staying import is_kept
from checklists.teardown.steps.tables import backup_name

NEED_USERS: Final = frozenset({"no_referrers", "no_mappings"})
ASKED_ELSEWHERE: Final = frozenset({"idle", "no_knocks", "no_sign_of_life", "backup_available", "no_imports"})
"""Gates for which the things themselves are not looked at."""


@dataclass(frozen=True)
class Finding:
    gate: Gate
    holds: bool
    evidence: str


@dataclass(frozen=True)
class Gatekeeper:
    plan: TeardownPlan
    settings: TeardownSettings
    eyes: Eyes
    progress: Progress

    def look(self, step: Step, *, users: bool = False) -> Sight:
        """At all that the step is about. Raises Unseen."""
        return self.eyes.look(self.subjects(step), users=users)

    def subjects(self, step: Step) -> Mapping[str, str]:
        """ARN -> type."""
        arns = {gate.subject for gate in step.gates} | {check.subject for check in step.checks} | step.changes
        return {arn: self.plan.types[arn] for arn in sorted(arns) if arn in self.plan.types}

    def look_before(self, step: Step) -> Sight:
        """As its gates need it. Raises Unseen."""
        names = {gate.name for gate in step.gates}
        needed = names - ASKED_ELSEWHERE or step.checks
        return self.look(step, users=not names.isdisjoint(NEED_USERS)) if needed else Sight({})

    def findings(
        self, step: Step, now: datetime, sight: Sight, *, without: frozenset[str] = frozenset()
    ) -> list[Finding]:
        """Of each gate but those of these names. `sight`: as `look_before` gives it. Raises Unseen."""
        gates = [gate for gate in step.gates if gate.name not in without]
        return [Finding(gate, *self._judge(gate, step, sight, now)) for gate in gates]

    def satisfied(self, checks: tuple[Check, ...], sight: Sight) -> bool:
        """Without checks nothing is known, so nothing is satisfied."""
        return bool(checks) and all(satisfied(check, sight) for check in checks)

    def digests(self, step: Step, sight: Sight) -> dict[str, str]:
        """Of what the step changes, as it is now."""
        return {
            arn: thing_digest(thing, sight.parts.get(arn, ()))
            for arn in step.changes
            if (thing := sight.things.get(arn)) is not None
        }

    def _judge(self, gate: Gate, step: Step, sight: Sight, now: datetime) -> tuple[bool, str]:  # noqa: PLR0911, PLR0912
        subject = gate.subject
        thing = sight.things.get(subject)
        match gate.name:
            case "unchanged":
                expected = self.progress.digests.get(subject) or self.plan.digests.get(subject)
                if thing is None:
                    return False, "it is not there any more"
                same = thing_digest(thing, sight.parts.get(subject, ())) == expected
                return same, "as it was" if same else "somebody has changed it since the plan was made"
            case "no_referrers":
                new = [use for use in sight.uses if use.used == subject and not self._expected(use, step)]
                return not new, f"used by {_names(new)}" if new else "nobody but what goes too"
            case "no_mappings":
                domains = sight.mappings.get(subject, ())
                return not domains, f"mapped by {', '.join(domains)}" if domains else "there is no mapping"
            case "not_kept":
                tags = {} if thing is None else thing.tags
                if KEEP in tags:
                    return False, f"it has the tag {KEEP}"
                until = tags.get(KEEP_UNTIL, "")
                kept = bool(until) and is_kept(until, now.date())
                return not kept, f"its tag {KEEP_UNTIL} says {until}" if kept else "no such tag"
            case "not_protected":
                return _protection(thing.properties if thing is not None else {})
            case "idle":
                window = timedelta(days=self.settings.business_cycle_days)
                proof = self.eyes.idle(subject, window)
                return proof.verdict == "supports", proof.why
            case "no_knocks":
                closed = self.progress.closed_at(self.plan, subject)
                if not any(one.phase == "close" and one.subject == subject for one in self.plan.steps):
                    return True, "there is no stage, and so no door to knock at"
                if closed is None:
                    return False, "it was not closed"
                counted = self.eyes.knocks(subject, closed, now)
                return not counted.total, counted.words if counted.total else f"none since {closed:%Y-%m-%d %H:%M} UTC"
            case "no_sign_of_life":
                counted = self.eyes.life(subject, self.plan.types[subject], self.plan.made_at)
                return not counted.total, counted.words if counted.total else "none since the plan was made"
            case "backup_available":
                return self._backed_up(subject)
            case "no_imports":
                importers = self.eyes.imports(subject)
                return not importers, f"imported by {', '.join(importers)}" if importers else "no other stack imports"

    def _backed_up(self, table: str) -> tuple[bool, str]:
        whole = [one for one in backups_made(self.eyes, self.plan, table) if one.status == "AVAILABLE"]
        name = backup_name(table.rpartition("/")[2])
        return bool(whole), whole[0].arn if whole else f"there is no whole backup {name} of this teardown"

    def _expected(self, use: Use, step: Step) -> bool:
        """Users that go with this plan, and those that only mention it and were known."""
        going = self.plan.going
        if use.user in going or any(use.user.startswith(f"{arn}/") for arn in self.plan.apis):
            return True
        return use.mention and any(
            known.user == use.user and known.mention for known in (*step.users, *self._mentions(use.used))
        )

    def _mentions(self, used: str) -> tuple[Use, ...]:
        return tuple(use for step in self.plan.steps if step.subject == used for use in step.users)


def satisfied(check: Check, sight: Sight) -> bool:
    """Of a stage's settings AWS may show more than was set. Elsewhere more is something else: a policy that is still
    there."""
    thing = sight.things.get(check.subject)
    if check.state == "absent":
        return thing is None
    found = None if thing is None else thing.properties.get(check.property)
    if check.type == STAGE and isinstance(found, dict) and isinstance(check.value, dict):
        return all(key in found and found[key] == value for key, value in check.value.items())
    return thing is not None and found == check.value


def _protection(properties: Mapping[str, object]) -> tuple[bool, str]:
    for key in ("DeletionProtectionEnabled", "EnableTerminationProtection", "deletionProtectionEnabled"):
        if properties.get(key) is True:
            return False, f"{key} is on"
    return True, "it is not protected"


def _names(uses: list[Use]) -> str:
    shown = ", ".join(f"{use.user} ({use.detail})" for use in uses[:3])
    return shown + (f" and {len(uses) - 3} more" if len(uses) > 3 else "")
