"""The suite's own signatures are those of botocore, which shares no code with it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from tests.conformance import signing
from tests.conformance.signing import Keys, signed_headers

KEYS = Keys("AKIDEXAMPLE", "secret", region="eu-west-1")
HOST = "api.example.com"
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def pinned(monkeypatch: pytest.MonkeyPatch) -> None:
    class Pinned(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return NOW

    monkeypatch.setattr(signing, "datetime", Pinned)
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: NOW.replace(tzinfo=None))


def of_botocore(keys: Keys, method: str, path: str, body: bytes, headers: dict[str, str]) -> dict[str, str]:
    request = AWSRequest(method, f"https://{HOST}{path}", data=body, headers=headers)
    credentials = Credentials(keys.access_key_id, keys.secret_access_key, keys.session_token)
    SigV4Auth(credentials, "execute-api", keys.region).add_auth(request)
    return dict(request.headers.items())


@pytest.mark.parametrize("token", [None, "token=="])
@pytest.mark.parametrize("path", ["/prod/@connections/BFaT_fAL-AMCKug%3D", "/prod/%40connections/BFaT_fALIAMCKug="])
def test_paths_of_every_form(path: str, token: str | None) -> None:
    keys = Keys(KEYS.access_key_id, KEYS.secret_access_key, token, KEYS.region)

    ours = signed_headers(keys, "POST", HOST, path, b"hello", {})

    assert ours["Authorization"] == of_botocore(keys, "POST", path, b"hello", {})["Authorization"]


@given(
    st.binary(max_size=50),
    st.sampled_from(["GET", "POST", "DELETE"]),
    st.from_regex(r"[A-Za-z0-9;= ]+", fullmatch=True),
)
def test_bodies_methods_and_headers_of_every_kind(body: bytes, method: str, value: str) -> None:
    headers = {"X-Room": value.strip() or "x"}

    ours = signed_headers(KEYS, method, HOST, "/prod", body, {}, headers)

    theirs = of_botocore(KEYS, method, "/prod", body, {name: " ".join(text.split()) for name, text in headers.items()})
    if " ".join(headers["X-Room"].split()) == headers["X-Room"]:
        assert ours["Authorization"] == theirs["Authorization"]


@pytest.mark.parametrize(
    "wrongly",
    [
        {"secret": "another"},
        {"access_key_id": "AKIDOTHER"},
        {"service": "s3"},
        {"region": "us-east-2"},
        {"skew_s": 1200},
        {"path": "/elsewhere"},
        {"body": "other"},
        {"method": "DELETE"},
    ],
)
def test_each_way_to_sign_wrongly_gives_another_signature(wrongly: dict[str, object]) -> None:
    right = signed_headers(KEYS, "POST", HOST, "/prod", b"hello", {})["Authorization"]

    assert signed_headers(KEYS, "POST", HOST, "/prod", b"hello", wrongly)["Authorization"] != right


def test_an_unsigned_request_has_no_signature() -> None:
    assert signed_headers(KEYS, "POST", HOST, "/prod", b"hello", {"none": True}) == {"Host": HOST}


def test_a_header_may_be_changed_after_it_was_signed() -> None:
    sent = signed_headers(KEYS, "POST", HOST, "/prod", b"", {"unsigned": "X-Room"}, {"X-Room": "42"})

    assert sent["X-Room"] == "changed"
    assert "x-room" in sent["Authorization"]
