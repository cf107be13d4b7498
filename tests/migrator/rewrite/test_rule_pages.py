"""Every rule has a page, and the page tells the truth: its example is what the rule does."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from migrator.inventory import model
from migrator.inventory.model import Authorizer, Inventory, ManagementClient, Push
from migrator.inventory.record import Location
from migrator.rewrite import plan_migration
from migrator.rewrite.rule import RulePage
from migrator.rewrite.rule_pages import index_page, rule_page
from migrator.rewrite.rules import UnknownRule, all_rules, rule
from migrator.scan import scan_application
from migrator.scan.browser import browser_clients
from migrator.scan.files import walk
from migrator.scan.python.sockets import python_clients
from tests.migrator.rewrite.applications import CONNECTIONS, handler, inventory
from tests.running import ROOT

RULES = all_rules()
PAGES = ROOT / "docs" / "rules"
STALE = "docs/rules is stale; run: .venv/bin/python scripts/rule_pages.py"
WORKER = """\
import boto3


def run(event, context):
    boto3.client("apigatewaymanagementapi").post_to_connection(ConnectionId=event["id"], Data="done")
"""
OK = "def handle(event, context):\n    return forward(event)\n"


def pushing(path: str) -> Inventory:
    outside = handler(f"{path}:run", "Jobs", kind="queue")
    place = Location(path=path, line=5, column=5)
    push = Push(location=place, recipient="one", evidence="", function="run", handlers=(outside.id,))
    client = ManagementClient(location=place, endpoint="none", scope="call", function="run")
    return inventory({"chat": "app.py:handle"}, handlers=(outside,), pushes=(push,), management_clients=(client,))


def in_scripts(page: RulePage) -> Inventory:
    with TemporaryDirectory() as folder:
        (Path(folder) / page.example.path).write_text(page.example.before, encoding="utf-8")
        files = walk(Path(folder))
        return inventory(clients=(*browser_clients(files), *python_clients(files)))


def authorized() -> Inventory:
    allow = handler("auth.py:allow", "authorizer", kind="authorizer")
    authorizer = Authorizer(
        name="authorizer", type="REQUEST", handler=allow.id, location=Location(path="serverless.yml")
    )
    return inventory({"chat": "app.py:handle"}, handlers=(allow,), authorizer=authorizer)


def scanned(page: RulePage, **more: str) -> Inventory:
    """Of an application whose infrastructure is the example's."""
    with TemporaryDirectory() as folder:
        for path, text in {"serverless.yml": page.example.before, "app.py": OK, **more}.items():
            (Path(folder) / path.replace("_py", ".py")).write_text(text, encoding="utf-8")
        return scan_application(Path(folder))


KNOWN: dict[str, Callable[[RulePage], Inventory]] = {
    "test_along": lambda page: inventory(
        {"chat": "app.py:handle"}, tests=(model.TestUse(location=Location(path=page.example.path), summary="a test"),)
    ),
    "called_at_import": lambda _page: inventory({"chat": "app.py:handle"}),
    "authorizer": lambda _page: authorized(),
    "client_library": in_scripts,
    "connection_table": lambda _page: inventory(stores=(CONNECTIONS,)),
    "group_broadcast": lambda _page: inventory(stores=(CONNECTIONS,)),
    "hand_made_heartbeat": in_scripts,
    "hand_made_reconnect": in_scripts,
    "infra_env": lambda page: scanned(page, worker_py=WORKER),
    "infra_remove": scanned,
    "mounting": lambda _page: inventory({"chat": "app.py:handle"}),
    "native_authorizer": lambda _page: authorized(),
    "native_endpoint": lambda _page: inventory({"chat": "app.py:handle"}),
    "self_invocation": lambda _page: inventory({"chat": "app.py:handle"}),
    "push_over_http": lambda page: pushing(page.example.path),
    "python_client": in_scripts,
    "react_use_websocket": in_scripts,
    "websocket_constructor": in_scripts,
    "websocket_option": in_scripts,
    "websocket_subclass": in_scripts,
}
"""What the scan would have said of the example, where that is more than an API."""

MORE = {
    "test_along": {
        "app.py": "import boto3\n\n\ndef handle(event, context):\n"
        '    client = boto3.client("apigatewaymanagementapi")\n'
        '    return forward(event, client.get_connection(ConnectionId=event["body"]))\n'
    }
}
"""Other files of the application."""

FILE_OF = {"authorizer": "auth.py", "infra_env": "serverless.yml", "infra_remove": "serverless.yml"}
"""Where `before` stands, for files that are generated; default: app.py."""


@pytest.mark.parametrize("page", RULES.values(), ids=RULES)
def test_the_example_is_what_the_rule_does(page: RulePage, tmp_path: Path) -> None:
    example = page.example
    source = FILE_OF.get(page.name, "app.py") if example.is_generated else example.path
    files = {"app.py": OK, **MORE.get(page.name, {}), source: example.before}
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(text.encode())
    plan = plan_migration(tmp_path, KNOWN.get(page.name, lambda _page: inventory())(page))
    after = {edit.path: edit.after for edit in plan.edits}

    assert plan.findings == ()
    if example.is_generated:
        assert example.after in after[example.path]
    else:
        assert after[example.path] == example.after


@pytest.mark.parametrize("page", RULES.values(), ids=RULES)
def test_a_rule_says_what_it_does_why_and_what_it_leaves_alone(page: RulePage) -> None:
    assert page.title
    assert "https://" in page.summary
    assert page.leaves_alone
    assert not [phrase for phrase in page.leaves_alone if phrase.endswith(".")]


def test_every_rule_that_an_outcome_can_name_has_a_page() -> None:
    sources = [path.read_text("utf-8") for path in (ROOT / "migrator" / "rewrite").rglob("*.py")]
    named = {
        name
        for text in sources
        for name in re.findall(r"""(?:^RULE(?:: Final)? = |\brule=)["'](\w+)["']""", text, re.MULTILINE)
    }
    assert named
    assert named <= RULES.keys()


@pytest.mark.parametrize("page", RULES.values(), ids=RULES)
def test_the_page_in_the_docs_is_up_to_date(page: RulePage) -> None:
    written = PAGES / f"{page.name}.md"
    assert written.is_file(), STALE
    assert written.read_text("utf-8") == rule_page(page), STALE


def test_the_list_of_pages_is_up_to_date() -> None:
    assert (PAGES / "README.md").read_text("utf-8") == index_page(RULES), STALE
    assert {path.stem for path in PAGES.glob("*.md")} == {*RULES, "README"}, STALE


def test_an_unknown_rule_has_a_suggestion() -> None:
    with pytest.raises(UnknownRule, match=r"There is no rule stream_sent\. Did you mean stream_send\?"):
        rule("stream_sent")
