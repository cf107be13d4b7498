"""Keys of a message that a model, a dataclass or parameters declare."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from migrator.inventory.model import MessageKey
from tests.migrator.scan.applications import scan_say

MODELS = """
from __future__ import annotations
import enum
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal, Optional, Union
from pydantic import BaseModel, Field

class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"

class Place(BaseModel):
    room: str
    floor: int = 0

class Base(BaseModel):
    user: str

class Message(Base):
    limit: ClassVar[int] = 5
    _cache: dict = {}
    text: Annotated[str, Field(max_length=5)]
    kind: Literal["note", "alarm"] = "note"
    colour: Colour
    count: Optional[int] = None
    urgent: bool
    place: "Place"
    places: list[Place] = Field(default_factory=list)
    either: Union[None, float]
    user_id: str = Field(alias="userId")
    must: str = Field(..., description="x")
    free: Anything = Field("x")

@dataclass
class Order:
    item: str
    amount: int = 1
    tags: list[str] = field(default_factory=list)

class Custom:
    def __init__(self, name: str, *, size: int = 1):
        self.name = name

def paint(surface, colour, *, coats: int = 2, dry=None):
    return surface

class Tree(BaseModel):
    name: str
    below: list["Tree"] = []
"""


def keys(tmp_path: Path, *lines: str) -> dict[str, MessageKey]:
    body = ["def say(event, context):", "    message = json.loads(event['body'])", *(f"    {line}" for line in lines)]
    route = scan_say(tmp_path, dedent(MODELS) + "\n".join(body) + "\n").apis[0].routes[1]
    return {key.name: key for key in route.reads}


@pytest.mark.parametrize(
    "line",
    [
        "Message(user='x')",
        "Message(**{'text': 'x'})",
        "Message(**table.get_item(Key={})['Item'])",
        "Message.model_validate({'text': 'x'})",
        "Message.model_validate_json(os.environ['X'])",
        "Message.model_construct(message)",
        "unknown(**message)",
        "print(*message)",
        "Anything.parse_obj(message)",
    ],
)
def test_what_is_not_made_of_the_message_is_left_alone(tmp_path: Path, line: str) -> None:
    assert keys(tmp_path, line) == {}


WAYS = [
    "Message(**message)",
    "Message.model_validate(message)",
    "Message.model_validate_json(event['body'])",
    "Message.parse_obj(message)",
    "Message.parse_raw(event['body'])",
]


@pytest.mark.parametrize("line", WAYS)
def test_the_fields_of_a_model_are_keys(tmp_path: Path, line: str) -> None:
    found = keys(tmp_path, line)

    assert {name: (key.kind, key.required) for name, key in found.items()} == {
        "user": ("text", True),
        "text": ("text", True),
        "kind": ("text", False),
        "colour": ("text", True),
        "count": ("number", False),
        "urgent": ("boolean", True),
        "place": ("object", True),
        "place.room": ("text", True),
        "place.floor": ("number", False),
        "places": ("list", False),
        "places[].room": ("text", True),
        "places[].floor": ("number", False),
        "either": ("number", True),
        "userId": ("text", True),
        "must": ("text", True),
        "free": ("unknown", False),
    }
    assert found["kind"].literals == ("note", "alarm")
    assert found["colour"].literals == ("red", "blue")


def test_a_model_of_a_part_lies_inside_of_it(tmp_path: Path) -> None:
    assert set(keys(tmp_path, "Place(**message['data'])")) == {"data", "data.room", "data.floor"}
    assert set(keys(tmp_path, "[Place(**one) for one in message['all']]")) == {"all", "all[].room", "all[].floor"}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Order(**message)", {"item": True, "amount": False, "tags": False}),
        ("Order(amount=2, **message)", {"item": True, "tags": False}),
        ("Custom(**message)", {"name": True, "size": False}),
        ("paint('wall', **message)", {"colour": True, "coats": False, "dry": False}),
        ("paint(dry=True, **message)", {"surface": True, "colour": True, "coats": False}),
    ],
)
def test_parameters_that_the_message_fills_are_keys(tmp_path: Path, line: str, expected: dict[str, bool]) -> None:
    assert {name: key.required for name, key in keys(tmp_path, line).items()} == expected


def test_a_model_of_itself_ends(tmp_path: Path) -> None:
    assert set(keys(tmp_path, "Tree(**message)")) == {"name", "below"}
