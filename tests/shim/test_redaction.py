"""Secrets that stand where secrets stand never come out, in whatever notation they are printed."""

from __future__ import annotations

import json
import time
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.redaction import HIDDEN, is_secret_name, may_hold_secrets, one_line, redact

HEADERS = ["Authorization", "authorization", "Proxy-Authorization", "Cookie", "Set-Cookie"]
NAMES = [
    *HEADERS,
    "Stream-Session",
    "session",
    "X-Amz-Security-Token",
    "X-Amz-Signature",
    "X-Amz-Credential",
    "x-api-key",
    "token",
    "access_token",
    "id_token",
    "ticket",
    "auth",
    "jwt",
    "aws_secret_access_key",
    "SecretAccessKey",
    "aws_session_token",
    "password",
    "client_secret",
]
MARK = "S3CR3T"
"""Stands in every secret, so that any part of it that comes out is seen."""

secrets = st.text(st.characters(codec="utf-8"), max_size=40).map(lambda text: f"{MARK}{text}{MARK}")
printable = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=40).map(
    lambda text: f"{MARK}{text}{MARK}"
)
words = printable.map(lambda text: "".join(text.split()).replace("&", "").translate({34: None, 60: None, 62: None}))
names = st.sampled_from(NAMES)


@pytest.mark.parametrize(
    "text",
    [
        "GET /dev?room=7&lastEventId=ab-3",
        "connection L0SM9cOFvHcCIhw= of 192.0.2.7 was closed: 1001 Going away",
        "KeyError: 'connectionId'",
        "the author: bob wrote sessions and tokens for all",
        "3 tickets are out",
        '{"action": "sendMessage", "bytes": 12}',
        "Idempotency-Key: 7",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact(text) == text


@given(st.text())
def test_redacting_never_fails_and_changes_nothing_that_it_has_changed(text: str) -> None:
    assert redact(redact(text)) == redact(text)


@given(names, secrets, st.text(max_size=10))
def test_in_the_representation_of_python(name: str, secret: str, other: str) -> None:
    for value in (
        {"a": other, name: secret, "b": 1},
        {name: [secret, secret]},
        {name: (secret, f'"{secret}')},
        [(name, secret), ("b", "c")],
        [(name.encode(), secret.encode())],
    ):
        assert MARK not in redact(repr(value))
        assert MARK not in redact(repr(repr(value)))


@given(names, names, secrets, st.sampled_from(["{}", "{}=", "{}: ", "{}='", '{}="', "{}=[", "{}', '", "x {}"]))
def test_also_after_text_of_a_client_that_is_made_to_mislead(name: str, other: str, secret: str, form: str) -> None:
    misleading = form.format(other)
    told = {"a": misleading, name: secret}
    for text in (repr(told), json.dumps(told), repr([("a", misleading), (name, secret)]), repr(json.dumps(told))):
        assert MARK not in redact(text)
    assert MARK not in redact(f"a: {misleading}\r\nAuthorization: {secret!r}")
    assert MARK not in redact(repr(["a", misleading, name, secret]))


@given(names, secrets)
def test_in_json_and_in_json_within_json(name: str, secret: str) -> None:
    for ensure_ascii in (True, False):
        once = json.dumps({"a": 1, name: secret}, ensure_ascii=ensure_ascii)
        twice = json.dumps({"body": once, "list": [once]}, ensure_ascii=ensure_ascii)
        thrice = json.dumps([twice])
        for text in (once, twice, thrice, repr(once), json.dumps({name: [secret, secret]}), once[:-2]):
            assert MARK not in redact(text)


@given(st.sampled_from(HEADERS), printable)
def test_in_a_header_line(name: str, secret: str) -> None:
    shown = redact(f"GET / HTTP/1.1\r\n{name}: {secret}\r\nHost: example.org")
    assert MARK not in shown
    assert shown.endswith("\r\nHost: example.org")


@given(names, words)
def test_in_an_assignment_and_in_a_query_string(name: str, secret: str) -> None:
    for text in (f"{name}={secret}", f"{name}: {secret}", f"export {name.upper()}={secret} x", f"{name} = {secret}"):
        assert MARK not in redact(text)
    assert redact(f"/dev?a=1&{name}={secret}&room=7").endswith("&room=7")
    assert MARK not in redact(f"/dev?a=1&{name}={secret}&room=7")


@given(names, secrets)
def test_in_percent_encoding(name: str, secret: str) -> None:
    within = quote(f"https://x/?{name}={secret}", safe="")
    assert MARK not in redact(f"/dev?{name}={quote(secret, safe='')}")
    assert MARK not in redact(f"/dev?to={within}")
    assert MARK not in redact("/dev?filter=" + quote(json.dumps({name: secret}, separators=(",", ":")), safe=""))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("sent Bearer abc.def/ghi+=", f"sent Bearer {HIDDEN}"),
        ("Basic dXNlcjpwYXNz", f"Basic {HIDDEN}"),
        (
            "Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/us-east-1/execute-api/aws4_request, SignedHeaders=host, Signature=ab12",
            f"Authorization: {HIDDEN}",
        ),
        ("saw eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbmEifQ.abc-_ here", f"saw {HIDDEN} here"),
        (
            "can't reach redis://:p@ss@cache.example.org:6379/0",
            f"can't reach redis://{HIDDEN}@cache.example.org:6379/0",
        ),
        ("GET /dev?X-Amz-Date=2026&X-Amz-Signature=ab12", f"GET /dev?X-Amz-Date=2026&X-Amz-Signature={HIDDEN}"),
    ],
)
def test_by_its_looks(text: str, shown: str) -> None:
    assert redact(text) == shown


def test_names_of_secrets() -> None:
    assert [name for name in NAMES if not is_secret_name(name)] == []
    assert not any(is_secret_name(name) for name in ("route", "connection", "message_id", "author", "status"))


@given(st.text(), st.integers(8, 60))
def test_one_line_is_one_bounded_printable_line(text: str, most: int) -> None:
    shown = one_line(text, most)
    assert len(shown) <= most
    assert shown.isprintable() or not any(ord(character) < 0x20 for character in shown)
    assert len(shown.splitlines()) <= 1


def test_what_is_cut_off_gives_nothing_away() -> None:
    assert MARK not in one_line("x" * 990 + "Authorization: Bearer " + MARK * 1_000, 1_000)
    assert MARK not in one_line('{"token": "' + MARK * 100_000 + '"}', 1_000)
    assert one_line("a" * 50 + "b" * 50, 11) == "aaaaa…bbbbb"


@pytest.mark.parametrize(
    "piece",
    [
        "token",
        "://",
        "eyJaaaa.",
        "Authorization: ",
        "'token': ['",
        "token=\\",
        "\\'",
        "bearer ",
        "session ",
        "a",
        "'token', '",
        "'token', \\'",
        "token=\"token='",
        "token=(",
        "'token',",
        "token='\\",
    ],
)
def test_hostile_text_takes_linear_time(piece: str) -> None:
    text = piece * (400_000 // len(piece))
    started = time.process_time()
    redact(text)
    assert time.process_time() - started < 20  # quadratic would take minutes


@given(st.text() | st.builds("{}{}={}".format, st.text(max_size=5), names, secrets) | secrets.map("Bearer {}".format))
def test_where_nothing_is_suspected_nothing_is_hidden(text: str) -> None:
    if not may_hold_secrets(text):
        assert redact(text) == text
