"""The three ways of `ws2sse verify`, and what can be said to each of them."""

from __future__ import annotations

from typing import Final, Literal

import click
from click.core import ParameterSource

Way = Literal["here", "record", "replay"]
"""`here`: APP and NEW on this machine. The two others talk to a server that runs already."""

_COMPARED: Final = "does not go with --record, which compares nothing; give it to --replay."
_RECORDED: Final = "does not go with --replay, whose sessions are those of the recording; give it to --record."

_ELSEWHERE: Final = "goes with APP and NEW, since other servers have their own packages."

_TAKEN: Final[dict[str, tuple[frozenset[Way], str]]] = {
    "form": (frozenset({"here", "replay"}), _COMPARED),
    "reports": (frozenset({"here", "replay"}), _COMPARED),
    "keep": (frozenset({"here", "replay"}), _COMPARED),
    "margin": (frozenset({"here", "replay"}), _COMPARED),
    "noise": (frozenset({"here", "replay"}), _COMPARED),
    "learn": (frozenset({"here", "replay"}), _COMPARED),
    "sessions_file": (frozenset({"here", "record"}), _RECORDED),
    "seed": (frozenset({"here", "record"}), _RECORDED),
    "key_file": (frozenset({"record", "replay"}), "goes with --record or --replay; nothing else has a recording."),
    "install": (frozenset({"here"}), _ELSEWHERE),
    "allow_builds": (frozenset({"here"}), _ELSEWHERE),
    "repro": (frozenset({"here"}), "goes with APP and NEW, since it runs shorter sessions on both."),
}
"""Parameters that not every way takes: the ways that do, and why no other does."""


def way_of(context: click.Context) -> Way:
    """Raises UsageError for parameters that don't go together, so that none is given in vain."""
    given = {name for name in context.params if context.get_parameter_source(name) is not ParameterSource.DEFAULT}
    way = _way(given)
    for parameter in context.command.params:
        if parameter.name in given & _TAKEN.keys():
            ways, why = _TAKEN[parameter.name]
            if way not in ways:
                raise click.UsageError(f"{parameter.opts[0]} {why}")
    if "allow_builds" in given and "install" not in given:
        raise click.UsageError("--allow-builds goes with --install.")
    if "keep" in given and "app" not in given:
        raise click.UsageError("--keep needs APP, the folder that the report is kept in.")
    return way


def _way(given: set[str]) -> Way:
    recordings = given & {"record_file", "replay_file"}
    if not recordings and "url" not in given:
        if not given >= {"app", "new"}:
            raise click.UsageError("Give APP and NEW; or --url with --record FILE or --replay FILE.")
        return "here"
    if "url" not in given or len(recordings) != 1 or "new" in given:
        raise click.UsageError("--url goes with --record FILE or --replay FILE, and without NEW.")
    return "record" if "record_file" in recordings else "replay"
