"""A function that invokes itself hands the work to a thread of the service; what is not certain stays, with a marker."""

from __future__ import annotations

import pytest

from migrator.inventory.model import Inventory, Trigger
from migrator.rewrite.python import rewrite_python, self_invocation
from migrator.rewrite.scope import Scope
from tests.migrator.rewrite.applications import assert_left_alone, assert_rewrites, handler, inventory, run

HEAD = "import json\nimport os\n\nimport boto3\n\nclient = boto3.client('lambda')\n"
OWN = "context.function_name"
FROM_ENVIRONMENT = "os.environ['AWS_LAMBDA_FUNCTION_NAME']"
DIRECT = "boto3.client('lambda')"
KNOWN = inventory({"chat": "app.py:handle"})
OTHER = inventory({"chat": "app.py:handle", "more": "app.py:more"})


def invoke(name: str = OWN, kind: str = '"Event"', payload: str = "json.dumps({'job': 1})", on: str = "client") -> str:
    return f"{on}.invoke(FunctionName={name}, InvocationType={kind}, Payload={payload})"


def app(statement: str, head: str = HEAD, more: str = "") -> str:
    """A handler that stays at the level 'transport', since it hands its event on."""
    body = "".join(f"    {line}\n" for line in ("forward(event)", *statement.split("\n"), "return {'statusCode': 200}"))
    return f"{head}\n\n{more}def handle(event, context):\n{body}"


def why(source: str, known: Inventory = KNOWN) -> str:
    """The reason of the only marker; nothing else changes, and a second run adds none."""
    result = run({"app.py": source}, known)
    after = result.texts["app.py"]
    assert run({"app.py": after}, known).texts == {}
    (line,) = set(after.splitlines()) - set(source.splitlines())
    assert after.replace(f"{line}\n", "") == source
    assert line.strip().startswith("# ws2sse: self_invocation: the function invokes itself at Lambda, which is gone: ")
    return line.split(" is gone: ")[1].removesuffix(" (ws2sse explain self_invocation)")


@pytest.mark.parametrize(
    "statement",
    [
        invoke("'worker'"),
        invoke("os.environ['WORKER']"),
        invoke("os.getenv('WORKER')"),
        invoke("WORKER"),
        invoke("worker_of(event)"),
        invoke("context.function_name + '-worker'"),
        invoke("context.client_context"),
        invoke("settings['AWS_LAMBDA_FUNCTION_NAME']"),
        "client.get_function(FunctionName=context.function_name)",
        "invoke(FunctionName=context.function_name)",
        "client.invoke('worker')",
        "print(context.function_name)",
    ],
)
def test_what_is_not_the_function_itself_is_left_alone(statement: str) -> None:
    assert_left_alone(app(statement), KNOWN)


@pytest.mark.parametrize("kind", ["queue", "schedule", "stream", "call"])
def test_functions_that_run_elsewhere_are_left_alone(kind: str) -> None:
    known = inventory({"chat": "other.py:handle"}, handlers=(handler("app.py:handle", "Jobs", kind=kind),))
    assert_left_alone(app(invoke()), known)


def test_code_that_no_function_of_the_service_runs_is_left_alone() -> None:
    assert_left_alone(app(invoke()), inventory({"chat": "other.py:handle"}))


def test_it_can_be_left_out() -> None:
    scope = Scope(without=frozenset({self_invocation.RULE}))
    assert rewrite_python({"app.py": app(invoke())}, KNOWN, KNOWN.apis[0], scope=scope).texts == {}


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        (invoke(kind='"RequestResponse"'), "it waits for the answer, or may"),
        (invoke(kind="KIND"), "it waits for the answer, or may"),
        (invoke(kind='"DryRun"'), "it waits for the answer, or may"),
        (
            "client.invoke(FunctionName=context.function_name)",
            "it does not give exactly FunctionName, InvocationType and Payload by name",
        ),
        (
            "client.invoke(FunctionName=context.function_name, **more)",
            "it does not give exactly FunctionName, InvocationType and Payload by name",
        ),
        (
            f"{invoke()[:-1]}, Qualifier='live')",
            "it does not give exactly FunctionName, InvocationType and Payload by name",
        ),
        (invoke(payload="event['body']"), "its payload is not certainly made by json.dumps"),
        (invoke(payload="b'{}'"), "its payload is not certainly made by json.dumps"),
        (invoke(payload="pickle.dumps(event)"), "its payload is not certainly made by json.dumps"),
        (invoke(payload="event['body'].encode()"), "its payload is not certainly made by json.dumps"),
        (invoke(on="clients['lambda']"), "it is not certain that its client is boto3's for Lambda"),
        (invoke(on="boto3.client('events')"), "it is not certain that its client is boto3's for Lambda"),
        (invoke(on="make_client()"), "it is not certain that its client is boto3's for Lambda"),
        (invoke(on="unknown"), "it is not certain that its client is boto3's for Lambda"),
        (f"print({invoke()})", "the answer of Lambda is used"),
        (f"answer = {invoke()}\nprint(answer)", "the answer of Lambda is used"),
        (f"return {invoke()}", "the answer of Lambda is used"),
        (f"if {invoke()}['StatusCode'] != 202:\n    print('?')", "the answer of Lambda is used"),
        (f"in_background = 1\n{invoke()}", "the module means something else by in_background"),
        (f"context = other()\n{invoke()}", "it is not certain whose function_name it is"),
        (invoke("task.function_name"), "it is not certain whose function_name it is"),
        (f"handle = 1\n{invoke()}", "handle also means something else in the module"),
    ],
)
def test_what_is_not_certain_gets_a_marker(statement: str, reason: str) -> None:
    assert why(app(statement)) == reason


