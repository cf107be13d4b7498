"""No secret reaches the disk, wherever it stands; equal ones stay equal; what is none stays as it was."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.dualrun.compare.tokens import split
from shim.dualrun.record.canonical import handshake_of, handshake_text
from shim.dualrun.record.keyed import STANDS_FOR_A_SECRET, Hasher
from shim.dualrun.record.redaction import Redactor
from tests.shim.dualrun.record.events import event

KEY = b"k" * 32
MARK = "S3CR3T"
SECRET = f"{MARK}-0123456789"

names = st.sampled_from(["token", "Authorization", "access_token", "ticket", "X-Api-Key", "password", "sessionId"])
secrets = st.text(st.sampled_from('abc09._-~é"\\ \n&;=%😀'), max_size=12).map(lambda text: f"{MARK}{text}{MARK}")


def redactor(*paths: str) -> Redactor:
    return Redactor(Hasher(KEY), paths)


def hidden(secret: str) -> str:
    return Hasher(KEY).hide(secret)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        '{"action": "chat",  "text": "tokens are fun", "n": 1.0, "big": 123456789012345678901, "e": 1E5}',
        '{"a": 1, "a": 2}',
        '["chat", "general", "author", "bob"]',
        '{"name": "room", "value": "lobby"}',
        '{"body": "{\\"a\\": [1, 2.50]}", "data": "aGVsbG8gd29ybGQgb2YgYmFzZTY0"}',
        '{"token": "", "password": null, "session": true}',
        "https://example.org/?room=7&page=2",
        "binary:00ff10",
        "{not json",
        '{"id": "0d9f3c1e-6c1a-4b8e-9d57-5a1f0c6d2e11", "at": "2026-01-01T00:00:00Z"}',
    ],
)
def test_what_is_no_secret_stays_byte_for_byte(text):
    assert redactor().text(text) == text


@given(names, secrets)
def test_a_secret_is_hidden_in_all_the_places_where_one_can_stand(name, secret):
    inner = json.dumps({"user": {"a": 1, name: secret}})
    places = [
        {name: secret},
        {name: [secret, {"deep": secret}]},
        {"headers": [[name, secret]]},
        {"headers": ["Host", "x", name, secret]},
        {"headers": [{"name": name, "value": secret}]},
        {"headers": [{"value": secret, "name": name}]},
        {"url": f"wss://example.org/dev?a=1&{urlencode({name: secret})}"},
        {"body": inner},
        {"body": json.dumps({"body": inner})},
        {"data": base64.b64encode(inner.encode()).decode()},
        {"data": base64.urlsafe_b64encode(inner.encode()).decode().rstrip("=")},
        {"q": quote(json.dumps({name: secret}, separators=(",", ":")), safe="")},
        [inner],
    ]
    for place in places:
        for ensure_ascii in (True, False):
            shown = redactor().text(json.dumps(place, ensure_ascii=ensure_ascii))
            assert MARK not in _everything_in(shown), place
            json.loads(shown)


@given(names, secrets)
def test_a_secret_is_hidden_in_handshakes(name, secret):
    shown = redactor().event(
        event(kind="connect", direction="sent", text=handshake_text([(name, secret)], [(name, secret), ("room", "7")]))
    )
    assert MARK not in shown.text
    headers, query = handshake_of(shown.text)
    assert headers[0][0] == query[0][0] == name
    assert query[1] == ("room", "7")


@given(st.text(max_size=60) | st.builds(lambda n, s: json.dumps({"x": [n, s], n: s}), names, secrets))
def test_what_is_hidden_stays_as_it_is(text):
    once = redactor().text(text)
    assert redactor().text(once) == once


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), st.lists, max_leaves=8))
def test_what_is_json_stays_json_of_the_same_form(value):
    text = json.dumps({"a": value, "token": value})
    shown = json.loads(redactor().text(text))
    assert shown["a"] == value
    assert list(shown) == ["a", "token"]


def test_one_secret_has_one_name_wherever_it_stands():
    told = redactor().text(
        json.dumps(
            {
                "token": SECRET,
                "url": f"/?token={SECRET}",
                "headers": {"Authorization": f"Bearer {SECRET}", "Cookie": f"a={SECRET}; Path=/"},
                "echo": f"you said {SECRET}!",
            }
        )
    )
    assert json.loads(told) == {
        "token": hidden(SECRET),
        "url": f"/?token={hidden(SECRET)}",
        "headers": {"Authorization": f"Bearer {hidden(SECRET)}", "Cookie": f"a={hidden(SECRET)}; Path=/"},
        "echo": f"you said {hidden(SECRET)}!",
    }


def test_cookies_keep_their_names_and_attributes():
    told = redactor().text(f'{{"Set-Cookie": "id={SECRET}; Path=/; HttpOnly", "Cookie": "a=1; b={SECRET}; {SECRET}"}}')
    assert json.loads(told) == {
        "Set-Cookie": f"id={hidden(SECRET)}; Path=/; HttpOnly",
        "Cookie": f"a={hidden('1')}; b={hidden(SECRET)}; {hidden(SECRET)}",
    }


def test_percent_encoding_does_not_change_the_name():
    secret = "a b/ü+secret"
    assert hidden(quote(secret, safe="")) == hidden(secret)


def test_two_secrets_and_two_keys_have_two_names():
    assert hidden("one-secret") != hidden("two-secret")
    assert Hasher(b"a" * 32).hide(SECRET) != Hasher(b"b" * 32).hide(SECRET)
    assert Hasher(b"a" * 32).key_id != Hasher(b"b" * 32).key_id


def test_a_secret_that_was_found_once_is_hidden_where_nothing_names_it():
    one = redactor()
    one.event(event(kind="connect", text=handshake_text([], [("token", SECRET)])))
    assert one.text(f'{{"text": "is {SECRET} mine?"}}') == f'{{"text": "is {hidden(SECRET)} mine?"}}'
    assert MARK not in one.text(f"see https://example.org/#{SECRET}")
    assert MARK not in one.text(json.dumps({SECRET: 1}))


@pytest.mark.parametrize("text", ['{"t\\u006fken": "%s"}', '{"TOKEN": "%s"}', '{"\u017fe\u017f\u017fion": "%s"}'])
def test_names_in_disguise_are_names(text):
    assert MARK not in redactor().text(text % SECRET)


def test_short_secrets_are_not_looked_for_elsewhere():
    one = redactor()
    one.text('{"password": "room"}')
    assert one.text('{"join": "room"}') == '{"join": "room"}'


def test_chosen_paths_are_hidden_with_all_below():
    one = redactor("$.user.email", "$.items[*].card", "query.phone", "header.X-Customer")
    told = json.loads(
        one.text('{"user": {"email": "a@b", "emails": 1}, "items": [{"card": {"no": 42, "of": "x"}}, {"cards": 1}]}')
    )
    assert told == {
        "user": {"email": hidden("a@b"), "emails": 1},
        "items": [{"card": {"no": hidden("42"), "of": hidden("x")}}, {"cards": 1}],
    }
    connect = one.event(event(kind="connect", text=handshake_text([("x-customer", "9")], [("phone", "1"), ("b", "1")])))
    assert handshake_of(connect.text) == ((("x-customer", hidden("9")),), (("phone", hidden("1")), ("b", "1")))
    assert one.redactions[2:] == ("$.items[*].card", "$.user.email", "header.X-Customer", "query.phone")


def test_a_token_that_travels_as_subprotocol_is_hidden():
    told = redactor().event(
        event(kind="connect", text=handshake_text([("Sec-WebSocket-Protocol", f"chat.v1, {SECRET}-long-enough")], []))
    )
    assert handshake_of(told.text)[0] == (("Sec-WebSocket-Protocol", f"chat.v1, {hidden(SECRET + '-long-enough')}"),)


def test_binary_messages_are_looked_into():
    data = b'\xff\x00{"token": "' + SECRET.encode() + b'"}'
    shown = redactor().text(f"binary:{data.hex()}")
    assert SECRET.encode() not in bytes.fromhex(shown.removeprefix("binary:"))


def test_what_stands_for_a_secret_is_an_id_for_the_comparison():
    shape = split(f"hello {hidden(SECRET)}, you")
    assert [token.kind for token in shape.tokens] == ["id"]
    assert STANDS_FOR_A_SECRET.fullmatch(shape.tokens[0].text)


def test_another_secret_in_the_same_place_can_keep_the_first_ones_name():
    replayed = Redactor(Hasher(KEY, {"token-of-today": hidden(SECRET)}))
    assert replayed.text('{"token": "token-of-today"}') == f'{{"token": "{hidden(SECRET)}"}}'
    assert replayed.text('{"echo": "token-of-today"}') == f'{{"echo": "{hidden(SECRET)}"}}'


def test_deep_and_broken_json_is_redacted_as_text():
    deep = "[" * 500 + f'{{"token":"{SECRET}"}}' + "]" * 500
    assert MARK not in redactor().text(deep)
    assert MARK not in redactor().text(f'{{"token": "{SECRET}", "cut')


def _everything_in(text: str) -> str:
    """The text, and whatever its Base64 says."""
    found = [text]
    for value in _strings(json.loads(text)):
        found.append(value)
        for word in value.replace("-", "+").replace("_", "/").split():
            try:
                found.append(base64.b64decode(word + "=" * (-len(word) % 4), validate=True).decode("latin-1"))
            except ValueError:
                continue
    return "\0".join(found)


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for item in items for text in _strings(item)]
