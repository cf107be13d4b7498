"""Functions in worker processes: apart from each other, started again when they end, and gone with the shim."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from shim.backends.python import PythonBackend, PythonFunction, PythonOptions
from shim.backends.worker_process import WorkerFailed
from tests.shim.backends.test_python import code, failure, running

WHO = """
import os, sys, time, ctypes
from words import WORD

def handler(event, context):
    import lazily
    return {"word": WORD, "lazily": lazily.WORD, "table": os.environ.get("TABLE"), "folder": os.getcwd(), "pid": os.getpid()}

def crash(event, context):
    if event["how"] == "exit":
        os._exit(9)
    if event["how"] == "segfault":
        ctypes.string_at(0)
    os.kill(os.getpid(), 9)

def hang(event, context):
    time.sleep(600)

def environment(event, context):
    return dict(os.environ)

def speak(event, context):
    print("from stdout")
    print("from stderr", file=sys.stderr)
    import logging
    logging.getLogger().error("from the log")
"""


def application(root: Path) -> Path:
    code(root, f"WORD = {root.name!r}\n", "words")
    code(root, f"WORD = 'lazily ' + {root.name!r}\n", "lazily")
    return code(root, WHO)


def functions(root: Path, *names: str, **options: Any) -> dict[str, PythonFunction]:
    return {name: PythonFunction(root, "app", name, **options) for name in names}


def is_running(pid: int) -> bool:
    """A process that has ended and that nobody has asked about yet is none."""
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def wait_for(path: Path, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def gone(pid: int, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while is_running(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


async def test_two_functions_may_both_have_an_app(tmp_path: Path) -> None:
    one, two = application(tmp_path / "one"), application(tmp_path / "two")
    both = {
        "one": PythonFunction(one, "app", "handler", environment={"TABLE": "a"}),
        "two": PythonFunction(two, "app", "handler", environment={"TABLE": "b"}, working_directory=tmp_path),
    }
    async with running(both) as backend:
        first, second = await backend.invoke("one", {}), await backend.invoke("two", {})

    assert first.pop("pid") != second.pop("pid")
    assert first == {"word": "one", "lazily": "lazily one", "table": "a", "folder": str(one)}
    assert second == {"word": "two", "lazily": "lazily two", "table": "b", "folder": str(tmp_path)}


async def test_functions_with_the_same_root_and_environment_share_a_process(tmp_path: Path) -> None:
    root = application(tmp_path)
    both = {name: PythonFunction(root, "app", "handler") for name in ("one", "two")}
    async with running(both, workers="processes") as backend:
        assert (await backend.invoke("one", {}))["pid"] == (await backend.invoke("two", {}))["pid"]


async def test_the_environment_is_lambdas_and_none_of_the_shim(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIM_TOKEN", "secret")
    monkeypatch.setenv("TABLE", "of the shim")
    monkeypatch.delenv("AWS_REGION", raising=False)
    alone = functions(application(tmp_path), "environment", name="deployed", environment={"TABLE": "own"})
    async with running(alone, region="eu-west-1") as backend:
        seen = await backend.invoke("environment", {})

    assert "SHIM_TOKEN" not in seen
    assert (seen["TABLE"], seen["AWS_REGION"]) == ("own", "eu-west-1")
    assert (seen["AWS_LAMBDA_FUNCTION_NAME"], seen["_HANDLER"]) == ("deployed", "app.environment")
    assert seen["LAMBDA_TASK_ROOT"] == str(tmp_path)
    assert seen["_X_AMZN_TRACE_ID"].startswith("Root=1-")


async def test_what_handlers_say_goes_to_stderr(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    async with running(functions(application(tmp_path), "speak"), workers="processes") as backend:
        await backend.invoke("speak", {})
    said = capfd.readouterr()

    assert said.out == ""
    assert "from stdout\n" in said.err
    assert "from stderr\n" in said.err
    assert "[ERROR]\t" in said.err
    assert "\tfrom the log\n" in said.err


class TestACrash:
    @pytest.mark.parametrize(
        ("how", "words"), [("exit", "exit status 9"), ("segfault", "Segmentation fault"), ("kill", "Killed")]
    )
    async def test_fails_the_call_and_the_next_one_works(self, tmp_path: Path, how: str, words: str) -> None:
        root = application(tmp_path)
        async with running(functions(root, "handler", "crash"), workers="processes") as backend:
            before = (await backend.invoke("handler", {}))["pid"]
            error = await failure(backend, "crash", {"how": how})
            after = (await backend.invoke("handler", {}))["pid"]

        assert error.error_type == "Runtime.ExitError"
        assert words in error.error_message
        assert before != after
        assert gone(before)

    async def test_fails_every_call_that_was_under_way_there(self, tmp_path: Path) -> None:
        async with running(functions(application(tmp_path), "hang", "crash"), workers="processes") as backend:
            hanging = asyncio.create_task(failure(backend, "hang"))
            await asyncio.sleep(0)
            await failure(backend, "crash", {"how": "exit"})
            assert (await hanging).error_type == "Runtime.ExitError"

    async def test_of_another_function_is_none_of_its_business(self, tmp_path: Path) -> None:
        root = application(tmp_path)
        both = functions(root, "crash") | functions(root, "handler", environment={"TABLE": "own"})
        async with running(both) as backend:
            before = (await backend.invoke("handler", {}))["pid"]
            await failure(backend, "crash", {"how": "exit"})
            assert (await backend.invoke("handler", {}))["pid"] == before

    async def test_again_and_again_is_started_again_ever_later(self, tmp_path: Path) -> None:
        async with running(functions(application(tmp_path), "crash"), workers="processes") as backend:
            for _ in range(3):
                await failure(backend, "crash", {"how": "exit"})
            begun = time.monotonic()
            await failure(backend, "crash", {"how": "exit"})
        assert time.monotonic() - begun > 0.2

    async def test_while_importing_is_known_at_the_start(self, tmp_path: Path) -> None:
        root = code(tmp_path, "import os\nos._exit(7)\n", "dies")
        with pytest.raises(WorkerFailed, match=r"ended while it imported its functions \(exit status 7\)"):
            async with running({"fn": PythonFunction(root, "dies", "handler")}, workers="processes"):
                raise AssertionError


async def test_a_process_that_never_comes_up_is_given_up_and_ended(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    root = code(
        tmp_path, f"import os, time\nopen({str(pid_file)!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)\n", "sleepy"
    )
    with pytest.raises(WorkerFailed, match=r"did not come up within 3 s"):
        async with running({"fn": PythonFunction(root, "sleepy", "handler")}, workers="processes", start_timeout_s=3):
            raise AssertionError
    assert gone(int(pid_file.read_text()))


async def test_calls_that_nobody_waits_for_are_bounded_and_the_process_is_replaced(tmp_path: Path) -> None:
    root = application(tmp_path)
    options: dict[str, Any] = {"workers": "processes", "most_given_up": 2, "drain_s": 0.1}
    async with running(functions(root, "handler", "hang"), **options) as backend:
        first = (await backend.invoke("handler", {}))["pid"]
        pids = []
        for _ in range(2):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await backend.invoke("hang", {})
            pids.append((await backend.invoke("handler", {}))["pid"])
        assert await asyncio.to_thread(gone, first)

    assert pids[0] == first
    assert pids[1] != first


async def test_a_process_that_is_replaced_ends_its_calls_first(tmp_path: Path) -> None:
    root = application(tmp_path)
    code(tmp_path, "import time\ndef slow(event, context):\n    time.sleep(0.5)\n    return 'in time'\n", "slowly")
    served = functions(root, "handler", "hang") | {"slow": PythonFunction(root, "slowly", "slow")}
    async with running(served, workers="processes", most_given_up=1) as backend:
        slow = asyncio.create_task(backend.invoke("slow", {}))
        await asyncio.sleep(0)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await backend.invoke("hang", {})
        assert await slow == "in time"


STUCK = """
import pathlib, re
def stuck(event, context):
    pathlib.Path("begun").touch()
    re.match("(a+)+$", "a" * 64 + "b")  # holds the interpreter
