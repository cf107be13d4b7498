"""Ids and frames have the form that applications and their logs know."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.gateway import frames
from shim.gateway.frames import FORBIDDEN, error_frame
from shim.gateway.ids import new_id


def test_ids_are_sixteen_characters_without_a_slash() -> None:
    ids = {new_id() for _ in range(2_000)}

    assert len(ids) == 2_000
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{15}=", each) for each in ids)


def test_an_error_frame_is_spaced_as_api_gateway_spaces_it() -> None:
    frame = error_frame(FORBIDDEN, "BFaT_fALIAMCKug=", "BFaVtH2HoAMFZEQ=")

    assert frame == '{"message": "Forbidden", "connectionId":"BFaT_fALIAMCKug=", "requestId":"BFaVtH2HoAMFZEQ="}'


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("FORBIDDEN", "Forbidden"),
        ("INTERNAL_SERVER_ERROR", "Internal server error"),
        ("ENDPOINT_REQUEST_TIMED_OUT", "Endpoint request timed out"),
        ("BAD_REQUEST_BODY", "Bad request body"),
    ],
)
def test_the_words_are_those_that_clients_have_seen(name: str, words: str) -> None:
    assert getattr(frames, name) == words


@given(st.text(), st.text(), st.text())
def test_whatever_it_says_a_frame_is_json(message: str, connection_id: str, request_id: str) -> None:
    assert json.loads(error_frame(message, connection_id, request_id)) == {
        "message": message,
        "connectionId": connection_id,
        "requestId": request_id,
    }
