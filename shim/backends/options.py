"""How Python functions are run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Workers = Literal["auto", "threads", "processes"]


@dataclass(frozen=True, slots=True)
class PythonOptions:
    """workers: 'threads' of this process; or 'processes', one for each code root, environment and working directory
        that functions have; 'auto' takes threads when one code root serves all and none has an environment of its own.
    threads: calls that run at a time, in each process. Others wait in order.
    most_calls: calls that run or wait, of all functions; more fail as those that Lambda throttles.
    most_given_up: calls that nobody waits for any more and that still run. A worker process that has more is replaced
        and ended; in this process, which can't be ended, each up to this number gets a substitute for its thread.
    start_timeout_s: seconds that a worker process has to import its functions.
    drain_s: seconds that calls under way have to end when their worker process is replaced.
    reload: whether changed code takes effect at once. For work on a local machine.
    forward_unknown: whether a push to an id that is not connected here goes out to the address that it names.
    require_all: whether the shim ends at start when a function can't be imported. Else calls of that function fail, as
        at Lambda, and the others are served; with none that can be imported it ends all the same.
    region, account_id: of the ARN that a context tells.
    """

    workers: Workers = "auto"
    threads: int = 32
    most_calls: int = 20_000
    most_given_up: int = 8
    start_timeout_s: float = 30.0
    drain_s: float = 30.0
    reload: bool = False
    forward_unknown: bool = False
    require_all: bool = False
    region: str = "us-east-1"
    account_id: str = "123456789012"
