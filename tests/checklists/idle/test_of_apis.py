"""Which functions and tables tell of an API, and of which of its stages."""

from __future__ import annotations

from checklists.idle.model import IdleProof
from checklists.idle.of_apis import idle_proofs
from checklists.referrers.model import Fate, Use, Verdict
from tests.checklists.idle.stand import (
    BUSY_BEFORE,
    CHAT,
    CONNECTIONS,
    DAY,
    DEV,
    HANDLER,
    NOW,
    OTHER,
    THINGS,
    WINDOW,
    estate,
)

USES = (
    Use(user=f"{CHAT}/integrations/i1", used=HANDLER, kind="integration", detail="calls it"),
    Use(user=HANDLER, used=CONNECTIONS, kind="environment", detail="TABLE"),
)
INVOKED = {**BUSY_BEFORE, "handler Invocations": {NOW - DAY: 3.0}}
READ = {**BUSY_BEFORE, "table ConsumedReadCapacityUnits": {NOW - DAY: 3.0}}
ONE_STAGE = tuple(one for one in THINGS if one.arn != DEV)


def proofs(counts, *, things=THINGS, verdict: Verdict = "delete", apis=(CHAT,), **more) -> dict[str, IdleProof]:
    fates = [Fate(subject=arn, verdict=verdict, why="") for arn in (HANDLER, CONNECTIONS)]
    found = idle_proofs(estate(counts, things=things), apis, USES, fates, window=WINDOW, now=NOW, **more)
    return {f"{proof.api.rpartition('/')[2]} {proof.stage}": proof for proof in found}


def verdicts(counts, **more) -> dict[str, str]:
    return {name: proof.verdict for name, proof in proofs(counts, **more).items()}


def test_what_is_shared_tells_nothing_of_the_api():
    """Others call it too."""
    assert set(verdicts(INVOKED, verdict="edit").values()) == {"supports"}


def test_with_several_stages_a_function_tells_of_the_api_as_a_whole():
    assert verdicts(INVOKED) == {"chat123 dev": "supports", "chat123 prod": "supports", "chat123 *": "refutes"}


def test_with_one_stage_it_tells_of_that():
    assert verdicts(INVOKED, things=ONE_STAGE) == {"chat123 prod": "refutes", "chat123 *": "refutes"}


def test_a_table_that_a_function_of_the_api_uses_tells_as_much():
    assert verdicts(READ, things=ONE_STAGE) == {"chat123 prod": "refutes", "chat123 *": "refutes"}


def test_callers_are_those_of_the_only_api():
    assert proofs(INVOKED, callers=("203.0.113.7: 3 times",))["chat123 *"].callers == ("203.0.113.7: 3 times",)
    several = proofs(INVOKED, apis=(CHAT, OTHER), callers=("203.0.113.7: 3 times",))
    assert all(proof.callers == () for proof in several.values())


def test_an_api_that_the_survey_lacks_is_not_idle():
    assert verdicts(INVOKED, apis=(CHAT + "x",)) == {"chat123x *": "no_data"}
