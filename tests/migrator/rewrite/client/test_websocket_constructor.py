from __future__ import annotations

from pathlib import Path

import pytest

from migrator.inventory.model import Client, Inventory, TokenFacts
from migrator.inventory.record import Location
from migrator.rewrite.client import rewrite_clients

PAGE = '<script src="app.js"></script>\n'
CLASSIC = '<script src="sse-socket.js"></script>\n' + PAGE


def only_script(rewrite, code: str, **options) -> str:
    """What becomes of a classic script that a page loads."""
    return rewrite({"index.html": PAGE, "app.js": code}, **options).files["app.js"]


# What must be left alone.


@pytest.mark.parametrize(
    "code",
    [
        'import WebSocket from "./ws.js";\nnew WebSocket(url);\n',
        'import { WebSocket } from "./socket.js";\nnew WebSocket(url);\n',
        'import { Fake as WebSocket } from "./fake.js";\nnew WebSocket(url);\n',
        'import * as WebSocket from "mock-socket";\nnew WebSocket(url);\n',
        'const WebSocket = require("./ws");\nnew WebSocket(url);\n',
        'const { WebSocket } = require("mock-socket");\nnew WebSocket(url);\n',
        "const { Socket: WebSocket } = window;\nnew WebSocket(url);\n",
        "class WebSocket {}\nnew WebSocket(url);\n",
        "function connect(WebSocket) {\n  return new WebSocket(url);\n}\n",
        "function connect({ WebSocket = Fake }) {\n  return new WebSocket(url);\n}\n",
        "const connect = (WebSocket) => new WebSocket(url);\n",
        "const connect = WebSocket => new WebSocket(url);\n",
        "function connect() {\n  if (test) var WebSocket = Fake;\n  return new WebSocket(url);\n}\n",
        "let WebSocket = window.WebSocket;\nif (test) WebSocket = Fake;\nnew WebSocket(url);\n",
        "const WebSocket = test ? Fake : window.WebSocket;\nnew WebSocket(url);\n",
        "const WebSocket = Fake || window.WebSocket;\nnew WebSocket(url);\n",
    ],
)
def test_another_class_with_the_name_is_left_alone(rewrite, code: str) -> None:
    result = rewrite({"index.html": PAGE, "app.js": code})
    assert result.changed == ()
    assert result.outcome.status == "skipped"
    assert result.outcome.reason.startswith("WebSocket is not the browser's WebSocket here: it is ")


def test_the_reason_says_where_another_class_comes_from(rewrite) -> None:
    result = rewrite({"app.mjs": 'import WebSocket from "./ws.js";\nnew WebSocket(url);\n'})
    assert result.outcome.reason.endswith('it is imported from "./ws.js" on line 1')


def test_strings_comments_types_and_other_uses_are_left_alone(rewrite) -> None:
    kept = (
        '// new WebSocket("x")\n'
        'const help = "new WebSocket(url)";\n'
        "const more = `WebSocket.OPEN ${help}`;\n"
        "socket.WebSocket = settings.WebSocket.OPEN;\n"
        "mock(WebSocket, { WebSocket: 1 });\n"
    )
    after = only_script(rewrite, kept + "const s = new WebSocket(url);\n", opens="= new WebSocket")
    assert after == kept + "const s = new SseSocket(url);\n"


def test_constants_are_left_alone_where_they_belong_to_another_class(rewrite) -> None:
    code = "new WebSocket(url);\nfunction f(WebSocket) {\n  return WebSocket.OPEN;\n}\n"
    assert only_script(rewrite, code) == code.replace("new WebSocket", "new SseSocket")


def test_instanceof_is_left_alone_while_some_socket_is_still_a_websocket(rewrite) -> None:
    code = 'new WebSocket(url);\nnew WebSocket(url, "chat");\ns instanceof WebSocket;\n'
    assert "s instanceof WebSocket;" in only_script(rewrite, code)


def test_a_script_with_an_ssesocket_of_its_own_is_left_alone(rewrite) -> None:
    result = rewrite({"index.html": PAGE, "app.js": "class SseSocket {}\nnew WebSocket(url);\n"})
    assert result.changed == ()
    assert result.outcome.status == "failed"


