"""Says what became of messages that one side has and the other has not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from shim.dualrun.compare.align import is_error
from shim.dualrun.compare.classes import DifferenceClass
from shim.dualrun.compare.difference import Difference
from shim.dualrun.compare.payload import parse
from shim.dualrun.record.canonical import Event
from shim.dualrun.record.scenario import Close, Session


class Deliveries:
    """Who received what in which step on the legacy path, moments and ids aside."""

    def __init__(self, events: Iterable[Event]) -> None:
        self._steps: dict[str, dict[str, set[int]]] = {}
        for event in events:
            if event.kind == "msg":
                self._steps.setdefault(parse(event.text).shape, {}).setdefault(event.client, set()).add(event.step)

    def others_in(self, event: Event) -> list[str]:
        """Clients other than the event's own that received the same in the same step."""
        return [client for client, steps in self._of(event).items() if client != event.client and event.step in steps]

    def others_until(self, event: Event) -> list[str]:
        """Or one step later: the legacy path may have been the late one."""
        return [
            client
            for client, steps in self._of(event).items()
            if client != event.client and min(steps) <= event.step + 1
        ]

    def own_in(self, event: Event) -> bool:
        return event.step in self._of(event).get(event.client, ())

    def own_ever(self, event: Event) -> bool:
        return event.client in self._of(event)

    def _of(self, event: Event) -> Mapping[str, set[int]]:
        return self._steps.get(parse(event.text).shape, {})


def classify_surplus(session: Session, event: Event, deliveries: Deliveries, received: Mapping[str, int]) -> Difference:
    """`received`: what the client rightly received on the new path: the exact content, and when first (its `n`)."""
    others = deliveries.others_in(event)
    actor = session.steps[event.step].client
    again = received.get(parse(event.text).exact, event.n) < event.n
    client = event.client
    if others and not deliveries.own_in(event) and client != actor:
        return _misrouted(session, event, others)
    if is_error(event):
        return _difference(session, event, "error_shape", f"{client} received an error on the new path only.")
    if again or deliveries.own_in(event):
        return _difference(session, event, "duplicate", f"{client} received the message once more on the new path.")
    if client == actor and others:
        detail = f"{client} received its own message on the new path; on the legacy path only {_names(others)} did."
        return _difference(session, event, "extra", detail)
    earlier = deliveries.others_until(event)
    if earlier and client != actor and not deliveries.own_ever(event):
        return _misrouted(session, event, earlier)
    return _difference(session, event, "extra", f"{client} received a message that the legacy path did not send.")


def classify_missing(session: Session, missing: Sequence[Event], paired: Iterable[Event]) -> list[Difference]:
    """`missing`: of all clients. `paired`: events of the legacy path that the new path has too."""
    arrived = {event.step for event in paired}
    differences: list[Difference] = []
    unnoticed: dict[int, list[Event]] = {}
    for event in missing:
        step = session.steps[event.step]
        if isinstance(step, Close) and event.step not in arrived and not is_error(event):
            unnoticed.setdefault(event.step, []).append(event)
        elif is_error(event):
            detail = f"{event.client} received an error on the legacy path, and none on the new one."
            differences.append(_difference(session, event, "error_shape", detail, legacy=True))
        else:
            detail = f"{event.client} did not receive the message on the new path."
            differences.append(_difference(session, event, "missing", detail, legacy=True))
    for index, events in unnoticed.items():
        who = _names(dict.fromkeys(event.client for event in events))
        detail = (
            f"The disconnect of {session.steps[index].client} was not noticed: "
            f"{len(events)} {'message' if len(events) == 1 else 'messages'} to {who} did not come."
        )
        differences.append(_difference(session, events[0], "lifecycle", detail, legacy=True))
    return differences


def _misrouted(session: Session, event: Event, others: Sequence[str]) -> Difference:
    detail = f"{event.client} received a message that on the legacy path only {_names(others)} received."
    return _difference(session, event, "misrouted", detail)


def _difference(
    session: Session, event: Event, kind: DifferenceClass, detail: str, *, legacy: bool = False
) -> Difference:
    return Difference(
        kind,
        session.name,
        event.step,
        event.client,
        session.route_of(event.step),
        detail,
        event if legacy else None,
        None if legacy else event,
        expected=event.text if legacy else "",
        found="" if legacy else event.text,
    )


def _names(names: Iterable[str]) -> str:
    listed = list(names)
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} and {listed[-1]}"
