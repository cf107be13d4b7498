"""Texts are taken apart once while an evaluation lasts, and forgotten after it."""

from __future__ import annotations

import pytest

from shim.dualrun.compare import payload


@pytest.fixture
def taken_apart(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    texts: list[str] = []
    real = payload._parse

    def counting(text: str) -> payload.Payload:
        texts.append(text)
        return real(text)

    monkeypatch.setattr(payload, "_parse", counting)
    return texts


def test_however_many_texts_there_are_each_is_taken_apart_once(taken_apart):
    texts = [f'{{"no": {number}}}' for number in range(5_000)]
    with payload.remembering_payloads():
        for text in texts * 2:
            payload.parse(text)
    assert taken_apart == texts


def test_what_was_remembered_is_forgotten_after_it_also_when_it_was_begun_twice(taken_apart):
    with payload.remembering_payloads():
        payload.parse("a")
        with payload.remembering_payloads():
            payload.parse("a")
        payload.parse("a")
    with payload.remembering_payloads():
        payload.parse("a")
    assert taken_apart == ["a", "a"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"message": "m", "connectionId": "c", "requestId": "r"}', True),
        ('{"message": "m", "connectionId": "c"}', False),
        ("message connectionId requestId", False),
        ('["message", "connectionId", "requestId"]', False),
    ],
)
def test_an_error_frame_has_its_three_keys_and_no_other(text, expected):
    assert payload.is_error_frame(text) is expected
    assert payload.parse(text).is_error_frame is expected
