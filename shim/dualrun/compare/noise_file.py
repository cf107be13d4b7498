"""The file of noise rules and waivers: written by a run that learns, reviewed by people, read by the next run.

See docs/reference/noise-file.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from shim.dualrun.compare.rules import RULES, NoiseRule
from shim.dualrun.compare.waivers import Waiver
from shim.toml_values import toml_value

VERSION: Final = 1

LASTS: Final = timedelta(days=90)
"""How long a learned rule applies. An application changes, and what was noise may become a fault."""

MAX_EXAMPLE: Final = 60
"""Characters of an example."""

_HEAD: Final = """\
# What the legacy path differs in from itself, and differences that somebody has accepted. Written by
# `ws2sse verify --learn`, read by `ws2sse verify --noise`. Examples show the form of values: 0 for a digit, x for a
# letter. A rule or waiver no longer applies from the day on which it expires.
"""


@dataclass(frozen=True, slots=True)
class NoiseFile:
    rules: tuple[NoiseRule, ...] = ()
    waivers: tuple[Waiver, ...] = ()

    def on(self, today: date) -> NoiseFile:
        """Without what has expired."""
        return NoiseFile(
            tuple(rule for rule in self.rules if rule.expires is None or today < rule.expires),
            tuple(waiver for waiver in self.waivers if today < waiver.expires),
        )

    def expired(self, today: date) -> tuple[str, ...]:
        """A sentence for each that no longer applies."""
        rules = (
            f"The noise rule {rule.kind} {rule.path} of {rule.message or 'all messages'} expired on {rule.expires}."
            for rule in self.rules
            if rule.expires is not None and rule.expires <= today
        )
        waivers = (
            f"The waiver {waiver.id} expired on {waiver.expires}." for waiver in self.waivers if waiver.expires <= today
        )
        return (*rules, *waivers)

    def with_learned(self, rules: Iterable[NoiseRule], today: date) -> NoiseFile:
        """What was learned anew, with what the file has: its waivers, the parameters that its rules have, and rules
        that were not seen this time. Examples are redacted."""
        known = {rule.key: rule for rule in self.rules}
        for rule in rules:
            before = known.get(rule.key)
            if rule.learned == 0 and before is None:
                continue  # applied without having been learned
            if rule.learned == 0:
                assert before is not None
                known[rule.key] = replace(before, hits=rule.hits)
                continue
            known[rule.key] = replace(
                rule,
                examples=tuple((picture(left), picture(right)) for left, right in rule.examples),
                parameter=before.parameter if before and before.parameter is not None else rule.parameter,
                expires=today + LASTS,
            )
        return NoiseFile(tuple(known[key] for key in sorted(known)), self.waivers)

    def to_toml(self) -> str:
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        yield _HEAD
        yield f"version = {VERSION}"
        for rule in self.rules:
            yield from _table("rule", _rule_record(rule))
        for waiver in self.waivers:
            yield from _table("waiver", _waiver_record(waiver))


NO_FILE: Final = NoiseFile()
"""Nothing is known before."""


def picture(text: str) -> str:
    """The form of a value, without the value."""
    shown = "".join(_drawn(character) for character in text[:MAX_EXAMPLE])
    return shown if len(text) <= MAX_EXAMPLE else f"{shown}…"


def _drawn(character: str) -> str:
    if character.isdigit():
        return "0"
    if character.isalpha():
        return "X" if character.isupper() else "x"
    return character if character.isascii() and character.isprintable() else "?"


def _rule_record(rule: NoiseRule) -> dict[str, Any]:
    return {
        "kind": rule.kind,
        "message": rule.message,
        "path": rule.path,
        RULES[rule.kind].parameter: rule.parameter,
        "learned": rule.learned,
        "hits": rule.hits,
        "examples": [list(pair) for pair in rule.examples],
        "expires": rule.expires,
    }


def _waiver_record(waiver: Waiver) -> dict[str, Any]:
    return {
        "id": waiver.id,
        "reason": waiver.reason,
        "approver": waiver.approver,
        "expires": waiver.expires,
        "class": waiver.kind,
        "route": waiver.route,
        "message": waiver.message,
        "path": waiver.path,
        "session": waiver.session,
        "client": waiver.client,
    }


def _table(name: str, record: dict[str, Any]) -> Iterator[str]:
    yield ""
    yield f"[[{name}]]"
    for key, value in record.items():
        if isinstance(value, date):
            yield f"{key} = {value.isoformat()}"
        elif value is not None:
            yield f"{key} = {toml_value(_encodable(value))}"


def _encodable(value: Any) -> Any:  # noqa: ANN401 - what TOML has
    """Half a surrogate pair, which no encoding carries, becomes a question mark."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    return [_encodable(item) for item in value] if isinstance(value, list) else value
