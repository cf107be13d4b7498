"""The kinds of noise rules. A rule never ignores a path: presence, type and format of a leaf stay checked.

A timestamp has to be one on both sides, written alike and as far from the time of its receipt; an id may have another
value, but one value stands for one value, in both directions; a list without an order has to have the same items.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, NamedTuple

RuleKind = Literal["timestamp", "id_bijection", "counter", "float", "unordered_array", "optional", "regex_shape"]


@dataclass(frozen=True, slots=True)
class RuleMeaning:
    """parameter: what the rule's parameter is called, with its unit. least: pairs of messages of the two legacy runs
    that have to show the variation before it counts as noise; docs/reference/noise-file.md has the reasons."""

    sentence: str
    parameter: str
    least: int


RULES: Final[dict[RuleKind, RuleMeaning]] = {
    "timestamp": RuleMeaning(
        "A moment, written alike, and as far from the time of its receipt as on the legacy path.",
        "window_s",
        1,
    ),
    "id_bijection": RuleMeaning(
        "An id of the same format; one value stands for one value, in both directions.",
        "scope",
        1,
    ),
    "counter": RuleMeaning(
        "A whole number that grows from message to message of a client; by as much as on the legacy path where both "
        "legacy runs agree on that.",
        "growth",
        3,
    ),
    "float": RuleMeaning(
        "A number that is off by at most twice the largest relative difference of the legacy runs.",
        "rtol",
        5,
    ),
    "unordered_array": RuleMeaning(
        "A list with the same items in any order, paired by the key where they have one.",
        "key",
        1,
    ),
    "optional": RuleMeaning(
        "A key that messages have or have not; where both sides have it, it is compared as ever.",
        "rate",
        3,
    ),
    "regex_shape": RuleMeaning(
        "A text or number of the same shape: runs of letters and digits, and all that stands between them.",
        "pattern",
        5,
    ),
}


class RuleKey(NamedTuple):
    """message: the type of message, see `message_type`. path: with any index for each index."""

    kind: RuleKind
    message: str
    path: str


@dataclass(frozen=True, slots=True)
class NoiseRule:
    """path: with any index for each index. learned: pairs of messages of the two legacy runs that differed so.

    examples: value in the first legacy run, value in the second. hits: places where it explained a difference
    between the legacy path and the candidate. message: the type of message; '' in rules that hold for all.
    parameter: see RULES. expires: the first day on which the rule no longer applies; None for one that was learned in
    this very run.
    """

    kind: RuleKind
    path: str
    learned: int
    hits: int
    examples: tuple[tuple[str, str], ...]
    message: str = ""
    parameter: float | str | None = None
    expires: date | None = None

    @property
    def key(self) -> RuleKey:
        return RuleKey(self.kind, self.message, self.path)


def label(kind: RuleKind, path: str) -> str:
    """What a difference is explained by: 'noise:timestamp $.at'."""
    return f"noise:{kind} {path}"
