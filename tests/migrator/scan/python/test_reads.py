"""Keys of the message that a route reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.inventory.model import MessageKey
from tests.migrator.scan.applications import scan_say


def reads(tmp_path: Path, say: str) -> dict[str, MessageKey]:
    route = scan_say(tmp_path, say).apis[0].routes[1]
    return {key.name: key for key in route.reads}


@pytest.mark.parametrize(
    "body",
    [
        "event['headers']['x']",
        "json.loads(os.environ['X'])['y']",
        "table.get_item(Key={})['Item']['z']",
        "message = {'a': 1}\n    message['a']",
        "json.loads(event['body'])['user'] if False else None\n    other = {}\n    other['name']",
    ],
)
def test_keys_of_other_things_are_left_alone(tmp_path: Path, body: str) -> None:
    assert set(reads(tmp_path, f"def say(event, context):\n    {body}\n")) <= {"user"}


@pytest.mark.parametrize(
    ("body", "required"),
    [
        ("m['text']", True),
        ("m.get('text')", False),
        ("m.get('text', 'x')", False),
        ("if 'text' in m:\n        m['text']", False),
        ("if 'text' not in m:\n        return None\n    m['text']", False),
        ("try:\n        m['text']\n    except KeyError:\n        return None", False),
        ("m.get('text')\n    m['text']", True),
    ],
)
def test_a_key_is_required_without_default_or_guard(tmp_path: Path, body: str, required: bool) -> None:
    found = reads(tmp_path, f"def say(event, context):\n    m = json.loads(event['body'])\n    {body}\n")

    assert found["text"].required is required


def test_guards_in_a_loop_over_names_count(tmp_path: Path) -> None:
    say = """
    def say(event, context):
        message = json.loads(event["body"])
        for name in ["text", "room"]:
            if name not in message:
                return None
        return message["text"], message["room"]
    """
    assert {name: key.required for name, key in reads(tmp_path, say).items()} == {"text": False, "room": False}


def test_a_message_is_followed_through_helpers_and_classes(tmp_path: Path) -> None:
    say = """
    class Chat:
        def __init__(self, message):
            self.message = message

        def run(self):
            return self.message["room"]

    def parsed(event):
        return json.loads(event.get("body") or "{}")

    def store(message):
        return message["text"]

    def say(event, context):
        message = parsed(event)
        store(message)
        Chat(message).run()
    """
    assert set(reads(tmp_path, say)) == {"text", "room"}


def test_only_keys_of_the_first_level_are_named(tmp_path: Path) -> None:
    say = "def say(event, context):\n    json.loads(event['body'])['data']['text']\n"

    assert set(reads(tmp_path, say)) == {"data"}


@pytest.mark.parametrize(
    "body",
    [
        "if kind == 'a' or kind == 'b':\n        pass",
        "if kind in ('a', 'b'):\n        pass",
        "match kind:\n        case 'a' | 'b':\n            pass",
    ],
)
def test_values_that_the_code_compares_with_are_listed(tmp_path: Path, body: str) -> None:
    say = f"def say(event, context):\n    kind = json.loads(event['body']).get('kind')\n    {body}\n"

    assert reads(tmp_path, say)["kind"].literals == ("a", "b")
