"""A Redis master, its replicas and three Sentinels, as plain processes for tests: on loopback, in memory unless told."""

from __future__ import annotations

import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from redis import Redis

from tests.redis_cluster import eventually, free_port
from tests.redis_server import redis_program

NAME = "main"

SENTINEL = """
port {port}
bind {host}
protected-mode no
dir {folder}
sentinel monitor {name} {host} {master} 2
sentinel down-after-milliseconds {name} 500
sentinel failover-timeout {name} 3000
"""


class RedisSentinels:
    """`host`: an address of this machine. `words`: more of the command line of each server that has data."""

    def __init__(self, replicas: int = 1, *, host: str = "127.0.0.1", words: Sequence[str] = ()) -> None:
        self.host = host
        self._words = words
        self._folder = Path(tempfile.mkdtemp(prefix="sentinels-"))
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        try:
            self.master = self._server()
            self.replicas = [self._server() for _ in range(replicas)]
            for port in self.replicas:
                self.client(port).replicaof(host, self.master)
                eventually(lambda port=port: self.client(port).info("replication")["master_link_status"] == "up")
            self.sentinels = [self._sentinel() for _ in range(3)]
            eventually(lambda: all(self._sees_all(port) for port in self.sentinels))
        except BaseException:
            self.close()
            raise

    @property
    def url(self) -> str:
        return "redis+sentinel://" + ",".join(f"{self.host}:{port}" for port in self.sentinels) + f"/{NAME}"

    @property
    def replica(self) -> int:
        """The first."""
        return self.replicas[0]

    def client(self, port: int) -> Any:
        return Redis(self.host, port, socket_timeout=5)

    def replicated(self) -> None:
        """Waits until the replica has all that the master has."""
        eventually(lambda: self._offset(self.master) == self._offset(self.replica))

    def kill(self, port: int) -> None:
        self._processes[port].kill()
        self._processes[port].wait()

    def send_signal(self, port: int, number: signal.Signals) -> None:
        self._processes[port].send_signal(number)

    def start(self, port: int, *more: str) -> None:
        """Again, after it was killed: a server with what it kept, as the master unless `more` says otherwise."""
        folder = self._folder / str(port)
        words = ["--port", str(port), "--bind", self.host, "--protected-mode", "no", "--dir", str(folder)]
        words += ["--save", "", "--repl-diskless-sync-delay", "0", *self._words, *more]
        self._run(port, *words)

    def cut(self) -> None:
        """The replica stands still, and gets nothing of what is written from now on."""
        self.send_signal(self.replica, signal.SIGSTOP)
        self.client(self.master).client_kill_filter(_type="replica")

    def lose_the_master(self) -> None:
        self.kill(self.master)
        self.send_signal(self.replica, signal.SIGCONT)

    def promoted(self) -> None:
        """Waits until the replica is the master, for itself and for all Sentinels."""
        eventually(lambda: self.client(self.replica).role()[0] == b"master")
        eventually(lambda: all(self.master_at(port) == self.replica for port in self.sentinels))

    def master_at(self, sentinel: int) -> int:
        """The port of the master, as this Sentinel knows it."""
        return int(self.client(sentinel).sentinel_get_master_addr_by_name(NAME)[1])

    def close(self) -> None:
        for process in self._processes.values():
            process.kill()
            process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _server(self) -> int:
        port = free_port()
        (self._folder / str(port)).mkdir()
        self.start(port)
        return port

    def _sentinel(self) -> int:
        port = free_port()
        folder = self._folder / str(port)
        folder.mkdir()
        file = folder / "sentinel.conf"
        file.write_text(SENTINEL.format(host=self.host, port=port, folder=folder, name=NAME, master=self.master))
        self._run(port, str(file), "--sentinel")
        return port

    def _run(self, port: int, *words: str) -> None:
        self._processes[port] = subprocess.Popen(
            [redis_program(), *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        eventually(lambda: self.client(port).ping())

    def _offset(self, port: int) -> int:
        return int(self.client(port).info("replication")["master_repl_offset"])

    def _sees_all(self, port: int) -> bool:
        found = self.client(port).sentinel_master(NAME)
        return int(found["num-slaves"]) == len(self.replicas) and int(found["num-other-sentinels"]) == 2
