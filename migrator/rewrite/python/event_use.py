"""One variable that holds an event, or a part of one: what stands in place of each use of it."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

import libcst as cst

from migrator.rewrite.python.edits import Changes, remove, replace
from migrator.rewrite.python.event_logs import logged
from migrator.rewrite.python.event_reads import (
    BODY,
    EVENT_TYPE,
    ROUTE_KEY,
    Alias,
    EventRead,
    NotNative,
    Path,
    Whole,
    event_reads,
    spelled_path,
)
from migrator.rewrite.python.facts import Binding, Facts
from migrator.rewrite.python.situation import Situation


@dataclass
class EventUse:
    """`caller`: whether something of the caller is read. `bodies`: where the message is. `handed`: what goes on to
    other functions."""

    changes: Changes = field(default_factory=dict)
    caller: bool = False
    bodies: list[EventRead] = field(default_factory=list)
    handed: list[Whole] = field(default_factory=list)


def event_use(
    facts: Facts,
    binding: Binding,
    situation: Situation,
    caller: str,
    prefix: Path = (),
    dropped: AbstractSet[cst.CSTNode] = frozenset(),
) -> EventUse:
    """`caller`: the name that it has there; `dropped`: expressions that go as a whole, whatever is read in them.

    Raises NotNative for a use that has no counterpart.
    """
    use = EventUse()
    for found in event_reads(facts, binding, prefix):
        inner = found.uses if isinstance(found, Alias) else (found,)
        if isinstance(found, Alias):
            use.changes[found.statement] = remove()
        for single in inner:
            node = single.node if isinstance(single, Whole) else single.step.node
            if any(above in dropped for above in facts.ancestors(node)):
                continue
            if isinstance(single, Whole):
                _whole(facts, single, use, caller)
            else:
                _read(facts, single, use, situation, caller)
    return use


def _whole(facts: Facts, found: Whole, use: EventUse, caller: str) -> None:
    log = logged(facts, found.node)
    if log is not None:
        place, must_be_text = log
        use.changes[place] = replace(f"str({caller})" if must_be_text else caller, facts.module)
        use.caller = True
    elif isinstance(facts.parent(found.node), cst.Arg):
        use.handed.append(found)
    else:
        raise NotNative(f"line {facts.line(found.node)} uses {spelled(found.path)} as a whole")


def spelled(path: Path) -> str:
    """'the event', or the part of it in the words of the code."""
    return f"{spelled_path(path)} of the event" if path else "the event"


def _read(facts: Facts, read: EventRead, use: EventUse, situation: Situation, caller: str) -> None:
    path = read.step.path
    if path == BODY:
        use.bodies.append(read)
    elif path == ROUTE_KEY:
        use.changes[read.step.node] = replace(repr(situation.key), facts.module)
    elif path == EVENT_TYPE:
        use.changes[read.step.node] = replace(repr(situation.event_type), facts.module)
    else:
        use.changes[read.step.node] = replace(situation.attribute(read, caller), facts.module)
        use.caller = True
