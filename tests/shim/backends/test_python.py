"""Python functions behave alike in threads of this process and in processes of their own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from shim.backends.loading import HandlerUnusable
from shim.backends.python import PythonBackend, PythonFunction, PythonOptions, need_processes
from shim.integrations import FunctionFailed
from shim.service import Problem


class Connections:
    wait = False

    def __init__(self) -> None:
        self.posted: list[tuple[str, bytes]] = []
        self.deleted: list[str] = []

    def post(self, connection_id: str, data: bytes) -> None:
        if connection_id == "gone":
            raise Problem(410, "GoneException")
        self.posted.append((connection_id, data))

    def get(self, connection_id: str) -> dict[str, Any]:
        return {"connectedAt": "2024-11-11T13:45:35.513Z", "identity": {"sourceIp": "192.0.2.1", "userAgent": "é"}}

    def delete(self, connection_id: str) -> None:
        self.deleted.append(connection_id)


Running = Callable[..., Any]


@asynccontextmanager
async def running(
    functions: Mapping[str, PythonFunction], connections: Connections | None = None, **options: Any
) -> AsyncIterator[PythonBackend]:
    backend = PythonBackend(functions, PythonOptions(**options))
    backend.start(connections or Connections())
    try:
        await asyncio.to_thread(backend.load_all)
        yield backend
    finally:
        backend.close()


def code(root: Path, source: str, name: str = "app") -> Path:
    root.mkdir(parents=True, exist_ok=True)
    (root / f"{name}.py").write_text(dedent(source), "utf-8")
    return root


@pytest.fixture(params=["threads", "processes"])
def workers(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def failure(backend: PythonBackend, function_id: str = "fn", event: Any = None) -> FunctionFailed:
    with pytest.raises(FunctionFailed) as caught:
        await backend.invoke(function_id, event or {})
    assert caught.value.function_id == function_id
    return caught.value


def one_of_two_is_broken(root: Path) -> dict[str, PythonFunction]:
    code(root, "def handler(event, context):\n    return 'fine'\n", "sound")
    code(root, "import a_module_that_is_not_there", "broken")
    return {"fn": PythonFunction(root, "broken", "handler"), "sound": PythonFunction(root, "sound", "handler")}


async def test_a_function_that_cannot_be_imported_leaves_the_others_alone(
    tmp_path: Path, workers: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(one_of_two_is_broken(tmp_path), workers=workers) as backend:
        assert await backend.invoke("sound", {}) == "fine"
        error = await failure(backend)
        assert backend.unusable() == {"fn"}
    assert error.error_type == "Runtime.ImportModuleError"
    assert "broken.handler can't be used as a handler: ModuleNotFoundError" in error.error_message
    assert "(broken.py:1). Calls of it fail; other functions are served." in caplog.text


async def test_what_could_not_be_imported_is_tried_again_at_the_next_call(tmp_path: Path, workers: str) -> None:
    functions = one_of_two_is_broken(tmp_path)
    waiting = f"open({str(tmp_path / 'there')!r}).close()\ndef handler(event, context):\n    return 'up'\n"
    code(tmp_path, waiting, "broken")
    async with running(functions, workers=workers) as backend:
        assert "No such file" in (await failure(backend)).error_message
        (tmp_path / "there").touch()
        assert await backend.invoke("fn", {}) == "up"


async def test_a_team_may_rather_have_no_start_than_half_an_application(tmp_path: Path, workers: str) -> None:
    with pytest.raises(HandlerUnusable, match=r"broken\.handler can't be used as a handler: ModuleNotFoundError"):
        async with running(one_of_two_is_broken(tmp_path), workers=workers, require_all=True):
            raise AssertionError


async def test_with_no_function_that_can_be_imported_there_is_no_start(tmp_path: Path, workers: str) -> None:
    functions = {"fn": one_of_two_is_broken(tmp_path)["fn"]}

    with pytest.raises(HandlerUnusable, match=r"broken\.handler can't be used as a handler: ModuleNotFoundError"):
        async with running(functions, workers=workers):
            raise AssertionError


async def test_a_failure_has_lambdas_words(tmp_path: Path, workers: str) -> None:
    root = code(
        tmp_path,
        """
        import datetime, sys
        class NoSeat(Exception): pass
        def handler(event, context):
            if event["how"] == "raise": raise NoSeat("none is left")
            if event["how"] == "marshal": return datetime.datetime.now()
            sys.exit(2)
        """,
        "failing",
    )
    async with running({"fn": PythonFunction(root, "failing", "handler")}, workers=workers) as backend:
        error = await failure(backend, event={"how": "raise"})
        assert (error.error_type, error.error_message) == ("NoSeat", "none is left")
        assert (await failure(backend, event={"how": "marshal"})).error_type == "Runtime.MarshalError"
        assert (await failure(backend, event={"how": "exit"})).error_type == "Runtime.ExitError"


async def test_a_function_beyond_its_time_limit_fails_as_at_lambda(tmp_path: Path, workers: str) -> None:
    root = code(tmp_path, "import time\ndef handler(event, context):\n    time.sleep(1)\n", "slow")
    function = PythonFunction(root, "slow", "handler", timeout_s=0.05)
    async with running({"fn": function}, workers=workers) as backend:
        error = await failure(backend)
    assert (error.error_type, error.error_message) == ("Sandbox.Timedout", "Task timed out after 0.05 seconds")


async def test_more_calls_than_are_allowed_are_throttled(tmp_path: Path, workers: str) -> None:
    root = code(tmp_path, "def handler(event, context):\n    return 1\n", "plain")
    async with running({"fn": PythonFunction(root, "plain", "handler")}, workers=workers, most_calls=2) as backend:
        found = await asyncio.gather(*(backend.invoke("fn", {}) for _ in range(3)), return_exceptions=True)
        assert await backend.invoke("fn", {}) == 1
    assert [str(each) for each in found if each != 1] == ["fn raised TooManyRequestsException: Rate Exceeded."]


async def test_calls_run_at_the_same_time(tmp_path: Path, workers: str) -> None:
    root = code(
        tmp_path,
        """
        import threading
        together = threading.Barrier(8)
        def handler(event, context):
            return together.wait(10)
        """,
        "concurrent_calls",
    )
    function = PythonFunction(root, "concurrent_calls", "handler")
    async with running({"fn": function}, workers=workers) as backend:
        assert sorted(await asyncio.gather(*(backend.invoke("fn", {}) for _ in range(8)))) == list(range(8))


PUSHING = """
import boto3
from concurrent.futures import ThreadPoolExecutor
management = boto3.client(
    "apigatewaymanagementapi", endpoint_url="https://abc.execute-api.us-east-1.amazonaws.com/prod",
    region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x",
)
def handler(event, context):
    management.post_to_connection(ConnectionId="one", Data=b"\\xff\\x00")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: management.post_to_connection(ConnectionId=str(n), Data=b"x" * 100_000), range(8)))
    management.delete_connection(ConnectionId="two")
    agent = management.get_connection(ConnectionId="one")["Identity"]["UserAgent"]
    try:
        management.post_to_connection(ConnectionId="gone", Data=b"")
    except management.exceptions.GoneException:
        return agent
