"""From an application on the disk to a plan: nothing is lost, nothing is written."""

from pathlib import Path

import pytest

from migrator.errors import AccountDoesNotClose, ApplicationEmpty
from migrator.inventory import model
from migrator.inventory.model import Handler, Inventory, ManagementClient, Push, StoreUse
from migrator.inventory.outcome import Outcome
from migrator.inventory.record import Location
from migrator.rewrite import Plan, plan_migration
from tests.migrator.rewrite.applications import CONNECTIONS, handler, inventory

OK = "def handle(event, context):\n    return {'statusCode': 200}\n"


def planned(app: Path, files: dict[str, str], known: Inventory) -> Plan:
    for path, text in files.items():
        (app / path).parent.mkdir(parents=True, exist_ok=True)
        (app / path).write_bytes(text.encode())
    before = {path: path.read_bytes() for path in app.rglob("*") if path.is_file()}
    plan = plan_migration(app, known)
    assert {path: path.read_bytes() for path in app.rglob("*") if path.is_file()} == before
    assert plan.account.imbalance() == []
    return plan


def outcome(plan: Plan, kind: str) -> Outcome:
    return next(outcome for outcome in plan.account.outcomes if outcome.site.kind == kind)


def at(path: str, line: int, column: int = 1) -> Location:
    return Location(path=path, line=line, column=column)


def test_an_application_without_an_api_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ApplicationEmpty):
        plan_migration(tmp_path, Inventory(application="x"))


def test_a_handler_that_does_not_parse_has_failed_and_goes_along_unchanged(tmp_path: Path) -> None:
    plan = planned(tmp_path, {"app.py": "def handle(:\n"}, inventory({"chat": "app.py:handle"}))
    assert (outcome(plan, "handler").status, outcome(plan, "handler").reason) == ("failed", "syntax error, line 1")
    assert "app.py" in plan.copies
    assert (plan.routes[0].level, plan.routes[0].reason) == (None, "syntax error, line 1")
    assert 'not_migrated("chat", "syntax error, line 1")' in after(plan, "sse_service/routes.py")


def test_a_handler_that_is_not_python_is_skipped_and_its_route_fails(tmp_path: Path) -> None:
    files = {"app.js": "exports.handle = 1\n", "app.py": OK}
    plan = planned(tmp_path, files, inventory({"chat": "app.js:handle", "say": "app.py:handle"}))
    assert outcome(plan, "handler").status == "skipped"
    assert "not_migrated" in after(plan, "sse_service/routes.py")


def test_a_handler_that_is_missing_has_failed(tmp_path: Path) -> None:
    plan = planned(tmp_path, {"other.py": "x = 1\n"}, inventory({"chat": "app.py:handle"}))
    assert (outcome(plan, "handler").status, outcome(plan, "handler").reason) == ("failed", "app.py is missing")


