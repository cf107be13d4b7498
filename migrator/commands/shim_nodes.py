"""Several nodes at one port of this machine: a parent that starts them, and starts again those that die.

The parent loads no handler and serves nothing. Each node is forked from it and has a listening socket of its own at the
same port, among which the kernel spreads new connections: https://man7.org/linux/man-pages/man7/socket.7.html
(SO_REUSEPORT).
"""

from __future__ import annotations

import json
import multiprocessing
import os
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from multiprocessing.context import ForkProcess
from typing import Final

import click

from migrator.commands.shim_words import Started, talker
from migrator.errors import WsSseError
from shim.config.address import Address
from shim.config.options import ShimOptions

FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 30.0
"""Before a node that died is started again: doubled each time that it dies soon."""

STEADY_S: Final = 60.0
"""A node that ran so long had nothing wrong when it started."""

_ENDING: Final = (signal.SIGTERM, signal.SIGINT)


class NodesNotPossible(WsSseError):
    """Raised for a setting of `listen.nodes` that nobody could keep. `why`: the end of the sentence."""

    def __init__(self, nodes: int, why: str) -> None:
        self.nodes, self.why = nodes, why
        super().__init__(nodes, why)

    def __str__(self) -> str:
        return f"listen.nodes is {self.nodes}, and {self.why}."


def check_possible(nodes: int, *, redis: bool, aws: str) -> None:
    """Raises NodesNotPossible. `aws`: 'moto' or 'configured'."""
    if not redis:
        raise NodesNotPossible(
            nodes,
            "several nodes serve the same connections over Redis alone: set redis.url, such as "
            "SHIM_REDIS__URL=redis://127.0.0.1:6379/0",
        )
    if aws == "moto":
        raise NodesNotPossible(
            nodes,
            "moto plays AWS in the memory of one process: give --aws configured, and for an AWS in memory that several "
            "share AWS_ENDPOINT_URL (docs/how-to/serve-from-several-nodes.md)",
        )
    if not hasattr(socket, "SO_REUSEPORT") or "fork" not in multiprocessing.get_all_start_methods():
        raise NodesNotPossible(nodes, "this system does not let several processes listen at one port")


def pause_after(ran_s: float, before_s: float) -> float:
    """Seconds until a node that ran so long is started again, after a pause of `before_s`; 0: after none."""
    return FIRST_PAUSE_S if ran_s >= STEADY_S or not before_s else min(2 * before_s, LONGEST_PAUSE_S)


def serve_as_several(
    options: ShimOptions,
    aws: str,
    serve: Callable[[list[socket.socket], Callable[[Started], None]], None],
    started: Callable[[Started], None],
) -> None:
    """Until they are told to end. `serve`: what one node does with its listening sockets. Raises NodesNotPossible."""
    check_possible(options.nodes, redis=options.redis is not None, aws=aws)
    host = options.listen.host
    with options.listen.reserve(shared=True) as reserved:  # so that the port stays ours while no node listens
        shared = Address(host, reserved.getsockname()[1])

        def run(number: int, started: Callable[[Started], None]) -> None:
            with ExitStack() as stack:
                sockets = [stack.enter_context(shared.bind(shared=True))]
                if options.node_port:
                    sockets.append(stack.enter_context(Address(host, options.node_port + number).bind()))
                serve(sockets, started)

        status = Nodes(options.nodes, run, started, talker(options.logs)).run_all()
    if status:
        raise click.exceptions.Exit(status)


Run = Callable[[int, Callable[[Started], None]], None]
"""Serves as the node of this number until it is told to end, and tells when it has started."""


@dataclass(slots=True)
class _Place:
    number: int
    process: ForkProcess | None = None
    began_at: float = 0.0
    pause_s: float = 0.0
    due_at: float = 0.0


