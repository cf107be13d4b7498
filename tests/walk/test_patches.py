"""Patches apply one on top of the other, by git, and end where the whole migration ends."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.running import invoke

FILES = {
    "serverless.yml": """\
service: small
provider: {name: aws, runtime: python3.12}
functions:
  say:
    handler: handlers.say
    events:
      - websocket: {route: say}
  tell:
    handler: more.tell
    events:
      - websocket: {route: tell}
""",
    "handlers.py": """\
import boto3


def say(event, context):
    client = boto3.client("apigatewaymanagementapi", endpoint_url="https://x")
    client.post_to_connection(ConnectionId=event["requestContext"]["connectionId"], Data=b"said")
    return {"statusCode": 200}
""",
    "more.py": 'def tell(event, context):\n    print(event["requestContext"]["connectionId"])\n    return {"statusCode": 200}\n',
    "README.md": "# Small\n",
    "web/index.html": '<script src="app.js"></script>\r\n',
    "web/app.js": 'const s = new WebSocket(address());\r\ns.send(JSON.stringify({action: "say"}));\r\n',
}


def git(folder: Path, *arguments: str | Path) -> str:
    return subprocess.run(["git", "-C", folder, *arguments], check=True, capture_output=True, text=True).stdout


@pytest.fixture
def small(tmp_path: Path) -> Path:
    app = tmp_path / "small"
    for name, text in FILES.items():
        (app / name).parent.mkdir(parents=True, exist_ok=True)
        (app / name).write_bytes(text.encode())
    git(app, "init", "-q")
    git(app, "config", "user.name", "t")
    git(app, "config", "user.email", "t@example.org")
    git(app, "config", "core.autocrlf", "false")
    git(app, "add", "-A")
    git(app, "commit", "-qm", "first")
    return app


def tree(folder: Path) -> dict[str, bytes]:
    paths = [path for path in folder.rglob("*") if path.is_file() and not {".git", ".ws2sse"} & set(path.parts)]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


@pytest.mark.slow
def test_they_end_in_the_same_tree_as_the_whole_migration(small: Path, tmp_path: Path) -> None:
    made = invoke("migrate", small, "--patches", tmp_path / "patches")
    assert made.returncode == 1, made.stderr
    files = sorted((tmp_path / "patches").iterdir())
    assert [file.name for file in files] == [
        "0001-serve-every-route-as-it-is.patch",
        "0002-say-native.patch",
        "0003-tell-native.patch",
        "0004-clients.patch",
    ]

    git(small, "checkout", "-qb", "applied")
    for file in files:
        git(small, "apply", "--check", file)
        git(small, "am", "-q", "--keep-cr", file)
    applied = tree(small)
    subjects = git(small, "log", "--reverse", "--format=%s", "-4").splitlines()
    said = git(small, "log", "-1", "--skip=2", "--format=%b")

    git(small, "checkout", "-q", "-")
    assert invoke("migrate", small, "--in-place").returncode in {0, 3}
    assert applied == tree(small)
    assert subjects == ["serve every route as it is", "say: native", "tell: native", "clients"]
    assert said.startswith("say: server native, clients 1 of 1, infrastructure")
    assert "handlers.py:6:5 post_to_connection to self: rewritten; streams.send" in said


def test_a_route_and_a_rule_can_be_left_out(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "new"
    made = invoke("migrate", small, "--out", out, "--route", "tell", "--ignore", "stream_send")

    assert "  say: server transport" in made.stdout
    assert "; it was not asked for\n" in made.stdout
    assert "  tell: server native" in made.stdout
    assert "management_client()" in (out / "handlers.py").read_text()


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--route", "sya"), "There is no route sya. Did you mean say?"),
        (("--ignore", "stream_sent"), "There is no rule stream_sent. Did you mean stream_send?"),
        (("--ignore", "mounting"), "The rule mounting can't be left out"),
        (("--api", "WebsocketApi"), "Did you mean WebsocketsApi?"),
    ],
)
def test_names_that_are_not_there(small: Path, options: tuple[str, ...], why: str) -> None:
    made = invoke("migrate", small, *options)

    assert made.returncode == 2
    assert why in made.stderr