def test_a_file_in_another_encoding_has_failed(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_bytes(b"# caf\xe9\n" + OK.encode())
    plan = planned(tmp_path, {}, inventory({"chat": "app.py:handle"}))
    assert outcome(plan, "handler").status == "failed"
    assert "app.py" in plan.copies


def test_tests_are_out_of_scope_and_stay(tmp_path: Path) -> None:
    known = inventory(
        {"chat": "app.py:handle"}, tests=(model.TestUse(location=at("tests/test_app.py", 1), summary="a mock"),)
    )
    plan = planned(tmp_path, {"app.py": OK, "tests/test_app.py": "import app\n"}, known)
    assert outcome(plan, "test").status == "out_of_scope"
    assert "tests/test_app.py" not in plan.copies


def test_a_table_that_stays_has_its_reason_at_each_use(tmp_path: Path) -> None:
    source = (
        "import os, boto3\ntable = boto3.resource('dynamodb').Table(os.environ['TABLE'])\n"
        "def handle(event, context):\n    table.put_item(Item=event)\n    return {'statusCode': 200}\n"
    )
    store = CONNECTIONS.model_copy(update={"uses": (StoreUse(location=at("app.py", 4, 5), operation="put_item"),)})
    plan = planned(tmp_path, {"app.py": source}, inventory({"chat": "app.py:handle"}, stores=(store,)))
    assert outcome(plan, "store_use").status == "skipped"
    assert "doesn't write a literal item" in outcome(plan, "store_use").reason
    assert "boto3" in after(plan, "requirements.txt")


def test_a_push_that_is_not_understood_is_marked_where_it_stands(tmp_path: Path) -> None:
    source = (
        "import requests\n\n\ndef handle(event, context):\n    requests.post(url)\n    return {'statusCode': 200}\n"
    )
    push = Push(location=at("app.py", 5, 5), recipient="unknown", evidence="", function="handle")
    plan = planned(tmp_path, {"app.py": source}, inventory({"chat": "app.py:handle"}, pushes=(push,)))
    assert outcome(plan, "push").status == "marked"
    assert "    # ws2sse: management_client: this use of @connections is not understood" in after(plan, "app.py")


def test_a_function_that_runs_elsewhere_pushes_over_http(tmp_path: Path) -> None:
    worker = "import boto3\n\n\ndef run(event, context):\n    boto3.client('apigatewaymanagementapi').post_to_connection(ConnectionId='a', Data='b')\n"
    outside = handler("worker.py:run", "Queue", kind="queue")
    known = inventory(
        {"chat": "app.py:handle"},
        handlers=(outside,),
        pushes=(
            Push(location=at("worker.py", 5, 5), recipient="one", evidence="", function="run", handlers=(outside.id,)),
        ),
        management_clients=(
            ManagementClient(location=at("worker.py", 5, 5), endpoint="none", scope="call", function="run"),
        ),
    )
    plan = planned(tmp_path, {"app.py": OK, "worker.py": worker}, known)
    assert {o.site.kind: o.rule for o in plan.account.outcomes if o.site.location.path == "worker.py"} == {
        "management_client": "management_client",
        "push": "management_client",
        "handler": "push_over_http",
    }
    assert "management_client().post_to_connection" in after(plan, "worker.py")
    assert "PUSH_URL" in after(plan, "sse_service/management.py")
    assert "@connections" in after(plan, "sse_service/push.py")
    assert "PUSH_TOKEN" in after(plan, "README.md")


def test_an_authorizer_that_can_not_come_along_lets_nobody_in(tmp_path: Path) -> None:
    plan = planned(tmp_path, {"app.py": OK}, inventory({"chat": "app.py:handle"}))
    assert "raise HTTPException(403" in after(plan, "sse_service/security.py")


def test_names_from_the_application_can_not_become_code(tmp_path: Path) -> None:
    known = inventory({'"); import evil; ("': "app.py:handle"}, expression='"""; import evil')
    evil = known.model_copy(update={"application": '""" + __import__("os").system("x") + """'})
    plan = planned(tmp_path, {"app.py": OK}, evil)  # every file is compiled, and none of them has such a statement
    for edit in plan.edits:
        if edit.path.startswith("sse_service/"):
            assert "import evil" not in [line.strip().rstrip(";") for line in edit.after.splitlines()]
            assert "__import__(" not in edit.after


def test_an_account_that_does_not_close_ends_the_run(tmp_path: Path) -> None:
    twice: Handler = handler("app.py:handle", "chat")
    known = inventory({"chat": "app.py:handle"}, handlers=(twice,))
    (tmp_path / "app.py").write_text(OK)
    with pytest.raises(AccountDoesNotClose, match="was found 2 times"):
        plan_migration(tmp_path, known)


def test_web_pages_without_code_beside_them_are_served(tmp_path: Path) -> None:
    files = {"app.py": OK, "web/index.html": "<p>\n", "web/app.js": "const s = 1;\n"}
    plan = planned(tmp_path, files, inventory({"chat": "app.py:handle"}))
    assert "StaticFiles" not in after(plan, "sse_service/main.py")


def after(plan: Plan, path: str) -> str:
    return next(edit.after for edit in plan.edits if edit.path == path)


def two_apis() -> Inventory:
    """`main` has the routes chat and ping, `side` has say."""
    known = inventory({"chat": "app.py:handle", "ping": "app.py:handle"}, handlers=(handler("side/say.py:say", "say"),))
    side = known.apis[0].model_copy(
        update={
            "id": "Side",
            "name": "side",
            "routes": (known.apis[0].routes[0].model_copy(update={"key": "say", "handler": "side/say.py:say"}),),
        }
    )
    return known.model_copy(update={"apis": (side, known.apis[0])})


SIDE = "from shared import answer\nfrom side.words import WORD\n\n\ndef say(event, context):\n    return answer(WORD)\n"
TWO = {
    "app.py": "from shared import answer\n\n\ndef handle(event, context):\n    return answer('')\n",
    "shared.py": "def answer(word):\n    return {'statusCode': 200}\n",
    "side/say.py": SIDE,
    "side/words.py": "WORD = 'x'\n",
}


def test_of_several_apis_the_one_with_most_python_routes_is_migrated(tmp_path: Path) -> None:
    plan = planned(tmp_path, TWO, two_apis())
    assert [route.key for route in plan.routes] == ["chat", "ping"]
    skipped = [o for o in plan.account.outcomes if o.site.location.path == "side/say.py"]
    assert [(o.status, o.reason) for o in skipped] == [("skipped", "belongs to the API side; only api is migrated")]


def test_files_that_only_another_api_imports_stay_behind_and_shared_ones_go_along(tmp_path: Path) -> None:
    plan = planned(tmp_path, TWO, two_apis())
    assert [item.path for item in plan.left_behind] == ["side/say.py", "side/words.py"]
    assert "shared.py" in plan.copies


def test_another_api_can_be_chosen(tmp_path: Path) -> None:
    known = two_apis()
    planned(tmp_path, TWO, known)
    plan = plan_migration(tmp_path, known, known.apis[0])
    assert [route.key for route in plan.routes] == ["say"]
    assert [item.path for item in plan.left_behind] == ["app.py"]