"""


async def test_pushes_reach_the_connections_and_their_answers_the_handler(tmp_path: Path, workers: str) -> None:
    function, connections = PythonFunction(code(tmp_path, PUSHING, "pushing"), "pushing", "handler"), Connections()
    async with running({"fn": function}, connections, workers=workers) as backend:
        assert await backend.invoke("fn", {}) == "é"

    assert connections.posted[0] == ("one", b"\xff\x00")
    assert sorted(connections.posted[1:]) == [(str(n), b"x" * 100_000) for n in range(8)]
    assert connections.deleted == ["two"]


async def test_the_context_tells_name_region_and_time(tmp_path: Path, workers: str) -> None:
    root = code(
        tmp_path,
        """
        def handler(event, context):
            return [context.invoked_function_arn, context.memory_limit_in_mb, context.get_remaining_time_in_millis()]
        """,
        "telling",
    )
    function = PythonFunction(root, "telling", "handler", name="deployed", memory_mb=256, timeout_s=20)
    async with running({"fn": function}, workers=workers, region="eu-west-1", account_id="210987654321") as backend:
        arn, memory, left = await backend.invoke("fn", {})
    assert (arn, memory) == ("arn:aws:lambda:eu-west-1:210987654321:function:deployed", "256")
    assert 15_000 < left <= 20_000


class TestTheChoice:
    def test_one_code_root_is_served_by_threads(self, tmp_path: Path) -> None:
        assert not need_processes({name: PythonFunction(tmp_path, "app", name) for name in ("one", "two")})

    def test_two_code_roots_need_processes(self, tmp_path: Path) -> None:
        assert need_processes({name: PythonFunction(tmp_path / name, "app", "handler") for name in ("one", "two")})

    def test_an_environment_or_a_folder_of_its_own_needs_processes(self, tmp_path: Path) -> None:
        assert need_processes({"fn": PythonFunction(tmp_path, "app", "handler", environment={"TABLE": "a"})})
        assert need_processes({"fn": PythonFunction(tmp_path, "app", "handler", working_directory=tmp_path)})