def test_a_file_with_the_name_of_the_library_is_left_alone(rewrite) -> None:
    result = rewrite({"index.html": PAGE, "app.js": "new WebSocket(url);\n", "sse-socket.js": "mine();\n"})
    assert result.changed == ()
    assert result.outcome.reason == "sse-socket.js is another file with the name of the library"


def test_broken_code_is_left_alone_and_said_to_be_broken(rewrite) -> None:
    result = rewrite({"index.html": PAGE, "app.js": "\nnew WebSocket(url ] );\n"})
    assert result.changed == ()
    assert (result.outcome.status, result.outcome.reason) == ("failed", "syntax error near line 2")


def test_kinds_of_files_that_are_not_known_are_left_alone(rewrite) -> None:
    result = rewrite({"app.astro": "<script>new WebSocket(url)</script>\n"})
    assert result.changed == ()
    assert result.outcome.reason == "scripts in this kind of file are not rewritten yet"


def test_a_file_that_is_not_utf_8_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "app.js").write_bytes(b"new WebSocket(url); // caf\xe9\n")
    client = Client(location=Location(path="app.js"), language="javascript", library="WebSocket")
    edits, (outcome,) = rewrite_clients(tmp_path, Inventory(application="app", clients=(client,)))
    assert edits == ()
    assert (outcome.status, outcome.reason) == ("failed", "the file can't be read as UTF-8 text")


# What is left for a person, with a comment.


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ('new WebSocket(url, "chat");\n', "the second argument asks for a subprotocol"),
        ("new WebSocket(url, protocols);\n", "the second argument asks for a subprotocol"),
        ("new WebSocket(...options);\n", "the address can't be told from the arguments"),
        ("new WebSocket();\n", "the address can't be told from the arguments"),
    ],
)
def test_arguments_that_have_no_counterpart_are_marked(rewrite, code: str, reason: str) -> None:
    result = rewrite({"index.html": PAGE, "app.js": code})
    assert result.outcome.status == "marked"
    assert result.outcome.safety == "manual"
    assert reason in result.outcome.reason
    assert result.changed == ("app.js",)
    comment, pointer, rest = result.files["app.js"].split("\n", 2)
    assert comment.startswith("// ws2sse: websocket_constructor: ")
    assert pointer == "//   (ws2sse explain websocket_constructor)"
    assert rest == code


@pytest.mark.parametrize(
    "address",
    [
        "$ADDRESS",
        '"wss://abc.execute-api.eu-west-1.amazonaws.com/dev"',
        "`wss://${location.host}/dev`",
        "settings.url || `ws://localhost:3001`",
        "ADDRESS",
        "`${ADDRESS}?x=1`",
    ],
)
def test_a_fixed_address_is_rewritten_and_marked(rewrite, address: str) -> None:
    declared = 'const ADDRESS = "wss://chat.example.org/dev", $ADDRESS = ADDRESS;\n'
    code = f"{declared}function go() {{\n  return new WebSocket({address});\n}}\n"
    result = rewrite({"index.html": PAGE, "app.js": code})
    assert result.outcome.status == "marked"
    assert result.outcome.safety == "review"
    assert result.files["app.js"] == (
        f"{declared}"
        "function go() {\n"
        "  // ws2sse: websocket_constructor: The address is fixed in the code. Make it lead to /stream\n"
        "  //   of the migrated application, where it led to the stage of the API.\n"
        "  //   (ws2sse explain websocket_constructor)\n"
        f"  return new SseSocket({address});\n"
        "}\n"
    )


@pytest.mark.parametrize(
    "address",
    [
        "process.env.ADDRESS",
        "process.env.ADDRESS || 'ws://localhost:3001/ws'",
        "import.meta.env.VITE_ADDRESS ?? `ws://127.0.0.1:3001`",
        "settings.address",
    ],
)
def test_a_configured_address_is_no_fixed_one(rewrite, address: str) -> None:
    result = rewrite({"app.mjs": f"export const s = new WebSocket({address});\n"})
    assert result.outcome.status == "rewritten"


