"""Reports made from recordings that are written by hand."""

from __future__ import annotations

from dataclasses import replace

from shim.dualrun.record.scenario import Session
from shim.dualrun.report.report import Report, build_report
from tests.shim.dualrun.recorded import leave, say, talk, three

CHAT = talk(say(), say("bob"), leave("alice"))
"""Steps 0 to 2: alice, bob and dave connect. 3: alice says something. 4: bob does. 5: alice leaves."""

HOSTILE = "</script><script>alert(1)</script>--><!-- ]]> \"' onload=x `| <b> ${x} {{7*7}} \x1b[31m \x00 \ud800 \u202e"


def report(received, candidate=None, session: Session = CHAT, application: str = "chat", **options) -> Report:
    """`candidate`: None for the same as the legacy path received."""
    found = three(session, received, candidate=candidate, **options)
    return build_report(found, (session,), application=application, legacy="apps/chat", candidate="apps/chat-sse")


def explained(made: Report, *reasons: str) -> Report:
    """The first differences of the report with what explains them."""
    differences = [replace(found, explained=why) for found, why in zip(made.differences, reasons, strict=False)]
    return replace(made, differences=(*differences, *made.differences[len(differences) :]))


def many(number: int) -> Report:
    """So many differences, of 300 types of message."""
    made = report([(3, "bob", {"type": "x"})], [])
    (found,) = made.differences
    assert found.legacy is not None
    kinds = [replace(found, legacy=replace(found.legacy, text=f'{{"type": "t{n}"}}')) for n in range(300)]
    return replace(made, differences=tuple(kinds[n % 300] for n in range(number)))
