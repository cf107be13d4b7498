"""A report as a document, schema 2: bounded, and the one source of its JSON, Markdown, JUnit and HTML forms."""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import Field

from shim.dualrun.compare.classes import DifferenceClass
from shim.dualrun.compare.difference import ByDesign
from shim.dualrun.compare.fanout import Cell
from shim.dualrun.compare.rules import RuleKind
from shim.dualrun.judge.verdict import Verdict
from shim.dualrun.record.canonical import Channel, Kind
from shim.dualrun.report.cut import Name, Text
from shim.dualrun.report.part import Part
from shim.dualrun.report.proof import Proof, Stub, TypeResult

_WORST_FIRST: Final[tuple[Verdict, ...]] = ("FAIL", "INCONCLUSIVE", "PASS")


class Route(Part):
    """messages: those that the route caused on the legacy path. differences: those that nothing explains."""

    verdict: Verdict
    messages: int
    differences: int
    sessions: int
    reason: Text


class Tally(Part):
    """How many differences of one class there are for one route and one type of message, and what explains them."""

    route: Name
    type: Name
    kind: DifferenceClass = Field(serialization_alias="class")
    unexplained: int
    by_design: int
    noise: int
    waiver: int

    @property
    def explained(self) -> int:
        return self.by_design + self.noise + self.waiver


class Event(Part):
    """step: 1-based. status: HTTP status, or the code of a close."""

    step: int
    kind: Kind
    channel: Channel
    status: int | None
    text: Text


class Difference(Part):
    """step: 1-based. path: the leaf that differs; None when the whole message does.

    legacy, candidate: what stands there on each path; None where there is nothing.
    explained: what explains it, such as 'by_design:late'; None when nothing does.
    """

    kind: DifferenceClass = Field(serialization_alias="class")
    critical: bool
    explained: Name | None
    session: Name
    step: int
    client: Name
    route: Name | None
    type: Name
    path: Name | None
    legacy: Text | None
    candidate: Text | None
    detail: Text


class Lane(Part):
    """One moment of a session: a step that a client takes (`act`, in words), or what a client received.

    on_legacy, on_candidate: whether it happened on that path. here: where the two paths part.
    """

    step: int
    client: Name
    act: Text | None
    legacy: Event | None
    candidate: Event | None
    on_legacy: bool
    on_candidate: bool
    here: bool


class Divergence(Part):
    """The first difference that nothing explains. doing: its step, in words.

    lanes: what happened before and after, to all clients, in causal order.
    """

    difference: Difference
    doing: Text
    clients: tuple[Name, ...]
    lanes: tuple[Lane, ...]


class Timeline(Part):
    """What one client received on each path, in the order in which it came; `pairs` are indices into the two lists.

    moved: the pairs that stand at another place among the messages of the client.
    """

    session: Name
    client: Name
    legacy: tuple[Event, ...]
    candidate: tuple[Event, ...]
    pairs: tuple[tuple[int, int], ...]
    moved: tuple[tuple[int, int], ...]
    left_out: int


class Publish(Part):
    """A message on its way to its recipients. cells: what became of it, by client; to others, nothing was due."""

    name: Text
    cells: dict[Name, Cell]


class Deliveries(Part):
    """Who received what in one session. left_out: publishes that are not listed.

    precision: share of deliveries, over all sessions, that were meant for their recipient. recall: share of deliveries
    due that were made. Both are None when there was none.
    """

    session: Name
    clients: tuple[Name, ...]
    publishes: tuple[Publish, ...]
    left_out: int
    precision: float | None
    recall: float | None


class Rule(Part):
    """learned: places where the two legacy runs differed so. hits: places where it explained a difference."""

    rule: RuleKind
    path: Name
    learned: int
    hits: int
    examples: tuple[tuple[Text, Text], ...]


class Design(Part):
    what: ByDesign
    meaning: str
    count: int


class Shortest(Part):
    """The shortest session that was found to show the first difference. steps: in words.

    confirmed: whether it diverged when it was replayed by itself. replays: how many sessions were replayed for it.
    """

    kind: DifferenceClass = Field(serialization_alias="class")
    steps: tuple[Text, ...]
    messages: int
    confirmed: bool
    replays: int


class ReportDocument(Part):
    """The result of one dual run.

    difference_count: explained ones too; `differences` lists the first of them, what nothing explains before the rest.
    assumed: sentences on what both sides were given because nothing declares it.
    types: by route and type of message. proof: the numbers behind the verdict; None where nothing was compared.
    shortest: None where nobody looked for it.
    left_out: sentences on what is not listed because there is too much of it.
    """

    schema_version: Literal[2] = 2
    verdict: Verdict
    application: Name
    legacy: Text
    candidate: Text
    finished_at: str
    sessions: int
    reasons: tuple[Text, ...]
    would_change: tuple[Text, ...]
    assumed: tuple[Text, ...]
    routes: dict[Name, Route]
    tally: tuple[Tally, ...]
    difference_count: int
    unexplained_count: int
    differences: tuple[Difference, ...]
    first_divergence: Divergence | None
    timeline: Timeline | None
    deliveries: Deliveries | None
    noise_rules: tuple[Rule, ...]
    by_design: tuple[Design, ...]
    types: tuple[TypeResult, ...] = ()
    proof: Proof | None = None
    stubs: tuple[Stub, ...] = ()
    shortest: Shortest | None = None
    left_out: tuple[str, ...]

    def routes_worst_first(self) -> list[tuple[Name, Route]]:
        """Name and result; those with the same verdict in their own order."""
        return sorted(self.routes.items(), key=lambda item: _WORST_FIRST.index(item[1].verdict))

    def to_json(self) -> dict[str, Any]:
        return self.model_dump(mode="json", by_alias=True)
