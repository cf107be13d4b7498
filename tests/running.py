"""Programs of the walk as processes on free ports of the loopback address, ended by the test that started them."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from click.testing import CliRunner

from migrator.cli import cli
from migrator.errors import WsSseError

ROOT = Path(__file__).resolve().parent.parent
CHAT = ROOT / "examples" / "chat"
SECRET = "only-for-tests-but-long-enough-for-hs256"
WS2SSE = [sys.executable, "-m", "migrator.cli"]


def environment(**more: str) -> dict[str, str]:
    """The test's own, less anything that would let a program find AWS."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {**kept, "JWT_SECRET": SECRET, "AWS_EC2_METADATA_DISABLED": "true", "PYTHONUNBUFFERED": "1", **more}


def ws2sse(
    *arguments: str | Path,
    cwd: Path = ROOT,
    env: Mapping[str, str] | None = None,
    before: Callable[[], None] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Runs the command to its end, whatever its status. `before` is called in the new process."""
    return subprocess.run(
        [*WS2SSE, *map(str, arguments)],
        cwd=cwd,
        env=dict(env or environment()),
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
        preexec_fn=before,
    )


@dataclass(frozen=True)
class Invoked:
    """How a command ended that ran in this process."""

    returncode: int
    stdout: str
    stderr: str


def invoke(*arguments: str | Path, **variables: str) -> Invoked:
    """The command in this process: quicker than `ws2sse`, with the same status and words.

    `variables`: of the environment, besides those that are there.
    """
    result = CliRunner(env=variables).invoke(cli, [*map(str, arguments)])
    if isinstance(result.exception, WsSseError):
        return Invoked(2, result.stdout, f"{result.stderr}error: {result.exception}\n")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Invoked(result.exit_code, result.stdout, result.stderr)


def token(user: str, tenant: str = "acme") -> str:
    command = [sys.executable, str(CHAT / "tokens.py"), "--user", user, "--tenant", tenant]
    return subprocess.run(command, env=environment(), check=True, capture_output=True, text=True).stdout.strip()


@contextmanager
def process(
    command: list[str], cwd: Path, env: Mapping[str, str], **options: object
) -> Iterator[subprocess.Popen[str]]:
    """Ends, by its id, what it started."""
    started = subprocess.Popen(  # type: ignore[call-overload]
        command, cwd=cwd, env=dict(env), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    )
    try:
        yield started
    finally:
        started.terminate()
        try:
            started.communicate(timeout=15)
        except subprocess.TimeoutExpired:
            started.kill()
            started.communicate()


@contextmanager
def running_shim(app: Path, *options: str) -> Iterator[dict[str, str]]:
    """`ws2sse shim`; yields the addresses that its first line tells."""
    command = [*WS2SSE, "shim", str(app), "--port", "0", "--format", "json", "--aws", "moto", *options]
    with process(command, ROOT, environment() | {"SHIM_LOGS__LEVEL": "warning"}) as shim:  # nobody reads its stderr
        assert shim.stdout is not None
        line = shim.stdout.readline()
        if not line:
            raise AssertionError(f"the shim did not start: {shim.communicate()[1]}")
        yield json.loads(line)


@contextmanager
def running_migrated(folder: Path, **variables: str) -> Iterator[str]:
    """A migrated application as its README starts it; yields its base address."""
    with migrated_process(folder, **variables) as (base, _service):
        yield base


@contextmanager
def migrated_process(folder: Path, **variables: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """As `running_migrated`, with the process."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        fd = listening.fileno()
        command = [sys.executable, "-m", "uvicorn", "sse_service.main:app", "--fd", str(fd), "--log-level", "warning"]
        with process(command, folder, environment(**variables), pass_fds=(fd,)) as service:
            base = f"http://127.0.0.1:{listening.getsockname()[1]}"
            wait_until_ready(base, service)
            yield base, service


def wait_until_ready(base: str, service: subprocess.Popen[str]) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if service.poll() is not None:
            raise AssertionError(f"the service ended: {service.communicate()[1]}")
        try:
            if httpx.get(f"{base}/healthz", timeout=1).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.05)
    raise AssertionError("the service did not become ready in 60 s")
