"""The detector sees what is left of the WebSocket API, whoever wrote it."""

import pytest

from migrator.rewrite.detector import remaining


def lines(path: str, text: str, **native: set[str]) -> list[int]:
    return [finding.line for finding in remaining({path: text}, native and {path: native["native"]}, {})]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("app.py", "# boto3.client('apigatewaymanagementapi')\n"),
        ("app.py", "class A:\n    def post_to_connection(self, i):\n        self.post_to_connection(i)\n"),
        ("app.py", "import boto3\nboto3.client('dynamodb')\n"),
        ("app.py", "# ws2sse: not understood\nboto3.client('apigatewaymanagementapi')\n"),
        ("app.py", "def handle(event):\n    return event['requestContext']\n"),
        ("app.py", "def broken(:\n"),
        ("a.js", "// new WebSocket(url)\nconst text = `new WebSocket(url)`;\n"),
        ("a.ts", "const s: Socket = new SseSocket(url);\n"),
        ("a.html", "<!-- new WebSocket(url) -->\n"),
        ("a.txt", "new WebSocket(url)\n"),
    ],
)
def test_what_is_fine(path: str, text: str) -> None:
    assert lines(path, text) == []


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("app.py", "import boto3\nc = boto3.client('apigatewaymanagementapi')\n", 2),
        ("app.py", "def send(c, i):\n    c.post_to_connection(ConnectionId=i, Data='x')\n", 2),
        ("app.py", "def send(c, kw):\n    c.post_to_connection(**kw)\n", 2),
        ("app.py", "try:\n    f()\nexcept c.exceptions.GoneException:\n    pass\n", 3),
        ("a.js", "let a;\nconst s = new WebSocket(url);\n", 2),
        ("a.tsx", "const s: WebSocket = new window.WebSocket(url);\n", 1),
        ("a.html", "<p>\n<script>new WebSocket(u)</script>\n", 2),
    ],
)
def test_what_is_left(path: str, text: str, line: int) -> None:
    assert lines(path, text) == [line]


def test_a_native_function_takes_no_event() -> None:
    source = "def handle(caller):\n    return event['requestContext']\n"
    assert lines("app.py", source, native={"handle"}) == [2]


def test_pushes_through_the_drop_in_are_fine_where_it_is_imported() -> None:
    source = (
        "from sse_service.management import management_client\n\nc = management_client()\n"
        "c.post_to_connection(ConnectionId=i, Data='x')\n"
    )
    assert lines("app.py", source) == []


def test_what_the_account_says_stays_is_no_finding_and_one_more_is() -> None:
    files = {"a.js": "new WebSocket(a);\nnew WebSocket(b);\n"}
    assert remaining(files, {}, {"a.js": 2}) == []
    assert len(remaining(files, {}, {"a.js": 1})) == 2
