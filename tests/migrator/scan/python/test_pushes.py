"""Sites that send: what looks like one and isn't comes first."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.inventory.model import Push
from tests.migrator.scan.applications import scan_say


def pushes(tmp_path: Path, say: str, **files: str) -> list[Push]:
    return list(scan_say(tmp_path, say, **files).pushes)


def only(tmp_path: Path, say: str, **files: str) -> Push:
    (push,) = pushes(tmp_path, say, **files)
    return push


@pytest.mark.parametrize(
    "say",
    [
        "def post_to_connection(a, b):\n    return a\n\ndef say(event, context):\n    post_to_connection(1, 2)\n",
        "import pool\ndef say(event, context):\n    pool.get_connection().close()\n",
        "def say(event, context):\n    text = 'client.post_to_connection(ConnectionId=1)'\n",
        "def say(event, context):\n    client_of(event)\n    # client.post_to_connection(ConnectionId=x)\n",
        "import helpers\ndef say(event, context):\n    helpers.post_to_connection(event)\n",
    ],
)
def test_what_only_has_the_name_is_left_alone(tmp_path: Path, say: str) -> None:
    files = {"helpers.py": "def post_to_connection(event):\n    return event['requestContext']\n"}

    assert pushes(tmp_path, say, **files) == []


@pytest.mark.parametrize(
    "say",
    [
        "def say(event, context):\n    client = client_of(event)\n    client.post_to_connection(Data=b'', ConnectionId=OWN)\n",
        "def say(event, context):\n    client_of(event).post_to_connection(ConnectionId=OWN, Data=b'')\n",
        "def say(event, context):\n    send = client_of(event).post_to_connection\n    send(ConnectionId=OWN, Data=b'')\n",
        "def say(event, context):\n    client_of(event).post_to_connection(**{'ConnectionId': OWN, 'Data': b''})\n",
        "def say(event, context, client=None):\n    client.post_to_connection(ConnectionId=OWN, Data=b'')\n",
        ("from concurrent.futures import ThreadPoolExecutor\ndef say(event, context):\n    with ThreadPoolExecutor() as pool:\n"
        "        pool.submit(client_of(event).post_to_connection, ConnectionId=OWN, Data=b'')\n"),
        ("class Sender:\n    def __init__(self, event):\n        self.client = client_of(event)\n"
        "    def send(self, to):\n        self.client.post_to_connection(ConnectionId=to, Data=b'')\n"
        "def say(event, context):\n    Sender(event).send(OWN)\n"),
    ],
)  # fmt: skip
def test_a_push_is_found_however_the_client_gets_there(tmp_path: Path, say: str) -> None:
    push = only(tmp_path, say.replace("OWN", "event['requestContext']['connectionId']"))

    assert (push.operation, push.recipient, push.routes) == ("post_to_connection", "self", ("say",))


@pytest.mark.parametrize("operation", ["delete_connection", "get_connection"])
def test_the_other_operations_are_found(tmp_path: Path, operation: str) -> None:
    say = f"def say(event, context):\n    client_of(event).{operation}(ConnectionId=event['requestContext']['connectionId'])\n"

    assert only(tmp_path, say).operation == operation


def test_a_request_that_is_signed_by_hand_is_found(tmp_path: Path) -> None:
    say = """
    import requests

    def say(event, context):
        own = event["requestContext"]["connectionId"]
        requests.post(f"{os.environ['ENDPOINT']}/@connections/{own}", data="x")
    """
    push = only(tmp_path, say)

    assert push.recipient == "self"
    assert "signed by hand" in push.evidence


def test_a_push_belongs_to_the_routes_that_reach_it(tmp_path: Path) -> None:
    say = """
    def other():
        boto3.client("apigatewaymanagementapi").post_to_connection(ConnectionId="x", Data=b"")

    def say(event, context):
        pass
    """
    push = only(tmp_path, say)

    assert (push.routes, push.handlers) == ((), ())
    assert push.evidence.endswith("no handler that was found reaches it.")


def test_a_decorator_around_a_handler_does_not_lead_to_other_handlers(tmp_path: Path) -> None:
    code = """
    import boto3, functools

    def guarded(function):
        @functools.wraps(function)
        def wrapper(event, context):
            return function(event, context)
        return wrapper

    @guarded
    def connect(event, context):
        pass

    @guarded
    def say(event, context):
        client = boto3.client("apigatewaymanagementapi")
        client.post_to_connection(ConnectionId=event["requestContext"]["connectionId"], Data=b"")
    """
    push = only(tmp_path, "", **{"app.py": code})

    assert (push.routes, push.recipient) == (("say",), "self")


def test_a_place_counts_characters_not_bytes(tmp_path: Path) -> None:
    say = "def say(event, context):\n    x = 'é日'; client_of(event).post_to_connection(ConnectionId='x', Data=b'')\n"

    assert only(tmp_path, say).location.column == 15


ROUTER = """
    class Router:
        def __init__(self):
            self.handlers = {}

        def on(self, key):
            def register(function):
                self.handlers[key] = function
                return function
            return register

        def dispatch(self, event, body):
            self.handlers[body["action"]](event, body)

    router = Router()

    def reply(event, to):
        client_of(event).post_to_connection(ConnectionId=to, Data=b"")

    @router.on("say")
    def said(event, body):
        reply(event, event["requestContext"]["connectionId"])
        print(body["text"])

    @router.on("shout")
    def shouted(event, body):
        for item in table.scan()["Items"]:
            reply(event, item["connection_id"])

    def say(event, context):
        router.dispatch(event, json.loads(event["body"]))
"""


def test_a_decorator_router_leads_each_route_to_its_own_function(tmp_path: Path) -> None:
    found = scan_say(tmp_path, ROUTER)

    assert [(item.route, item.recipient) for item in found.pushes[0].by_route] == [("say", "self")]
    assert [key.name for key in found.apis[0].routes[1].reads] == ["action", "text"]


@pytest.mark.parametrize(
    "dispatch",
    [
        "    if route == '$connect':\n        welcome(event)\n    elif route == 'say':\n        talk(event)\n",
        "    if event['requestContext']['eventType'] == 'CONNECT':\n        return welcome(event)\n    talk(event)\n",
        "    match route:\n        case '$connect':\n            welcome(event)\n        case _:\n            talk(event)\n",
        "    {'$connect': welcome, 'say': talk}[route](event)\n",
        "    handler = {'$connect': welcome, 'say': talk}.get(route)\n    if handler:\n        handler(event)\n",
    ],
)
def test_a_switch_on_the_route_gives_each_route_its_own_branch(tmp_path: Path, dispatch: str) -> None:
    code = f"""\
import boto3

def welcome(event):
    return None

def talk(event):
    client = boto3.client("apigatewaymanagementapi")
    client.post_to_connection(ConnectionId=event["requestContext"]["connectionId"], Data=b"")

def say(event, context):
    route = event["requestContext"]["routeKey"]
{dispatch}
connect = say
"""
    assert only(tmp_path, "", **{"app.py": code}).routes == ("say",)
