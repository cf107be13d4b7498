"""What a comparison finds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from shim.dualrun.compare.classes import CLASSES, DifferenceClass
from shim.dualrun.record.canonical import Event

ByDesign = Literal[
    "handshake_status", "post_status", "returned_status", "error_as_answer", "answer_order", "json_spelling", "late"
]

BY_DESIGN: dict[ByDesign, str] = {
    "handshake_status": "An accepted connection answers 200 to a GET, where a WebSocket handshake answers 101.",
    "post_status": "Each message is a POST with a status of its own; a WebSocket has none.",
    "returned_status": "The status that a handler returns is that of the POST; a WebSocket hides it.",
    "error_as_answer": "An error frame may come as the answer to the POST, with its status, instead of on the stream.",
    "answer_order": "There is no order between the answer to a POST and what comes on the stream in the same step.",
    "json_spelling": "JSON may be spelled differently: white space, order of keys, 1.0 for 1.",
    "late": "A message may come in a later step, as long as the order of the client's messages stays.",
}
"""Differences that the new path has on purpose, or that no client can rely on. None of them fails a dual run.

That connection ids have other values is not listed: ids are checked by the rule 'id_bijection'."""


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
        """Somebody received what was not meant for them."""
        return CLASSES[self.kind].critical


@dataclass(slots=True)
class Comparison:
    """One session. differences: explained ones too; only the others can fail a dual run.

    rows: by client, the events of both sides in order, side by side.
    """

    session: str
    differences: list[Difference] = field(default_factory=list)
    by_design: dict[ByDesign, int] = field(default_factory=dict)
    rows: dict[str, list[tuple[Event | None, Event | None]]] = field(default_factory=dict)

    @property
    def unexplained(self) -> list[Difference]:
        return [difference for difference in self.differences if difference.explained is None]

    def count(self, what: ByDesign) -> None:
        self.by_design[what] = self.by_design.get(what, 0) + 1
