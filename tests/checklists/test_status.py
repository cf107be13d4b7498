from datetime import date
from typing import get_args

import pytest

from checklists.evidence import Evidence, Progress, Verdict
from checklists.model import Item, Kind, Words
from checklists.status import Claim, derive, is_done, settled

TICKED = Words(id="X", ticked=True)
OURS = Words(id="X", ticked=True, mark="by=evidence")
LEFT = Words(id="X", mark="was=done")
PLAIN = Words(id="X")


TODAY = date(2026, 9, 1)


def _claim(words: Words, **more) -> Claim:
    return Claim(words, TODAY, **more)


def _item(kind: Kind) -> Item:
    return Item(id="X", title="T", audience="developer", phase="discover", kind=kind, action="do", undo="undo")


def _evidence(verdict: Verdict, progress: Progress | None = None) -> Evidence:
    return Evidence(verdict=verdict, summary="s", progress=progress)


@pytest.mark.parametrize("kind", get_args(Kind))
@pytest.mark.parametrize("words", [PLAIN, LEFT, OURS])
def test_no_data_alone_is_never_done(kind, words):
    assert not is_done(_item(kind), _evidence("no_data"), _claim(words))
    assert not is_done(_item(kind), None, _claim(words))


@pytest.mark.parametrize("kind", get_args(Kind))
@pytest.mark.parametrize("verdict", ["refutes", "stale", "error"])
def test_no_tick_outweighs_evidence_that_refutes_or_is_out_of_date(kind, verdict):
    assert not is_done(_item(kind), _evidence(verdict), _claim(TICKED))


def test_a_tick_on_an_auto_item_without_data_does_not_close_it():
    assert derive(_item("auto"), _evidence("no_data"), _claim(TICKED), ()) == (
        "unknown",
        "ticked, but there is no data",
    )


@pytest.mark.parametrize(
    ("kind", "verdict", "words", "status", "reason"),
    [
        ("auto", "supports", PLAIN, "done", "evidence supports it"),
        ("assisted", "supports", PLAIN, "ready", "evidence supports it; waits for a person to tick it"),
        ("assisted", "supports", TICKED, "done", "ticked by a person; evidence supports it"),
        ("assisted", "no_data", TICKED, "done", "ticked by a person"),
        ("assisted", "refutes", TICKED, "disputed", "ticked, but evidence disagrees"),
        ("assisted", "stale", TICKED, "unknown", "ticked, but the evidence is older than what it speaks of"),
        ("auto", "refutes", TICKED, "disputed", "ticked, but evidence disagrees"),
        ("auto", "refutes", OURS, "regressed", "was done, but evidence disagrees"),
        ("auto", "refutes", LEFT, "regressed", "was done, but evidence disagrees"),
        ("auto", "stale", OURS, "unknown", "was done, but the evidence is older than what it speaks of"),
        ("auto", "refutes", PLAIN, "not_started", "nothing is known to be done yet"),
        ("manual", "no_data", TICKED, "done", "ticked by a person"),
        ("manual", "no_data", PLAIN, "not_started", "nothing is known to be done yet"),
        ("manual", "no_data", Words(id="X", owner="@mia"), "in_progress", "somebody has taken it up"),
    ],
)
def test_status_follows_from_evidence_and_words(kind, verdict, words, status, reason):
    assert derive(_item(kind), _evidence(verdict), _claim(words), ()) == (status, reason)


def test_what_it_depends_on_holds_an_item_back_but_does_not_hide_progress():
    item = _item("assisted")
    assert derive(item, _evidence("supports"), _claim(PLAIN), ("Y",))[0] == "blocked"
    assert derive(item, _evidence("refutes"), _claim(PLAIN), ("Y",))[0] == "blocked"
    half = _evidence("refutes", Progress(done=1, total=2))
    assert derive(item, half, _claim(PLAIN), ("Y",)) == ("in_progress", "1 of 2 done")


def test_a_persons_tick_stays_and_ours_follows_the_evidence():
    auto = _item("auto")
    assert settled(auto, _evidence("refutes"), _claim(TICKED)).ticked
    assert settled(auto, _evidence("supports"), _claim(PLAIN)).mark == "by=evidence"
    left = settled(auto, _evidence("refutes"), _claim(OURS))
    assert (left.ticked, left.mark) == (False, "was=done")
    unticked_by_person = settled(auto, _evidence("refutes"), _claim(Words(id="X", mark="by=evidence")))
    assert (unticked_by_person.ticked, unticked_by_person.mark) == (False, "")
