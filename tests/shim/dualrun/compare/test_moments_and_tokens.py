from __future__ import annotations

import time

import pytest

from shim.dualrun.compare.moments import close_in_time, is_now, moment_of_number, moment_of_text
from shim.dualrun.compare.tokens import Token, is_opaque, same_id_format, split

NOON = 1_731_324_924.0
"""2024-11-11T11:35:24Z"""


@pytest.mark.parametrize(
    "text", ["", "hello", "12", "2024", "2024-13-45", "25:99", "1.2.3.4", "99999999999999999999999", "2024-11-11x"]
)
def test_what_is_no_moment(text):
    assert moment_of_text(text) is None


@pytest.mark.parametrize("number", [0, 1, -5, 12.5, 999_999_999, 1e20, 99_999_999_999])
def test_numbers_that_are_no_moment(number):
    assert moment_of_number(number) is None


@pytest.mark.parametrize(
    "text",
    [
        "2024-11-11T11:35:24Z",
        "2024-11-11T11:35:24.000Z",
        "2024-11-11T11:35:24.000000",
        "2024-11-11 12:35:24+01:00",
        "2024-11-11T11:35:24,000Z",
        "11/Nov/2024:11:35:24 +0000",
        "Mon, 11 Nov 2024 11:35:24 GMT",
        "1731324924",
        "1731324924000",
    ],
)
def test_moments_in_many_forms(text):
    found = moment_of_text(text)
    assert found is not None
    assert found.seconds == NOON


@pytest.mark.parametrize("number", [1_731_324_924, 1_731_324_924_000, 1_731_324_924_000_000])
def test_numbers_by_magnitude(number):
    found = moment_of_number(number)
    assert found is not None
    assert found.seconds == NOON


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("2024-11-11T11:35:24Z", "2024-11-11T11:35:24.000Z"),
        ("2024-11-11T11:35:24Z", "2024-11-11T11:35:24"),
        ("2024-11-11T11:35:24Z", "2024-11-11 11:35:24Z"),
        ("1731324924", "1731324924000"),
        ("11:35", "11:35:24"),
    ],
)
def test_two_forms_are_never_close(left, right):
    a, b = moment_of_text(left), moment_of_text(right)
    assert a is not None
    assert b is not None
    assert not close_in_time(a, NOON, b, NOON)


def test_close_means_as_far_from_the_receipt_as_the_other():
    a, b = moment_of_text("2024-11-11T11:35:24Z"), moment_of_text("2024-11-11T11:40:25Z")
    assert a is not None
    assert b is not None
    assert close_in_time(a, NOON, b, NOON + 300)
    assert not close_in_time(a, NOON, b, NOON)


def test_a_time_of_day_goes_round_at_midnight():
    a, b = moment_of_text("23:59"), moment_of_text("00:01")
    assert a is not None
    assert b is not None
    assert close_in_time(a, NOON, b, NOON + 120)


def test_now_is_the_time_of_receipt():
    a = moment_of_text("2024-11-11T11:35:24Z")
    assert a is not None
    assert is_now(a, NOON + 2)
    assert not is_now(a, NOON + 3_600)


@pytest.mark.parametrize("text", ["", "hello", "Hello", "HELLO WORLD", "goodbye", "lobby", "two words1"])
def test_words_are_not_opaque(text):
    assert not is_opaque(text)


@pytest.mark.parametrize(
    "text", ["BFaT_fALIAMCKug=", "e_d2EewNLPECIGw=", "3f2504e0-4f89-41d3-9a0c-0305e82c3301", "a1b2c3", "12345678"]
)
def test_ids_are_opaque(text):
    assert is_opaque(text)


def test_a_text_is_split_at_its_ids_and_moments():
    found = split("BFaT_fALIAMCKug= joined at 2024-11-11T11:35:24Z, hello")
    assert found.tokens == (Token("id", "BFaT_fALIAMCKug="), Token("timestamp", "2024-11-11T11:35:24Z"))
    assert found.shape == "<id> joined at <timestamp>, hello"


def test_a_uuid_is_one_token():
    assert split("3f2504e0-4f89-41d3-9a0c-0305e82c3301").shape == "<id>"


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("3f2504e0-4f89-41d3-9a0c-0305e82c3301", "00000000-4f89-41d3-9a0c-0305e82c3301", True),
        ("3f2504e0-4f89-41d3-9a0c-0305e82c3301", "BFaT_fALIAMCKug=", False),
        ("12345678", "87654321", True),
        ("12345678", "abcdefg1", False),
        ("BFaT_fALIAMCKug=", "deadbeef00112233", True),
    ],
)
def test_formats_of_ids(left, right, same):
    assert same_id_format(left, right) is same


def test_a_long_word_is_looked_at_once():
    began = time.process_time()
    assert not is_opaque("x" * 1_000_000)
    assert time.process_time() - began < 10
