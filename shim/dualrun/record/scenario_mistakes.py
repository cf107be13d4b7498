"""What is wrong with a scenario file, in words for who wrote it."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from shim.dualrun.record.scenario_model import KINDS, ClientModel, ScenarioModel, SessionModel
from shim.dualrun.record.yaml_nodes import Place


def explained(error: ErrorDetails) -> tuple[Place, str]:
    """Where it is in the document, and the problem."""
    place, kind = _place(error["loc"])
    last = place[-1] if place else "the file"
    match error["type"]:
        case "union_tag_not_found":
            keys = list(error["input"]) if isinstance(error["input"], dict) else []
            hint = next((hint for key in keys if (hint := did_you_mean(str(key), KINDS)).startswith("; did")), "")
            return place, f"a step is none of {', '.join(KINDS)}{hint}"
        case "extra_forbidden":
            model = _model_at(place[:-1], kind)
            of = f" in a step {kind}" if kind else ""
            return place, f"there is no {last!r}{of}{did_you_mean(str(last), model.model_fields)}"
        case "missing":
            return place[:-1], f"{last!r} is missing"
    told = error["msg"]
    return place, f"{last!r} is wrong: {told[:1].lower()}{told[1:]}"


def did_you_mean(name: str, known: Collection[str]) -> str:
    """To be put at the end of a sentence; tells all that there are when none is close."""
    close = get_close_matches(name, known, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; there are {', '.join(map(repr, known))}" if known else "; there is none"


def _place(loc: tuple[str | int, ...]) -> tuple[Place, str]:
    """Without the kind of the step, which pydantic puts after its index; and that kind, '' outside of steps."""
    at = loc.index("steps") + 2 if "steps" in loc and loc[:1] == ("sessions",) else len(loc)
    if len(loc) <= at:
        return loc, ""
    return (*loc[:at], *loc[at + 1 :]), str(loc[at])


def _model_at(place: Place, kind: str) -> type[BaseModel]:
    if kind:
        return KINDS[kind]
    if place[:1] == ("clients",):
        return ClientModel
    return SessionModel if place[:1] == ("sessions",) else ScenarioModel