@dataclass
class Nodes:
    """`run_all` once. `started`: called when all nodes have started for the first time. `tell`: says what goes on."""

    count: int
    run: Run
    started: Callable[[Started], None]
    tell: Callable[[str], None]
    clock: Callable[[], float] = time.monotonic
    _places: list[_Place] = field(default_factory=list)
    _up: set[int] = field(default_factory=set)
    _all_were_up: bool = False
    _ending: bool = False
    _failed: int = 0

    def run_all(self) -> int:
        """Until all have ended; the status with which to exit. A node that ends before all have started ends all."""
        self._reports, self._report = os.pipe()
        self._parent_lives, self._parent_end = os.pipe()
        self._places = [_Place(number) for number in range(self.count)]
        with _woken_by_signals() as woken:
            for place in self._places:
                self._start(place)
            while any(place.process for place in self._places) or not self._ending:
                self._wait(woken)
                self._look()
        return self._failed

    def _start(self, place: _Place) -> None:
        place.process = multiprocessing.get_context("fork").Process(target=self._child, args=(place.number,))
        place.began_at = self.clock()
        place.process.start()

    def _wait(self, woken: int) -> None:
        waits = [place.due_at - self.clock() for place in self._places if place.process is None and not self._ending]
        timeout = max(0.0, min(waits)) if waits else None
        readable, _, _ = select.select([woken, self._reports], [], [], timeout)
        if woken in readable:
            for number in os.read(woken, 512):
                if number in _ENDING:
                    self._end()
        if self._reports in readable:
            for line in os.read(self._reports, 65_536).splitlines():
                self._has_started(json.loads(line))

    def _has_started(self, words: dict[str, object]) -> None:
        self._up.add(int(str(words.pop("node"))))
        if len(self._up) == self.count and not self._all_were_up:
            self._all_were_up = True
            self.started(Started(**words))  # type: ignore[arg-type]

    def _look(self) -> None:
        for place in self._places:
            process = place.process
            if process is not None and process.exitcode is not None:
                self._ended(place, process.exitcode)
            elif process is None and not self._ending and self.clock() >= place.due_at:
                self._start(place)

    def _ended(self, place: _Place, status: int) -> None:
        place.process = None
        if self._ending:
            return
        if not self._all_were_up:
            self._failed = status if status > 0 else 1
            self._end()
            return
        place.pause_s = pause_after(self.clock() - place.began_at, place.pause_s)
        place.due_at = self.clock() + place.pause_s
        self.tell(f"node {place.number} ended with {status}; it is started again in {place.pause_s:g} s")

    def _end(self) -> None:
        """Also the second time: a node ends at once at the second signal."""
        self._ending = True
        for place in self._places:
            if place.process is not None and place.process.exitcode is None and place.process.pid is not None:
                os.kill(place.process.pid, signal.SIGTERM)

    def _child(self, number: int) -> None:
        signal.set_wakeup_fd(-1)
        for each in (*_ENDING, signal.SIGCHLD):
            signal.signal(each, signal.default_int_handler if each == signal.SIGINT else signal.SIG_DFL)
        os.setpgid(0, 0)  # the terminal's Ctrl-C is for the parent, who passes it on
        os.close(self._parent_end)
        threading.Thread(target=_end_with_parent, args=(self._parent_lives,), daemon=True).start()

        def started(words: Started) -> None:
            line = json.dumps({"node": number, **asdict(words)}).encode() + b"\n"
            os.write(self._report, line)  # short enough to be written whole: pipe(7), PIPE_BUF

        try:
            self.run(number, started)
        except WsSseError as error:
            click.echo(f"error: {error}", err=True)
            sys.exit(2)
        except click.ClickException as error:
            error.show()
            sys.exit(error.exit_code)


@contextmanager
def _woken_by_signals() -> Iterator[int]:
    """A descriptor from which the numbers of signals are read."""
    woken, wakes = os.pipe()
    os.set_blocking(wakes, False)
    before = {each: signal.signal(each, lambda _number, _frame: None) for each in (*_ENDING, signal.SIGCHLD)}
    fd_before = signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
    try:
        yield woken
    finally:
        signal.set_wakeup_fd(fd_before)
        for each, handler in before.items():
            signal.signal(each, handler)
        os.close(woken)
        os.close(wakes)


def _end_with_parent(lives: int) -> None:
    """A parent that was killed could tell nobody."""
    os.read(lives, 1)  # nobody writes: this returns when the other end is gone
    os.kill(os.getpid(), signal.SIGTERM)
