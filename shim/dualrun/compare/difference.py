"""What a comparison finds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from shim.dualrun.compare.classes import CLASSES, DifferenceClass
from shim.dualrun.compare.fanout import DeliveryMatrix
from shim.dualrun.compare.outlived import Outlived
from shim.dualrun.record.canonical import Event

ByDesign = Literal[
    "handshake_status",
    "post_status",
    "returned_status",
    "error_as_answer",
    "answer_order",
    "independent_order",
    "json_spelling",
    "late",
    "presence",
    "size_limit",
    "time_limit",
    "binary_frame",
    "bytes_as_text",
    "consequence",
]

BY_DESIGN: dict[ByDesign, str] = {
    "handshake_status": "An accepted connection answers 200 to a GET, where a WebSocket handshake answers 101.",
    "post_status": "Each message is a POST with a status of its own; a WebSocket has none.",
    "returned_status": "The status that a handler returns is that of the POST; a WebSocket hides it.",
    "error_as_answer": "An error frame may come as the answer to the POST, with its status, instead of on the stream.",
    "answer_order": "There is no order between the answer to a POST and what comes on the stream in the same step.",
    "independent_order": "Messages have no order when they come from different senders of whom neither had seen the "
    "other's, as long as all who receive both see them alike.",
    "json_spelling": "JSON may be spelled differently: white space, order of keys, 1.0 for 1.",
    "late": "A message may come in a later step, within its margin, as long as the order of the client's messages "
    "stays.",
    "presence": "A client that leaves may or may not receive what comes in the step of its own leaving.",
    "size_limit": "A WebSocket API closes a connection that sends more than 32 KB in a frame or 128 KB in a message; "
    "a POST is larger, or is answered 413.",
    "time_limit": "A WebSocket API closes a connection on which nothing was sent for 10 minutes, or that is 2 hours "
    "old; an event stream stays open. Until its client leaves it receives more, and only then others hear of it.",
    "binary_frame": "A WebSocket API closes a connection that sends a binary frame, with 1003; a POST of bytes is "
    "refused, and the event stream stays open.",
    "bytes_as_text": "A WebSocket API sends text frames only, in which bytes that are no UTF-8 are lost; on an event "
    "stream they come as they are.",
    "consequence": "What a client receives, or misses, because another difference that is listed keeps it connected or "
    "away, is part of that difference.",
}
"""Differences that the new path has on purpose, or that no client can rely on. None of them fails a dual run.

That connection ids have other values is not listed: ids are checked by the rule 'id_bijection'."""

MAX_KEPT = 1_000
"""Differences of one class and explanation that are kept of one session; all are counted. Of what nothing explains,
MAX_UNEXPLAINED are kept."""

MAX_UNEXPLAINED = 100_000


@dataclass(frozen=True, slots=True)
class Difference:
    """step: 0-based; the step on the legacy path, or of the candidate where there is none.

    path: the leaf that differs, such as '$.users[0].name'; None when the whole event does.
    detail: one sentence for people.
    explained: by what, such as 'by_design:late', 'noise:timestamp $.at' or 'waiver:W-1'; None when nothing explains it.
    """

    kind: DifferenceClass
    session: str
    step: int
    client: str
    route: str | None
    detail: str
    legacy: Event | None = None
    candidate: Event | None = None
    path: str | None = None
    expected: str = ""
    found: str = ""
    explained: str | None = None

    @property
    def critical(self) -> bool:
        """Somebody received what was not meant for them, or spoke for somebody else."""
        return CLASSES[self.kind].critical


@dataclass(slots=True)
class Comparison:
    """One session. differences: explained ones too; only the others can fail a dual run.

    counts: of all, by class and explanation, those too that are not kept in `differences`.
    rows: by client, the events of both sides in order, side by side. deliveries: None where nobody wanted it.
    outlived: connections that only the legacy path closed, for a limit.
    """

    session: str
    differences: list[Difference] = field(default_factory=list)
    by_design: dict[ByDesign, int] = field(default_factory=dict)
    rows: dict[str, list[tuple[Event | None, Event | None]]] = field(default_factory=dict)
    counts: Counter[tuple[DifferenceClass, str | None]] = field(default_factory=Counter)
    deliveries: DeliveryMatrix | None = None
    outlived: tuple[Outlived, ...] = ()

    @property
    def unexplained(self) -> list[Difference]:
        return [difference for difference in self.differences if difference.explained is None]

    def count(self, what: ByDesign) -> None:
        self.by_design[what] = self.by_design.get(what, 0) + 1

    def add(self, kind: DifferenceClass, explained: str | None, make: Callable[[], Difference]) -> None:
        """Counts one; `make` is called only when it is kept."""
        self.counts[kind, explained] += 1
        if self.counts[kind, explained] <= (MAX_UNEXPLAINED if explained is None else MAX_KEPT):
            self.differences.append(make())

    def add_by_design(self, kind: DifferenceClass, what: ByDesign, make: Callable[[str], Difference]) -> None:
        """`make` is given the explanation."""
        self.count(what)
        explained = f"by_design:{what}"
        self.add(kind, explained, lambda: make(explained))

    def add_classified(
        self, kind: DifferenceClass, by_design: ByDesign | None, make: Callable[[str | None], Difference]
    ) -> None:
        """One that is so by design, or that nothing explains. `make` is given the explanation, or None."""
        if by_design is None:
            self.add(kind, None, lambda: make(None))
        else:
            self.add_by_design(kind, by_design, make)
