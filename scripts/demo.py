"""Takes examples/chat the whole way, and says what it does while it does it. Everything lands in build/demo."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import websockets

ROOT = Path(__file__).resolve().parent.parent
APP = ROOT / "examples" / "chat"
OUT = ROOT / "build" / "demo"
NEW = OUT / "chat-sse"
WS2SSE = [sys.executable, "-m", "migrator.cli"]
ENVIRONMENT = {
    **os.environ,
    "JWT_SECRET": secrets.token_hex(32),
    "PYTHONUNBUFFERED": "1",
    "SHIM_LOGS__LEVEL": "warning",
}


def title(text: str) -> None:
    print(f"\n\033[1m== {text}\033[0m" if sys.stdout.isatty() else f"\n== {text}", flush=True)


def run(*arguments: str | Path, ends_with: tuple[int, ...] = (0,), quietly_to: Path | None = None) -> int:
    """Runs `ws2sse ...` and shows the command; ends the demo when the exit status is not one of those expected."""
    shown = [str(a.relative_to(ROOT)) if isinstance(a, Path) and a.is_relative_to(ROOT) else str(a) for a in arguments]
    print(f"$ ws2sse {shlex.join(shown)}" + (f" > {quietly_to.relative_to(ROOT)}" if quietly_to else ""), flush=True)
    command = [*WS2SSE, *shown]
    if quietly_to is None:
        status = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, check=False).returncode
    else:
        with quietly_to.open("wb") as file:
            status = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, check=False, stdout=file).returncode
    if status not in ends_with:
        sys.exit(f"demo: that ended with {status}, not with {' or '.join(map(str, ends_with))}")
    return status


def token(user: str) -> str:
    command = [sys.executable, str(APP / "tokens.py"), "--user", user, "--tenant", "acme"]
    return subprocess.run(command, env=ENVIRONMENT, check=True, capture_output=True, text=True).stdout.strip()


@contextmanager
def shim() -> Iterator[dict[str, str]]:
    print("$ ws2sse shim examples/chat --port 0 --format json &", flush=True)
    command = [*WS2SSE, "shim", str(APP), "--port", "0", "--format", "json", "--aws", "moto"]
    process = subprocess.Popen(command, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            sys.exit("demo: the shim did not start")
        yield json.loads(line)
    finally:
        process.terminate()
        process.wait(15)


async def conversation(addresses: dict[str, str]) -> None:
    """Ana on WebSocket as ever, Bo on SSE + POST with what curl could do, in one chat."""
    async with (
        httpx.AsyncClient(timeout=10) as http,
        websockets.connect(f"{addresses['websocket']}?token={token('ana')}") as ana,
    ):
        headers = {"Accept": "text/event-stream", "Authorization": f"Bearer {token('bo')}"}
        async with http.stream("GET", addresses["stream"], headers=headers) as stream:
            lines = stream.aiter_lines()
            session = ""
            async for line in lines:
                if line.startswith("data: ") and "session" in line:
                    session = json.loads(line.removeprefix("data: "))["session"]
                    break
            print(f"   ana (WebSocket)   <- {await asyncio.wait_for(ana.recv(), 10)!s}")
            said = json.dumps({"type": "chat", "text": "hello from SSE + POST"})
            await http.post(addresses["stream"], content=said, headers={"Stream-Session": session})
            print(f"   ana (WebSocket)   <- {await asyncio.wait_for(ana.recv(), 10)!s}")
            await ana.send(json.dumps({"type": "chat", "text": "hello from WebSocket"}))
            async for line in lines:
                if line.startswith("data: ") and "chat_message" in line:
                    print(f"   bo  (SSE + POST)  <- {line.removeprefix('data: ')}", flush=True)
                    break


def main() -> None:
    begun = time.monotonic()
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    print("ws2sse takes examples/chat, a tenant chat on API Gateway WebSocket, onto Server-Sent Events plus REST.")

    title("1 see: what is there")
    run("scan", APP)
    run("scan", APP, "--format", "json", quietly_to=OUT / "inventory.json")

    title("2 bridge: the application unchanged, for both kinds of client")
    with shim() as addresses:
        asyncio.run(conversation(addresses))

    title("3 rewrite: a FastAPI + sse-starlette application, and a closed account")
    run("migrate", APP, "--out", NEW, ends_with=(0, 3))
    print("$ (cd build/demo/chat-sse && python -m pytest -q tests_sse)", flush=True)
    tests = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests_sse"]
    if subprocess.run(tests, cwd=NEW, env=ENVIRONMENT, check=False).returncode:
        sys.exit("demo: the generated tests failed")

    title("4 prove: the same sessions through both paths")
    run("verify", APP, NEW, "--report", OUT / "verify.json")

    title("5 track: what remains, with evidence")
    survey = OUT / "survey.json"
    print("# An AWS account that is made up: the example is in it, and its last client left six weeks ago.", flush=True)
    if subprocess.run([sys.executable, "scripts/made_up_account.py", survey], cwd=ROOT, check=False).returncode:
        sys.exit("demo: the account could not be made up")
    evidence = ("--verify", OUT / "verify.json", "--estate", survey)
    run("checklist", APP, *evidence, "--out", OUT / "checklist", ends_with=(0, 1, 3))

    title("6 leave: who else uses what is left, and in which order it goes")
    plan = ("--estate", survey, "--out", OUT / "teardown.json")
    run("teardown", "plan", APP, *plan, ends_with=(0, 3), quietly_to=OUT / "teardown.txt")
    lines = (OUT / "teardown.txt").read_text("utf-8").splitlines()
    print("\n".join([*lines[:3], "  ...", *lines[lines.index("It stays") :]]))

    title(f"Done in {time.monotonic() - begun:.0f} s")
    for what, where in [
        ("inventory", OUT / "inventory.json"),
        ("migrated application", NEW),
        ("its account, and what remains", NEW / "MIGRATION.md"),
        ("dual-run report", OUT / "verify.json"),
        ("checklists", OUT / "checklist" / "checklist.html"),
        ("plan of the teardown", OUT / "teardown.txt"),
    ]:
        print(f"  {what:30} {where.relative_to(ROOT)}")
    print("\nNext, on an application of your own:  .venv/bin/ws2sse scan path/to/your/application")


if __name__ == "__main__":
    main()
