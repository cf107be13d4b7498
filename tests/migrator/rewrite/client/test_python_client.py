"""Python modules that open a WebSocket: the whole module, or none of it."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from migrator.inventory.model import Inventory
from migrator.inventory.outcome import Outcome
from migrator.rewrite.client import rewrite_clients
from migrator.rewrite.detector import remaining
from migrator.scan.files import walk
from migrator.scan.python.sockets import python_clients
from tests.migrator.rewrite.applications import VARIANTS

LIBRARY = ("sse_socket.py", "sse_socket_threads.py")
WS = "import websockets\n"
CLIENT = "import websocket\n"


def run(files: dict[str, str]) -> tuple[dict[str, str], list[Outcome]]:
    with TemporaryDirectory() as folder:
        app = Path(folder)
        for path, text in files.items():
            (app / path).parent.mkdir(parents=True, exist_ok=True)
            (app / path).write_bytes(text.encode())
        inventory = Inventory(application="app", clients=tuple(python_clients(walk(app))))
        edits, outcomes = rewrite_clients(app, inventory)
    after = files | {edit.path: edit.after for edit in edits}
    for path, text in after.items():
        compile(text, path, "exec", dont_inherit=True)
    stays = [outcome.site.location.path for outcome in outcomes if outcome.status != "rewritten"]
    own = {path: text for path, text in after.items() if not path.endswith(LIBRARY)}
    assert remaining(own, {}, {path: stays.count(path) for path in stays}) == []
    return after, list(outcomes)


def assert_rewrites(before: str, after: str, *libraries: str, status: str = "rewritten") -> list[Outcome]:
    outcomes: list[Outcome] = []
    for variant in VARIANTS:
        files, outcomes = run({"tool.py": variant(before)})
        assert files["tool.py"] == variant(after)
        assert {path for path in files if path != "tool.py"} == {"sse_socket.py", *libraries}
        assert {outcome.status for outcome in outcomes} == {status}
    assert run({"tool.py": after})[0]["tool.py"] == after, "a second run changes it again"
    return outcomes


def assert_marked(before: str, reason: str) -> None:
    for variant in VARIANTS:
        files, outcomes = run({"tool.py": variant(before)})
        lines = files["tool.py"].splitlines()
        comments = [line for line in lines if line.lstrip().startswith(("# ws2sse: python_client:", "#   (ws2sse"))]
        assert [line for line in lines if line not in comments] == variant(before).splitlines()
        assert reason in comments[0]
        assert set(files) == {"tool.py"}
        assert {(outcome.status, outcome.safety) for outcome in outcomes} == {("marked", "manual")}
        assert run({"tool.py": files["tool.py"]})[0] == files, "a second run changes it again"


# What must be left alone.


@pytest.mark.parametrize(
    "code",
    [
        "import websockets\n\nwebsockets.serve(handle, 'localhost', 1)\n",
        "from websockets.server import serve\n\nserve(handle)\n",
        "import websocket_utils\n\nwebsocket_utils.connect(url)\n",
        "from .websocket import connect\n\nconnect(url)\n",
        "connect = open\nconnect('websockets.connect(url)')\n",
        "# import websockets\n# websockets.connect(url)\n",
        "from fastapi import WebSocket\n\n\nasync def chat(websocket: WebSocket):\n    await websocket.accept()\n",
        "import websocket\n\nprint(websocket.__version__)\n",
        "import psycopg\n\npsycopg.connect(url)\n",
        "import socketio\n\nclient = socketio.Client()\nclient.connect(url)\n",
    ],
)
def test_what_opens_nothing_is_left_alone(code: str) -> None:
    for variant in VARIANTS:
        assert run({"tool.py": variant(code)}) == ({"tool.py": variant(code)}, [])


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (WS + "async def f():\n    await websockets.connect(url, subprotocols=['a'])\n", "The option subprotocols"),
        (WS + "async def f():\n    await websockets.connect(url, **more)\n", "The option ** has no counterpart"),
        (WS + "async def f():\n    await websockets.connect(*all)\n", "Arguments are spread"),
        (WS + "async def f():\n    s = await websockets.connect(url)\n    await s.ping()\n", "S.ping has no counterpart"),
        (WS + "async def f():\n    async with websockets.connect(url) as s:\n        print(s.latency)\n", "S.latency"),
        (WS + "async def f():\n    await websockets.connect(url)\n\n\nwebsockets.serve(f, 'a', 1)\n", "Websockets.serve"),
        ("import os, websockets\n\n\nasync def f():\n    await websockets.connect(url)\n", "imported together"),
        ("from websockets import connect, serve\n\n\nasync def f():\n    await connect(url)\n", "Websockets.serve"),
        ("from websockets.legacy.client import connect\nimport websockets\n\nc = websockets.connect(url)\n", "Websockets.legacy"),
        (CLIENT + "s = websocket.create_connection(url, sslopt=o)\n", "The option sslopt has no counterpart"),
        (CLIENT + "websocket.enableTrace(True)\ns = websocket.create_connection(url)\n", "Websocket.enableTrace"),
        (CLIENT + "s = websocket.WebSocketApp(url, on_ping=f)\n", "The option on_ping"),
        (CLIENT + "s = websocket.WebSocketApp(url)\ns.run_forever(dispatcher=d)\n", "The option dispatcher of run_forever"),
        (CLIENT + "s = websocket.create_connection(url)\ns.ping()\n", "S.ping has no counterpart"),
        ("import aiohttp\n\n\nasync def f(session):\n    async with session.ws_connect(url) as s:\n        pass\n",
         "Aiohttp has an interface of its own"),
    ],
)  # fmt: skip
def test_what_has_no_counterpart_is_marked(code: str, reason: str) -> None:
    assert_marked(code, reason)


def test_a_file_with_the_name_of_the_library_is_left_alone() -> None:
    files = {"tool.py": WS + "c = websockets.connect(url)\n", "sse_socket.py": "mine = 1\n"}
    after, (outcome,) = run(files)
    assert after == files
    assert (outcome.status, outcome.reason) == ("failed", "sse_socket.py is another file with the name of the library")


# What is rewritten.


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (WS + "c = websockets.connect(url)\n", "import sse_socket\nc = sse_socket.connect(url)\n"),
        ("import websockets as w\nc = w.connect(url)\n", "import sse_socket as w\nc = w.connect(url)\n"),
        ("from websockets import connect\nc = connect(url)\n", "from sse_socket import connect\nc = connect(url)\n"),
        ("from websockets.asyncio.client import connect as c\ns = c(url)\n", "from sse_socket import connect as c\ns = c(url)\n"),
        ("from websockets.client import connect\nc = connect(url)\n", "from sse_socket import connect\nc = connect(url)\n"),
        (WS + "c = websockets.connect(url, ping_interval=None)\n", "import sse_socket\nc = sse_socket.connect(url)\n"),
        (WS + "c = websockets.connect(url, ping_interval=20, ping_timeout=None, max_size=None)\n",
         "import sse_socket\nc = sse_socket.connect(url, max_size=None)\n"),
        (WS + "c = websockets.connect(\n    url,\n    extra_headers={'é': b},\n    ping_timeout=1,\n)\n",
         "import sse_socket\nc = sse_socket.connect(\n    url,\n    additional_headers={'é': b},\n)\n"),
        (WS + "c = websockets.client.connect(url)\n", "import sse_socket\nc = sse_socket.connect(url)\n"),
        (WS + "async def f():\n    try:\n        async with websockets.connect(url) as s:\n            await s.send('x')\n"
         "            async for m in s:\n                print(m)\n    except websockets.exceptions.ConnectionClosed:\n        pass\n",
         "import sse_socket\nasync def f():\n    try:\n        async with sse_socket.connect(url) as s:\n            await s.send('x')\n"
         "            async for m in s:\n                print(m)\n    except sse_socket.ConnectionClosed:\n        pass\n"),
        (WS + "from websockets.exceptions import ConnectionClosedError\nc = websockets.connect(url)\n",
         "import sse_socket\nfrom sse_socket import ConnectionClosedError\nc = sse_socket.connect(url)\n"),
        (WS + "é = websockets.connect(f'{base}?a={b}'); d = websockets.connect(url)\n",
         "import sse_socket\né = sse_socket.connect(f'{base}?a={b}'); d = sse_socket.connect(url)\n"),
    ],
)  # fmt: skip
def test_websockets(before: str, after: str) -> None:
    assert_rewrites(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (CLIENT + "s = websocket.create_connection(url, timeout=5)\ns.send(t)\nprint(s.recv())\ns.close()\n",
         "import sse_socket_threads\ns = sse_socket_threads.create_connection(url, timeout=5)\ns.send(t)\nprint(s.recv())\ns.close()\n"),
        ("from websocket import create_connection\ns = create_connection(url, header=['A: b'])\n",
         "from sse_socket_threads import create_connection\ns = create_connection(url, header=['A: b'])\n"),
        (CLIENT + "app = websocket.WebSocketApp(url, on_message=show, on_error=e)\napp.run_forever(ping_interval=30)\n",
         "import sse_socket_threads\napp = sse_socket_threads.WebSocketApp(url, on_message=show, on_error=e)\n"
         "app.run_forever(ping_interval=30)\n"),
        (CLIENT + "try:\n    s = websocket.create_connection(url)\nexcept websocket.WebSocketTimeoutException:\n    pass\n",
         "import sse_socket_threads\ntry:\n    s = sse_socket_threads.create_connection(url)\n"
         "except sse_socket_threads.WebSocketTimeoutException:\n    pass\n"),
        ("import websocket as ws\ns = ws.WebSocket()\ns.connect(url)\n",
         "import sse_socket_threads as ws\ns = ws.WebSocket()\ns.connect(url)\n"),
        ("from websockets.sync.client import connect\nwith connect(url) as s:\n    print(s.recv())\n",
         "from sse_socket_threads import connect\nwith connect(url) as s:\n    print(s.recv())\n"),
    ],
)  # fmt: skip
def test_threads(before: str, after: str) -> None:
    assert_rewrites(before, after, "sse_socket_threads.py")


@pytest.mark.parametrize("address", ["'wss://a.example.org/dev'", "URL", "f'{URL}?room=1'"])
def test_a_fixed_address_is_rewritten_and_marked(address: str) -> None:
    declared = "URL = 'wss://x.execute-api.eu-west-1.amazonaws.com/dev'\n\n\n"
    head = "async def f():\n    async with {}.connect({}) as s:\n        await s.recv()\n"
    comment = (
        "    # ws2sse: python_client: The address is fixed in the code. Make it lead to /stream\n"
        "    #   of the migrated application, where it led to the stage of the API.\n"
        "    #   (ws2sse explain python_client)\n"
    )
    before = WS + declared + head.format("websockets", address)
    after = (
        "import sse_socket\n"
        + declared
        + head.format("sse_socket", address).replace("    async", comment + "    async", 1)
    )
    assert_rewrites(before, after, status="marked")


def test_a_module_of_a_package_imports_as_its_neighbours_do() -> None:
    files = {
        "client/__init__.py": "",
        "client/tool.py": "from .settings import URL\nimport websockets\n\nc = websockets.connect(URL)\n",
        "client/settings.py": "import os\n\nURL = os.environ['URL']\n",
        "client/other.py": "import websockets.client\nfrom . import settings\n\nc = websockets.client.connect(settings.URL)\n",
    }
    after, outcomes = run(files)
    assert (
        after["client/tool.py"]
        == "from .settings import URL\nfrom . import sse_socket\n\nc = sse_socket.connect(URL)\n"
    )
    assert "from . import sse_socket\n" in after["client/other.py"]
    assert "client/sse_socket.py" in after
    assert [outcome.status for outcome in outcomes] == ["rewritten", "rewritten"]


def test_the_library_imports_its_neighbour_as_the_module_does() -> None:
    after, _ = run({"tool.py": CLIENT + "s = websocket.create_connection(url)\n"})
    assert "\nfrom sse_socket import ClientConnection" in after["sse_socket_threads.py"]
    after, _ = run(
        {"p/tool.py": "from . import a\nfrom websocket import create_connection\n\ns = create_connection(url)\n"}
    )
    assert "\nfrom .sse_socket import ClientConnection" in after["p/sse_socket_threads.py"]


def test_modules_that_other_rules_have_changed_are_taken_as_they_are_now(tmp_path: Path) -> None:
    (tmp_path / "tool.py").write_text(WS + "old()\nc = websockets.connect(url)\n")
    inventory = Inventory(application="app", clients=tuple(python_clients(walk(tmp_path))))
    changed = {"tool.py": "import new\n" + WS + "new.new()\nc = websockets.connect(url)\n"}
    edits, _ = rewrite_clients(tmp_path, inventory, texts=changed)
    (edit,) = [edit for edit in edits if edit.path == "tool.py"]
    assert edit.after == "import new\nimport sse_socket\nnew.new()\nc = sse_socket.connect(url)\n"
