"""Sessions generated from an inventory: what they leave out first, then what they hold."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any, get_args

import jwt
import pytest

from migrator.errors import ConfigurationInvalid
from migrator.inventory.model import (
    Api,
    Authorizer,
    Client,
    Handler,
    Inventory,
    KeyKind,
    MessageKey,
    Push,
    Route,
    TokenFacts,
)
from migrator.inventory.record import Location
from migrator.scan.files import walk
from migrator.scan.python.source import parse
from migrator.sessions import Identity, generate_sessions, identities_from_config, plan_sessions
from migrator.sessions.messages import UNICODE_TEXT, message_for, selecting
from shim.dualrun.record.scenario import Advance, Close, Connect, Resume, Send, connection_id_of
from shim.dualrun.record.spoof import Credential, Spoof

HERE = Location(path="app.py")
JWT = TokenFacts(
    query="token", algorithms=("HS256",), secret_variable="JWT_SECRET", claims=("sub", "tenant_id", "email")
)


def key(name: str, *, required: bool = True, literals: tuple[str, ...] = (), kind: KeyKind = "unknown") -> MessageKey:
    return MessageKey(name=name, required=required, literals=literals, kind=kind, location=HERE)


def route(name: str, *reads: MessageKey, **options: Any) -> Route:
    return Route(key=name, handler="app.py:f", reads=reads, location=HERE, **options)


def authorizer(token: TokenFacts | None = JWT, **options: Any) -> Authorizer:
    return Authorizer(**{"name": "auth", "type": "REQUEST", "token": token, "location": HERE, **options})


def inventory(*routes: Route, api: dict[str, Any] | None = None, **options: Any) -> Inventory:
    listed = routes or (route("chat", key("text")),)
    found = Api(id="Api", name="api", routes=listed, location=HERE, **(api or {}))
    return Inventory(application="app", apis=(found,), **options)


def test_what_tells_messages_apart_is_the_same_in_all_of_them() -> None:
    made = [message_for("$request.body.action", route("chat", key("event")), "alice", number) for number in (1, 2)]
    assert made[0] == made[1]


def test_query_parameters_that_connect_reads_are_sent() -> None:
    plan = plan_sessions(inventory(api={"connect_query": ("room", "userId")}))
    assert dict(connects(plan)["alice"].query).keys() == {"room", "userId"}


def test_a_token_that_connect_checks_itself_is_minted_and_no_refusal_is_expected() -> None:
    plan = plan_sessions(inventory(api={"connect_query": ("token", "room"), "connect_token": JWT}))
    query = dict(connects(plan)["alice"].query)
    claims = jwt.decode(query["token"], plan.environment["JWT_SECRET"], algorithms=["HS256"])
    assert (claims["sub"], "room" in query) == ("alice", True)
    assert not [step for session in plan.sessions for step in session.steps if getattr(step, "refused", None)]


def test_a_secret_that_stands_in_the_code_is_used_and_told_nowhere(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text('import jwt\nKEY = "written-in-the-code-and-at-least-32-bytes-long"\n')
    token = TokenFacts(query="token", algorithms=("HS256",), secret_at=Location(path="app.py", line=2, column=7))
    known = inventory(api={"connect_token": token})
    query = dict(connects(plan_sessions(known, app=tmp_path))["alice"].query)
    assert (
        jwt.decode(query["token"], "written-in-the-code-and-at-least-32-bytes-long", algorithms=["HS256"])["sub"]
        == "alice"
    )
    assert "written-in-the-code-and-at-least-32-bytes-long" not in known.model_dump_json()


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_a_secret_after_letters_of_two_bytes_is_found_where_the_scan_saw_it(tmp_path: Path, encoding: str) -> None:
    line = 'WHO, KEY = "Müller, Bückeburg", "written-in-the-code-and-at-least-32-bytes-long"'
    (tmp_path / "app.py").write_bytes(f"# coding: {encoding}\r\n{line}\r\n".encode(encoding))
    parsed = parse(walk(tmp_path), "app.py")
    assert parsed is not None
    secret = next(n for n in ast.walk(parsed.tree) if isinstance(n, ast.Constant) and "written" in str(n.value))
    token = TokenFacts(query="token", algorithms=("HS256",), secret_at=parsed.location(secret))
    plan = plan_sessions(inventory(api={"connect_token": token}), app=tmp_path)
    claims = claims_of(connects(plan)["alice"], "written-in-the-code-and-at-least-32-bytes-long")
    assert (claims["sub"], parsed.location(secret).column) == ("alice", line.index('"written') + 1)


def connects(plan) -> dict[str, Connect]:
    """The last of each client, but for those after hours, which nobody expects to be accepted."""
    return {
        step.client: step
        for session in plan.sessions
        if not session.advances
        for step in session.steps
        if isinstance(step, Connect)
    }


def sent(plan, name: str = "") -> list[Send]:
    return [
        step
        for session in plan.sessions
        if session.name.startswith(name)
        for step in session.steps
        if isinstance(step, Send)
    ]


def claims_of(connect: Connect, secret: str) -> dict[str, Any]:
    return jwt.decode(dict(connect.query)["token"], secret, algorithms=["HS256"])


def test_an_inventory_without_api_gives_no_sessions_and_says_so():
    plan = plan_sessions(Inventory(application="app"))
    assert plan.sessions == ()
    assert plan.gaps == ("The inventory has no API.",)


@pytest.mark.parametrize(
    ("unknown", "why"),
    [
        (authorizer(None), "its code was not understood"),
        (authorizer(JWT.model_copy(update={"secret_variable": None})), "no environment variable holds its secret"),
        (
            authorizer(JWT.model_copy(update={"algorithms": ("RS256",)})),
            "it takes RS256 tokens, whose private key is not here",
        ),
        (authorizer(JWT.model_copy(update={"query": None})), "it is not known where it looks for the token"),
        (authorizer(None, type="AWS_IAM"), "it checks AWS signatures (AWS_IAM)"),
    ],
)
def test_an_authorizer_that_is_not_understood_asks_for_identities(unknown, why):
    plan = plan_sessions(inventory(api={"authorizer": unknown}))
    assert plan.sessions == ()
    assert plan.routes == ("chat",)
    (gap,) = plan.gaps
    assert gap.startswith(f"No client can be made up for the authorizer auth: {why}.")
    assert "[[verify.identity]]" in gap


def test_without_an_authorizer_nobody_is_refused():
    plan = plan_sessions(inventory())
    assert "refused connects" not in {session.name for session in plan.sessions}
    assert all(step.refused is False and step.query == () for step in connects(plan).values())


def test_the_service_has_the_variables_of_its_functions_the_earlier_route_first():
    def function(name: str, **environment: str) -> Handler:
        return Handler(id=name, path="app.py", module="app", function="f", language="python", environment=environment)

    routes = [route(name).model_copy(update={"handler": name}) for name in ("a", "b")]
    plan = plan_sessions(
        inventory(
            *routes,
            handlers=(function("a", TABLE="one"), function("b", TABLE="two", ROOM="x"), function("other", KEY="y")),
            environment={"STAGE": "dev"},
        )
    )

    assert plan.service_environment == {"TABLE": "one", "ROOM": "x"}
    assert "TABLE" not in plan.environment


def test_the_same_seed_gives_the_same_sessions_and_another_gives_others():
    found = inventory(route("chat", key("text")), route("ping"))
    assert generate_sessions(found) == generate_sessions(found, seed=0)
    assert generate_sessions(found) != generate_sessions(found, seed=1)


def test_tokens_carry_the_claims_that_the_code_reads_and_put_three_clients_in_one_group():
    plan = plan_sessions(inventory(api={"authorizer": authorizer()}))
    secret = plan.environment["JWT_SECRET"]
    found = {name: claims_of(connects(plan)[name], secret) for name in ("alice", "bob", "carol", "dave")}
    assert {name: claims["tenant_id"] for name, claims in found.items()} == {
        "alice": "team-red",
        "bob": "team-red",
        "carol": "team-red",
        "dave": "team-blue",
    }
    assert [claims["sub"] for claims in found.values()] == list(found)
    assert found["alice"]["email"] == "alice@example.com"


def test_the_generated_secret_takes_the_place_of_the_one_in_the_inventory():
    plan = plan_sessions(
        inventory(api={"authorizer": authorizer()}, environment={"JWT_SECRET": "from-the-file", "TABLE": "t"})
    )
    assert plan.environment["JWT_SECRET"] != "from-the-file"
    assert plan.environment["TABLE"] == "t"
    assert plan.environment["AWS_DEFAULT_REGION"] == "us-east-1"


def test_refused_connects_are_one_without_token_one_forged_and_one_expired():
    plan = plan_sessions(inventory(api={"authorizer": authorizer()}))
    secret = plan.environment["JWT_SECRET"]
    refused = {name: step for name, step in connects(plan).items() if step.refused}
    assert refused["no-token"].query == ()
    with pytest.raises(jwt.InvalidSignatureError):
        claims_of(refused["wrong-signature"], secret)
    with pytest.raises(jwt.ExpiredSignatureError):
        claims_of(refused["expired"], secret)
    assert plan.sessions[0].steps[-1] == connects(plan)["alice"]


def test_the_identity_source_decides_where_the_token_goes():
    token = JWT.model_copy(update={"header": "Authorization", "scheme": "Bearer"})
    found = authorizer(token, identity_sources=("route.request.header.Authorization",))
    alice = connects(plan_sessions(inventory(api={"authorizer": found})))["alice"]
    assert alice.query == ()
    ((name, value),) = alice.headers
    assert (name, value[:9]) == ("Authorization", "Bearer ey")


def test_query_parameters_of_the_applications_own_clients_are_sent_too():
    url = "`${base}?token=${token}&userId=${user}&room=${room}`"
    web = Client(location=HERE, language="javascript", library="WebSocket", url=url)
    plan = plan_sessions(inventory(api={"authorizer": authorizer()}, clients=(web,)))
    assert [name for name, _ in connects(plan)["alice"].query] == ["token", "userId", "room"]
    assert dict(connects(plan)["bob"].query)["userId"] == "bob"
    assert [name for name, _ in connects(plan)["no-token"].query] == ["userId", "room"]


@pytest.mark.parametrize(
    ("expression", "name", "message"),
    [
        ("$request.body.action", "chat", {"action": "chat"}),
        ("${request.body.action}", "chat", {"action": "chat"}),
        ("$request.body.data.type", "chat", {"data": {"type": "chat"}}),
        ("${request.body.service}/${request.body.action}", "chat/join", {"service": "chat", "action": "join"}),
        ("${request.body.service}/${request.body.action}", "chat", None),
        ("$default", "chat", None),
    ],
)
def test_what_selects_a_route(expression, name, message):
    assert selecting(expression, name) == message


def test_a_route_that_no_message_reaches_is_a_gap():
    plan = plan_sessions(inventory(route("chat"), api={"route_selection_expression": "${request.body.a}/x"}))
    assert plan.gaps == ("No message can be made up that ${request.body.a}/x leads to route chat.",)


def test_sample_values_follow_names_and_literals():
    found = route(
        "chat",
        key("action"),
        key("text"),
        key("room"),
        key("toUserId"),
        key("userName"),
        key("limit", required=False),
        key("kind", literals=("note", "alert")),
        key("data.when.timestamp"),
        key("is_typing"),
    )
    message = message_for("$request.body.action", found, "alice", 3)
    assert message is not None
    assert json.loads(message) == {
        "action": "chat",
        "text": "hello 3 from alice",
        "room": "lobby",
        "toUserId": "bob",
        "userName": "alice",
        "limit": 3,
        "kind": "alert",
        "data": {"when": {"timestamp": "2024-05-01T12:00:00Z"}},
        "is_typing": True,
    }
    required = message_for("$request.body.action", found, "alice", 3, left_out="optional")
    assert required is not None
    assert "limit" not in json.loads(required)


def test_a_message_that_names_a_connection_has_that_of_another_client():
    body = body_of(route("signal", key("action"), key("connectionId"), key("data.toConnectionId"), key("connection")))
    assert body["connectionId"] == body["data"]["toConnectionId"] == connection_id_of("bob")
    assert body["connection"] == "connection-3"


def body_of(found: Route, number: int = 3, expression: str = "$request.body.action", **options: Any) -> dict[str, Any]:
    message = message_for(expression, found, "alice", number, **options)
    assert message is not None
    return json.loads(message)


def test_what_selects_a_route_stays_inside_of_an_object_that_the_route_reads():
    found = route("chat", key("data", kind="object"), key("data.type", literals=("chat", "ping")), key("data.text"))
    assert body_of(found, expression="$request.body.data.type") == {
        "data": {"type": "chat", "text": "hello 3 from alice"}
    }


def test_objects_and_lists_are_made_of_the_keys_inside_of_them():
    found = route(
        "notify",
        key("incident", kind="object"),
        key("incident.level", literals=("low", "high")),
        key("incident.place.room"),
        key("items", kind="list"),
        key("items[].id"),
        key("items[].count", kind="number"),
        key("marks", kind="list"),
        key("marks[]", required=False, kind="text"),
        key("votes", kind="object"),
        key("votes[].by"),
    )
    assert body_of(found) == {
        "action": "notify",
        "incident": {"level": "high", "place": {"room": "lobby"}},
        "items": [{"id": "id-3", "count": 3}, {"id": "id-3-1", "count": 4}],
        "marks": ["marks-3", "marks-3-1"],
        "votes": {"one": {"by": "by-3"}, "two": {"by": "by-3-1"}},
    }


def test_the_kind_of_a_value_goes_before_its_name():
    found = route(
        "chat",
        key("message", kind="object"),
        key("content", kind="list"),
        key("text", kind="number"),
        key("limit", kind="text"),
        key("tags", kind="text"),
        key("active", kind="text"),
    )
    assert body_of(found) == {
        "action": "chat",
        "message": {"one": "one-3", "two": "two-3"},
        "content": ["one", "two"],
        "text": 3,
        "limit": "limit-3",
        "tags": "tags-3",
        "active": "active-3",
    }
    assert not any("\u2028" in step.text for step in sent(plan_sessions(inventory(found)), "chat: other"))


def test_what_is_inside_of_an_optional_key_goes_with_it():
    found = route(
        "notify",
        key("incident", required=False, kind="object"),
        key("incident.id"),
        key("place", kind="object"),
        key("place.room", required=False),
        key("items", kind="list"),
        key("items[]", required=False),
    )
    place = {"one": "one", "two": "two"}
    items = ["items-3", "items-3-1"]
    assert body_of(found, left_out="optional") == {"action": "notify", "place": place, "items": items}
    assert body_of(found, left_out="inner") == {
        "action": "notify",
        "incident": {"id": "id-3"},
        "place": place,
        "items": items,
    }


def test_a_route_gets_objects_without_their_optional_keys():
    found = route("notify", key("incident", required=False, kind="object"), key("incident.level", required=False))
    texts = [json.loads(step.text).get("incident") for step in sent(plan_sessions(inventory(found)), "notify: other")]
    assert {"one": "one", "two": "two"} in texts


def test_each_route_gets_a_good_message_from_every_client():
    plan = plan_sessions(inventory(route("$connect"), route("chat", key("text")), route("ping"), route("$disconnect")))
    assert plan.routes == ("$connect", "chat", "ping", "$disconnect")
    for name in ("chat", "ping"):
        good = sent(plan, f"{name}: good")
        assert [step.client for step in good] == ["alice", "bob", "carol", "dave"]
        assert {step.route for step in good} == {name}
    assert {step.route for step in sent(plan)} == {"chat", "ping", None}


def test_a_route_gets_unicode_empty_and_large_texts_and_a_message_without_its_keys():
    texts = [step.text for step in sent(plan_sessions(inventory()), "chat: other")]
    assert texts[0] == '{"action": "chat"}'
    said = [json.loads(text).get("text") for text in texts]
    assert UNICODE_TEXT in said
    assert "" in said
    assert 20_000 in {len(text) for text in said if text}
    assert all(len(text) < 32_768 for text in texts)


def test_unknown_routes_and_malformed_messages_go_to_default_where_there_is_one():
    texts = [step.text for step in sent(plan_sessions(inventory()), "no such route")]
    assert {"{not json", "", "[1, 2]"} <= set(texts)
    with_default = plan_sessions(inventory(route("chat"), route("$default")))
    assert {step.route for step in sent(with_default, "no such route")} == {"$default"}


def test_texts_of_all_good_messages_are_different():
    texts = [step.text for step in sent(plan_sessions(inventory()), "chat: good")]
    assert len(set(texts)) == len(texts)


def test_routes_that_join_come_first_in_every_session_with_messages():
    plan = plan_sessions(inventory(route("sendMessage", key("text")), route("joinRoom", key("room"))))
    session = next(session for session in plan.sessions if session.name == "sendMessage: good messages")
    routes = [step.route for step in session.steps if isinstance(step, Send)]
    assert routes == ["joinRoom"] * 4 + ["sendMessage"] * 4


def test_a_word_inside_another_word_is_no_setup():
    plan = plan_sessions(inventory(route("recenter"), route("joined2")))
    session = next(session for session in plan.sessions if session.name == "recenter: good messages")
    assert [step.route for step in session.steps if isinstance(step, Send)] == ["recenter"] * 4


def test_one_session_closes_reconnects_and_resumes():
    plan = plan_sessions(inventory())
    session = next(session for session in plan.sessions if session.name.startswith("disconnect"))
    kinds = [type(step) for step in session.steps]
    assert kinds.count(Connect) == 5
    assert kinds.count(Close) == 2
    assert kinds.count(Resume) == 1


def test_one_session_speaks_for_somebody_with_whatever_is_no_session():
    plan = plan_sessions(inventory())
    session = next(session for session in plan.sessions if session.name == "nobody speaks for somebody else")
    tried = [step for step in session.steps if isinstance(step, Spoof)]
    assert [step.credential for step in tried] == list(get_args(Credential))
    (told,) = {(step.client, step.text, step.route) for step in tried}
    assert told[0] == session.steps[0].client
    assert told[2] is not None
    at = session.steps.index(tried[-1])
    assert [type(step) for step in session.steps[at - 2 : at]] == [Close, Connect]
    assert isinstance(session.steps[-1], Send)
    assert session.steps[-1].client != told[0]


def test_without_a_message_that_reaches_a_route_nobody_is_spoken_for():
    plan = plan_sessions(inventory(route("$connect"), route("$disconnect")))
    assert not [step for session in plan.sessions for step in session.steps if isinstance(step, Spoof)]


def test_a_route_without_pushes_or_response_is_silent():
    push = Push(location=HERE, recipient="all", evidence="", function="f", handlers=("app.py:f",), routes=("chat",))
    found = inventory(route("chat"), route("beat"), route("answer", route_response=True), pushes=(push,))
    assert plan_sessions(found).silent == {"beat"}


def test_no_route_is_silent_when_it_is_not_known_who_pushes():
    push = Push(location=HERE, recipient="all", evidence="", function="f")
    assert plan_sessions(inventory(route("beat"), pushes=(push,))).silent == frozenset()


def test_given_identities_take_the_place_of_minted_ones():
    given = (
        Identity("ann", headers=(("X-Key", "1"),)),
        Identity("ben", query=(("k", "2"),)),
        Identity("eve", refused=True),
    )
    plan = plan_sessions(inventory(api={"authorizer": authorizer(None)}), identities=given)
    assert set(connects(plan)) == {"ann", "ben", "eve"}
    assert connects(plan)["eve"].refused is True
    assert connects(plan)["ann"].headers == (("X-Key", "1"),)


def test_a_single_given_identity_connects_twice():
    plan = plan_sessions(inventory(), identities=(Identity("ann"),))
    assert set(connects(plan)) == {"ann", "ann-2"}


def test_refused_identities_alone_are_a_gap():
    plan = plan_sessions(inventory(), identities=(Identity("eve", refused=True),))
    assert plan.gaps == ("No [[verify.identity]] is accepted; at least one is needed.",)


def test_without_configuration_there_are_no_identities(tmp_path):
    assert identities_from_config(tmp_path) == ()
    (tmp_path / "pyproject.toml").write_text("[tool.other]\nx = 1\n")
    assert identities_from_config(tmp_path) == ()


@pytest.mark.parametrize(("file", "prefix"), [("ws2sse.toml", "verify"), ("pyproject.toml", "tool.ws2sse.verify")])
def test_identities_are_read_from_either_file(tmp_path, file, prefix):
    (tmp_path / file).write_text(
        f'[[{prefix}.identity]]\nname = "ann"\nheaders = {{ Authorization = "Bearer x" }}\n'
        f'[[{prefix}.identity]]\nname = "eve"\nquery = {{ token = "bad" }}\nrefused = true\n'
    )
    assert identities_from_config(tmp_path) == (
        Identity("ann", headers=(("Authorization", "Bearer x"),)),
        Identity("eve", query=(("token", "bad"),), refused=True),
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[[verify.identity]]\n", "verify.identity, number 1, name is None; allowed: text."),
        (
            '[[verify.identity]]\nname = "a"\ntoken = "x"\n',
            "verify.identity, number 1 is a table with token; allowed: name, headers, query, refused, clients.",
        ),
        (
            '[[verify.identity]]\nname = "a"\nquery = { n = 1 }\n',
            "verify.identity, number 1, query is {'n': 1}; allowed: a table of texts.",
        ),
        (
            '[[verify.identity]]\nname = "a"\nrefused = 1\n',
            "verify.identity, number 1, refused is 1; allowed: true, false.",
        ),
        ('[verify]\nidentity = "ann"\n', "verify.identity is 'ann'; allowed: a list of tables."),
        ("[verify\n", "the file is not TOML"),
    ],
)
def test_configuration_that_is_not_understood_is_an_error(tmp_path, text, problem):
    (tmp_path / "ws2sse.toml").write_text(text)
    with pytest.raises(ConfigurationInvalid) as caught:
        identities_from_config(tmp_path)
    assert problem in str(caught.value)


def test_connects_without_each_query_parameter_are_tried() -> None:
    web = Client(location=HERE, language="javascript", library="WebSocket", url="`wss://x?room=${room}`")
    plan = plan_sessions(inventory(route("chat"), clients=(web,)))
    session = next(session for session in plan.sessions if session.name == "connects that lack something")

    assert [(step.query, step.refused) for step in session.steps] == [((), None), ((("room", ""),), None)]


def test_text_that_is_compared_with_a_word_is_something_else_too() -> None:
    compared = route("say", key("message", literals=("ping",)))
    texts = [json.loads(message_for("$request.body.action", compared, "alice", n) or "")["message"] for n in range(4)]
    assert texts == ["ping", "hello 1 from alice", "ping", "hello 3 from alice"]
    chosen = route("say", key("color", literals=("red",)))
    assert json.loads(message_for("$request.body.action", chosen, "alice", 1) or "")["color"] == "red"


def test_without_anybody_who_may_connect_the_service_still_gets_its_variables() -> None:
    guard = Handler(
        id="app.py:f", path="app.py", module="app", function="f", language="python", environment={"POOL": "p"}
    )
    plan = plan_sessions(inventory(api={"authorizer": authorizer(token=None)}, handlers=(guard,)))
    assert (plan.sessions, plan.service_environment) == ((), {"POOL": "p"})
    assert "No client can be made up for the authorizer auth" in plan.gaps[0]


def test_a_message_that_asks_for_the_token_again_has_it() -> None:
    plan = plan_sessions(
        inventory(route("say", key("token"), key("text")), api={"connect_token": JWT, "connect_query": ("token",)})
    )
    message = next(json.loads(send.text) for send in sent(plan, "say: good messages") if send.client == "bob")
    assert message["token"] == dict(connects(plan)["bob"].query)["token"]


def test_a_large_message_fits_into_a_frame_however_many_texts_it_has() -> None:
    plan = plan_sessions(inventory(route("say", *(key(name) for name in ("text", "message", "content", "comment")))))
    assert 15_000 < max(len(send.text) for send in sent(plan)) < 32 * 1024


def test_time_passes_only_in_the_last_sessions_and_nobody_speaks_while_one_path_may_have_closed_somebody() -> None:
    sessions = generate_sessions(inventory(route("join"), route("chat", key("text"))))
    passing = [session for session in sessions if any(isinstance(step, Advance) for step in session.steps)]
    assert [session.name for session in passing] == ["idle for 10 minutes", "connected for 2 hours"]
    assert list(sessions[-2:]) == passing
    idle, old = (session.steps for session in passing)
    assert sum(step.seconds for step in idle if isinstance(step, Advance)) > 1_200
    assert sum(step.seconds for step in old if isinstance(step, Advance)) > 7_200
    for steps in (idle, old):
        last = max(index for index, step in enumerate(steps) if isinstance(step, Advance))
        back = [step for step in steps[last + 1 :] if not isinstance(step, Close)]
        assert isinstance(steps[last + 1], Close)
        assert isinstance(back[0], Connect)
        assert back[0].refused is None  # a token may have expired
        assert {"join", "chat"} <= {step.route for step in back if isinstance(step, Send)}
    silent, unheard = 0.0, [0.0]
    for step in old:
        silent = silent + step.seconds if isinstance(step, Advance) else 0.0
        assert silent < 600
        if isinstance(step, Advance):
            unheard[-1] += step.seconds
        elif isinstance(step, Send) and step.route is not None:
            unheard.append(0.0)
    assert max(unheard) > 1_200  # the gateway hears everybody, and the application nobody


def test_an_application_without_messages_is_idle_all_the_same() -> None:
    (idle,) = (s for s in generate_sessions(inventory(route("$connect"))) if s.name == "idle for 10 minutes")
    assert not any(isinstance(step, Send) for step in idle.steps)


def test_days_pass_only_where_rows_expire() -> None:
    (rows,) = (s for s in generate_sessions(inventory(time_to_live={"Rows": "expires"})) if s.name == "rows expire")
    assert max(step.seconds for step in rows.steps if isinstance(step, Advance)) > 3 * 86_400
    assert "rows expire" not in {session.name for session in generate_sessions(inventory())}
