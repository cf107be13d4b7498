"""Answers that an HTTP archive holds are given again; what no stub can give is left out and told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.dualrun.record.errors import HarInvalid, RecordingUnreadable
from shim.dualrun.replay.pinned.answers import Answers
from shim.dualrun.replay.recorded_stubs import RecordedStubs, recorded_stubs


def entry(url: str, text: str = "{}", *, method: str = "GET", status: object = 200, **content: Any) -> dict[str, Any]:
    headers = [{"name": "Content-Type", "value": "application/json"}, {"name": "Set-Cookie", "value": "secret=1"}]
    response = {"status": status, "headers": headers, "content": {"text": text, **content}}
    return {"request": {"method": method, "url": url}, "response": response}


def read(folder: Path, *entries: object) -> RecordedStubs:
    path = folder / "outside.har"
    path.write_text(json.dumps({"log": {"entries": entries}}), "utf-8")
    return recorded_stubs(path)


@pytest.mark.parametrize(
    "left_out",
    [
        5,
        {},
        entry("wss://api.example.com/x"),
        entry("http://localhost:8000/x"),
        entry("http://127.0.0.1:8000/x"),
        entry("https://bedrock-runtime.us-east-1.amazonaws.com/model/x/invoke"),
        entry("https://api.example.com/x", status=0),
        entry("https://api.example.com/x", status=101),
        entry("https://api.example.com/x", status=True),
        entry("https://api.example.com/x", "/9j/", encoding="base64"),
        entry("https://api.example.com/x", "no base64", encoding="base64"),
        entry("https://api.example.com/x", "x" * 1_000_001),
        entry("https://[/x"),
        entry("/x"),
    ],
)
def test_what_no_stub_can_give_is_left_out_and_told(tmp_path: Path, left_out: object) -> None:
    found = read(tmp_path, left_out)
    assert found.stubs == ()
    assert found.told == ("outside.har: 1 entries are no answers of other hosts that a stub can give.",)


def test_an_answer_is_given_again_without_what_belongs_to_its_connection(tmp_path: Path) -> None:
    (stub,) = read(tmp_path, entry("https://API.example.com/v1/rates?base=EUR", '{"EUR": 1.1}', method="post")).stubs
    assert (stub.method, stub.host, stub.path, stub.status) == ("POST", "api.example.com", "/v1/rates", 200)
    assert dict(stub.headers) == {"Content-Type": "application/json"}
    answers = Answers([stub])
    given_again = answers.answer("POST", "https://api.example.com/v1/rates?base=USD", b"")
    assert (given_again.status, given_again.body) == (200, b'{"EUR": 1.1}')
    assert answers.used() == {"recorded POST api.example.com/v1/rates": 1}


def test_the_first_of_equal_requests_counts(tmp_path: Path) -> None:
    found = read(tmp_path, entry("https://a.example/x", "1"), entry("https://a.example/x", "2"))
    assert [stub.body for stub in found.stubs] == ["1"]
    assert found.told == (
        "outside.har: 1 answers to requests that are there already are left out; the first one counts.",
    )


def test_signs_of_patterns_in_an_address_are_meant_as_they_stand(tmp_path: Path) -> None:
    (stub,) = read(tmp_path, entry("https://a.example/x[1]*", "1")).stubs
    assert Answers([stub]).answer("GET", "https://a.example/x[1]*", b"").body == b"1"
    assert Answers([stub]).answer("GET", "https://a.example/x1y", b"").body != b"1"


def test_a_text_in_base64_is_read(tmp_path: Path) -> None:
    assert read(tmp_path, entry("https://a.example/x", "R3LDvMOfZQ==", encoding="base64")).stubs[0].body == "Grüße"


def test_a_file_that_is_no_archive_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "x.har").write_text("[]")
    with pytest.raises(HarInvalid):
        recorded_stubs(tmp_path / "x.har")
    with pytest.raises(RecordingUnreadable):
        recorded_stubs(tmp_path / "none.har")


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)


@given(changes=st.dictionaries(st.sampled_from(["status", "headers", "content"]), anything))
def test_no_answer_is_too_odd(tmp_path_factory: pytest.TempPathFactory, changes: dict[str, object]) -> None:
    odd = entry("https://a.example/x")
    odd["response"] |= changes
    assert len(read(tmp_path_factory.mktemp("odd"), odd).stubs) <= 1