def test_a_fallback_that_leads_to_the_old_stage_is_marked(rewrite) -> None:
    code = "export const s = new WebSocket(process.env.A || 'wss://a.execute-api.eu-west-1.amazonaws.com/dev');\n"
    assert rewrite({"app.mjs": code}).outcome.status == "marked"


def test_a_file_that_stays_behind_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "page.js").write_text("new WebSocket(url);\n")
    client = Client(location=Location(path="tests/page.js"), language="javascript", library="WebSocket")
    inventory = Inventory(application="app", clients=(client,))
    edits, (outcome,) = rewrite_clients(tmp_path, inventory, left_behind={"tests/page.js": "stays behind: tests"})
    assert edits == ()
    assert (outcome.status, outcome.reason) == ("skipped", "stays behind: tests")


def test_a_file_that_no_page_loads_is_rewritten_and_marked(rewrite) -> None:
    result = rewrite({"js/app.js": "new WebSocket(url);\n"})
    assert result.outcome.status == "marked"
    assert result.changed == ("js/app.js", "js/sse-socket.js")
    assert result.files["js/app.js"] == (
        "// ws2sse: websocket_constructor: No page of the application loads this file with a script tag.\n"
        "//   Load sse-socket.js before it.\n"
        "//   (ws2sse explain websocket_constructor)\n"
        "new SseSocket(url);\n"
    )


# What is rewritten.


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("const s = new WebSocket(url);\n", "const s = new SseSocket(url);\n"),
        ("const s = new WebSocket(\n  url,\n);\n", "const s = new SseSocket(\n  url,\n);\n"),
        ("const s = new WebSocket(url, []), t = 1;\n", "const s = new SseSocket(url), t = 1;\n"),
        ("const s = new WebSocket(url, undefined)\n", "const s = new SseSocket(url)\n"),
        (
            "a(); const s = new WebSocket(/* é😀 */ url); b()\n",
            "a(); const s = new SseSocket(/* é😀 */ url); b()\n",
        ),
        ("\tif (x)\n\t\tnew WebSocket(url)\n", "\tif (x)\n\t\tnew SseSocket(url)\n"),
    ],
)
def test_the_constructor(rewrite, before: str, after: str) -> None:
    assert only_script(rewrite, before) == after


@pytest.mark.parametrize("callee", ["window.WebSocket", "globalThis.WebSocket", "self.WebSocket", "(window.WebSocket)"])
def test_the_constructor_as_a_member_of_the_global_object(rewrite, callee: str) -> None:
    after = only_script(rewrite, f"new {callee}(url);\n", opens=f"new {callee}")
    assert after == "new SseSocket(url);\n"


@pytest.mark.parametrize(
    "alias",
    [
        "const WebSocket = window.WebSocket || window.MozWebSocket;\n",
        "var WebSocket = WebSocket || MozWebSocket;\n",
        "const { WebSocket } = window;\n",
    ],
)
def test_the_constructor_under_an_alias_of_the_same_name(rewrite, alias: str) -> None:
    assert only_script(rewrite, alias + "new WebSocket(url);\n") == alias + "new SseSocket(url);\n"


def test_the_constructor_under_another_name(rewrite) -> None:
    code = "const WS = globalThis.WebSocket;\nconst s = new WS(url);\nif (s.readyState === WS.OPEN) go();\n"
    after = only_script(rewrite, code, opens="new WS")
    assert after == code.replace("new WS(", "new SseSocket(").replace("WS.OPEN", "SseSocket.OPEN")


def test_a_class_of_the_same_name_elsewhere_does_not_matter(rewrite) -> None:
    code = "function fake() {\n  class WebSocket {}\n}\n{\n  let WebSocket;\n}\nnew WebSocket(url);\n"
    assert only_script(rewrite, code) == code.replace("new WebSocket", "new SseSocket")


def test_constants_and_instanceof_follow(rewrite) -> None:
    code = "const s = new WebSocket(url);\nif (s.readyState === WebSocket.OPEN && s instanceof WebSocket) go();\n"
    assert only_script(rewrite, code) == code.replace("WebSocket", "SseSocket")


