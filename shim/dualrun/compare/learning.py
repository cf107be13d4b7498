"""Learns from two legacy runs what is noise, and compares candidates under what was learned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from shim.dualrun.compare.applying import NoiseMatcher, RuleSet
from shim.dualrun.compare.difference import Comparison, Difference
from shim.dualrun.compare.evidence import Evidence, Place
from shim.dualrun.compare.keys import KeyPath, KeyPaths
from shim.dualrun.compare.matching import LearningMatcher
from shim.dualrun.compare.message_type import message_type
from shim.dualrun.compare.noise_file import NO_FILE, NoiseFile
from shim.dualrun.compare.payload import general
from shim.dualrun.compare.rules import NoiseRule, RuleKey, RuleKind
from shim.dualrun.compare.session import SessionRun, compare_session
from shim.dualrun.compare.volatile import IdsEverywhere, SharedIds, Volatile
from shim.dualrun.compare.waivers import waive
from shim.dualrun.record.canonical import Event, Recording, by_session
from shim.dualrun.record.scenario import Session


@dataclass(frozen=True, slots=True)
class Learned:
    """rules: learned in these runs. volatile: by session, of those in which the legacy path agreed with itself.

    unstable: by session, in what the two legacy runs differ. key_paths: see `compare_session`. shared: ids that all
    sessions know.
    """

    rules: tuple[NoiseRule, ...]
    volatile: Mapping[str, Volatile]
    unstable: Mapping[str, tuple[Difference, ...]]
    key_paths: Mapping[str, tuple[KeyPath, ...]]
    shared: frozenset[str]
    given: NoiseFile = NO_FILE

    def candidate(self) -> Candidate:
        return Candidate(self, RuleSet.of(self.rules, self.given.rules), IdsEverywhere(self.shared))


@dataclass(slots=True)
class Candidate:
    """The comparison of one candidate, session by session. hits: how often each rule explained something."""

    learned: Learned
    rules: RuleSet
    everywhere: IdsEverywhere
    hits: Counter[RuleKey] = field(default_factory=Counter)

    def compare(self, session: Session, left: SessionRun, right: SessionRun, *, deliveries: bool = False) -> Comparison:
        """`left`: the first of the legacy runs that were learned from; `session`: not an unstable one.

        `deliveries`: whether the delivery matrix is wanted too.
        """
        matcher = NoiseMatcher(self.rules, self.learned.volatile[session.name], self.everywhere)
        comparison = compare_session(session, left, right, matcher, self.learned.key_paths, deliveries=deliveries)
        self.hits.update(matcher.hits)
        waive(comparison, self.learned.given.waivers)
        return comparison

    def afresh(self) -> Candidate:
        """As if nothing had been compared yet."""
        return Candidate(self.learned, self.rules, IdsEverywhere(self.learned.shared))

    def used_rules(self) -> tuple[NoiseRule, ...]:
        """All rules with their hits, and those that were applied without (a time that is now on both sides).

        `learned` of all is of these runs: 0 for a given one of which they show nothing.
        """
        known = {rule.key: rule for rule in self.learned.rules}
        for rule in self.learned.given.rules:
            seen = known.get(rule.key)
            known[rule.key] = replace(
                rule, learned=seen.learned if seen else 0, examples=seen.examples if seen else rule.examples
            )
        unlearned = [key for key in self.hits if key not in known]
        rules = [replace(rule, hits=self.hits[key]) for key, rule in known.items()]
        rules += [NoiseRule(key.kind, key.path, 0, self.hits[key], (), key.message) for key in unlearned]
        return tuple(sorted(rules, key=lambda rule: rule.key))


def learn(
    sessions: Iterable[Session],
    legacy: tuple[Mapping[str, SessionRun], Mapping[str, SessionRun]],
    given: NoiseFile = NO_FILE,
) -> Learned:
    """`legacy`: by session, of two runs. `given`: rules of the user's own, that need no evidence, and waivers."""
    evidence, shared, key_paths = Evidence(), SharedIds(), KeyPaths()
    places: dict[Place, set[RuleKind]] = {}
    for rule in given.rules:
        places.setdefault((rule.message, rule.path), set()).add(rule.kind)
    volatile: dict[str, Volatile] = {}
    found: dict[str, Comparison] = {}
    for session in sessions:
        matcher = LearningMatcher(evidence, shared, places)
        runs = [run.get(session.name, SessionRun()) for run in legacy]
        comparison = compare_session(session, runs[0], runs[1], matcher)
        for rows in comparison.rows.values():
            key_paths.learn(_message_pairs(rows))
        volatile[session.name] = matcher.volatile
        found[session.name] = replace(comparison, rows={})
    rules = evidence.rules()
    noisy = {(rule.message, rule.path) for rule in rules}
    unstable = {
        name: differences
        for name, comparison in found.items()
        if (differences := tuple(d for d in comparison.unexplained if not _is_noise(d, noisy)))
    }
    stable = {name: positions for name, positions in volatile.items() if name not in unstable}
    return Learned(rules, stable, unstable, key_paths.paths(), shared.known(), given)


def runs_by_session(recording: Recording) -> dict[str, SessionRun]:
    events, sent = by_session(recording.events), by_session(recording.sent)
    skipped: dict[str, set[int]] = {}
    for name, step in recording.skipped:
        skipped.setdefault(name, set()).add(step)
    return {
        name: SessionRun(
            events.get(name, ()), sent.get(name, ()), frozenset(skipped.get(name, ())), settled=recording.settled
        )
        for name in {**events, **sent, **skipped}
    }


def _is_noise(found: Difference, noisy: set[tuple[str, str]]) -> bool:
    """What was told before there was enough evidence for a rule."""
    return (
        found.path is not None
        and found.legacy is not None
        and (message_type(found.legacy.text), general(found.path)) in noisy
    )


def _message_pairs(rows: Iterable[tuple[Event | None, Event | None]]) -> Iterator[tuple[Event, Event]]:
    for a, b in rows:
        if a is not None and b is not None and a.kind == b.kind == "msg":
            yield a, b
