"""Processes under test: pinned to a core, ended with their children, and what /proc says of them."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SERVER_CORE, GENERATOR_CORE = 0, 1
PROC = Path("/proc")
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
START_LIMIT_S = 60.0


class NeverListened(Exception):
    """Raised when a server doesn't listen in time. `status`: it ended with it; None: it still runs. `said`: the end of
    its log."""

    def __init__(self, command: Sequence[str], status: int | None, said: str) -> None:
        self.command, self.status, self.said = command, status, said
        super().__init__(command, status, said)

    def __str__(self) -> str:
        ended = f"did not listen within {START_LIMIT_S:.0f} s" if self.status is None else f"ended with {self.status}"
        return f"{' '.join(self.command)} {ended}: {self.said}"


def free_ports(count: int) -> list[int]:
    """Ports that nobody uses at this moment, below the range from which clients get theirs."""
    found: list[int] = []
    for port in range(18000 + os.getpid() % 8000, 32000):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                found.append(port)
        if len(found) == count:
            return found
    raise OSError("no free ports")


def allow_open_files() -> None:
    """For this process and those that it starts from now on: as many as the system lets it have."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def on_core(core: int | None, command: Sequence[str]) -> list[str]:
    """The command, bound to a core; None leaves it to the kernel."""
    return list(command) if core is None else ["taskset", "-c", str(core), *command]


@contextlib.contextmanager
def running(
    command: Sequence[str],
    *,
    core: int | None,
    ports: Sequence[int],
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Starts a server in its own process group, waits until all `ports` are listened on; ends the group at the end."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            on_core(core, command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            cwd=cwd,
            env={**os.environ, **(env or {})},
        )
    try:
        for port in ports:
            _await_listening(process, port, command, log)
        yield process
    finally:
        _end_group(process)


def _await_listening(process: subprocess.Popen[bytes], port: int, command: Sequence[str], log: Path) -> None:
    limit = time.monotonic() + START_LIMIT_S
    while time.monotonic() < limit and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    said = log.read_text(errors="replace")[-2000:] if log.exists() else ""
    raise NeverListened(command, process.poll(), said)


def _end_group(process: subprocess.Popen[bytes]) -> None:
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        limit = time.monotonic() + 5
        while time.monotonic() < limit and (process.poll() is None or _group_lives(process.pid)):
            time.sleep(0.02)
    process.wait()


def _group_lives(group: int) -> bool:
    return any(_stat(pid)[2] == str(group) and _stat(pid)[0] != "Z" for pid in _pids())


def _pids() -> list[int]:
    return [int(path.name) for path in PROC.iterdir() if path.name.isdecimal()]


def _stat(pid: int) -> list[str]:
    """The fields after the command's name: state, parent, group, session, … Empty words when the process is gone."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return [""] * 40


def tree(root: int) -> list[int]:
    """The process and all below it."""
    children: dict[int, list[int]] = {}
    for pid in _pids():
        parent = _stat(pid)[1]
        if parent:
            children.setdefault(int(parent), []).append(pid)
    found = [root]
    for pid in found:
        found.extend(children.get(pid, ()))
    return found


def resident_bytes(pids: Sequence[int]) -> int:
    """Sum of the resident sets."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            total += int((PROC / str(pid) / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return total


def open_files(pid: int) -> int:
    return len(list((PROC / str(pid) / "fd").iterdir()))


def cpu_seconds(pids: Sequence[int]) -> float:
    """User and system time that the processes have used so far."""
    ticks = 0
    for pid in pids:
        fields = _stat(pid)
        if fields[0]:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS_PER_S


@dataclass(frozen=True)
class CoreTime:
    """Seconds since the machine started. `stolen`: what the hypervisor gave to others."""

    busy: float
    stolen: float


def core_time(core: int) -> CoreTime:
    for line in (PROC / "stat").read_text().splitlines():
        if line.startswith(f"cpu{core} "):
            user, nice, system, _idle, _wait, irq, softirq, steal = map(int, line.split()[1:9])
            busy = user + nice + system + irq + softirq
            return CoreTime(busy / TICKS_PER_S, steal / TICKS_PER_S)
    raise ValueError(f"there is no core {core}")
