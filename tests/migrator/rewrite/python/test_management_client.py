"""The client for @connections becomes the drop-in wherever it can't be done without."""

import pytest

from tests.migrator.rewrite.applications import assert_left_alone, assert_rewrites, inventory, run

PUSH = "    client.get_connection(ConnectionId=i)\n"


@pytest.mark.parametrize(
    "source",
    [
        'import boto3\nclient = boto3.client("dynamodb")\n',
        "import boto3\nclient = boto3.client(service)\n",
        'client("apigatewaymanagementapis", endpoint_url="x")\n',
        'client("other", "apigatewaymanagementapi-docs")\n',
        '"""boto3.client("apigatewaymanagementapi")"""\n',
    ],
)
def test_other_clients_are_left_alone(source: str) -> None:
    assert_left_alone(source)


@pytest.mark.parametrize(
    ("imports", "construction"),
    [
        ("import boto3", 'boto3.client("apigatewaymanagementapi", endpoint_url=url)'),
        ("import boto3", "boto3.client('apigatewaymanagementapi')"),
        ("import boto3", 'boto3.client(service_name="apigatewaymanagementapi", endpoint_url=url)'),
        ("import boto3", 'boto3.Session().client("apigatewaymanagementapi", endpoint_url=url)'),
        ("import boto3", 'boto3.client("apigateway" "managementapi", endpoint_url=url)'),
        ("import boto3 as aws", 'aws.client("apigatewaymanagementapi", endpoint_url=url)'),
        ("from boto3 import client as make", 'make("apigatewaymanagementapi", endpoint_url=url)'),
    ],
)
def test_every_form_of_construction(imports: str, construction: str) -> None:
    assert_rewrites(
        f"{imports}\n\n\ndef info(i, url):\n    client = {construction}\n    return client.get_connection(ConnectionId=i)\n",
        "from sse_service.management import management_client\n\n\n"
        "def info(i, url):\n    client = management_client()\n    return client.get_connection(ConnectionId=i)\n",
    )


def test_a_constant_may_name_the_service() -> None:
    assert_rewrites(
        'import boto3\n\nSERVICE = "apigatewaymanagementapi"\n\n\n'
        "def info(i):\n    return boto3.client(SERVICE).get_connection(ConnectionId=i)\n",
        "from sse_service.management import management_client\n\n\n"
        "def info(i):\n    return management_client().get_connection(ConnectionId=i)\n",
    )


def test_a_lazy_client_stays_lazy() -> None:
    assert_rewrites(
        "import os\n\nimport boto3\n\n_client = None\n\n\n"
        "def client():\n    global _client\n    if _client is None:\n"
        '        _client = boto3.client("apigatewaymanagementapi", endpoint_url=os.environ["URL"])\n    return _client\n\n\n'
        "def send(i, data):\n    client().post_to_connection(ConnectionId=i, Data=data)\n",
        "from sse_service.management import management_client\n\n_client = None\n\n\n"
        "def client():\n    global _client\n    if _client is None:\n        _client = management_client()\n    return _client\n\n\n"
        "def send(i, data):\n    client().post_to_connection(ConnectionId=i, Data=data)\n",
    )


def test_comments_and_layout_stay() -> None:
    assert_rewrites(
        "import boto3  # AWS\nimport json\n\n\ndef info(i):  # who\n    # why\n    client = boto3.client(  # the API\n"
        '        "apigatewaymanagementapi",\n        endpoint_url="x",\n    )  # made\n\n'
        "    return json.dumps(client.get_connection(ConnectionId=i))\n",
        "import json\n\nfrom sse_service.management import management_client\n\n\ndef info(i):  # who\n    # why\n"
        "    client = management_client()  # made\n\n    return json.dumps(client.get_connection(ConnectionId=i))\n",
    )


def test_boto3_stays_where_it_is_still_used() -> None:
    assert_rewrites(
        'import boto3\n\nsns = boto3.client("sns")\n\n\ndef info(i):\n'
        '    return boto3.client("apigatewaymanagementapi").get_connection(ConnectionId=i), sns\n',
        'import boto3\n\nfrom sse_service.management import management_client\n\nsns = boto3.client("sns")\n\n\n'
        "def info(i):\n    return management_client().get_connection(ConnectionId=i), sns\n",
    )


def test_what_is_not_understood_is_marked_once() -> None:
    assert_rewrites(
        'NAMES = ["apigatewaymanagementapi", "s3"]\n',
        "# ws2sse: management_client: this use of @connections is not understood (ws2sse explain management_client)\n"
        'NAMES = ["apigatewaymanagementapi", "s3"]\n',
    )


def test_pushes_through_the_drop_in_are_settled_with_their_place() -> None:
    source = (
        'import boto3\n\n\ndef send(client, i):\n    client.post_to_connection(ConnectionId=i, Data="x")\n\n\n'
        'send(boto3.client("apigatewaymanagementapi"), "a")\n'
    )
    settled = run({"app.py": source}, inventory()).settled
    assert [(record.kind, record.start, record.status) for record in settled] == [
        ("management_client", (8, 5), "rewritten"),
        ("push", (5, 4), "rewritten"),
    ]


def test_a_file_that_does_not_parse_is_counted() -> None:
    broken = 'def handle(:\n    boto3.client("apigatewaymanagementapi")\n'
    result = run({"app.py": broken, "good.py": "x = 1\n"}, inventory({"chat": "app.py:handle"}))
    assert result.failures == {"app.py": "syntax error, line 2"}
    assert [level.level for level in result.levels] == [None]
    assert result.texts == {}


