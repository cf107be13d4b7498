"""The kinds of faults that are injected, and what a comparison has to call each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final, Literal

from shim.dualrun.compare.classes import DifferenceClass
from shim.dualrun.record.canonical import Event

FaultKind = Literal[
    "drop",
    "last chunk",
    "duplicate",
    "resume repeat",
    "swap",
    "overtake",
    "independent order",
    "delay",
    "answer order",
    "text",
    "number",
    "id",
    "type",
    "missing key",
    "extra key",
    "truncate",
    "merge",
    "split",
    "leak",
    "misroute",
    "echo",
    "error status",
    "refusal status",
    "refusal text",
    "close code",
    "accepted",
    "refused",
    "spoofed",
]


@dataclass(frozen=True, slots=True)
class FaultMeaning:
    """classes: what a comparison may call it. leak: not one may be missed.

    by_design: a dual run tolerates it, as no client can rely on the contrary; it has to be counted as such.
    """

    sentence: str
    classes: frozenset[DifferenceClass]
    leak: bool = False
    by_design: bool = False


def _meaning(sentence: str, *classes: DifferenceClass, leak: bool = False, by_design: bool = False) -> FaultMeaning:
    return FaultMeaning(sentence, frozenset(classes), leak, by_design)


FAULTS: Final[dict[FaultKind, FaultMeaning]] = {
    "drop": _meaning("A message is lost.", "missing", "pending_tail", "lifecycle", "error_shape"),
    "last chunk": _meaning(
        "The last of several messages that one step caused is lost.", "missing", "pending_tail", "error_shape"
    ),
    "duplicate": _meaning("A message comes twice.", "duplicate", "resume_duplicate", "error_shape"),
    "resume repeat": _meaning("A message comes again after the stream is resumed.", "resume_duplicate", "duplicate"),
    "swap": _meaning("Two messages that follow each other change places.", "reordered", "cross_channel_order"),
    "overtake": _meaning("A message comes after one that depends on it.", "reordered", "late"),
    "independent order": _meaning(
        "A message comes after one of a later step that has nothing to do with it.", "reordered", "late", by_design=True
    ),
    "delay": _meaning("A message comes a step later; the order stays.", "late", by_design=True),
    "answer order": _meaning(
        "The answer to a POST and an event of the same step change places.", "cross_channel_order", by_design=True
    ),
    "text": _meaning("A text has another value.", "payload", "error_shape"),
    "number": _meaning("A number or a boolean has another value.", "payload", "error_shape"),
    "id": _meaning("An id stands where another one belongs.", "payload", "error_shape"),
    "type": _meaning("A value has another type.", "payload", "error_shape"),
    "missing key": _meaning("A key is missing.", "payload", "error_shape"),
    "extra key": _meaning("There is a key too many.", "payload", "error_shape"),
    "truncate": _meaning("A message is cut off in its middle.", "payload", "error_shape", "missing"),
    "merge": _meaning("Two messages come as one.", "missing", "payload", "error_shape"),
    "split": _meaning("A message comes as two.", "missing", "payload", "extra", "error_shape"),
    "leak": _meaning("A message also comes to a client that it is not for.", "misrouted", leak=True),
    "misroute": _meaning("A message comes to another client instead.", "misrouted", leak=True),
    "echo": _meaning("A message also comes to its sender.", "extra", "misrouted"),
    "error status": _meaning("An error has another status.", "error_shape"),
    "refusal status": _meaning("A connect is refused with another status.", "lifecycle"),
    "refusal text": _meaning("The refusal of a connect says something else.", "error_shape"),
    "close code": _meaning("The server closes with another code.", "lifecycle"),
    "accepted": _meaning("A connect that is refused is accepted.", "lifecycle"),
    "refused": _meaning("A connect that is accepted is refused.", "lifecycle"),
    "spoofed": _meaning("Somebody speaks for a client without its session, and is accepted.", "spoofed", leak=True),
}


@dataclass(frozen=True, slots=True)
class Site:
    """A place where a fault can be put in. about: the event that names it.

    inject: gives all events of the session with the fault in them, in the order of reception and numbered anew.
    """

    kind: FaultKind
    about: Event
    inject: Callable[[Random], Sequence[Event]]
