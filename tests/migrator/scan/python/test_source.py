"""Code that is hard to read: no file ends a scan, and each that can't be read is a problem."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from migrator.inventory.model import Inventory
from migrator.nesting import DEEPEST
from migrator.scan import scan_application
from tests.migrator.scan.applications import CLIENT, SERVERLESS, scan_say, write

SAY = """
    def say(event, context):
        client_of(event).post_to_connection(ConnectionId=event["requestContext"]["connectionId"], Data=b"hi")
        return {"statusCode": 200}
"""
APP = dedent(CLIENT) + dedent(SAY)


def scan_bytes(folder: Path, app: bytes) -> Inventory:
    write(folder, {"serverless.yml": SERVERLESS})
    (folder / "app.py").write_bytes(app)
    return scan_application(folder)


def found(inventory: Inventory) -> list[str]:
    return [push.recipient for push in inventory.pushes]


@pytest.mark.parametrize(
    "app",
    [
        pytest.param(APP.encode(), id="plain"),
        pytest.param(b"\xef\xbb\xbf" + APP.encode(), id="BOM"),
        pytest.param(b"# -*- coding: latin-1 -*-\n# caf\xe9\n" + APP.encode(), id="latin-1 that is declared"),
        pytest.param(APP.replace("    ", "  ").encode(), id="two spaces"),
        pytest.param(APP.replace("    ", "\t").encode(), id="tabs"),
        pytest.param(APP.replace("\n", "\r\n").encode(), id="CRLF"),
        pytest.param(APP.replace("\n\n", "\n\f\n").encode(), id="form feeds"),
        pytest.param(b"import sys\nsys.path.insert(0, '..')\n" + APP.encode(), id="sys.path"),
        pytest.param(APP.encode() + b"eval('1 + 1')\nexec('x = 1')\n", id="eval and exec"),
        pytest.param(
            APP.encode() + b"connect({'requestContext': {'connectionId': 'c'}}, None)\n", id="called at import"
        ),
        pytest.param(
            APP.encode() + b"def connect(event, context):\n    return {'statusCode': 200}\n", id="two connects"
        ),
        pytest.param(APP.encode() + b"LONG = " + b" + ".join([b"'x'"] * (DEEPEST - 10)) + b"\n", id="many terms"),
    ],
)
def test_unusual_code_is_read_all_the_same(tmp_path: Path, app: bytes) -> None:
    inventory = scan_bytes(tmp_path, app)
    assert found(inventory) == ["self"]
    assert inventory.problems == ()


@pytest.mark.parametrize(
    ("app", "message"),
    [
        pytest.param(b"def say(:\n", "isn't valid Python: invalid syntax", id="syntax"),
        pytest.param(b"# caf\xe9\n" + APP.encode(), "isn't UTF-8 text (byte 5)", id="latin-1 that is not declared"),
        pytest.param(APP.encode() + b"\0", "source code string cannot contain null bytes", id="NUL"),
        pytest.param(
            b"x = " + b" + ".join([b"1"] * (DEEPEST + 2)) + b"\n", "is nested too deeply to be read", id="deep"
        ),
        pytest.param(
            b"x = " + b"(" * 300 + b")" * 300, "isn't valid Python: too many nested parentheses", id="brackets"
        ),
    ],
)
def test_a_file_that_cannot_be_read_is_a_problem(tmp_path: Path, app: bytes, message: str) -> None:
    problems = [problem for problem in scan_bytes(tmp_path, app).problems if problem.location.path == "app.py"]
    assert len(problems) == 1
    assert problems[0].message.endswith(message)


@pytest.mark.parametrize(
    "more",
    [
        pytest.param("row = {}\nrow = {**row, 'a': 1}\ntable.put_item(Item=row)\n", id="a dict of itself"),
        pytest.param("a = {}\nb = {**a}\na = {**b}\ntable.put_item(Item=a)\n", id="two dicts of each other"),
        pytest.param(
            "row = {}\nfor _ in range(3):\n    row = dict(row, **row)\ntable.put_item(Item=row)\n", id="a loop"
        ),
        pytest.param(
            "def again(x):\n    return again({**x, 'n': again(x)})\ntable.put_item(Item=again({}))\n", id="calls"
        ),
        pytest.param("class A(A):\n    pass\ntable.put_item(Item=A().item)\n", id="a class of itself"),
        pytest.param("x = [x for x in x]\ntable.put_item(Item=x[0])\n", id="a comprehension of itself"),
        pytest.param("f = lambda: f\ntable.put_item(Item=f()()())\n", id="a lambda of itself"),
    ],
)
def test_what_refers_to_itself_ends(tmp_path: Path, more: str) -> None:
    (push,) = scan_say(tmp_path, dedent(SAY) + more).pushes
    assert push.recipient == "self"


def test_a_chain_of_names_as_long_as_can_be_is_followed_to_its_limit(tmp_path: Path) -> None:
    steps = "".join(f"def f{n}(x):\n    return f{n + 1}([x][0])\n" for n in range(400))
    say = dedent(SAY) + steps + "def f400(x):\n    return x\ntable.put_item(Item={'connection_id': f0('c')})\n"
    (push,) = scan_say(tmp_path, say).pushes
    assert push.recipient == "self"
