"""Canonical forms, and the ways to write a path that count as one."""

from __future__ import annotations

from time import process_time
from urllib.parse import quote

import pytest
from botocore.auth import SigV4Auth
from hypothesis import given
from hypothesis import strategies as st

from shim.gateway.canonical import canonical_path, canonical_query, equivalent_paths, joined_headers


@pytest.mark.parametrize(
    "path", [b"/prod/@connections/a%2Fb", b"/prod/@connections/a%2540", b"/prod/caf\xc3\xa9", b"/a b"]
)
def test_nothing_is_guessed_for_a_path_with_other_escapes(path: bytes) -> None:
    assert equivalent_paths(path) == set()


def test_the_ways_to_write_the_path_of_a_connection() -> None:
    assert equivalent_paths(b"/prod/%40connections/A%3d") == {
        b"/prod/%40connections/A%3D",
        b"/prod/%40connections/A%253D",
        b"/prod/%2540connections/A%3D",
        b"/prod/%2540connections/A%253D",
    }


def test_a_plus_sign_in_a_query_is_a_space_and_an_escaped_one_a_plus_sign() -> None:
    assert canonical_query(b"b=+&a=%2b&a=%20") == b"a=%20&a=%2B&b=%20"


def test_values_of_a_repeated_header_are_joined_in_their_order() -> None:
    headers = [(b"x", b" b  c "), (b"y", b""), (b"x", b"a")]

    assert joined_headers(headers) == {b"x": b"b c,a", b"y": b""}


def test_very_many_repeated_headers_cost_little() -> None:
    started = process_time()
    joined_headers([(b"x", b"y" * 100)] * 100_000)

    assert process_time() - started < 20  # joined one by one, the cost grows with the square of their number


@given(
    st.text(st.characters(min_codepoint=0x20, max_codepoint=0x17F), max_size=30), st.sampled_from(["/", "/@=", "/%"])
)
def test_paths_are_canonical_as_botocore_makes_them(text: str, safe: str) -> None:
    path = quote(f"/{text}", safe=safe)
    canonical = SigV4Auth(None, "execute-api", "x")._normalize_url_path(path)

    assert canonical_path(path.encode()) == canonical.encode()
