"""What a text names: known things and nothing else."""

from __future__ import annotations

import pytest

from checklists.aws import types
from checklists.aws.estate import Thing
from checklists.aws.mentions import Names, mentions
from checklists.aws.scope import Text

HERE = ("1", "eu-west-1")
API = "arn:aws:apigateway:eu-west-1::/apis/abc123defg"
DOMAIN = "arn:aws:apigateway:eu-west-1::/domainnames/chat.example.com"
TABLE = "arn:aws:dynamodb:eu-west-1:1:table/chat"
ELSEWHERE = "arn:aws:dynamodb:us-east-1:1:table/elsewhere"
FUNCTION = "arn:aws:lambda:eu-west-1:1:function:chat-send"
PARAMETER = "arn:aws:ssm:eu-west-1:1:parameter/chat/url"


def thing(arn: str, type_: str, id_: str, region: str = "eu-west-1", **properties: object) -> Thing:
    values = {"arn": arn, "type": type_, "id": id_, "name": id_, "account": "1", "region": region}
    return Thing.model_validate({**values, "properties": properties})


THINGS = (
    thing(API, types.API, "abc123defg"),
    thing(
        DOMAIN,
        types.DOMAIN,
        "chat.example.com",
        DomainNameConfigurations=[{"ApiGatewayDomainName": "d-9x.execute-api.eu-west-1.amazonaws.com"}],
    ),
    thing(TABLE, types.TABLE, "chat"),
    thing(ELSEWHERE, types.TABLE, "elsewhere", "us-east-1"),
    thing(FUNCTION, types.FUNCTION, "chat-send"),
    thing(PARAMETER, types.PARAMETER, "/chat/url"),
)
NAMES = Names(THINGS)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nothing of ours",
        "chatty",
        "my-chat",
        "chat.example.org",
        "wss://chat.example.org/chat/rooms",
        "elsewhere",
        "arn:aws:lambda:eu-west-1:1:function:other",
        "arn:aws:lambda:eu-west-1:1:function:chat-send-2",
        "xabc123defg",
        "arn:",
    ],
)
def test_names_nothing(text):
    assert NAMES.named_in(text, *HERE) == ()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("chat", TABLE),
        ('{"table": "chat", "size": 3}', TABLE),
        ("a,chat;b", TABLE),
        (TABLE, TABLE),
        (f"{TABLE}/index/by-room", TABLE),
        (f"{TABLE}/stream/2024-03-01T08:00:00.000", TABLE),
        (ELSEWHERE, ELSEWHERE),
        (f"{FUNCTION}:live", FUNCTION),
        (f"{FUNCTION}:$LATEST", FUNCTION),
        ("wss://abc123defg.execute-api.eu-west-1.amazonaws.com/prod", API),
        ("ABC123DEFG", API),
        ("arn:aws:execute-api:eu-west-1:1:abc123defg/prod/POST/@connections/*", API),
        ("arn:aws:execute-api:eu-west-1:*:abc123defg/*", API),
        ("https://Chat.Example.com:443/x?y", DOMAIN),
        ("chat.example.com.", DOMAIN),
        ("https://d-9x.execute-api.eu-west-1.amazonaws.com", DOMAIN),
        ("/chat/url", PARAMETER),
        ("https://queues.example.com/1/chat", TABLE),  # more than is meant: the name of a queue stands there
    ],
)
def test_names_one(text, named):
    assert NAMES.named_in(text, *HERE) == (named,)


def test_ids_of_apis_mean_the_same_everywhere_and_names_of_tables_do_not():
    assert NAMES.named_in("abc123defg chat", "2", "us-east-1") == (API,)


def test_a_thing_does_not_mention_itself_and_each_mention_stands_once():
    texts = [Text(TABLE, "a", "chat chat-send"), Text(TABLE, "a", "chat-send"), Text("arn:unknown", "b", "chat")]
    assert mentions(THINGS, texts, NAMES) == {TABLE: [{"variable": "a", "of": FUNCTION}]}


def test_a_text_that_names_nothing_is_known_to():
    assert mentions(THINGS, [Text(FUNCTION, "A", "b")], NAMES) == {FUNCTION: []}


def test_a_very_long_text_is_read_in_part():
    assert NAMES.named_in("x" * 1_000_001 + " chat", *HERE) == ()
