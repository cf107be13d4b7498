"""A Redis master, its replica and three Sentinels, as plain processes for tests: on loopback, in memory."""

from __future__ import annotations

import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from redis import Redis

from tests.redis_cluster import eventually, free_port
from tests.redis_server import redis_program

NAME = "main"

SENTINEL = """
port {port}
bind 127.0.0.1
dir {folder}
sentinel monitor {name} 127.0.0.1 {master} 2
sentinel down-after-milliseconds {name} 500
sentinel failover-timeout {name} 3000
"""


class RedisSentinels:
    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="sentinels-"))
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        try:
            self.master = self._server()
            self.replica = self._server("--replicaof", "127.0.0.1", str(self.master))
            eventually(lambda: self.client(self.replica).info("replication")["master_link_status"] == "up")
            self._sentinels = [self._sentinel() for _ in range(3)]
            eventually(lambda: all(self._sees_all(port) for port in self._sentinels))
        except BaseException:
            self.close()
            raise

    @property
    def url(self) -> str:
        return "redis+sentinel://" + ",".join(f"127.0.0.1:{port}" for port in self._sentinels) + f"/{NAME}"

    def client(self, port: int) -> Any:
        return Redis(port=port, socket_timeout=5)

    def replicated(self) -> None:
        """Waits until the replica has all that the master has."""
        eventually(lambda: self._offset(self.master) == self._offset(self.replica))

    def kill(self, port: int) -> None:
        self._processes[port].kill()
        self._processes[port].wait()

    def cut(self) -> None:
        """The replica stands still, and gets nothing of what is written from now on."""
        self._processes[self.replica].send_signal(signal.SIGSTOP)
        self.client(self.master).client_kill_filter(_type="replica")

    def lose_the_master(self) -> None:
        self.kill(self.master)
        self._processes[self.replica].send_signal(signal.SIGCONT)

    def promoted(self) -> None:
        """Waits until the replica is the master, for itself and for all Sentinels."""
        eventually(lambda: self.client(self.replica).role()[0] == b"master")
        eventually(lambda: all(self._master(port) == self.replica for port in self._sentinels))

    def close(self) -> None:
        for process in self._processes.values():
            process.kill()
            process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _server(self, *more: str) -> int:
        port = free_port()
        words = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        words += ["--dir", str(self._folder), "--repl-diskless-sync-delay", "0", *more]
        self._start(port, *words)
        return port

    def _sentinel(self) -> int:
        port = free_port()
        folder = self._folder / str(port)
        folder.mkdir()
        file = folder / "sentinel.conf"
        file.write_text(SENTINEL.format(port=port, folder=folder, name=NAME, master=self.master))
        self._start(port, str(file), "--sentinel")
        return port

    def _start(self, port: int, *words: str) -> None:
        self._processes[port] = subprocess.Popen(
            [redis_program(), *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        eventually(lambda: self.client(port).ping())

    def _offset(self, port: int) -> int:
        return int(self.client(port).info("replication")["master_repl_offset"])

    def _sees_all(self, port: int) -> bool:
        found = self.client(port).sentinel_master(NAME)
        return int(found["num-slaves"]) == 1 and int(found["num-other-sentinels"]) == 2

    def _master(self, port: int) -> int:
        return int(self.client(port).sentinel_get_master_addr_by_name(NAME)[1])
