"""A process that has imported all that `ws2sse shim` needs, and becomes a node whenever it is asked to:
`python -m tests.chaos.zygote`. A node that is started anew takes 3 seconds of a core, one that is forked a tenth.

With the name of a sabotage the product is broken so first. Each line of stdin is a request: arguments of `ws2sse`,
environment, file for its output, `network` (whether it gets a network of its own). The answer is a line with its pid.
The node then waits for a line in the file `go`, which tells what to do in its network before it begins.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import botocore.session  # noqa: F401
import uvicorn  # noqa: F401

import migrator.commands.shim  # noqa: F401
import shim.app
import shim.streams.redis.streams  # noqa: F401
from migrator.cli import main as ws2sse
from tests.chaos.sabotage import SABOTAGES

CLONE_NEWNET = 0x40000000
WAIT_S = 30.0


def become(asked: dict[str, Any]) -> None:
    """In the new process; does not return."""
    os.setsid()
    for number in (signal.SIGINT, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    os.environ.update(asked["environment"])
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    out = os.open(asked["out"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    error = os.open(asked["error"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(out, 1)
    os.dup2(error, 2)
    if asked["network"]:
        if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "no network of its own")
        Path(asked["ready"]).touch()
        _wait_for(Path(asked["go"]))
        subprocess.run(["ip", "-batch", "-"], input=Path(asked["go"]).read_text(), text=True, check=True)
    sys.argv = ["ws2sse", *asked["arguments"]]
    ws2sse()


def _wait_for(file: Path) -> None:
    ends = time.monotonic() + WAIT_S
    while not file.exists():
        if time.monotonic() > ends:
            raise TimeoutError(str(file))
        time.sleep(0.005)


def main() -> None:
    for name in sys.argv[1:]:
        SABOTAGES[name]()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for nodes
    gc.collect()
    gc.freeze()
    print("ready", flush=True)
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            try:
                become(json.loads(line))
            finally:
                os._exit(1)
        print(pid, flush=True)


if __name__ == "__main__":
    main()
