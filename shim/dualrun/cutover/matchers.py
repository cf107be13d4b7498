"""Whether two messages that belong together say the same."""

from __future__ import annotations

from collections.abc import Callable

from shim.dualrun.compare.applying import NoiseMatcher, RuleSet
from shim.dualrun.compare.leaves import Leaf
from shim.dualrun.compare.matching import Matcher
from shim.dualrun.compare.noise_file import NO_FILE, NoiseFile
from shim.dualrun.compare.volatile import IdsEverywhere, Position, Volatile
from shim.dualrun.record.canonical import Event


class SameText:
    """For one message over two transports: nothing may differ, not even how it is spelled."""

    def differences(self, left: Event, right: Event) -> list[Leaf]:
        return [] if left.text == right.text else [Leaf("$", left.text, right.text, "is spelled otherwise")]


def typed(noise: NoiseFile = NO_FILE) -> Callable[[], Matcher]:
    """For two services: an id may have another value, if always the same one, and a time may be another now; what the
    rules of `noise` explain is explained. All else is a difference."""
    rules = RuleSet.of((), noise.rules)
    return lambda: NoiseMatcher(rules, _AnyToken(), IdsEverywhere(frozenset()))


class _Everywhere(frozenset[Position]):
    """Every position: two services are not the same one run twice, so no id of theirs is expected to agree."""

    def __contains__(self, _: object) -> bool:
        return True


class _AnyToken(Volatile):
    def of(self, event: Event) -> frozenset[Position]:
        return _EVERYWHERE


_EVERYWHERE = _Everywhere()
