"""A checklist as a table for spreadsheets."""

from __future__ import annotations

import csv
import io
from typing import Final

from checklists.model import Checklist, Entry
from templates.text import visible

_FORMULA: Final = frozenset("=+-@＝＋－＠")  # noqa: RUF001 - the wide forms count as the narrow ones in spreadsheets
"""What makes a spreadsheet compute a cell. https://owasp.org/www-community/attacks/CSV_Injection"""

Cell = str | int | float


def to_csv(checklist: Checklist) -> str:
    """The names of the columns, and a line for each item, RFC 4180: comma, CRLF, quotes doubled.

    A text that a spreadsheet would compute begins with an apostrophe here, and control characters are spelled out.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    rows = [_row(entry) for entry in checklist.entries]
    writer.writerow(rows[0] if rows else ())
    for row in rows:
        writer.writerow([_defused(cell) for cell in row.values()])
    return out.getvalue()


def _row(entry: Entry) -> dict[str, Cell]:
    item, evidence, waiver = entry.item, entry.evidence, entry.waiver
    return {
        "id": item.id,
        "title": item.title,
        "audience": item.audience,
        "phase": item.phase,
        "status": entry.status,
        "reason": entry.reason,
        "owner": entry.owner,
        "due": entry.due.isoformat(),
        "overdue_days": entry.overdue_days,
        "since": entry.since.isoformat() if entry.since else "",
        "reopened": entry.reopened,
        "waits_for": " ".join(entry.blocked_by),
        "kind": item.kind,
        "how": item.how,
        "risk": item.risk,
        "saves_usd_month": "" if item.saves_usd_month is None else item.saves_usd_month,
        "evidence": evidence.verdict if evidence else "",
        "evidence_summary": evidence.summary if evidence else "",
        "control": evidence.control if evidence else "",
        "places": " ".join(str(pointer.location) for pointer in evidence.locations) if evidence else "",
        "facts": " ".join(fact.digest for fact in evidence.facts) if evidence else "",
        "waiver_reason": waiver.reason if waiver else "",
        "waiver_approved_by": waiver.approved_by if waiver else "",
        "waiver_expires": waiver.expires.isoformat() if waiver else "",
        "waiver_days_left": waiver.days_left if waiver else "",
        "ticked": "yes" if entry.words.ticked else "no",
        "notes": entry.words.notes,
        "action": item.action,
        "undo": item.undo,
    }


def _defused(cell: Cell) -> Cell:
    if not isinstance(cell, str):
        return cell
    text = visible(cell, "\n")
    return f"'{text}" if text.lstrip()[:1] in _FORMULA else text
