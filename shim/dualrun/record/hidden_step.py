"""A step of a session as it may be shown and kept: without the secrets that it is taken with."""

from __future__ import annotations

from dataclasses import replace

from shim.dualrun.record.redaction import Redactor
from shim.dualrun.record.scenario import Connect, Expect, Pairs, Send, Step
from shim.dualrun.record.spoof import Spoof
from shim.dualrun.record.trigger import Trigger


def hidden_step(step: Step, redactor: Redactor) -> Step:
    """To be called before a step is described: of a secret that a description cuts off, nothing would be known."""
    match step:
        case Connect(headers=headers, query=query):
            shown = (_pairs("header", headers, redactor), _pairs("query", query, redactor))
            return replace(step, headers=shown[0], query=shown[1])
        case Send(text=text) | Spoof(text=text):
            return replace(step, text=redactor.text(text))
        case Expect(message=message):
            return replace(step, message=redactor.text(message))
        case Trigger(event=event):
            return replace(step, event=redactor.text(event))
    return step


def _pairs(where: str, pairs: Pairs, redactor: Redactor) -> Pairs:
    return tuple((name, redactor.pair(where, name, value)) for name, value in pairs)
