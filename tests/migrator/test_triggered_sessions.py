"""Sessions that run functions which no route runs: what they leave out first, then the events that they hand over."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.inventory.model import Api, Handler, Inventory, Language, MessageKey, Push, Resource, Route, Trigger
from migrator.inventory.record import Location
from migrator.scan import scan_application
from migrator.sessions import SessionPlan, plan_sessions
from migrator.sessions.filling import attributes, merged
from migrator.sessions.messages import UNICODE_TEXT
from shim.dualrun.record import trigger as steps
from shim.dualrun.record.scenario import Close, Connect, connection_id_of
from shim.dualrun.replay.functions import Source
from tests.board import board

HERE = Location(path="app.py")
FUNCTION = "jobs.py:run"


def keys(*names: str, **literals: tuple[str, ...]) -> tuple[MessageKey, ...]:
    read = [MessageKey(name=name, required=True, location=HERE) for name in names]
    return (*read, *(MessageKey(name=n, required=True, literals=v, location=HERE) for n, v in literals.items()))


def inventory(
    trigger: Trigger,
    reads: tuple[MessageKey, ...] = (),
    *,
    language: Language = "python",
    problem: str | None = None,
    pushes: bool = True,
    resources: tuple[Resource, ...] = (),
) -> Inventory:
    handler = Handler(
        id=FUNCTION,
        path="jobs.py",
        module="jobs",
        function="run",
        language=language,
        triggers=(trigger,),
        reads=reads,
        problem=problem,
    )
    api = Api(id="Api", name="api", routes=(Route(key="chat", handler="a.py:f", location=HERE),), location=HERE)
    push = Push(location=HERE, recipient="all", evidence="", function="run", handlers=(FUNCTION,) if pushes else ())
    return Inventory(application="app", apis=(api,), handlers=(handler,), pushes=(push,), resources=resources)


def resource(name: str, kind: str) -> Resource:
    return Resource(id=name, type=kind, use="unknown", reason="", name=f"app-{name}", location=HERE)


def events(plan: SessionPlan) -> list[dict[str, Any]]:
    """Of all triggers, in their order."""
    taken = [step for session in plan.sessions for step in session.steps if isinstance(step, steps.Trigger)]
    return [json.loads(step.event) for step in taken]


QUEUE = Trigger(kind="queue", source="Jobs")


def test_a_function_that_pushes_nothing_is_not_run_by_a_session_but_can_be_run() -> None:
    plan = plan_sessions(inventory(QUEUE, keys("Records[].body{}.job"), pushes=False))
    assert (events(plan), plan.gaps) == ([], ())
    assert [function.id for function in plan.functions] == [FUNCTION]


def test_servers_that_run_already_are_not_asked_to_run_functions() -> None:
    plan = plan_sessions(inventory(QUEUE, keys("Records[].body{}.job")), outside=False)
    assert (events(plan), plan.functions, plan.gaps) == ([], (), ())
    assert plan.routes == ("chat",)


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (inventory(QUEUE), "No event can be made up for jobs.py:run, which queue Jobs triggers: its code doesn't tell"),
        (inventory(QUEUE, language="javascript"), "it is javascript, and only Python runs here."),
        (inventory(QUEUE, problem="jobs.py is missing"), "pushes and was not run: jobs.py is missing."),
        (
            inventory(Trigger(kind="stream", source="Clicks"), resources=(resource("Clicks", "AWS::Kinesis::Stream"),)),
            "no event of such a source can be made up.",
        ),
        (inventory(Trigger(kind="call", source="state machine Work")), "No event can be made up for jobs.py:run"),
    ],
)
def test_what_can_not_be_made_up_is_told(found: Inventory, told: str) -> None:
    plan = plan_sessions(found)
    assert events(plan) == []
    assert [told in gap for gap in plan.gaps] == [True]


def test_a_message_of_a_queue_is_the_json_that_the_code_reads() -> None:
    plan = plan_sessions(inventory(QUEUE, keys("Records[].body{}.job", "Records[].body{}.connection_id")))
    first = events(plan)[0]["Records"]
    assert [json.loads(record["body"]).keys() for record in first] == [{"job", "connection_id"}]
    assert json.loads(first[0]["body"])["connection_id"] == connection_id_of("alice")
    assert (first[0]["eventSource"], first[0]["eventSourceARN"]) == (
        "aws:sqs",
        "arn:aws:sqs:us-east-1:123456789012:Jobs",
    )


def test_what_the_code_sends_to_is_the_connection_of_the_client_that_an_event_is_about() -> None:
    peer = MessageKey(name="peer", required=True, kind="connection", location=HERE)
    plan = plan_sessions(inventory(Trigger(kind="call", source="invoked by a.py"), (peer, *keys("socketUrl"))))
    ids = [event["peer"] for event in events(plan)]
    assert ids == [connection_id_of(client) for client in ("alice", "dave", "alice", "alice", "dave")]
    assert events(plan)[0]["socketUrl"] == "https://made-up.invalid/prod"


def test_a_topic_is_told_from_a_queue_by_what_it_is_and_by_what_the_code_reads() -> None:
    reads = keys("Records[].Sns.Message{}.text")
    for found in (
        inventory(QUEUE, reads),
        inventory(QUEUE, reads, resources=(resource("Jobs", "AWS::SNS::Topic"),)),
    ):
        plan = plan_sessions(found)
        assert plan.routes[-1] == "topic jobs.py:run"
        assert json.loads(events(plan)[0]["Records"][0]["Sns"]["Message"]).keys() == {"text"}
        assert plan.functions[0].sources[0].kind == "topic"


def test_what_a_caller_hands_over_is_what_the_code_reads() -> None:
    plan = plan_sessions(inventory(Trigger(kind="call", source="invoked by a.py"), keys("user.id", "items[].name")))
    first = events(plan)[0]
    assert first["user"].keys() == {"id"}
    assert [item.keys() for item in first["items"]] == [{"name"}, {"name"}]


def test_what_nothing_is_known_to_run_is_called() -> None:
    found = inventory(QUEUE, keys("job"))
    found = found.model_copy(update={"handlers": (found.handlers[0].model_copy(update={"triggers": ()}),)})
    plan = plan_sessions(found)
    assert (plan.routes[-1], plan.gaps, events(plan)[0].keys()) == ("call jobs.py:run", (), {"job"})


def test_a_rule_puts_what_the_code_reads_into_its_envelope() -> None:
    plan = plan_sessions(inventory(Trigger(kind="call", source="event OnOrder"), keys("detail.orderId", "source")))
    first = events(plan)[0]
    assert first["detail"].keys() == {"orderId"}
    assert first["source"] == "made-up"


@pytest.mark.parametrize(
    ("source", "reads", "expected"),
    [
        ("http POST /rooms/{room}", ("body{}.text", "pathParameters.room"), ("POST", "/rooms/lobby", {"text"})),
        ("http ANY /", ("body{}.text",), ("POST", "/", {"text"})),
        ("http GET *", ("queryStringParameters.page",), ("GET", "/", None)),
        ("http *", ("headers.Authorization",), ("GET", "/", None)),
        ("http /hook", ("body",), ("POST", "/hook", set())),
    ],
)
def test_a_request_has_the_method_the_path_and_the_body_of_its_api(
    source: str, reads: tuple[str, ...], expected: tuple[str, str, set[str] | None]
) -> None:
    first = events(plan_sessions(inventory(Trigger(kind="call", source=source), keys(*reads))))[0]
    body = None if first["body"] is None else set(json.loads(first["body"]))
    assert (first["httpMethod"], first["path"], body) == expected


def test_a_request_of_an_http_api_is_told_by_what_the_code_reads() -> None:
    trigger = Trigger(kind="call", source="http POST /rooms/{room}")
    reads = keys("body{}.text", "requestContext.authorizer.lambda.user_id", "headers.authorization")
    first = events(plan_sessions(inventory(trigger, reads)))[0]
    assert (first["version"], first["routeKey"], first["rawPath"]) == ("2.0", "POST /rooms/{room}", "/rooms/lobby")
    assert first["requestContext"]["authorizer"] == {"lambda": {"user_id": "alice"}}
    assert first["headers"]["authorization"] == "Bearer made-up"


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> SessionPlan:
    return plan_sessions(scan_application(board(tmp_path_factory.mktemp("made") / "board")))


def test_each_function_that_pushes_has_a_session_of_its_own(plan: SessionPlan) -> None:
    routes = [
        "stream src/changes.py:run",
        "queue src/jobs.py:run",
        "topic src/alarm.py:run",
        "call src/pins.py:run",
        "schedule src/tick.py:run",
        "http src/announce.py:run",
    ]
    assert [session.name for session in plan.sessions if steps.OUTSIDE in session.clients] == routes
    assert plan.routes == ("$connect", "$disconnect", "note", *routes)
    assert plan.gaps == ()


def test_a_session_speaks_of_two_groups_and_once_more_when_a_client_has_left(plan: SessionPlan) -> None:
    session = next(session for session in plan.sessions if session.name == "queue src/jobs.py:run")
    assert [type(step) for step in session.steps] == [*[Connect] * 4, *[steps.Trigger] * 3, Close, *[steps.Trigger] * 2]
    told = [json.loads(step.event) for step in session.steps if isinstance(step, steps.Trigger)]
    rooms = [json.loads(event["Records"][0]["body"])["room"] for event in told]
    assert rooms == ["team-red", "team-blue", "team-red", "team-red", "team-blue"]


def test_a_stream_tells_of_items_that_come_change_and_go(plan: SessionPlan) -> None:
    session = next(session for session in plan.sessions if session.name == "stream src/changes.py:run")
    told = [json.loads(step.event)["Records"][0] for step in session.steps if isinstance(step, steps.Trigger)]
    assert [record["eventName"] for record in told] == ["INSERT", "MODIFY", "REMOVE"] * 5
    images = [record["dynamodb"] for record in told[:3]]
    assert [image.keys() & {"NewImage", "OldImage"} for image in images] == [
        {"NewImage"},
        {"NewImage", "OldImage"},
        {"OldImage"},
    ]
    new = images[0]["NewImage"]
    assert new == {
        "room": {"S": "team-red"},
        "text": {"S": "hello 10 from alice"},
        "answer": {"S": "answer-10"},
        "id": {"S": "id-10"},
    }
    assert images[1]["OldImage"]["text"] != new["text"]
    assert [image["Keys"] for image in images] == [{"id": new["id"]}] * 3
    assert images[0]["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    assert told[6]["dynamodb"]["NewImage"]["text"] == {"S": UNICODE_TEXT}


def test_functions_are_known_by_what_runs_them_and_by_their_names(plan: SessionPlan) -> None:
    known = {function.id: function for function in plan.functions}
    assert known["src/changes.py:run"].sources == (Source("stream", "board-Notes"),)
    assert known["src/jobs.py:run"].sources == (Source("queue", "board-Jobs"),)
    assert known["src/alarm.py:run"].sources == (Source("topic", "board-Alerts"),)
    assert (known["src/tick.py:run"].name, known["src/tick.py:run"].root) == ("board-Tick", "src")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.text(), JSON, max_size=4)


@given(OBJECTS, OBJECTS)
def test_an_envelope_keeps_what_it_says(envelope: dict[str, Any], part: dict[str, Any]) -> None:
    whole = merged(envelope, part)
    assert whole.keys() == envelope.keys() | part.keys()
    for name, value in envelope.items():
        if isinstance(value, str | int) and value != "":
            assert whole[name] == value
    assert merged(whole, {}) == whole


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("n.N", "flag.BOOL", "tags.SS"), {"n": {"N": "1"}, "flag": {"BOOL": True}, "tags": {"SS": ["one", "two"]}}),
        (("m", "m.M", "m.inner", "m.inner.S"), {"m": {"M": {"inner": {"S": "x"}}}}),
        (("plain",), {"plain": {"S": "x"}}),
        (("items.L", "items[].S"), {"items": {"L": [{"S": "one"}, {"S": "two"}]}}),
        (("items[].M.id.S", "items[].M"), {"items": {"L": [{"M": {"id": {"S": "x"}}}] * 2}}),
        (("S",), {}),
        (("url.S", "url"), {"url": {"S": "x"}}),
    ],
)
def test_images_have_the_types_that_the_code_reads(names: tuple[str, ...], expected: dict[str, Any]) -> None:
    assert (
        attributes(keys(*names), lambda key: 1 if key.name == "n" else True if key.name == "flag" else "x") == expected
    )
