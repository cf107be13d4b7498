"""Keys of the message that a route reads."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

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


def item_reads(tmp_path: Path, body: str, *, more: str = "") -> dict[str, MessageKey]:
    """Keys of a message whose `item` the body uses."""
    lines = dedent(body).strip().splitlines()
    say = ["def say(event, context):", "    message = json.loads(event['body'])", "    item = message.get('item')"]
    return reads(tmp_path, "\n".join([dedent(more), *say, *(f"    {line}" for line in lines)]) + "\n")


@pytest.mark.parametrize(
    "body",
    [
        "item = {}\nitem['x']",
        "item = table.get_item(Key={'id': item})['Item']\nitem['x']",
        "other = {'item': {'x': 1}}\nother['item']['x']",
        "message['item'] = table.get_item(Key={'id': item})['Item']\nmessage['item']['x']",
        "message['item'] = load(item)\nitem = message.get('item')\nitem['x']",
        "'x' in item",
        "'x' in item.lower()",
        "str(item)['x']",
        "item[context.name]['x']",
        "first, second = item\nfirst['x']",
        "open(item)['x']",
    ],
)
def test_what_is_not_inside_of_a_key_is_left_alone(tmp_path: Path, body: str) -> None:
    assert set(item_reads(tmp_path, body)) == {"item"}


def test_a_key_that_the_code_has_just_set_is_not_read_from_the_message(tmp_path: Path) -> None:
    found = item_reads(tmp_path, "item['x'] = 1\nprint(item['x'], item.get('x'), item['y'])")

    assert set(found) == {"item", "item.y"}


@pytest.mark.parametrize(
    "body",
    [
        "item[0]",
        "item[:10]",
        "json.dumps(item).encode()",
        "str(item).lower()",
        "len(item) > 5",
        "item == 5",
        "item.strip()\nint(item)",
        "if isinstance(item, str):\n    item.lower()",
        "return item.lower() if isinstance(item, str) else item",
        "if isinstance(item, list):\n    return [x for x in item]\nitem.strip()",
        "table.put_item(Item=item)",
    ],
)
def test_what_fits_several_kinds_is_of_unknown_kind(tmp_path: Path, body: str) -> None:
    assert item_reads(tmp_path, body)["item"].kind == "unknown"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("item.lower()", "text"),
        ("'x' in item.lower()", "text"),
        ("'#' + item", "text"),
        ("item['x'] = 1", "object"),
        ("{**item, 'y': 1}", "object"),
        ("load(**item)", "object"),
        ("[name for name, value in item.items()]", "object"),
        ("item.setdefault('x', 1)", "object"),
        ("item - 1", "number"),
        ("1.2 * item", "number"),
        ("if item > 10:\n    return None", "number"),
        ("int(item)", "number"),
        ("Decimal(str(item))", "number"),
        ("for one in item:\n    print(one)", "list"),
        ("[one for one in sorted(item)]", "list"),
        ("item.append(1)", "list"),
        ("if not isinstance(item, list):\n    return None", "list"),
        ("if not item or not isinstance(item, (int, float)):\n    raise ValueError", "number"),
    ],
)
def test_what_only_one_kind_can_do_tells_the_kind(tmp_path: Path, body: str, kind: str) -> None:
    assert item_reads(tmp_path, body)["item"].kind == kind


@pytest.mark.parametrize(
    ("body", "name", "required"),
    [
        ("item['x']", "item.x", True),
        ("message['item']['x']", "item.x", True),
        ("item.get('x')", "item.x", False),
        ("item.pop('x', None)", "item.x", False),
        ("item.setdefault('x', 1)", "item.x", False),
        ("if 'x' in item:\n    item['x']", "item.x", False),
        ("if 'x' not in item:\n    item['x'] = item.get('y')", "item.x", False),
        ("try:\n    item['x']\nexcept KeyError:\n    return None", "item.x", False),
        ("item['x']['y']", "item.x.y", True),
        ("for one in item:\n    one['x']", "item[].x", True),
        ("[one.get('x') for one in item]", "item[].x", False),
        ("item[0]['x']", "item[].x", True),
        ("for number, one in enumerate(item):\n    one['x']", "item[].x", True),
        ("for name, one in item.items():\n    one['x']", "item[].x", True),
        ("for one in item:\n    one.lower()", "item[]", False),
        ("for one in item['x']:\n    for two in one:\n        two['y']", "item.x[][].y", True),
        ("dict(item)['x']", "item.x", True),
        ("json.loads(json.dumps(item))['x']", "item.x", True),
        ("if isinstance(item, dict):\n    item['x']", "item.x", True),
    ],
)
def test_keys_inside_of_a_key_are_named_by_their_path(tmp_path: Path, body: str, name: str, required: bool) -> None:
    found = item_reads(tmp_path, body)

    assert found[name].required is required
    assert "item" in found
    assert not {f"{other}[]" for other in found} & set(found) - {name}


def test_a_value_is_followed_through_helpers_and_names_that_are_bound_again(tmp_path: Path) -> None:
    helpers = """
    def normal(item):
        level = item.get("level", "").lower()
        item["level"] = level
        return item

    def store(item, key):
        table.put_item(Item={"id": item[key]})
    """
    found = item_reads(tmp_path, "item = normal(item)\nstore(item, 'id')\nprint(item['level'])", more=helpers)

    assert {name: key.kind for name, key in found.items()} == {
        "item": "object",
        "item.level": "text",
        "item.id": "unknown",
    }
    assert found["item.id"].location.line > found["item.level"].location.line


def test_a_key_is_told_before_those_inside_of_it(tmp_path: Path) -> None:
    helpers = "def first(item):\n    return item['x']\n"

    assert list(item_reads(tmp_path, "message['text']\nfirst(item)", more=helpers)) == ["item", "item.x", "text"]


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


@pytest.mark.parametrize(
    "body",
    ["LEVELS.get(item.lower(), 'x')", "LEVELS[item]", "if item not in LEVELS:\n    return None"],
)
def test_keys_of_a_dict_that_a_value_is_looked_up_in_are_values_that_the_code_knows(tmp_path: Path, body: str) -> None:
    assert item_reads(tmp_path, body, more="LEVELS = {'a': 'x', 'b': 'y'}\n")["item"].literals == ("a", "b")


@pytest.mark.parametrize(
    "table",
    ["load()", "{load(): 1, 'a': 1}", "{1: 'a'}", "{'a': 1} if os.environ.get('X') else load()"],
)
def test_keys_of_a_dict_that_is_not_known_are_left_alone(tmp_path: Path, table: str) -> None:
    found = item_reads(tmp_path, "LEVELS.get(item)", more=f"def load():\n    return os.listdir()\n\nLEVELS = {table}\n")

    assert found["item"].literals == ()


def test_values_inside_of_a_key_are_listed_with_its_path(tmp_path: Path) -> None:
    found = item_reads(tmp_path, "if item['kind'] == 'a':\n    return [tag for tag in item['tags'] if tag != 'b']")

    assert (found["item.kind"].literals, found["item.tags[]"].literals) == (("a",), ("b",))
