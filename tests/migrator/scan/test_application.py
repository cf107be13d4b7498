"""A whole scan: what is refused and left alone first, then what the example and broken files give."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.errors import ApplicationEmpty, ApplicationNotFound
from migrator.inventory.model import Inventory
from migrator.inventory.sites import sites
from migrator.scan import scan_application
from tests.migrator.scan.applications import CLIENT, SERVERLESS, scan, write
from tests.running import CHAT


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ApplicationNotFound):
        scan_application(tmp_path / "nowhere")


def test_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ApplicationNotFound):
        scan_application(write(tmp_path, {"a.py": "x = 1"}) / "a.py")


def test_an_application_without_anything_of_interest_is_empty(tmp_path: Path) -> None:
    with pytest.raises(ApplicationEmpty):
        scan(tmp_path, {"app.py": "def main():\n    print('hello')\n", "README.md": "WebSocket"})


def test_nothing_of_the_application_is_executed(tmp_path: Path) -> None:
    trap = tmp_path / "executed"
    code = f"open({str(trap)!r}, 'w').close()\n"
    scan(tmp_path / "app", {"serverless.yml": SERVERLESS, "app.py": code + "def connect(event, context): pass\n"})

    assert not trap.exists()


def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = write(tmp_path / "outside", {"secret.py": "boto3.client('apigatewaymanagementapi')\n"})
    app = write(tmp_path / "app", {"serverless.yml": SERVERLESS, "app.py": CLIENT})
    (app / "linked").symlink_to(outside, target_is_directory=True)
    (app / "linked.py").symlink_to(outside / "secret.py")

    assert all("linked" not in client.location.path for client in scan_application(app).management_clients)


def test_a_yaml_error_is_serious_and_has_its_place(tmp_path: Path) -> None:
    problem = scan(tmp_path, {"serverless.yml": "service: x\nfunctions:\n  a: [1, 2\n"}).problems[0]

    assert problem.serious
    assert (problem.location.path, problem.location.line) == ("serverless.yml", 4)


def test_a_handler_whose_file_is_missing_is_a_problem_not_a_crash(tmp_path: Path) -> None:
    found = scan(tmp_path, {"serverless.yml": SERVERLESS})

    assert {handler.problem for handler in found.handlers} == {"there is no file app.py"}
    assert [problem.serious for problem in found.problems] == [True, True]
    assert [route.key for route in found.apis[0].routes] == ["$connect", "say"]


def test_a_handler_whose_function_is_missing_is_a_problem(tmp_path: Path) -> None:
    found = scan(tmp_path, {"serverless.yml": SERVERLESS, "app.py": CLIENT})

    assert found.handler("app.py:connect").problem is None
    assert found.handler("app.py:say").problem == "app.py defines no say"


def test_a_handler_that_does_not_parse_says_where(tmp_path: Path) -> None:
    found = scan(tmp_path, {"serverless.yml": SERVERLESS, "app.py": "x = 1\ndef connect(event, context:\n    pass\n"})

    assert found.handler("app.py:connect").problem == "app.py isn't valid Python: '(' was never closed"
    assert found.files.failed == 1
    assert any(problem.location.line == 2 and problem.location.path == "app.py" for problem in found.problems)


def test_every_site_of_an_application_is_found_once(chat: Inventory) -> None:
    ids = [site.id for site in sites(chat)]

    assert len(ids) == len(set(ids))


def test_the_example_has_its_routes_and_their_keys(chat: Inventory) -> None:
    (api,) = chat.apis

    assert (api.route_selection_expression, api.stage, api.inferred) == ("$request.body.type", "dev", False)
    assert {route.key: route.handler for route in api.routes} == {
        "$connect": "handlers.py:connect",
        "$disconnect": "handlers.py:disconnect",
        "$default": "handlers.py:fallback",
        "chat": "handlers.py:chat",
        "ping": "handlers.py:ping",
    }
    assert {route.key: {key.name for key in route.reads} for route in api.routes} == {
        "$connect": set(),
        "$disconnect": set(),
        "$default": {"type"},
        "chat": {"type", "text"},
        "ping": {"type", "echo"},
    }


def test_the_one_push_of_the_example_addresses_others_for_each_route(chat: Inventory) -> None:
    (push,) = chat.pushes

    assert (push.recipient, push.gone) == ("group", "exception")
    assert {item.route: (item.recipient, item.excludes_sender) for item in push.by_route} == {
        "$connect": ("group", True),
        "$disconnect": ("group", False),
        "$default": ("self", False),
        "chat": ("group", True),
        "ping": ("self", False),
    }


def test_the_example_is_only_about_websockets(chat: Inventory) -> None:
    assert {resource.use for resource in chat.resources} == {"websocket_only"}
    assert [store.id for store in chat.stores] == ["ConnectionsTable"]
    assert chat.stores[0].other_uses == ()


def test_the_example_is_the_same_from_its_json(chat: Inventory) -> None:
    assert Inventory.model_validate_json(chat.model_dump_json()) == chat


@pytest.fixture(scope="module")
def chat() -> Inventory:
    return scan_application(CHAT)


@settings(max_examples=60)
@given(
    data=st.one_of(
        st.binary(max_size=80),
        st.text(alphabet="${}:!&*[]()'\"\n\t -.abself,=<>/#\x00\ud800", max_size=80).map(
            lambda text: text.encode("utf-8", "surrogatepass")
        ),
    ),
    name=st.sampled_from(["app.py", "serverless.yml", "template.yaml", "web.js", "web.ts", "page.html"]),
)
def test_no_bytes_make_a_scan_raise(data: bytes, name: str) -> None:
    lead = {"app.py": b"requestContext = 0\n", "template.yaml": b"# AWS::Serverless\n"}.get(name, b"// WebSocket\n")
    lead = b"" if name == "serverless.yml" else lead
    with TemporaryDirectory() as folder:
        app = write(Path(folder), {"serverless.yml": SERVERLESS, "app.py": CLIENT})
        (app / name).write_bytes(lead + data)
        try:
            scan_application(app)
        except ApplicationEmpty:
            assert name == "serverless.yml"
