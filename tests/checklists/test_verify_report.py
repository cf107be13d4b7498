import json

import pytest

from checklists import VerifyReportInvalid, read_verify_report
from checklists.verify_report import parse


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"schema_version": 3}, "its schema_version is 3; this version reads 1 and 2"),
        ({"schema_version": None}, "its schema_version is None; this version reads 1 and 2"),
        ({"verdict": "MAYBE"}, "verdict: Input should be 'PASS', 'FAIL' or 'INCONCLUSIVE'"),
        ({"routes": {"chat": {"messages": 1}}}, "routes.chat.verdict: Field required"),
        ({"differences": [{}]}, "differences.0.class: Field required"),
    ],
)
def test_a_report_that_this_version_does_not_read_is_refused_with_the_key(tmp_path, passed, change, problem):
    path = tmp_path / "verify.json"
    path.write_text(json.dumps({**passed, **change}), encoding="utf-8")
    with pytest.raises(VerifyReportInvalid) as raised:
        read_verify_report(path)
    assert str(raised.value) == f"{path} is not a verify report that this version reads: {problem}."


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[]", "it is not a JSON object"),
        ("{", "it is not JSON"),
        ("\udcff", "it is not JSON"),
        ("[" * 100_000, "it is not"),
    ],
)
def test_a_file_that_is_not_a_report_is_refused(tmp_path, text, problem):
    path = tmp_path / "verify.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(VerifyReportInvalid, match=problem):
        read_verify_report(path)


def test_a_report_is_returned_whole_with_keys_that_checklists_do_not_read(tmp_path, passed):
    path = tmp_path / "verify.json"
    path.write_text(json.dumps({**passed, "noise": []}), encoding="utf-8")
    assert read_verify_report(path) == {**passed, "noise": []}


def test_a_report_of_the_schema_before_is_read_and_its_differences_are_counted(failed):
    assert parse(failed).classes == {"missing": 2}


def test_differences_that_something_explains_are_not_counted(failed):
    tally = [
        {"class": "missing", "route": "chat", "unexplained": 2, "by_design": 0},
        {"class": "missing", "route": "agent_run", "unexplained": 1, "by_design": 0},
        {"class": "late", "route": "chat", "unexplained": 0, "by_design": 7},
    ]
    listed = [{"class": "missing"}, {"class": "late", "explained": "by_design:late"}]
    assert parse({**failed, "schema_version": 2, "differences": listed, "tally": tally}).classes == {"missing": 3}
