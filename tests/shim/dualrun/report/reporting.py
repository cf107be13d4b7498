"""Reports made from recordings that are written by hand."""

from __future__ import annotations

from dataclasses import replace

from shim.dualrun.judge.power.faults import FAULTS
from shim.dualrun.record.scenario import Session
from shim.dualrun.report.document import ReportDocument
from shim.dualrun.report.proof import Proof, Stub
from shim.dualrun.report.report import Report, build_report
from tests.shim.dualrun.recorded import leave, say, talk, three

CHAT = talk(say(), say("bob"), leave("alice"))
"""Steps 0 to 2: alice, bob and dave connect. 3: alice says something. 4: bob does. 5: alice leaves."""

HOSTILE = "</script><script>alert(1)</script>--><!-- ]]> \"' onload=x `| <b> ${x} {{7*7}} \x1b[31m \x00 \ud800 \u202e"


def report(received, candidate=None, session: Session = CHAT, application: str = "chat", **options) -> Report:
    """`candidate`: None for the same as the legacy path received."""
    found = three(session, received, candidate=candidate, **options)
    return build_report(found, (session,), application=application, legacy="apps/chat", candidate="apps/chat-sse")


def conversation(hostile: bool = False) -> Report:
    """bob's messages change places, one of them changes, dave misses one and receives what was meant for alice."""
    words = HOSTILE if hostile else "hello"
    chat = [(3, "bob", {"type": "chat", "n": n, "text": words}) for n in range(5)]
    rest = [(3, "dave", {"type": "chat", "text": words}), (4, "alice", {"type": "note", "text": words})]
    received = [*chat, *rest, (5, "bob", {"left": "alice"})]
    changed = (3, "bob", {"type": "chat", "n": 4, "text": f"{words}!"})
    leak = (4, "dave", {"type": "note", "text": words})
    candidate = [chat[0], chat[2], chat[3], chat[1], changed, rest[1], leak, (5, "bob", {"left": "alice"})]
    return report(received, candidate, application=HOSTILE if hostile else "chat")


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


def full(found: ReportDocument) -> ReportDocument:
    """The document with everything that says how much a run proves."""
    times = tuple(0.010 + 0.001 * n for n in range(51))
    p99 = {
        "phase": "steady",
        "quantile": "p99",
        "samples": 80,
        "samples_needed": 370,
        "verdict": "not enough data",
        "legacy_s": None,
        "candidate_s": None,
        "interval_s": None,
        "margin_s": None,
    }
    assert found.proof is not None
    proof = Proof.model_validate(
        {
            **dict(found.proof),
            "sentences": ("With 95% confidence fewer than 5.8% of such sessions differ.",),
            "evidence": {
                "tolerated": 0.05,
                "stop": 20.0,
                "enough": False,
                "differing": 0,
                "sessions": 50,
                "sessions_to_go": 38,
                "points": tuple((session, 1.05**session) for session in range(1, 51)),
            },
            "latency": {
                "margin": {"share": 0.1, "seconds": 0.05},
                "results": (p99,),
                "curves": (
                    {
                        "phase": "steady",
                        "samples": 80,
                        "legacy_s": times,
                        "candidate_s": tuple(2 * time for time in times),
                    },
                ),
            },
            "power": {
                "injected": 80,
                "found": 70,
                "share": 0.875,
                "floor": 0.95,
                "enough": False,
                "by_kind": {kind: {"injected": 40, "found": 35, "named": 34} for kind in list(FAULTS)[:2]},
                "by_type": {HOSTILE: {"injected": 40, "found": 40, "named": 40}},
                "missed": (HOSTILE,),
            },
        }
    )
    return found.model_copy(
        update={"proof": proof, "stubs": (Stub(name=HOSTILE, calls={"legacy-1": 3, "candidate": 2}),)}
    )
