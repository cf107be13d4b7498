"""APIs that may be another application's: what was made from the same template has the same logical ids and routes."""

from __future__ import annotations

from checklists.aws.estate import Estate
from checklists.referrers.model import Matching
from checklists.teardown.errors import ApisDoubtful


def check_names(matching: Matching | None, estate: Estate, apis: tuple[str, ...], application: str) -> None:
    """Raises ApisDoubtful when one of `apis` (ARNs) is taken for a declared one of another name, and neither its name
    nor what it was found by has the application's name in it."""
    said = {}
    for pair in matching.pairs if matching is not None else ():
        thing = estate.thing(pair.live)
        if thing is None or pair.live not in apis or pair.declared.name == thing.name:
            continue
        if _letters(application) not in _letters(f"{thing.name} {pair.why}"):
            said[pair.live] = (
                f"The API {thing.name} was taken for {pair.declared.id} of {application} ({pair.why}), and no name "
                "says so."
            )
    if said:
        raise ApisDoubtful(tuple(said.values()))


def _letters(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())
