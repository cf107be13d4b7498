from __future__ import annotations

import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.records import EVERY_STREAM, MAGIC, Request, payload, write_requests


@given(st.integers(0, 9_999_999_999), st.integers(30, 2000))
def test_a_payload_is_json_of_exactly_the_size_and_says_its_number(number, size):
    made = payload(number, size)
    assert len(made) == size
    assert int(json.loads(made)["n"]) == number


@given(
    st.lists(st.tuples(st.binary(max_size=50), st.binary(max_size=20), st.booleans(), st.integers(0, 5)), max_size=8)
)
def test_every_request_and_payload_is_found_where_the_index_says(tmp_path_factory, entries):
    path = tmp_path_factory.mktemp("records") / "requests"
    requests = [
        Request(head + body if inside else head, body, target or EVERY_STREAM) for head, body, inside, target in entries
    ]
    assert write_requests(path, requests, first_number=7) == len(requests)
    data = path.read_bytes()
    assert struct.unpack_from("<8sII", data) == (MAGIC, len(requests), 7)
    for i, request in enumerate(requests):
        offset, size, at, length, target = struct.unpack_from("<QIIII", data, 16 + 24 * i)
        assert data[offset : offset + size] == request.data
        assert data[offset + at : offset + at + length] == request.payload
        assert target == request.target


def test_a_payload_in_other_words_follows_its_request(tmp_path):
    write_requests(tmp_path / "r", [Request(b"escaped", b'"n"', 0), Request(b"next", b"next", 1)])
    assert (tmp_path / "r").read_bytes().endswith(b'escaped"n"next')


@pytest.mark.parametrize("number", [0, 9_999_999_999])
def test_the_number_stands_where_the_load_generator_looks(number):
    assert payload(number, 60).startswith(b'{"n":"%010d"' % number)
