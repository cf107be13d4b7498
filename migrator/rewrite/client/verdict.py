"""What a rule decided for one site, before it becomes an outcome of the account."""

from __future__ import annotations

from dataclasses import dataclass

from migrator.inventory.outcome import Outcome, Safety, Site, Status
from migrator.rewrite.client.text import TextEdit


@dataclass(frozen=True)
class Verdict:
    status: Status
    reason: str
    rule: str | None = None
    safety: Safety | None = None
    edits: tuple[TextEdit, ...] = ()
    """Positions in the text of the site's file."""
    replaced: bool = False
    """Whether the code itself changes, and not only a comment beside it."""

    def outcome(self, site: Site) -> Outcome:
        return Outcome(site=site, status=self.status, reason=self.reason, rule=self.rule, safety=self.safety)


def skipped(reason: str) -> Verdict:
    return Verdict("skipped", reason)


def failed(reason: str) -> Verdict:
    return Verdict("failed", reason)
