"""Several applications in one repository: one plan, one account that closes over all of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.repository import UnknownApi, plan_repository
from migrator.rewrite.result import result_of
from migrator.scan import scan_application

SERVICE = """\
service: {name}
provider: {{name: aws, runtime: python3.12}}
functions:
  say:
    handler: app.say
    events:
      - websocket: {{route: say}}
"""
HANDLER = """\
import boto3


def say(event, context):
    client = boto3.client("apigatewaymanagementapi", endpoint_url="https://x")
    client.post_to_connection(ConnectionId=event["requestContext"]["connectionId"], Data=b"said")
    return {"statusCode": 200}
"""


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two applications, and a client that belongs to neither."""
    root = tmp_path_factory.mktemp("samples")
    files = {
        "one/serverless.yml": SERVICE.format(name="one"),
        "one/app.py": HANDLER,
        "two/serverless.yml": SERVICE.format(name="two"),
        "two/app.py": HANDLER,
        "two/README.md": "two\n",
        "page/index.html": "<script>s = new WebSocket(address)</script>\n",
    }
    for path, text in files.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(text)
    return root


def test_the_scan_lists_them(samples: Path) -> None:
    assert [found.folder for found in scan_application(samples).applications] == ["one", "two"]


def test_each_is_planned_in_its_folder_and_the_account_closes_over_all(samples: Path) -> None:
    plan = plan_repository(samples, scan_application(samples))
    result = result_of(plan)
    written = {edit.path for edit in plan.edits}

    assert plan.account.imbalance() == []
    assert {"MIGRATION.md", "one/app.py", "one/sse_service/main.py", "two/app.py", "two/README.md"} <= written
    assert [(route.api, route.key, route.level) for route in result.routes] == [
        ("one/WebsocketsApi", "say", "native"),
        ("two/WebsocketsApi", "say", "native"),
    ]
    outside = [o for o in plan.account.outcomes if o.site.location.path == "page/index.html"]
    assert [(o.status, o.reason) for o in outside] == [("skipped", "belongs to no application here")]
    assert [item.path for item in plan.left_behind if item.reason == "belongs to no application here"] == ["page/"]


def test_one_of_them_is_planned_as_if_its_folder_was_named(samples: Path) -> None:
    plan = plan_repository(samples, scan_application(samples), "two/WebsocketsApi")

    assert plan.application == samples / "two"
    assert "sse_service/main.py" in {edit.path for edit in plan.edits}


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("two/WebsocketApi", "Did you mean two/WebsocketsApi?"),
        ("WebsocketsApi", "There is no API that only WebsocketsApi means."),
        ("x", "There are: one/WebsocketsApi, two/WebsocketsApi."),
    ],
)
def test_a_name_that_is_not_one_of_them(samples: Path, name: str, hint: str) -> None:
    with pytest.raises(UnknownApi) as caught:
        plan_repository(samples, scan_application(samples), name)
    assert hint in str(caught.value)


def test_one_application_with_one_api_takes_its_name_too(samples: Path) -> None:
    inventory = scan_application(samples / "one")
    plan = plan_repository(samples / "one", inventory, inventory.apis[0].id)
    assert [route.key for route in plan.routes] == ["say"]
    with pytest.raises(UnknownApi, match="Did you mean"):
        plan_repository(samples / "one", inventory, f"{inventory.apis[0].id}x")
