"""A session as a scenario file, without the secrets of its clients."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from shim.dualrun.record.identity import Identity
from shim.dualrun.record.redaction import Redactor
from shim.dualrun.record.scenario import Advance, Close, Connect, Expect, Resume, Send, Session, Step
from shim.dualrun.record.spoof import Spoof
from shim.dualrun.record.trigger import Trigger
from shim.redaction import is_secret_name


@dataclass(slots=True)
class Scenario:
    """text: YAML. variables: of the environment, with what each has to hold. hidden: messages with a secret in them,
    which has to be put back by hand.
    """

    text: str = ""
    variables: dict[str, str] = field(default_factory=dict)
    hidden: int = 0


def scenario_of(session: Session, identities: Mapping[str, Identity], redactor: Redactor) -> Scenario:
    """`identities`: of the application; a client that presents one of them names it instead of what it presents."""
    made = Scenario()
    named = _named(session, identities)
    document: dict[str, Any] = {"version": 1}
    if named:
        document["clients"] = {client: {"identity": identity} for client, identity in named.items()}
    document["sessions"] = [
        {"name": session.name, "steps": [_step(step, named.keys(), made, redactor) for step in session.steps]}
    ]
    made.text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)
    return made


def _named(session: Session, identities: Mapping[str, Identity]) -> dict[str, str]:
    """Clients that always connect as one identity."""
    found: dict[str, set[str | None]] = {}
    for step in session.steps:
        if isinstance(step, Connect):
            presented = (step.headers, step.query)
            same = (name for name, each in identities.items() if (each.headers, each.query) == presented != ((), ()))
            found.setdefault(step.client, set()).add(next(same, None))
    return {client: name for client, names in found.items() if len(names) == 1 for name in names if name is not None}


def _step(  # noqa: PLR0911 - one line a kind
    step: Step, named: Collection[str], made: Scenario, redactor: Redactor
) -> dict[str, Any]:
    match step:
        case Connect(client=client):
            record: dict[str, Any] = {"connect": client}
            if client not in named:
                for where, what, pairs in (("header", "headers", step.headers), ("query", "query", step.query)):
                    if pairs:
                        record[what] = {
                            name: _open(client, what, name, value, redactor.pair(where, name, value), made)
                            for name, value in pairs
                        }
            return record if step.refused is None else {**record, "refused": step.refused}
        case Send(client=client, text=text, route=route):
            shown = redactor.text(text)
            made.hidden += shown != text
            return {"send": client, "message": shown, **({"route": route} if route else {})}
        case Expect(client=client, message=message, within_s=within, required=required):
            shown = redactor.text(message)
            made.hidden += shown != message
            return {"expect" if required else "wait_for": client, "message": _json(shown), "within_s": within}
        case Resume(client=client):
            return {"resume": client}
        case Close(client=client):
            return {"close": client}
        case Advance(seconds=seconds):
            return {"advance_s": seconds}
        case Trigger(function=function, kind=kind, event=event):
            shown = redactor.text(event)
            made.hidden += shown != event
            return {"trigger": function, "kind": kind, "event": _json(shown)}
        case Spoof(client=client, credential=credential, text=text, route=route):
            shown = redactor.text(text)
            made.hidden += shown != text
            record = {"spoof": client, "credential": credential, "message": shown}
            return {**record, **({"route": route} if route else {})}


def _json(shown: str) -> object:
    """A text where a secret was a number: what stands for it is none."""
    try:
        return json.loads(shown)
    except ValueError:
        return shown


def _open(client: str, what: str, name: str, value: str, shown: str, made: Scenario) -> str:
    """The value, or the variable that is to hold it when it is a secret. `shown`: the value without secrets."""
    if not is_secret_name(name) and shown == value and "${" not in value:
        return value
    variable = re.sub(r"[^A-Z0-9]+", "_", f"{client}_{name}".upper()).strip("_")
    made.variables[variable] = f"{what} {name} of {client}"
    return f"${{{variable}}}"
