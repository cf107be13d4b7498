"""How gone connections are noticed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.migrator.scan.applications import scan_say


@pytest.mark.parametrize(
    ("handlers", "gone"),
    [
        ("except ValueError:\n        pass", "none"),
        ("except client.exceptions.GoneException:\n        pass", "exception"),
        ("except (KeyError, client.exceptions.GoneException):\n        pass", "exception"),
        (
            "except ClientError as e:\n        if e.response['Error']['Code'] == 'GoneException':\n            pass",
            "code",
        ),
        (
            "except ClientError as e:\n        if e.response['ResponseMetadata']['HTTPStatusCode'] == 410:\n            pass",
            "code",
        ),
        ("except ClientError as e:\n        print(e)", "client_error"),
        ("except Exception as e:\n        if 'GoneException' in str(e):\n            pass", "string"),
        ("except Exception:\n        pass", "broad"),
        ("except:\n        pass", "broad"),
        ("except ClientError:\n        raise\n    except client.exceptions.GoneException:\n        pass", "exception"),
    ],
)
def test_the_most_precise_handler_counts(tmp_path: Path, handlers: str, gone: str) -> None:
    say = f"""\
from botocore.exceptions import ClientError

def say(event, context):
    client = client_of(event)
    try:
        client.post_to_connection(ConnectionId="x", Data=b"")
    {handlers}
"""
    assert scan_say(tmp_path, say).pushes[0].gone == gone


def test_the_callers_handling_counts_when_the_helper_has_none(tmp_path: Path) -> None:
    say = """
    def send(client):
        client.post_to_connection(ConnectionId="x", Data=b"")

    def say(event, context):
        client = client_of(event)
        try:
            send(client)
        except client.exceptions.GoneException:
            pass
    """
    assert scan_say(tmp_path, say).pushes[0].gone == "exception"
