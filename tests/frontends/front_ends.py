"""nginx and HAProxy as processes, with the very configuration that docs/how-to/behind-a-front-end.md shows."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import pytest

from templates import render
from tests.hostile.serving import STAGE, eventually
from tests.running import environment, process

Name = Literal["nginx", "haproxy"]
NAMES: Final[tuple[Name, ...]] = ("nginx", "haproxy")


def configuration(name: Name, servers: Sequence[str], listen: str) -> str:
    """As the kits have it."""
    template = {"nginx": "nginx.conf", "haproxy": "haproxy.cfg"}[name]
    return render(
        f"deploy/front_end/{template}.j2", servers=servers, listen=listen, readiness_path="/readyz", idle_s=60
    )


CONFIGURATIONS: Final[Mapping[Name, str]] = {
    "nginx": configuration("nginx", ["127.0.0.1:8000"], "8080"),
    "haproxy": configuration("haproxy", ["127.0.0.1:8000"], "127.0.0.1:8080"),
}
"""As the how-to has them: before one shim."""

NOTHING: Final[Mapping[str, str]] = {}

_NGINX_MAIN: Final = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log info;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/shim.conf;
}}
"""
"""What a distribution's nginx.conf says, as far as a user who is not root may say it."""


@dataclass(frozen=True)
class FrontEnd:
    name: Name
    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/{STAGE}"

    @property
    def websocket(self) -> str:
        return f"ws://127.0.0.1:{self.port}/{STAGE}"


@contextmanager
def front_end(name: Name, shim_port: int, folder: Path, changed: Mapping[str, str] = NOTHING) -> Iterator[FrontEnd]:
    """`changed`: words of the configuration that a test replaces, such as `{"60s": "1s"}`."""
    port = free_port()
    listening = {"nginx": ("listen 8080;", f"listen 127.0.0.1:{port};"), "haproxy": (":8080", f":{port}")}[name]
    replaced = dict([listening]) | {"127.0.0.1:8000": f"127.0.0.1:{shim_port}", **changed}
    with started(name, filled(CONFIGURATIONS[name], replaced), port, folder) as running:
        yield running


@contextmanager
def started(name: Name, text: str, port: int, folder: Path) -> Iterator[FrontEnd]:
    """`text`: of a configuration that listens at this port of the loopback address."""
    binary = _binary(name)
    if name == "nginx":
        (folder / "shim.conf").write_text(text)
        main = folder / "main.conf"
        as_root = "user root;" if os.geteuid() == 0 else ""  # else its workers could not write in our folder
        main.write_text(as_root + _NGINX_MAIN.format(folder=folder))
        command = [binary, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(main)]
    else:
        main = folder / "haproxy.cfg"
        main.write_text(text)
        command = [binary, "-db", "-f", str(main)]
    with process(command, folder, environment()) as running:
        eventually(lambda: running.poll() is not None or answers(port))
        assert running.poll() is None, running.communicate()[1]
        yield FrontEnd(name, port)


def _binary(name: Name) -> str:
    for folder in ("", "/usr/sbin/", "/usr/local/sbin/"):
        found = shutil.which(folder + name)
        if found:
            return found
    if os.environ.get("CI"):
        pytest.fail(f"{name} is not installed, so nothing was tested behind it; CI has to test it")
    pytest.skip(f"{name} is not installed: apt-get install {name}")


def filled(text: str, replaced: dict[str, str]) -> str:
    for word, other in replaced.items():
        assert word in text, f"the configuration does not say {word!r}"
        text = text.replace(word, other)
    return text


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
