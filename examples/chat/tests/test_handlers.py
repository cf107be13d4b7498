import pytest

OK = {"statusCode": 200}


def test_a_newcomer_is_announced_to_the_others_of_the_tenant_only(chat, pushes):
    assert chat.connect("a", "ana") == OK
    chat.connect("x", "xiu", tenant="other")

    assert chat.connect("b", "ben") == OK

    assert pushes.sent == [("a", {"type": "presence", "event": "joined", "user": "ben"})]


def test_a_connection_is_kept_with_all_that_is_known_of_it(chat, table):
    chat.connect("a", "ana")

    row = table.get_item(Key={"connection_id": "a"})["Item"]
    assert (row["user_id"], row["tenant_id"]) == ("ana", "acme")
    assert row["connected_at"] == row["last_activity"]
    assert row["metadata"] == {"source_ip": "192.0.2.7"}


def test_a_user_may_have_only_so_many_connections(chat, table):
    for number in range(chat.handlers.MAX_CONNECTIONS_PER_USER):
        assert chat.connect(f"a{number}", "ana") == OK

    assert chat.connect("one-more", "ana") == {"statusCode": 429}
    assert chat.connect("b", "ben") == OK
    assert "Item" not in table.get_item(Key={"connection_id": "one-more"})


def test_who_leaves_is_forgotten_and_announced(chat, pushes, table):
    chat.connect("a", "ana")
    chat.connect("b", "ben")
    pushes.sent.clear()

    assert chat.disconnect("b") == OK

    assert pushes.sent == [("a", {"type": "presence", "event": "left", "user": "ben"})]
    assert "Item" not in table.get_item(Key={"connection_id": "b"})


def test_leaving_twice_is_announced_once(chat, pushes):
    chat.connect("a", "ana")
    chat.connect("b", "ben")
    chat.disconnect("b")
    pushes.sent.clear()

    assert chat.disconnect("b") == OK
    assert pushes.sent == []


def test_a_chat_message_is_accepted_then_passed_on_then_reported_as_delivered(chat, pushes):
    chat.connect("a", "ana")
    chat.connect("b", "ben")
    chat.connect("x", "xiu", tenant="other")
    pushes.sent.clear()

    assert chat.send("a", {"type": "chat", "text": "hello"}, route="chat") == OK

    message_id = pushes.sent[0][1]["id"]
    sent_at = pushes.sent[1][1].pop("sent_at")
    assert sent_at.endswith("+00:00")
    assert pushes.sent == [
        ("a", {"type": "chat_accepted", "id": message_id, "text": "hello"}),
        ("b", {"type": "chat_message", "id": message_id, "from": "ana", "text": "hello"}),
        ("a", {"type": "chat_delivered", "id": message_id, "recipients": 1}),
    ]


def test_who_is_gone_is_not_counted(chat, pushes):
    for connection_id, user in (("a", "ana"), ("b", "ben"), ("c", "cho")):
        chat.connect(connection_id, user)
    pushes.gone.add("b")

    chat.send("a", {"type": "chat", "text": "hello"}, route="chat")

    assert pushes.to("a")[-1]["recipients"] == 1


@pytest.mark.parametrize("message", [{}, {"text": ""}, {"text": "  "}, {"text": 5}, {"text": None}])
def test_a_chat_message_needs_text(chat, pushes, message):
    chat.connect("a", "ana")

    assert chat.send("a", {"type": "chat"} | message, route="chat") == OK

    (answer,) = pushes.to("a")
    assert answer["type"] == "error"
    assert answer["error"] == {
        "type": "InvalidTextError",
        "message": "text must be a string that is not empty",
    }


def test_a_connection_without_a_row_is_asked_to_connect_again(chat, pushes):
    chat.send("a", {"type": "chat", "text": "hello"}, route="chat")

    (answer,) = pushes.to("a")
    assert answer["error"]["message"] == "this connection is not registered, please connect again"


@pytest.mark.parametrize("echo", [7, "x", None, {"deep": [1]}])
def test_a_ping_comes_back(chat, pushes, echo):
    assert chat.send("a", {"type": "ping", "echo": echo}, route="ping") == OK
    assert pushes.sent == [("a", {"type": "pong", "echo": echo})]


@pytest.mark.parametrize(
    ("body", "kind", "sentence"),
    [
        ("not json", "NotJsonError", "message is not JSON"),
        ("", "NotJsonError", "message is not JSON"),
        ({"type": "dance"}, "UnsupportedTypeError", "unsupported message type: dance"),
        ({"type": ["chat"]}, "UnsupportedTypeError", "unsupported message type: ['chat']"),
        ({"text": "hello"}, "MissingTypeError", "message has no type"),
        ([1, 2], "MissingTypeError", "message has no type"),
    ],
)
def test_what_fits_no_route_is_answered_with_an_error(chat, pushes, capsys, body, kind, sentence):
    assert chat.send("a", body) == OK

    ((receiver, answer),) = pushes.sent
    assert receiver == "a"
    assert answer["error"] == {"type": kind, "message": sentence}
    assert f'"error_type": "{kind}"' in capsys.readouterr().out


def test_pushes_go_to_the_api_and_stage_of_the_event(chat, pushes):
    chat.send("a", {"type": "ping"}, route="ping")
    assert pushes.endpoints == {"https://abc123.execute-api.eu-central-1.amazonaws.com/test"}
