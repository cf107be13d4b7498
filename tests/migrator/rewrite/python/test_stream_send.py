"""post_to_connection becomes streams.send where everything around it is understood, else the drop-in client stays."""

import pytest

from tests.migrator.rewrite.applications import assert_rewrites, inventory, run

MAKE = 'boto3.client("apigatewaymanagementapi", endpoint_url=url)'


def kept(source: str, **more: str) -> str:
    """The reason for which the client stays; its drop-in is in the result."""
    files = {"app.py": source, **{name.replace("_py", ".py"): text for name, text in more.items()}}
    result = run(files, inventory())
    assert "management_client()" in "".join(result.texts.values())
    assert "streams.send" not in "".join(result.texts.values())
    return next(record.reason for record in result.settled if record.kind == "management_client")


def function(*lines: str) -> str:
    return "\n".join(
        ["import boto3", "from botocore.exceptions import ClientError", "", "", "def send(i, data, url):"]
    ) + ("\n" + "\n".join(f"    {line}" for line in lines) + "\n")


TRY = (f"client = {MAKE}", "try:", "    client.post_to_connection(ConnectionId=i, Data=data)")


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ((f"client = {MAKE}", "helper(client)"), "passed on or compared on line 7"),
        ((f"client = {MAKE}", "client = helper(client)"), "client may be something else (line 7)"),
        ((f"client = {MAKE}", "client.get_connection(ConnectionId=i)"), "its get_connection is used on line 7"),
        ((f"client = {MAKE}", "client.post_to_connection(**arguments)"), "line 7 doesn't give exactly ConnectionId"),
        (
            (f"client = {MAKE}", "x = client.post_to_connection(ConnectionId=i, Data=data)", "print(x)"),
            "the answer of AWS",
        ),
        ((*TRY, "except ClientError:", "    pass"), "also catches AWS errors that are not 'gone'"),
        (
            (
                *TRY,
                "except ClientError as e:",
                '    if e.response["Error"]["Code"] == "GoneException":',
                "        drop(i)",
            ),
            "also catches AWS errors that are not 'gone'",
        ),
        (
            (
                *TRY,
                "except ClientError as e:",
                '    if e.response["Error"]["Code"] != "GoneException":',
                "        raise",
            ),
            "also catches AWS errors that are not 'gone'",
        ),
        (
            (*TRY, "except Exception as e:", '    if "GoneException" in str(e):', "        drop(i)"),
            "inside the exception",
        ),
        ((*TRY, "except Exception as e:", "    print(e.response)"), "inside the exception"),
        ((*TRY, "except client.exceptions.LimitExceededException:", "    pass"), "its exceptions is used"),
    ],
)
def test_what_is_not_understood_keeps_the_drop_in(lines: tuple[str, ...], reason: str) -> None:
    assert reason in kept(function(*lines))


def test_a_caller_that_catches_aws_errors_keeps_the_drop_in() -> None:
    caller = (
        "from botocore.exceptions import ClientError\n\nfrom app import send\n\n\ndef all(ids):\n    for i in ids:\n"
        "        try:\n            send(i, 'x', 'u')\n        except ClientError:\n            print('gone')\n"
    )
    source = function(f"client = {MAKE}", "client.post_to_connection(ConnectionId=i, Data=data)")
    assert "other.py:10 catches AWS's own errors around a call of send()" in kept(source, other_py=caller)


def test_a_client_that_others_import_stays() -> None:
    source = f'import boto3\n\nurl = "x"\nclient = {MAKE}\n\n\ndef send(i):\n    client.post_to_connection(ConnectionId=i, Data=i)\n'
    assert "other.py:1 imports client" in kept(source, other_py="from app import client\n\nprint(client)\n")


def test_a_client_of_each_call() -> None:
    assert_rewrites(
        "import json\n\nimport boto3\n\n\ndef send(event, i, data):\n    domain = event['domain']\n"
        "    stage = event['stage']\n    url = f'https://{domain}/{stage}'\n"
        f"    client = {MAKE}\n    client.post_to_connection(ConnectionId=i, Data=json.dumps(data).encode())\n",
        "import json\n\nfrom sse_service.live import streams\n\n\ndef send(event, i, data):\n"
        "    streams.send(i, json.dumps(data).encode())\n",
    )