@pytest.mark.parametrize(
    "source",
    [
        "import boto3\n\n\ndef aws(name):\n    return boto3.client(name)\n\n\ntable = aws('dynamodb')\n",
        "from functools import partial\n\nimport boto3\n\nmake = partial(boto3.client, 'dynamodb')\n",
        "from names import SERVICE\n\nlog(SERVICE)\n",
        "import aioboto3\n\n\nasync def read(s):\n    async with s.client('s3') as client:\n        return client\n",
        "def post_to_connection(i, data):\n    return None\n",
    ],
)
def test_what_only_looks_like_a_construction_is_left_alone(source: str) -> None:
    assert_left_alone(source)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            "def client_of(name):\n    return boto3.client(name)\n\n\n"
            "def info(i):\n    return client_of('apigatewaymanagementapi').get_connection(ConnectionId=i)\n",
            "def info(i):\n    return management_client().get_connection(ConnectionId=i)\n",
            id="a function that is called after what it makes",
        ),
        pytest.param(
            "def aws(name, url):\n    return boto3.client(name, endpoint_url=url)\n\n\n"
            "def info(i, url):\n    return aws('apigatewaymanagementapi', url).get_connection(ConnectionId=i)\n",
            "def info(i, url):\n    return management_client().get_connection(ConnectionId=i)\n",
            id="a function that hands the name on",
        ),
        pytest.param(
            "def info(i):\n    session = boto3.Session(region_name='eu-west-1')\n"
            "    client = session.client('apigatewaymanagementapi')\n    return client.get_connection(ConnectionId=i)\n",
            "def info(i):\n    client = management_client()\n    return client.get_connection(ConnectionId=i)\n",
            id="a session that nothing else needs",
        ),
    ],
)
def test_factories_of_the_application(before: str, after: str) -> None:
    result = run({"app.py": f"import boto3\n\n\n{before}"}, inventory())
    assert result.texts["app.py"].endswith(after)


def test_a_partial_of_the_construction() -> None:
    assert_rewrites(
        "from functools import partial\n\nimport boto3\n\nmake = partial(boto3.client, 'apigatewaymanagementapi')\n\n\n"
        "def info(i, url):\n    return make(endpoint_url=url).get_connection(ConnectionId=i)\n",
        "from sse_service.management import management_client\n\nmake = management_client\n\n\n"
        "def info(i, url):\n    return make(endpoint_url=url).get_connection(ConnectionId=i)\n",
    )


def test_a_constant_of_another_module_may_name_the_service() -> None:
    result = run(
        {
            "app.py": "import boto3\nfrom names import SERVICE\n\n\n"
            "def info(i):\n    return boto3.client(SERVICE).get_connection(ConnectionId=i)\n",
            "names.py": "SERVICE = 'apigatewaymanagementapi'\n",
        },
        inventory(),
    )
    assert "return management_client().get_connection(ConnectionId=i)" in result.texts["app.py"]


@pytest.mark.parametrize(
    ("imports", "block"),
    [
        ("import aioboto3", "async with session.client('apigatewaymanagementapi', endpoint_url=url) as client:"),
        ("import aioboto3", "async with aioboto3.Session().client('apigatewaymanagementapi') as client:"),
        (
            "from aiobotocore.session import get_session",
            "async with s.create_client('apigatewaymanagementapi') as client:",
        ),
    ],
)
def test_asynchronous_clients(imports: str, block: str) -> None:
    body = "        await client.post_to_connection(ConnectionId=i, Data=data)\n"
    result = run(
        {"app.py": f"{imports}\n\n\nasync def send(s, session, i, data, url):\n    {block}\n{body}"}, inventory()
    )
    assert result.texts["app.py"].endswith(f"    async with async_management_client() as client:\n{body}")


@pytest.mark.parametrize(
    "push",
    [
        "executor.submit(client.post_to_connection, ConnectionId=i, Data=data)",
        "Thread(target=client.post_to_connection, kwargs={'ConnectionId': i, 'Data': data}).start()",
        "partial(client.post_to_connection, ConnectionId=i)(Data=data)",
        "client.post_to_connection(**{'ConnectionId': i, 'Data': data})",
        "loop.run_in_executor(None, lambda: client.post_to_connection(ConnectionId=i, Data=data))",
        "asyncio.to_thread(client.post_to_connection, ConnectionId=i, Data=data)",
        "list(executor.map(lambda c: client.post_to_connection(ConnectionId=c, Data=data), ids))",
    ],
)
def test_pushes_that_are_handed_on_are_accounted_for(push: str) -> None:
    source = (
        "import boto3\n\n\ndef send(i, data, ids):\n"
        f"    client = boto3.client('apigatewaymanagementapi')\n    {push}\n    keep(client)\n"
    )
    result = run({"app.py": source}, inventory())
    assert "client = management_client()" in result.texts["app.py"]
    (record,) = [record for record in result.settled if record.kind == "push"]
    assert record.rule == "management_client"


def test_a_method_under_another_name_is_accounted_for() -> None:
    source = (
        "import boto3\n\n\ndef send(i, data):\n    post = boto3.client('apigatewaymanagementapi').post_to_connection\n"
        "    post(ConnectionId=i, Data=data)\n"
    )
    (record,) = [r for r in run({"app.py": source}, inventory()).settled if r.kind == "push"]
    assert record.start == (6, 4)
