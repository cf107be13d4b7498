"""The kit `compose` without containers: what compose.yaml and the Containerfile start is started as processes.

Nothing of what they say is written again here. What differs is where: addresses of the loopback interface for names of
services, folders of this machine for those of the image.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from subprocess import Popen
from typing import Any

import yaml

from migrator.deploy.compose import NODES, SUBNET
from tests.frontends.front_ends import FrontEnd, Name, answers, filled, free_port, started
from tests.hostile.serving import eventually
from tests.redis_server import redis_program
from tests.running import ROOT, environment, process, wait_until_ready


@dataclass
class RunningKit:
    kit: Path
    ports: Mapping[str, int]
    start: Callable[[str], None]
    """A node, which waits for nothing."""
    nodes: dict[str, Popen[str]] = field(default_factory=dict)

    def node(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}"

    @contextmanager
    def behind(self, name: Name, folder: Path) -> Iterator[FrontEnd]:
        """nginx or HAProxy, as the kit configures them."""
        file = {"nginx": "nginx.conf", "haproxy": "haproxy.cfg"}[name]
        port = free_port()
        listening = {"nginx": "listen 8080;", "haproxy": "bind *:8080"}[name]
        replaced = {f"{address}:8000": f"127.0.0.1:{self.ports[node]}" for node, address in NODES.items()}
        replaced[listening] = listening.replace("*:", "").replace("8080", f"127.0.0.1:{port}")
        text = filled((self.kit / "compose" / file).read_text(), replaced)
        with started(name, text, port, folder) as running:
            yield running


@contextmanager
def running_kit(kit: Path, app: Path, folder: Path, given: Mapping[str, str]) -> Iterator[RunningKit]:
    """`given`: what whoever deploys gives. `folder`: a new one, for what the image would hold."""
    services = compose(kit, given)["services"]
    image = image_of(kit, app, folder)
    with ExitStack() as stack:

        def start(node: str) -> None:
            own = running_environment(services[node]["environment"], running.ports, running.ports[node])
            command = image.command(image.starts, {"8000": str(running.ports[node]), "0.0.0.0": "127.0.0.1"})
            cwd = image.app if "-m" not in command or "uvicorn" in command else ROOT
            running.nodes[node] = stack.enter_context(process(command, cwd, environment(**own)))

        running = RunningKit(kit, {name: free_port() for name in ("redis", "aws", *NODES)}, start)
        redis = [redis_program(), *services["redis"]["command"][1:]]  # which takes the words of Valkey
        port = running.ports["redis"]
        stack.enter_context(process([*redis, "--port", str(port), "--bind", "127.0.0.1"], folder, environment()))
        if "aws" in services:
            command = image.command(
                services["aws"]["command"], {"5000": str(running.ports["aws"]), "0.0.0.0": "127.0.0.1"}
            )
            stack.enter_context(process(command, ROOT, environment()))
            eventually(lambda: answers(running.ports["aws"]), 30)
        eventually(lambda: answers(port), 30)
        for node in NODES:
            start(node)
        for node in NODES:
            wait_until_ready(running.node(node), running.nodes[node])
        yield running


def compose(kit: Path, given: Mapping[str, str]) -> Any:
    """compose.yaml with its variables filled in, as Compose does: https://docs.docker.com/reference/compose-file/interpolation/"""
    return _interpolated(yaml.safe_load((kit / "compose" / "compose.yaml").read_text()), given)


def _interpolated(value: Any, given: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _interpolated(item, given) for key, item in value.items()}
    if isinstance(value, list):
        return [_interpolated(item, given) for item in value]
    if not isinstance(value, str):
        return value

    def filled_in(found: re.Match[str]) -> str:
        if found[0] == "$$":
            return "$"
        name, how, otherwise = found[1], found[2], found[3]
        there = name in given if how == "-" else bool(given.get(name))
        assert there or how != ":?", f"{name} {otherwise}"
        return given[name] if there else otherwise

    return re.sub(r"\$\$|\$\{(\w+)(:\?|:-|-)([^}]*)\}", filled_in, value)


def running_environment(declared: Mapping[str, str], ports: Mapping[str, int], port: int) -> dict[str, str]:
    places = {
        "redis:6379": f"127.0.0.1:{ports['redis']}",
        "aws:5000": f"127.0.0.1:{ports['aws']}",
        SUBNET: "127.0.0.0/8",
    }
    own = dict(declared)
    for place, here in places.items():
        own = {name: value.replace(place, here) for name, value in own.items()}
    shim = {"SHIM_LISTEN__HOST": "127.0.0.1", "SHIM_LISTEN__PORT": str(port), "SHIM_DRAIN_NOTICE_S": "0.2"}
    return own | (shim if "SHIM_REDIS__URL" in own else {"DRAIN_NOTICE_SECONDS": "0.2"})


@dataclass(frozen=True)
class Image:
    """What an image would hold: `app` for its folder /app, `kit` for /etc/ws2sse, `starts` what it runs."""

    app: Path
    kit: Path
    starts: list[str]

    def command(self, words: list[str], changed: Mapping[str, str]) -> list[str]:
        """The same with folders of this machine, and with this Python."""
        here = {"/app": str(self.app), **changed}
        found = [here.get(word, word.replace("/etc/ws2sse", str(self.kit))) for word in words]
        first = {"ws2sse": ["-m", "migrator.cli"], "uvicorn": ["-m", "uvicorn"], "python": []}[found[0]]
        return [sys.executable, *first, *found[1:]]


def image_of(kit: Path, app: Path, folder: Path) -> Image:
    """What `COPY . .` would bring there, less what the kit leaves out."""
    container = kit / "container"
    ignored = (container / "Containerfile.dockerignore").read_text().splitlines()

    def left_out(place: str, names: list[str]) -> list[str]:
        inside = Path(place).relative_to(app)
        return [name for name in names if _is_ignored((inside / name).as_posix(), ignored)]

    shutil.copytree(app, folder / "app", ignore=left_out)
    *_, last = [line for line in (container / "Containerfile").read_text().splitlines() if line.startswith("CMD ")]
    return Image(folder / "app", container, json.loads(last.removeprefix("CMD ")))


def _is_ignored(path: str, patterns: list[str]) -> bool:
    """The last pattern that fits counts; one with an exclamation mark takes the file in again."""
    fitting = [pattern for pattern in patterns if _ignores(pattern.removeprefix("!"), path)]
    return bool(fitting) and not fitting[-1].startswith("!")


def _ignores(pattern: str, path: str) -> bool:
    """https://docs.docker.com/build/concepts/context/#syntax, as far as kits use it: only `**/` crosses folders."""
    if pattern.startswith("**/"):
        return fnmatch(path.rpartition("/")[2], pattern.removeprefix("**/"))
    return path.count("/") == pattern.count("/") and fnmatch(path, pattern)
