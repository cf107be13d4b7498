from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator, ValidationError

from migrator.schemas import schema
from shim.dualrun.report.forms import to_json
from shim.dualrun.report.to_document import MAX_DIFFERENCES, document
from tests.shim.dualrun.report.reporting import HOSTILE, explained, many, report

VALIDATOR = Draft202012Validator(json.loads(schema("verify")))


def record_of(made):
    record = json.loads(to_json(document(made)))
    VALIDATOR.validate(record)
    return record


def test_the_json_form_has_the_keys_that_checklists_read():
    record = record_of(report([(3, "bob", "one"), (4, "alice", {"type": "two"})], [(3, "bob", "one")]))
    assert record["schema_version"] == 2
    assert record["verdict"] == "FAIL"
    assert (record["application"], record["legacy"], record["candidate"]) == ("chat", "apps/chat", "apps/chat-sse")
    assert record["sessions"] == 1
    assert record["routes"]["chat"] == {
        "verdict": "FAIL",
        "messages": 2,
        "differences": 1,
        "sessions": 1,
        "reason": "1 difference that nothing explains",
    }
    assert record["tally"] == [
        {
            "route": "chat",
            "type": "two",
            "class": "missing",
            "unexplained": 1,
            "by_design": 0,
            "noise": 0,
            "waiver": 0,
        }
    ]
    assert record["differences"] == [
        {
            "class": "missing",
            "critical": False,
            "explained": None,
            "session": "talk",
            "step": 5,
            "client": "alice",
            "route": "chat",
            "type": "two",
            "path": None,
            "legacy": '{"type": "two"}',
            "candidate": None,
            "detail": "alice did not receive the message on the new path.",
        }
    ]
    assert record["reasons"] == ["1 difference that nothing explains: 1 missing."]
    assert record["finished_at"].endswith("+00:00")


def test_other_versions_and_unknown_keys_are_not_valid():
    record = record_of(report([(3, "bob", "one")]))
    for change in ({"schema_version": 1}, {"surprise": 1}):
        with pytest.raises(ValidationError):
            VALIDATOR.validate({**record, **change})


def test_what_nothing_explains_is_listed_before_what_is_explained():
    made = report([(3, "bob", "a"), (4, "alice", "b"), (5, "bob", "c")], [])
    found = document(explained(made, "by_design:late", "waiver:W-1"))
    assert [difference.explained for difference in found.differences] == [None, "by_design:late", "waiver:W-1"]
    assert (found.difference_count, found.unexplained_count) == (3, 1)
    assert sum(line.unexplained for line in found.tally) == 1
    assert sum(line.by_design for line in found.tally) == 1
    assert sum(line.waiver for line in found.tally) == 1


def test_a_hundred_thousand_differences_are_counted_and_the_first_are_listed():
    made = many(100_000)
    record = record_of(made)
    assert record["difference_count"] == 100_000
    assert len(record["differences"]) == MAX_DIFFERENCES
    assert record["left_out"] == ["200 of 100000 differences are listed."]
    assert sum(line["unexplained"] for line in record["tally"]) == 100_000
    assert len(record["tally"]) == 201
    assert len(to_json(document(made))) < 200_000


def test_any_text_can_be_written_as_utf_8():
    made = report([(3, "bob", HOSTILE)], [], application=HOSTILE)
    to_json(document(made)).encode()