def test_the_order_of_the_arguments_and_their_lines() -> None:
    assert_rewrites(
        f"import boto3\n\n\ndef send(i, data, url):\n    {MAKE}.post_to_connection(\n"
        "        Data=data,  # what\n        ConnectionId=i,  # to whom\n    )\n",
        "from sse_service.live import streams\n\n\ndef send(i, data, url):\n    streams.send(\n"
        "        i,  # what\n        data,  # to whom\n    )\n",
    )


def test_a_client_of_the_module() -> None:
    assert_rewrites(
        'import os\n\nimport boto3\n\nENDPOINT = os.environ["ENDPOINT"]\n"""Where the API is."""\n\n'
        'client = boto3.client("apigatewaymanagementapi", endpoint_url=ENDPOINT)\n\n\n'
        "def send(i, data):\n    client.post_to_connection(ConnectionId=i, Data=data)\n",
        "from sse_service.live import streams\n\n\ndef send(i, data):\n    streams.send(i, data)\n",
    )


def test_gone_by_exception() -> None:
    assert_rewrites(
        function(
            *TRY, "except client.exceptions.GoneException:", "    drop(i)  # stale", "    return False", "return True"
        ),
        "from botocore.exceptions import ClientError\n\nfrom sse_service.live import streams\n"
        "from sse_service.streams import ConnectionGone\n\n\ndef send(i, data, url):\n    try:\n        streams.send(i, data)\n"
        "    except ConnectionGone:\n        drop(i)  # stale\n        return False\n    return True\n",
    )


def test_gone_by_code_and_status() -> None:
    assert_rewrites(
        function(
            *TRY,
            "except ClientError as e:",
            "    # stale",
            '    if e.response["Error"]["Code"] == "GoneException" or e.response["ResponseMetadata"]["HTTPStatusCode"] == 410:',
            "        return False",
            "    raise",
            "return True",
        ),
        "from sse_service.live import streams\nfrom sse_service.streams import ConnectionGone\n\n\n"
        "def send(i, data, url):\n    try:\n        streams.send(i, data)\n"
        "    except ConnectionGone:\n        return False\n    return True\n",
    )


def test_a_broad_except_catches_what_streams_raise_too() -> None:
    assert_rewrites(
        "import boto3\n\n\ndef send(i, data, url):\n    try:\n"
        f"        client = {MAKE}\n        client.post_to_connection(ConnectionId=i, Data=data)\n"
        "    except Exception as error:\n        print('failed', error)\n",
        "from sse_service.live import streams\n\n\ndef send(i, data, url):\n    try:\n        streams.send(i, data)\n"
        "    except Exception as error:\n        print('failed', error)\n",
    )


def test_a_setter_of_the_endpoint_goes_with_its_calls() -> None:
    assert_rewrites(
        "import boto3\n\n\nclass Sender:\n    def __init__(self):\n        self.client = None\n\n"
        "    def set_endpoint(self, domain, stage):\n"
        '        """Must be called first."""\n'
        '        self.client = boto3.client("apigatewaymanagementapi", endpoint_url=f"https://{domain}/{stage}")\n\n'
        "    def send(self, i, data):\n        self.client.post_to_connection(ConnectionId=i, Data=data)\n\n\n"
        "def handle(event, i):\n    sender = Sender()\n    sender.set_endpoint(event['domain'], event['stage'])\n    sender.send(i, 'x')\n",
        "from sse_service.live import streams\n\n\nclass Sender:\n    def send(self, i, data):\n        streams.send(i, data)\n\n\n"
        "def handle(event, i):\n    sender = Sender()\n    sender.send(i, 'x')\n",
    )


def test_a_setter_that_does_more_stays() -> None:
    assert_rewrites(
        "import boto3\n\n\nclass Sender:\n    def set_endpoint(self, url):\n"
        f"        self.client = {MAKE}\n        self.url = url\n\n"
        "    def send(self, i, data):\n        print(self.url)\n        self.client.post_to_connection(ConnectionId=i, Data=data)\n",
        "from sse_service.live import streams\n\n\nclass Sender:\n    def set_endpoint(self, url):\n        self.url = url\n\n"
        "    def send(self, i, data):\n        print(self.url)\n        streams.send(i, data)\n",
    )
