"""APIs that may be another application's: what was made from the same template has the same logical ids and routes."""

from __future__ import annotations

from checklists.aws.estate import Estate
from checklists.referrers.model import Matching


def doubts(matching: Matching | None, estate: Estate, apis: tuple[str, ...], application: str) -> tuple[str, ...]:
    """A sentence on each of `apis` (ARNs) that is taken for a declared one of another name, where neither its name nor
    what it was found by has the application's name in it."""
    said = {}
    for pair in matching.pairs if matching is not None else ():
        thing = estate.thing(pair.live)
        if thing is None or pair.live not in apis or pair.declared.name == thing.name:
            continue
        if _letters(application) not in _letters(f"{thing.name} {pair.why}"):
            said[pair.live] = (
                f"The API {thing.name} was taken for {pair.declared.id} of {application}: {pair.why}. No name says so. "
                "See that it is not another application's, or name those that go in [checklist] apis."
            )
    return tuple(said.values())


def _letters(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())
