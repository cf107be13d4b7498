"""Reconnect and keep-alive stay, with a comment that says what the library does now."""

from __future__ import annotations

PAGE = '<script src="app.js"></script>\n'
RECONNECT = (
    "// ws2sse: hand_made_reconnect: SseSocket resumes a lost stream by itself.\n"
    '//   "close" now means that the connection is over; then this still makes a new one.\n'
    "//   Keep it for that, or remove it.\n"
    "//   (ws2sse explain hand_made_reconnect)\n"
)
HEARTBEAT = (
    "// ws2sse: hand_made_heartbeat: The server keeps the stream alive, and SseSocket notices silence.\n"
    "//   This may be removed, unless the answers are used for something else.\n"
    "//   (ws2sse explain hand_made_heartbeat)\n"
)


def indented(comment: str, by: str) -> str:
    return "".join(f"{by}{line}\n" for line in comment.splitlines())


def test_the_logic_of_a_client_that_is_not_rewritten_is_left_alone(rewrite) -> None:
    code = 'import WebSocket from "./ws.js";\nnew WebSocket(url).on("close", () => setTimeout(connect, 1000));\n'
    result = rewrite({"app.mjs": code}, reconnect="setTimeout")
    assert result.changed == ()
    client, reconnect = result.outcomes
    assert (client.status, reconnect.status) == ("skipped", "skipped")
    assert reconnect.reason == "no client of this script was rewritten"


def test_what_two_clients_share_is_marked_when_one_of_them_is_rewritten(rewrite) -> None:
    code = 'new WebSocket(url, "chat");\nnew WebSocket(url);\nsetTimeout(connect, 1);\n'
    result = rewrite({"index.html": PAGE, "app.js": code}, reconnect="setTimeout")
    assert RECONNECT + "setTimeout(connect, 1);" in result.files["app.js"]


def test_a_comment_is_not_repeated(rewrite) -> None:
    marked = (
        "function connect() {\n  new WebSocket(url);\n" + indented(RECONNECT, "  ") + "  setTimeout(connect, 1);\n}\n"
    )
    result = rewrite({"index.html": PAGE, "app.js": marked}, reconnect="setTimeout")
    assert result.files["app.js"] == marked.replace("new WebSocket", "new SseSocket")
    assert result.outcomes[1].status == "marked"


def test_both_are_marked_before_their_statement(rewrite) -> None:
    code = (
        "function connect() {\n"
        "  const socket = new WebSocket(url);\n"
        "  socket.onopen = () => {\n"
        "    timer = setInterval(() => socket.send(ping), 1000);\n"
        "  };\n"
        "  socket.onclose = () => setTimeout(connect, 1000);\n"
        "}\n"
    )
    result = rewrite({"index.html": PAGE, "app.js": code}, reconnect="setTimeout", heartbeat="setInterval")
    assert result.files["app.js"] == (
        "function connect() {\n"
        "  const socket = new SseSocket(url);\n"
        "  socket.onopen = () => {\n"
        + indented(HEARTBEAT, "    ")
        + "    timer = setInterval(() => socket.send(ping), 1000);\n"
        "  };\n" + indented(RECONNECT, "  ") + "  socket.onclose = () => setTimeout(connect, 1000);\n"
        "}\n"
    )
    statuses = {outcome.site.kind: (outcome.status, outcome.rule, outcome.safety) for outcome in result.outcomes}
    assert statuses == {
        "client": ("rewritten", "websocket_constructor", "review"),
        "heartbeat": ("marked", "hand_made_heartbeat", "review"),
        "reconnect": ("marked", "hand_made_reconnect", "review"),
    }


def test_on_a_line_with_other_code_the_comment_goes_before_the_line(rewrite) -> None:
    code = "s = new WebSocket(url);\ns.onclose = () => { again(); setTimeout(connect, 1); };\n"
    after = rewrite({"index.html": PAGE, "app.js": code}, reconnect="setTimeout").files["app.js"]
    assert (
        after == "s = new SseSocket(url);\n" + RECONNECT + "s.onclose = () => { again(); setTimeout(connect, 1); };\n"
    )


def test_a_socket_that_is_opened_when_another_closes_is_marked(rewrite) -> None:
    code = "s = new WebSocket(url);\ns.onclose = () => {\n  s = new WebSocket(again);\n};\n"
    after = rewrite({"index.html": PAGE, "app.js": code}, reconnect="new WebSocket(again)").files["app.js"]
    assert after == (
        "s = new SseSocket(url);\ns.onclose = () => {\n"
        + indented(RECONNECT, "  ")
        + "  s = new SseSocket(again);\n};\n"
    )


def test_a_script_in_one_line_gets_a_block_comment(rewrite) -> None:
    page = "<script>s = new WebSocket(url); s.onclose = again</script>\n"
    after = rewrite({"index.html": page}, reconnect="s.onclose").files["index.html"]
    assert after.splitlines()[1].startswith("<script>s = new SseSocket(url); /* ws2sse: hand_made_reconnect: ")
    assert after.endswith("or remove it. (ws2sse explain hand_made_reconnect) */ s.onclose = again</script>\n")


def test_a_method_of_a_class(rewrite) -> None:
    code = "class Chat {\n\topen() { this.s = new WebSocket(url); }\n\tagain = () => setTimeout(this.open, 1);\n}\n"
    after = rewrite({"index.html": PAGE, "app.js": code}, reconnect="setTimeout").files["app.js"]
    assert indented(RECONNECT, "\t") + "\tagain" in after


def test_logic_inside_a_template_literal_is_marked_before_the_statement(rewrite) -> None:
    code = "new WebSocket(url);\nshow(`\n  ${setTimeout(connect, 1)}\n`);\n"
    after = rewrite({"index.html": PAGE, "app.js": code}, reconnect="setTimeout").files["app.js"]
    assert after == "new SseSocket(url);\n" + RECONNECT + "show(`\n  ${setTimeout(connect, 1)}\n`);\n"
