"""Changes one character of a message, anywhere: an injector that knows nothing of rules, noise or JSON.

What it changes may be an id or a time that is never twice the same. One that a client saw for the first time and never
again may have any value, so nobody can tell; that is counted apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Literal

from shim.dualrun.compare.tokens import split
from shim.dualrun.judge.power.self_check import Recompare, Stageable
from shim.dualrun.judge.power.stage import Stage

Place = Literal["id", "time", "elsewhere"]
"""An id or a time that differs between the two paths; everything else."""

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def change_characters(
    sessions: Sequence[Stageable], recompare: Recompare, chance: Random, times: int
) -> dict[Place, tuple[int, int]]:
    """By place: how many characters were changed, and how many changes were found."""
    stages = [Stage(material.session, material.candidate, material.found, chance) for material in sessions]
    places = [(stage, *at) for stage in stages for at in stage.messages if at[1].text]
    tried: Counter[Place] = Counter()
    found: Counter[Place] = Counter()
    for _ in range(times if places else 0):
        stage, place, event = chance.choice(places)
        at = chance.randrange(len(event.text))
        text = event.text[:at] + _other(event.text[at], chance) + event.text[at + 1 :]
        where = _where(event.text, stage.partners[event.key].text, at)
        after = recompare(stage.session, stage.spoiled((place, (replace(event, text=text),))))
        tried[where] += 1
        found[where] += len(after.unexplained) > len(stage.found.unexplained)
    return {where: (tried[where], found[where]) for where in tried}


def _other(character: str, chance: Random) -> str:
    """A digit becomes a digit and a letter a letter, so that the change is as small as it can be."""
    pool = "0123456789" if character.isdigit() else LETTERS if character.isalpha() else "!#%&*"
    return chance.choice([other for other in pool if other != character])


def _where(text: str, partner: str, at: int) -> Place:
    start = 0
    parts = split(text)
    for token, literal in zip(parts.tokens, parts.literals, strict=False):
        start += len(literal)
        if start <= at < start + len(token.text):
            return "elsewhere" if token.text in partner else "time" if token.kind == "timestamp" else "id"
        start += len(token.text)
    return "elsewhere"
