"""Errors of a dual run. Each carries its fields and builds its sentence from them.

DualRunError
├── SessionInvalid(session, problem, step)
├── NoiseFileInvalid(file, where, problem)
├── EventTooLarge(size, limit)
├── PathUnreachable(url, problem)
├── ControlLost(what, problem)
├── SessionStuck(step, problem)
├── SessionFloods(lost, limit)
├── ClockNotPinned(session, step)
└── ProcessFailed(what, problem, stderr_tail)
"""

from __future__ import annotations


class DualRunError(Exception):
    """The harness itself failed: the verdict is INCONCLUSIVE, never FAIL."""


class SessionInvalid(DualRunError):
    """Raised when a session can't be run as written. step: 0-based index of the first step that can't be taken."""

    def __init__(self, session: str, problem: str, step: int) -> None:
        self.session, self.problem, self.step = session, problem, step
        super().__init__(session, problem, step)

    def __str__(self) -> str:
        return f"Session {self.session!r} can't be run: {self.problem}."


class NoiseFileInvalid(DualRunError):
    """Raised when a file of noise rules can't be used as it is. where: the table and key; '' for the whole file."""

    def __init__(self, file: str, where: str, problem: str) -> None:
        self.file, self.where, self.problem = file, where, problem
        super().__init__(file, where, problem)

    def __str__(self) -> str:
        return f"{self.file}{f', {self.where}' if self.where else ''}: {self.problem}."


class EventTooLarge(DualRunError):
    """Raised when a stream sends an event that is larger than the reader takes."""

    def __init__(self, size: int, limit: int) -> None:
        self.size, self.limit = size, limit
        super().__init__(size, limit)

    def __str__(self) -> str:
        return f"The stream sent an event of at least {self.size} bytes; the reader takes at most {self.limit}."


class PathUnreachable(DualRunError):
    """Raised when a client can't reach the server at all."""

    def __init__(self, url: str, problem: str) -> None:
        self.url, self.problem = url, problem
        super().__init__(url, problem)

    def __str__(self) -> str:
        return f"{self.url} can't be reached ({self.problem})."


class ControlLost(DualRunError):
    """Raised when a process of the pinned world can't be asked any more what it is doing."""

    def __init__(self, what: str, problem: str) -> None:
        self.what, self.problem = what, problem
        super().__init__(what, problem)

    def __str__(self) -> str:
        return f"{self.what} {self.problem}."


class SessionStuck(DualRunError):
    """Raised when a step does not end. `step`: its number, from 1."""

    def __init__(self, step: int, problem: str) -> None:
        self.step, self.problem = step, problem
        super().__init__(step, problem)

    def __str__(self) -> str:
        return f"stopped at step {self.step}: {self.problem}"


class SessionFloods(DualRunError):
    """Raised when clients of a session are sent more than can be recorded. `lost`: events that were not."""

    def __init__(self, lost: int, limit: int) -> None:
        self.lost, self.limit = lost, limit
        super().__init__(lost, limit)

    def __str__(self) -> str:
        return f"its clients were flooded: at least {self.lost} events beyond the first {self.limit} were dropped"


class ClockNotPinned(DualRunError):
    """Raised when a session advances the clock of a server that has its own. `step`: 1-based."""

    def __init__(self, session: str, step: int) -> None:
        self.session, self.step = session, step
        super().__init__(session, step)

    def __str__(self) -> str:
        return (
            f"Step {self.step} of session {self.session!r} advances the clock, which only `ws2sse verify APP NEW` can: "
            "a server that runs already has a clock of its own."
        )


class ProcessFailed(DualRunError):
    """Raised when a server that the dual run started does not come up, or ends while it is needed."""

    def __init__(self, what: str, problem: str, stderr_tail: tuple[str, ...] = ()) -> None:
        self.what, self.problem, self.stderr_tail = what, problem, stderr_tail
        super().__init__(what, problem, stderr_tail)

    def __str__(self) -> str:
        said = "\n".join(f"  {line}" for line in self.stderr_tail)
        ending = f" The last that it said:\n{said}" if said else " It said nothing on stderr."
        return f"{self.what} {self.problem}.{ending}"