def test_which_of_several_functions_it_is_must_be_certain() -> None:
    start = f"def start(event):\n    {invoke(FROM_ENVIRONMENT)}\n\n\n"
    more = f"{start}def more(event, context):\n    forward(event)\n    start(event)\n    return {{'statusCode': 200}}\n\n\n"
    assert why(app("start(event)", more=more), OTHER).startswith("2 functions run this code")


def test_a_function_that_also_runs_elsewhere_is_not_moved() -> None:
    (one,) = KNOWN.handlers
    also = one.model_copy(update={"triggers": (*one.triggers, Trigger(kind="queue", source="Jobs"))})
    assert why(app(invoke()), KNOWN.model_copy(update={"handlers": (also,)})) == (
        "app.py:handle also runs outside of the service"
    )


def test_a_function_of_another_module_is_not_imported_back() -> None:
    files = {"app.py": "from jobs import start\n\n\ndef handle(event, context):\n    return start(event)\n"}
    jobs = f"{HEAD}\n\ndef start(event):\n    {invoke(FROM_ENVIRONMENT)}\n"
    result = run({**files, "jobs.py": jobs}, KNOWN)
    assert "app.py:handle is in another module" in result.texts["jobs.py"]


@pytest.mark.parametrize(
    "name",
    [
        OWN,
        "context.invoked_function_arn",
        "os.environ['AWS_LAMBDA_FUNCTION_NAME']",
        "os.environ.get('AWS_LAMBDA_FUNCTION_NAME')",
        "os.environ.get('AWS_LAMBDA_FUNCTION_NAME', '')",
        "os.getenv('AWS_LAMBDA_FUNCTION_NAME')",
    ],
)
def test_the_function_itself_runs_in_the_background(name: str) -> None:
    before = app(f"if os.environ:\n    {invoke(name)}")
    result = run({"app.py": before}, KNOWN)
    assert result.background
    assert "in_background(handle, json.dumps({'job': 1}))" in result.texts["app.py"]
    assert "invoke" not in result.texts["app.py"]


@pytest.mark.parametrize(
    ("payload", "kept"),
    [
        ("json.dumps({'job': 1})", "json.dumps({'job': 1})"),
        ("json.dumps({'job': 1}).encode()", "json.dumps({'job': 1}).encode()"),
        ("json.dumps(event).encode('utf-8')", "json.dumps(event).encode('utf-8')"),
        ("bytes(json.dumps({**event, 'job': 1}), 'utf-8')", "bytes(json.dumps({**event, 'job': 1}), 'utf-8')"),
        ("json.dumps(event, default=str)", "json.dumps(event, default=str)"),
    ],
)
@pytest.mark.parametrize("answer", ["", "answer = ", "_ = "])
def test_the_payload_stays_as_it_is(payload: str, kept: str, answer: str) -> None:
    assert_rewrites(
        app(f"{answer}{invoke(payload=payload, on=DIRECT)}", "import json\n\nimport boto3\n"),
        app(
            f"{answer}in_background(handle, {kept})",
            "import json\n\nfrom sse_service.background import in_background\n",
        ),
        KNOWN,
    )


def test_a_function_that_no_other_code_calls_is_known_among_several() -> None:
    more = "def more(event, context):\n    forward(event)\n    return {'statusCode': 200}\n\n\n"
    head = "import json\n\nimport boto3\n"
    after = "import json\n\nfrom sse_service.background import in_background\n"
    assert_rewrites(
        app(invoke(on=DIRECT), head, more),
        app("in_background(handle, json.dumps({'job': 1}))", after, more),
        OTHER,
    )


def test_a_helper_of_the_only_function_is_understood() -> None:
    own = invoke(FROM_ENVIRONMENT, on=DIRECT)
    head = "import json\nimport os\n\nimport boto3\n"
    result = run({"app.py": app("start()", head, f"def start():\n    {own}\n\n\n")}, KNOWN)
    assert "def start():\n    in_background(handle, json.dumps({'job': 1}))\n" in result.texts["app.py"]


def test_line_breaks_and_commas_stay() -> None:
    call = 'boto3.client("lambda").invoke(\n    FunctionName=context.function_name,\n    InvocationType="Event",  # later\n'
    head = "import json\n\nimport boto3\n"
    after = "import json\n\nfrom sse_service.background import in_background\n"
    assert_rewrites(
        app(f"{call}    Payload=json.dumps({{'job': 1}}),\n)", head),
        app("in_background(\n    handle,\n    json.dumps({'job': 1}),\n)", after),
        KNOWN,
    )
