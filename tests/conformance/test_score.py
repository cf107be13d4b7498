"""The score table, and what is told of failures."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance import score
from tests.conformance.model import HERE, Case, CaseInvalid, load_cases
from tests.conformance.runner import Outcome, Verdict
from tests.conformance.score import explanations, failures, score_table

PEERS = ["serverless-offline", "ministack"]


def outcome(verdict: Verdict, section: str = "one", case_id: str = "a", problem: str | None = None) -> Outcome:
    return Outcome(Case(case_id, "title", section, "A.1; https://example.org", "main", ()), verdict, problem)


def test_only_what_passed_and_failed_is_scored() -> None:
    ours = [outcome("passed"), outcome("unsettled"), outcome("passed", "two")]
    theirs = [outcome("failed"), outcome("unsettled"), outcome("not applicable", "two")]

    assert score_table({"ours": ours, "theirs": theirs}) == (
        "| section | ours | theirs |\n"
        "|--|--:|--:|\n"
        "| one | 1/1 | 0/1 |\n"
        "| two | 1/1 | n/a |\n"
        "| **all** | **2/2** | **0/1** |\n"
        "| passed | 2 | 0 |\n"
        "| failed | 0 | 1 |\n"
        "| not applicable | 0 | 1 |\n"
        "| unsettled | 1 | 1 |"
    )


def test_a_failure_without_an_explanation_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(score, "explanations", lambda _: {"a": "It does otherwise."})

    lines = failures("peer", [outcome("failed"), outcome("failed", case_id="b", problem="no frame"), outcome("passed")])

    assert lines == ["a: It does otherwise.", "b: NOT EXPLAINED: no frame"]


@pytest.mark.parametrize("peer", PEERS)
def test_what_is_explained_of_a_peer_are_cases_of_the_suite(peer: str) -> None:
    known = explanations(peer)

    assert known
    assert known.keys() <= {case.id for case in load_cases()}
    assert [case_id for case_id, sentence in known.items() if not sentence.endswith(".")] == []


def test_the_shim_has_nothing_to_explain() -> None:
    assert explanations("shim") == {}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{id: a, title: t, api: main, stpes: []}", "unexpected keyword argument 'stpes'"),
        ("{id: a, api: main, steps: []}", "title"),
        ("{id: a, title: t, api: main, steps: [{send: {text: x}, receive: {}}]}", "one verb"),
    ],
)
def test_a_case_that_is_not_understood_is_an_error(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "x.yaml").write_text(f"section: s\ncases:\n  - {text}\n")

    with pytest.raises(CaseInvalid, match=problem):
        load_cases(tmp_path)


def test_ids_come_once(tmp_path: Path) -> None:
    case = "{id: a, title: t, api: main, steps: []}"
    (tmp_path / "x.yaml").write_text(f"section: s\ncases:\n  - {case}\n  - {case}\n")

    with pytest.raises(CaseInvalid, match="come twice: a"):
        load_cases(tmp_path)


def test_no_case_knows_its_target() -> None:
    text = "".join(path.read_text() for path in HERE.glob("*.yaml"))

    assert [name for name in ("shim", "ministack", "targets", "localhost", "127.0.0.1") if name in text] == []