def test_several_sockets_in_one_file(rewrite) -> None:
    code = "const a = new WebSocket(url);\nconst b = new WebSocket(url), c = new WebSocket(url);\n"
    assert only_script(rewrite, code) == code.replace("WebSocket", "SseSocket")


def test_a_byte_order_mark_stays(rewrite) -> None:
    assert only_script(rewrite, "\ufeffnew WebSocket(url);\n") == "\ufeffnew SseSocket(url);\n"


def test_the_address_and_the_outcome(rewrite) -> None:
    result = rewrite({"index.html": PAGE, "app.js": "new WebSocket(settings.address);\n"})
    outcome = result.outcome
    assert (outcome.status, outcome.rule, outcome.safety) == ("rewritten", "websocket_constructor", "review")
    assert "/stream" in outcome.reason


def test_broken_code_elsewhere_does_not_matter(rewrite) -> None:
    code = "const settings = {{ settings | tojson }};\nconst s = new WebSocket(url);\n"
    assert only_script(rewrite, code) == code.replace("new WebSocket", "new SseSocket")


# The token.

BEARER = TokenFacts(query="token", header="Authorization", scheme="Bearer")


def test_a_token_that_is_accepted_in_a_header_leaves_the_address(rewrite) -> None:
    code = "s = new WebSocket(`${address}?token=${token}`);\n"
    result = rewrite({"index.html": PAGE, "app.js": code}, token=BEARER)
    assert result.files["app.js"] == (
        's = new SseSocket(`${address}?token=${token}`, [], { tokenParameter: "token" });\n'
    )
    assert "Authorization header instead of the query parameter 'token'" in result.outcome.reason


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("new WebSocket(\n  url,\n);\n", 'new SseSocket(\n  url, [], { tokenParameter: "token" },\n);\n'),
        ("new WebSocket(url, []);\n", 'new SseSocket(url, [], { tokenParameter: "token" });\n'),
        ("new WebSocket(url /* a */);\n", 'new SseSocket(url, [], { tokenParameter: "token" } /* a */);\n'),
    ],
)
def test_the_option_goes_after_the_address(rewrite, before: str, after: str) -> None:
    assert only_script(rewrite, before, token=BEARER) == after


def test_the_option_has_the_quotes_of_the_script(rewrite) -> None:
    after = only_script(rewrite, "const s = new WebSocket(get('url'));\n", token=BEARER)
    assert after == "const s = new SseSocket(get('url'), [], { tokenParameter: 'token' });\n"


def test_a_hostile_parameter_stays_a_string_in_the_page(rewrite) -> None:
    facts = TokenFacts(query="</script>'\"", header="Authorization", scheme="Bearer")
    page = "<script>\n  const s = new WebSocket('x');\n</script>\n"
    after = rewrite({"index.html": page}, token=facts).files["index.html"]
    assert r"""{ tokenParameter: '<\/script>\'"' }""" in after
    assert after.count("</script>") == 2


def test_another_header_without_a_scheme(rewrite) -> None:
    facts = TokenFacts(query="jwt", header="X-Auth")
    after = only_script(rewrite, "new WebSocket(url);\n", token=facts)
    assert after == 'new SseSocket(url, [], { tokenParameter: "jwt", tokenHeader: "X-Auth", tokenScheme: "" });\n'


def test_a_token_that_is_accepted_only_in_the_query_string_stays_there(rewrite) -> None:
    result = rewrite({"index.html": PAGE, "app.js": "new WebSocket(url);\n"}, token=TokenFacts(query="token"))
    assert result.files["app.js"] == "new SseSocket(url);\n"
    assert "stays in the query string" in result.outcome.reason


def test_a_token_that_is_an_identity_source_stays_in_the_query_string(rewrite) -> None:
    files = {"index.html": PAGE, "app.js": "new WebSocket(url);\n"}
    result = rewrite(files, token=BEARER, identity_sources=("route.request.querystring.token",))
    assert result.files["app.js"] == "new SseSocket(url);\n"
    assert "identity source" in result.outcome.reason
