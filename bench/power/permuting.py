"""Changes that a dual run has to take for none: what is different by design, or no client can rely on."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from random import Random

from shim.dualrun.compare.payload import value_of
from shim.dualrun.compare.tokens import split
from shim.dualrun.judge.power.on_messages import delayed, message_sites
from shim.dualrun.judge.power.stage import Stage, is_message, numbered
from shim.dualrun.record.canonical import Event


def permuted(stage: Stage, chance: Random) -> list[Event]:
    """Each kind of change at every place, or at none, as chance decides."""
    events = list(stage.events)
    for change in chance.sample([_spelled, _renamed, _answers_moved, _later], chance.randint(1, 4)):
        events = change(stage, events, chance)
    return numbered(events)


def _spelled(_stage: Stage, events: list[Event], chance: Random) -> list[Event]:
    return [replace(event, text=_other_spelling(event.text, chance)) for event in events]


def _other_spelling(text: str, chance: Random) -> str:
    value = value_of(text)
    if isinstance(value, str):
        return text
    if isinstance(value, dict):
        keys = list(value)
        chance.shuffle(keys)
        value = {key: value[key] for key in keys}
    return json.dumps(value, indent=chance.choice([None, 2]), ensure_ascii=chance.random() < 0.5)


def _renamed(stage: Stage, events: list[Event], _chance: Random) -> list[Event]:
    """Ids that are never twice the same get other values, one for one."""
    own = _ids(events) - _ids(stage.partners.values())
    names = {old: re.sub(r"[0-9]", lambda digit: str((int(digit.group()) + 3) % 10), old) for old in own}
    if len({*names.values()}) < len(names) or not names:
        return events
    pattern = re.compile("|".join(re.escape(old) for old in sorted(names, key=len, reverse=True)))
    return [replace(event, text=pattern.sub(lambda found: names[found.group()], event.text)) for event in events]


def _ids(events: Sequence[Event] | object) -> set[str]:
    assert hasattr(events, "__iter__")
    return {token.text for event in events for token in split(event.text).tokens if token.kind == "id"}


def _answers_moved(_stage: Stage, events: list[Event], _chance: Random) -> list[Event]:
    """The answer to a POST stands before what comes on the stream in the same step, or behind it."""
    for place in range(len(events) - 1):
        a, b = events[place], events[place + 1]
        if a.client == b.client and a.step == b.step and is_message(a) and is_message(b) and a.channel != b.channel:
            events[place : place + 2] = [replace(b, at=a.at, mono=a.mono), replace(a, at=b.at, mono=b.mono)]
            break
    return events


def _later(stage: Stage, events: list[Event], chance: Random) -> list[Event]:
    """One message comes in the next step, before whatever the client receives there."""
    sites = [site for site in message_sites(stage) if site.kind == "delay"]
    if not sites:
        return events
    about = chance.choice(sites).about
    return [delayed(event) if event.key == about.key else event for event in events]
