"""What `ws2sse migrate` says: the closed account, the level of each route, and what remains for a person."""

from __future__ import annotations

import difflib
from collections import Counter

from migrator.inventory.outcome import Outcome
from migrator.markers import GREP
from migrator.rewrite.edit import Plan
from templates.text import visible


def balance(plan: Plan) -> str:
    """'found 41 = rewritten 33 + marked 2 + skipped 4 + failed 0 + out of scope 2'."""
    totals = plan.account.totals
    parts = " + ".join(f"{status.replace('_', ' ')} {number}" for status, number in totals.items())
    return f"found {len(plan.account.found)} = {parts}"


def for_a_person(plan: Plan) -> tuple[Outcome, ...]:
    """Sites that somebody has to look at: marked, failed, skipped, and edits that change an order or an error.

    A table that stays is none of them: its code goes on to work.
    """
    return tuple(
        outcome
        for outcome in plan.account.outcomes
        if outcome.status in {"marked", "failed"}
        or (outcome.status == "skipped" and outcome.site.kind != "store_use")
        or outcome.safety in {"review", "manual"}
    )


def exit_code(plan: Plan) -> int:
    """0: all is done; 2: the detector found a use that nothing accounts for; 3: sites remain for a person."""
    if plan.findings:
        return 2
    return 3 if for_a_person(plan) else 0


def text_report(plan: Plan) -> str:
    """Plain text; control characters of the application's names are spelled out."""
    lines = [balance(plan), "", "Routes"]
    width = max((len(route.key) for route in plan.routes), default=0)
    lines += [f"  {route.key:<{width}}  {route.level or 'not served':<10}  {route.reason}" for route in plan.routes]
    lines += ["", "Sites"]
    by_kind = Counter((outcome.site.kind, outcome.status) for outcome in plan.account.outcomes)
    for (kind, status), number in sorted(by_kind.items()):
        lines.append(f"  {number:>4}  {kind.replace('_', ' ')} {status.replace('_', ' ')}")
    remaining = for_a_person(plan)
    if remaining:
        lines += ["", "For a person"]
        lines += [f"  {o.site.location}  {o.site.summary}: {o.reason or o.status}" for o in remaining]
        if any(outcome.status == "marked" for outcome in remaining):
            lines += ["", f"The places that are marked in the code: {GREP}"]
    if plan.findings:
        lines += ["", "Not accounted for: a bug in ws2sse"]
        lines += [f"  {finding}" for finding in plan.findings]
    return "".join(f"{visible(line)}\n" for line in lines)


def unified_diff(plan: Plan) -> str:
    """All edits as one patch against the application's folder; new files against /dev/null."""
    return "".join(_diff(edit.path, edit.before, edit.after) for edit in plan.edits if edit.changed)


def _diff(path: str, before: str | None, after: str) -> str:
    old = "/dev/null" if before is None else f"a/{path}"
    lines = difflib.unified_diff(
        (before or "").splitlines(keepends=True), after.splitlines(keepends=True), old, f"b/{path}"
    )
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