"""


async def test_stopping_is_bounded_whatever_handlers_do(tmp_path: Path) -> None:
    root = application(tmp_path)
    code(tmp_path, STUCK, "spinning")
    served = functions(root, "handler") | {"stuck": PythonFunction(root, "spinning", "stuck")}
    async with running(served, workers="processes") as backend:
        pid = (await backend.invoke("handler", {}))["pid"]
        stuck = asyncio.create_task(failure(backend, "stuck"))
        await asyncio.to_thread(wait_for, tmp_path / "begun")
        begun = time.monotonic()
        backend.close()
        assert time.monotonic() - begun < 5
        assert (await stuck).error_type == "Runtime.ExitError"
    assert gone(pid)


SHIM = """
import asyncio, sys
from pathlib import Path
from shim.backends.python import PythonBackend, PythonFunction, PythonOptions

async def main():
    backend = PythonBackend({"fn": PythonFunction(Path(sys.argv[1]), "app", sys.argv[2])}, PythonOptions(workers="processes"))
    backend.load_all()
    call = backend.invoke("fn", {})
    await call

asyncio.run(main())
"""

ORPHANS = """
import os, re, threading
print("worker", os.getpid())

def waits(event, context):
    print("called")
    threading.Event().wait()

def spins(event, context):
    print("called")
    re.match("(a+)+$", "a" * 64 + "b")
"""


@pytest.mark.parametrize("handler", ["waits", "spins"])
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_no_worker_outlives_the_shim(tmp_path: Path, handler: str, how: signal.Signals) -> None:
    code(tmp_path, ORPHANS)
    with subprocess.Popen([sys.executable, "-c", SHIM, str(tmp_path), handler], stderr=subprocess.PIPE) as shim:
        assert shim.stderr is not None
        pid = int(shim.stderr.readline().removeprefix(b"worker "))
        assert shim.stderr.readline() == b"called\n"
        shim.send_signal(how)
        shim.wait(10)
    assert gone(pid)


def test_an_event_loop_may_follow_another(tmp_path: Path) -> None:
    backend = PythonBackend(functions(application(tmp_path), "handler"), PythonOptions(workers="processes"))
    pids = {asyncio.run(backend.invoke("handler", {}))["pid"] for _ in range(2)}
    backend.close()
    assert len(pids) == 1
    assert os.getpid() not in pids


def test_a_worker_needs_no_installed_shim(tmp_path: Path) -> None:
    """The shim may have been found in the folder in which it was started; a worker is started in another."""
    root = application(tmp_path)
    program = (
        "import asyncio, json, sys; from pathlib import Path\n"
        "from shim.backends.python import PythonBackend, PythonFunction, PythonOptions\n"
        f"backend = PythonBackend({{'fn': PythonFunction(Path({str(root)!r}), 'app', 'handler')}}, PythonOptions(workers='processes'))\n"
        "print(json.dumps(asyncio.run(backend.invoke('fn', {}))['word'])); backend.close()\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout) == root.name
