"""Whether two messages that belong together say the same."""

from __future__ import annotations

from shim.dualrun.compare.leaves import Leaf
from shim.dualrun.compare.matching import LearningMatcher, Matcher
from shim.dualrun.compare.noise import NoiseLedger
from shim.dualrun.record.canonical import Event


class SameText:
    """For one message over two transports: nothing may differ, not even how it is spelled."""

    def differences(self, left: Event, right: Event) -> list[Leaf]:
        return [] if left.text == right.text else [Leaf("$", left.text, right.text, "is spelled otherwise")]


def typed() -> Matcher:
    """For two services: an id may have another value, if always the same one, and a time may be another now. All else
    is a difference."""
    return LearningMatcher(NoiseLedger())
