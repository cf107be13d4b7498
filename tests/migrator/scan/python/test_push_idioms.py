"""The idioms by which code gets to a client and to a connection id: each is found, with whom it addresses."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.migrator.scan.applications import scan_say

OWN = "event['requestContext']['connectionId']"
ALL = "[row['connection_id'] for row in table.scan()['Items']]"


def told(tmp_path: Path, say: str, **files: str) -> list[tuple[str, str]]:
    """(recipient, gone handling) of each push that route say reaches."""
    inventory = scan_say(tmp_path, say.replace("OWN", OWN).replace("ALL", ALL), **files)
    return [(push.recipient, push.gone) for push in inventory.pushes if "say" in push.routes]


@pytest.mark.parametrize(
    "say",
    [
        pytest.param("def say(event, context):\n    app.websocket_api\n", id="websocket_api that sends nothing"),
        pytest.param("def say(event, context):\n    mail.send(OWN, 'hi')\n", id="another send"),
        pytest.param(
            "def say(event, context):\n    Thread(target=client_of(event).close).start()\n", id="another method"
        ),
        pytest.param("def say(event, context):\n    print(f'/@connections has {OWN}')\n", id="a text"),
        pytest.param("def say(event, context):\n    arn = f'arn:aws:x:*/@connections/{OWN}'\n", id="an ARN"),
        pytest.param("def say(event, context):\n    arn = 'arn:%s:*/@connections/%s' % (1, OWN)\n", id="an ARN by %"),
        pytest.param(
            "def say(event, context):\n    arn = 'arn:{}/@connections/{}'.format(1, OWN)\n", id="an ARN by format"
        ),
        pytest.param("def say(event, context):\n    url = '%s/connections/%s' % (base, OWN)\n", id="another address"),
        pytest.param("def say(event, context):\n    submit(post_to_connection, OWN)\n", id="a function of that name"),
    ],
)
def test_what_is_no_push(tmp_path: Path, say: str) -> None:
    assert told(tmp_path, say) == []


@pytest.mark.parametrize(
    ("say", "recipient"),
    [
        pytest.param(
            "from threading import Thread\ndef say(event, context):\n    Thread(target=client_of(event).post_to_connection, "
            "kwargs={'ConnectionId': OWN, 'Data': b''}).start()\n",
            "self",
            id="a thread",
        ),
        pytest.param(
            "from concurrent.futures import ThreadPoolExecutor\ndef say(event, context):\n    client = client_of(event)\n"
            "    with ThreadPoolExecutor() as pool:\n"
            "        list(pool.map(lambda c: client.post_to_connection(ConnectionId=c, Data=b''), ALL))\n",
            "all",
            id="a pool that maps a lambda",
        ),
        pytest.param(
            "import asyncio, functools\ndef say(event, context):\n    client = client_of(event)\n"
            "    async def one(c):\n        loop = asyncio.get_running_loop()\n"
            "        await loop.run_in_executor(None, functools.partial(client.post_to_connection, ConnectionId=c, Data=b''))\n"
            "    async def every():\n        await asyncio.gather(*(one(c) for c in ALL))\n    asyncio.run(every())\n",
            "all",
            id="an executor of the event loop",
        ),
        pytest.param(
            "import aioboto3\nasync def send(event):\n    async with aioboto3.Session().client('apigatewaymanagementapi') as client:\n"
            "        await client.post_to_connection(ConnectionId=OWN, Data=b'')\n"
            "def say(event, context):\n    import asyncio\n    asyncio.run(send(event))\n",
            "self",
            id="aioboto3",
        ),
        pytest.param(
            "_clients = {}\ndef cached(event):\n    if 'a' not in _clients:\n        _clients['a'] = client_of(event)\n"
            "    return _clients['a']\ndef say(event, context):\n"
            "    cached(event).post_to_connection(ConnectionId=OWN, Data=b'')\n",
            "self",
            id="a dict of clients",
        ),
        pytest.param(
            "import functools\n@functools.lru_cache\ndef cached(url):\n    return boto3.client('apigatewaymanagementapi', endpoint_url=url)\n"
            "def say(event, context):\n    cached('u').post_to_connection(ConnectionId=OWN, Data=b'')\n",
            "self",
            id="lru_cache",
        ),
        pytest.param(
            "class Sender:\n    @property\n    def client(self):\n        return boto3.client('apigatewaymanagementapi')\n"
            "    def send(self, to):\n        self.client.post_to_connection(ConnectionId=to, Data=b'')\n"
            "def say(event, context):\n    Sender().send(OWN)\n",
            "self",
            id="a property",
        ),
        pytest.param(
            "from dataclasses import dataclass\n@dataclass\nclass Sender:\n    client: object\n    to: str\n"
            "    def send(self):\n        self.client.post_to_connection(ConnectionId=self.to, Data=b'')\n"
            "def say(event, context):\n    Sender(client=client_of(event), to=OWN).send()\n",
            "self",
            id="fields of a dataclass",
        ),
        pytest.param(
            "class Base:\n    def __init__(self, client):\n        self.client = client\n"
            "class Sender(Base):\n    def send(self, to):\n        self.client.post_to_connection(ConnectionId=to, Data=b'')\n"
            "def say(event, context):\n    Sender(client_of(event)).send(OWN)\n",
            "self",
            id="an inherited client",
        ),
        pytest.param(
            "class Store:\n    @classmethod\n    def open(cls):\n        return cls()\n"
            "    def everybody(self):\n        return ALL\n"
            "def say(event, context):\n    for c in Store.open().everybody():\n"
            "        client_of(event).post_to_connection(ConnectionId=c, Data=b'')\n",
            "all",
            id="an object that a class method makes",
        ),
        pytest.param(
            "from pydantic import BaseModel\nclass Event(BaseModel):\n    requestContext: dict\n"
            "def say(event, context):\n    typed = Event.model_validate(event)\n"
            "    client_of(event).post_to_connection(ConnectionId=typed.requestContext['connectionId'], Data=b'')\n",
            "self",
            id="a validated model",
        ),
        pytest.param(
            "from pydantic import BaseModel\nclass Event(BaseModel):\n    requestContext: dict\n"
            "def say(event, context):\n    typed = Event(**event)\n"
            "    client_of(event).post_to_connection(ConnectionId=typed.requestContext['connectionId'], Data=b'')\n",
            "self",
            id="a model from keywords",
        ),
        pytest.param(
            "from aws_lambda_powertools import Logger\nlogger = Logger()\n@logger.inject_lambda_context\n"
            "def say(event, context):\n    client_of(event).post_to_connection(ConnectionId=OWN, Data=b'')\n",
            "self",
            id="a handler with Powertools' logger",
        ),
        pytest.param(
            "from aws_lambda_powertools.utilities.data_classes import event_source, APIGatewayWebSocketEvent\n"
            "@event_source(data_class=APIGatewayWebSocketEvent)\ndef say(event, context):\n"
            "    boto3.client('apigatewaymanagementapi').post_to_connection("
            "ConnectionId=event.request_context.connection_id, Data=b'')\n",
            "self",
            id="Powertools' data class",
        ),
        pytest.param(
            "def say(event, context):\n    message = eval(event['body'])\n"
            "    client_of(event).post_to_connection(ConnectionId=message['to'], Data=b'')\n",
            "one",
            id="a message that is evaluated",
        ),
        pytest.param(
            "def say(event, context):\n    kwargs = {}\n    kwargs['ConnectionId'] = OWN\n    kwargs['Data'] = b''\n"
            "    client_of(event).post_to_connection(**kwargs)\n",
            "self",
            id="keywords that are put together",
        ),
        pytest.param(
            "def say(event, context):\n    pages = boto3.client('dynamodb').get_paginator('scan').paginate(TableName='t')\n"
            "    for page in pages:\n        for row in page['Items']:\n"
            "            client_of(event).post_to_connection(ConnectionId=row['connection_id']['S'], Data=b'')\n",
            "all",
            id="pages of a scan",
        ),
        pytest.param(
            "from langchain_core.callbacks import BaseCallbackHandler\nclass Push(BaseCallbackHandler):\n"
            "    def __init__(self, client, to):\n        self.client, self.to = client, to\n"
            "    def on_llm_new_token(self, token, **kwargs):\n"
            "        self.client.post_to_connection(ConnectionId=self.to, Data=token)\n"
            "def say(event, context):\n    llm.invoke('x', callbacks=[Push(client_of(event), OWN)])\n",
            "self",
            id="a callback handler of LangChain",
        ),
        pytest.param(
            "import requests\ndef say(event, context):\n    requests.post('%s/@connections/%s' % ('u', OWN), data=b'')\n",
            "self",
            id="a signed request, the address by %",
        ),
        pytest.param(
            "import requests\ndef say(event, context):\n    requests.post('{}/@connections/{}'.format('u', OWN), data=b'')\n",
            "self",
            id="a signed request, the address by format",
        ),
        pytest.param(
            "import requests\ndef say(event, context):\n    requests.post('{u}/@connections/{c}'.format(u='u', c=OWN))\n",
            "self",
            id="a signed request, the address by names",
        ),
        pytest.param(
            "import requests\ndef say(event, context):\n    requests.post('u' + '/@connections/' + OWN, data=b'')\n",
            "self",
            id="a signed request, the address as a sum",
        ),
    ],
)
def test_a_push_is_found_with_whom_it_addresses(tmp_path: Path, say: str, recipient: str) -> None:
    assert [found for found, _gone in told(tmp_path, say)] == [recipient]


@pytest.mark.parametrize(
    ("say", "gone"),
    [
        (
            '    r = requests.post(f"u/@connections/{OWN}")\n    if r.status_code == 410:\n        table.delete_item(Key={})\n',
            "code",
        ),
        (
            "    r = http.request('POST', f\"u/@connections/{OWN}\")\n    if r.status in (410, 404):\n        pass\n",
            "code",
        ),
        ('    try:\n        requests.post(f"u/@connections/{OWN}")\n    except Exception:\n        pass\n', "broad"),
        ('    requests.post(f"u/@connections/{OWN}")\n', "none"),
        (
            "    try:\n        app.websocket_api.send(OWN, 'hi')\n    except WebsocketDisconnectedError:\n        pass\n",
            "exception",
        ),
        ("    app.websocket_api.send(connection_id=OWN, message='hi')\n", "none"),
    ],
)
def test_how_a_gone_connection_is_noticed(tmp_path: Path, say: str, gone: str) -> None:
    head = "import requests\nfrom chalice import WebsocketDisconnectedError\ndef say(event, context):\n"
    assert told(tmp_path, head + say) == [("self", gone)]
