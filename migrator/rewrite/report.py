"""The account of a migration for a terminal, and the diff."""

from __future__ import annotations

from collections import Counter

from migrator.diffs import hunks
from migrator.rewrite.edit import Plan
from migrator.rewrite.result import MigrationResult
from templates.text import visible


def text_report(result: MigrationResult) -> str:
    """Plain text; control characters of the application's names are spelled out."""
    lines = [result.balance, *([result.left] if result.left else []), "", "Routes"]
    several = len({route.api for route in result.routes}) > 1
    for route in result.routes:
        name = f"{route.api} {route.key}" if several else route.key
        lines += [f"  {name}: {route.sentence}", f"      {route.counted}; {route.reason}"]
    if result.unknown_senders.sentence:
        lines.append(f"  {result.unknown_senders.sentence}")
    lines += ["", "Sites"]
    by_kind = Counter((outcome.site.kind, outcome.status) for outcome in result.outcomes)
    for (kind, status), number in sorted(by_kind.items()):
        lines.append(f"  {number:>4}  {kind.replace('_', ' ')} {status.replace('_', ' ')}")
    remaining = result.for_a_person
    if remaining:
        lines += ["", "For a person"]
        lines += [f"  {o.site.location}  {o.site.summary}: {o.reason or o.status}" for o in remaining]
        if any(outcome.status == "marked" for outcome in remaining):
            lines += ["", f"The places that are marked in the code: {result.list_markers}"]
    if result.findings:
        lines += ["", "Not accounted for: a bug in ws2sse"]
        lines += [f"  {finding}" for finding in result.findings]
    return "".join(f"{visible(line)}\n" for line in lines)


def unified_diff(plan: Plan) -> str:
    """All edits as one patch against the application's folder; new files against /dev/null."""
    return "".join(_diff(edit.path, edit.before, edit.after) for edit in plan.edits if edit.changed)


def _diff(path: str, before: str | None, after: str) -> str:
    return hunks(before or "", after, "/dev/null" if before is None else f"a/{path}", f"b/{path}")
