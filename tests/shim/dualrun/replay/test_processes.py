from __future__ import annotations

import os
from pathlib import Path
from textwrap import dedent

import httpx
import pytest

from shim.dualrun.errors import ProcessFailed
from shim.dualrun.replay import processes
from shim.dualrun.replay.processes import candidate_process, legacy_process
from shim.dualrun.replay.world import pinned_environment

TABLE = {
    "TableName": "Connections",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}


def application(folder: Path, source: str) -> Path:
    package = folder / "sse_service"
    package.mkdir()
    (package / "main.py").write_text(dedent(source), "utf-8")
    return folder


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_what_a_process_needs_to_start_is_not_taken_from_a_deployed_function(monkeypatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/here")

    assert pinned_environment({"PYTHONPATH": "/opt/python", "TABLE": "x"})["PYTHONPATH"] == "/here"


def test_neither_side_sees_other_variables_of_this_process(monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real")
    monkeypatch.setenv("SOME_TOKEN", "real")
    pinned = pinned_environment({"TABLE": "Connections"})
    assert "real" not in pinned.values()
    assert (pinned["TABLE"], pinned["TZ"], pinned["PYTHONHASHSEED"]) == ("Connections", "UTC", "0")


async def test_the_candidate_is_served_from_its_folder_with_tables_and_ended(tmp_path):
    folder = application(
        tmp_path,
        """
        import os
        import boto3
        import beside
        from fastapi import FastAPI

        app = FastAPI()

        @app.get("/healthz")
        def healthz():
            tables = boto3.client("dynamodb").list_tables()["TableNames"]
            return {"pid": os.getpid(), "cwd": os.getcwd(), "tables": tables, "a": os.environ["A"], "b": beside.B}
        """,
    )
    (folder / "beside.py").write_text("B = 2\n", "utf-8")
    async with candidate_process(folder, {"A": "1"}, [TABLE]) as side:
        async with httpx.AsyncClient(trust_env=False) as http:
            told = (await http.get(side.url.replace("/stream", "/healthz"))).json()
        assert side.url.startswith("http://127.0.0.1:")
        assert is_running(told["pid"])
        assert await side.last_words() == []
    assert told == {"pid": told["pid"], "cwd": str(folder), "tables": ["Connections"], "a": "1", "b": 2}
    assert not is_running(told["pid"])


async def test_a_candidate_that_ends_while_it_is_needed_has_last_words_and_refuses_connections(tmp_path):
    folder = application(
        tmp_path,
        """
        import os, sys
        from fastapi import FastAPI

        app = FastAPI()

        @app.get("/healthz")
        def healthz():
            return {}

        @app.get("/stream")
        def crash():
            print("out of memory", file=sys.stderr, flush=True)
            os._exit(9)
        """,
    )
    async with candidate_process(folder, {}, []) as side, httpx.AsyncClient(trust_env=False) as http:
        with pytest.raises(httpx.HTTPError):
            await http.get(side.url)
        with pytest.raises(httpx.ConnectError):
            await http.get(side.url)
        assert await side.last_words() == [
            "The new path ended by itself, with status 9. The last that it said:\n  out of memory"
        ]


async def test_a_candidate_that_cannot_be_imported_says_why(tmp_path):
    folder = application(tmp_path, "import a_module_that_is_not_there")
    with pytest.raises(
        ProcessFailed, match=r"(?s)The new path ended at once, with status 1\..*a_module_that_is_not_there"
    ):
        async with candidate_process(folder, {}, []):
            raise AssertionError


@pytest.mark.slow
async def test_a_candidate_that_is_never_ready_is_given_up_and_ended(tmp_path, monkeypatch):
    folder = application(
        tmp_path,
        """
        import os, pathlib
        from fastapi import FastAPI
        pathlib.Path("pid").write_text(str(os.getpid()))
        app = FastAPI()
        """,
    )
    for limit_s in (4, 16, 64):  # a busy machine may take longer until it runs at all
        monkeypatch.setattr(processes, "START_TIMEOUT_S", float(limit_s))
        with pytest.raises(ProcessFailed, match=rf"did not answer http://127.0.0.1:\d+/healthz within {limit_s} s"):
            async with candidate_process(folder, {}, []):
                raise AssertionError
        if (folder / "pid").exists():
            break
    assert not is_running(int((folder / "pid").read_text()))


async def test_a_legacy_application_that_is_not_there_says_so(tmp_path):
    with pytest.raises(ProcessFailed, match="ended at once, with status 2") as caught:
        async with legacy_process(tmp_path / "nothing", {}):
            raise AssertionError
    assert "nothing" in str(caught.value)


async def test_a_legacy_function_that_cannot_be_imported_here_is_compared_with_nothing(tmp_path):
    (tmp_path / "serverless.yml").write_text(
        "service: a\nprovider: {name: aws, runtime: python3.11}\nfunctions:\n"
        "  connect: {handler: sound.handler, events: [{websocket: $connect}]}\n"
        "  say: {handler: broken.handler, events: [{websocket: {route: say}}]}\n",
        "utf-8",
    )
    (tmp_path / "sound.py").write_text("def handler(event, context):\n    return {'statusCode': 200}\n", "utf-8")
    (tmp_path / "broken.py").write_text(
        "import a_library_that_is_not_there\n\ndef handler(event, context):\n    return {}\n", "utf-8"
    )
    with pytest.raises(ProcessFailed, match="ended at once") as caught:
        async with legacy_process(tmp_path, {}):
            raise AssertionError
    assert "broken.handler can't be used as a handler: ModuleNotFoundError" in str(caught.value)
