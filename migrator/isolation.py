"""A run in a child process: a parser that crashes, or does not end, costs one file and not the run.

Parsers in native code can overflow their stack on hostile input, which ends the process. The child tells which file is
with a parser. When it dies there, or takes too long, another child begins anew and leaves that file out, which then
counts as failed, for the reason that `crash_of` gives.
"""

from __future__ import annotations

import faulthandler
import os
import pickle
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any, Final, TypeVar

from migrator.errors import RunCrashed
from migrator.phases import Listener, listener, recording

Result = TypeVar("Result")

MOST_CRASHES: Final = 20
"""Files that a run may lose; with more it ends."""

PARSE_LIMIT_S: Final = 60.0
"""Seconds that a parser may have for one file; a large file takes well under one."""


@dataclass
class _Child:
    """What the work in a child process knows of it."""

    parent: Connection
    crashes: Mapping[str, str]

    def begun(self, name: str) -> None:
        self.parent.send(("begun", name))

    def ended(self, name: str, seconds: float) -> None:
        self.parent.send(("ended", name, seconds))


_child: ContextVar[_Child | None] = ContextVar("child", default=None)


@contextmanager
def parsing(path: str) -> Iterator[None]:
    """Around a call of a parser. `path`: as `crash_of` is asked for it. Outside of `isolated` it does nothing."""
    child = _child.get()
    if child is None:
        yield
        return
    child.parent.send(("parsing", path))
    try:
        yield
    finally:
        child.parent.send(("parsed", path))


def crash_of(path: str) -> str | None:
    """Why the file must not be parsed again in this run; None when nothing speaks against it."""
    child = _child.get()
    return None if child is None else child.crashes.get(path)


def isolated(work: Callable[[], Result], *, limit_s: float = PARSE_LIMIT_S) -> Result:
    """What `work` returns or raises, done in a child process; where there is no fork, in this one.

    Both have to be picklable. Raises RunCrashed when the child dies and no file can be blamed for it, or too many can.
    """
    if not hasattr(os, "fork") or _child.get() is not None:
        return work()
    crashes: dict[str, str] = {}
    while True:
        attempt = _Attempt(limit_s)
        outcome = attempt.run(work, crashes)
        if outcome is not None:
            word, value = outcome
            if word == "error":
                raise value
            result: Result = value
            return result
        if attempt.path is None or attempt.path in crashes or len(crashes) == MOST_CRASHES:
            raise RunCrashed(attempt.how, attempt.path, len(crashes))
        crashes[attempt.path] = attempt.how


@dataclass
class _Attempt:
    """One child, from its start to its end."""

    limit_s: float
    path: str | None = None
    """The file that is with a parser."""
    how: str = ""
    """How the child died."""
    _last: tuple[str, Any] | None = field(default=None, repr=False)

    def run(self, work: Callable[[], Any], crashes: Mapping[str, str]) -> tuple[str, Any] | None:
        """What the child said last; None when it died."""
        reader, writer = Pipe(duplex=False)
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            reader.close()
            _work_in_child(work, _Child(writer, dict(crashes)))
        writer.close()
        try:
            self._listen(reader, listener())
        finally:
            reader.close()
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            status = os.waitpid(pid, 0)[1]
        if self._last is None and not self.how:
            self.how = f"the parser crashed on it ({_described(status)})"
        return self._last

    def _listen(self, reader: Connection, shown: Listener | None) -> None:
        while True:
            if not reader.poll(None if self.path is None else self.limit_s):
                self.how = f"the parser did not end within {self.limit_s:g} s"
                return
            try:
                word, *values = reader.recv()
            except EOFError:
                return
            if word in {"parsing", "parsed"}:
                self.path = values[0] if word == "parsing" else None
            elif word in {"begun", "ended"}:
                if shown is not None:
                    getattr(shown, word)(*values)
            else:
                self._last = (word, values[0])
                return


def _work_in_child(work: Callable[[], Any], child: _Child) -> None:
    """Never returns."""
    status = 1
    try:
        faulthandler.disable()  # the parent says what happened
        _child.set(child)
        with recording(child) if listener() is not None else nullcontext():
            child.parent.send(("result", work()))
        status = 0
    except KeyboardInterrupt:
        status = 130
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is the parent's
        with suppress(BrokenPipeError):
            child.parent.send(("error", _packed(error)))
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _packed(error: BaseException) -> BaseException:
    """The error with its traceback as a note; its text alone where it can't be pickled."""
    error.add_note("".join(traceback.format_exception(error)))
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - what was just made here
    except Exception:  # noqa: BLE001 - an error of any library may fail to be copied, in any way
        return RuntimeError("".join(traceback.format_exception(error)))
    return error


def _described(status: int) -> str:
    if os.WIFSIGNALED(status):
        return signal.Signals(os.WTERMSIG(status)).name
    return f"status {os.waitstatus_to_exitcode(status)}"
