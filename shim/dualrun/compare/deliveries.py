"""Who received what in which step on the legacy path, moments and ids aside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from shim.dualrun.compare.align import Alignment
from shim.dualrun.compare.keys import shape_key
from shim.dualrun.compare.payload import parse
from shim.dualrun.record.canonical import Event


class Deliveries:
    """Looked up only where the new path has something that the old one has not, so it is made when it is needed."""

    def __init__(self, aligned: Mapping[str, Alignment]) -> None:
        self._aligned = aligned
        self._steps: dict[int, dict[str, set[int]]] | None = None

    def others_in(self, event: Event) -> list[str]:
        """Clients other than the event's own that received the same in the same step; where nobody did, in the next."""
        received = self._of(event)
        step = event.step if any(event.step in steps for steps in received.values()) else event.step + 1
        return [client for client, steps in received.items() if client != event.client and step in steps]

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
        if self._steps is None:
            self._steps = {}
            for client, one in self._aligned.items():
                for known, shape in zip(one.left.events, one.left.shape, strict=True):
                    if known.kind == "msg":
                        self._steps.setdefault(shape, {}).setdefault(client, set()).add(known.step)
        return self._steps.get(shape_key("msg", parse(event.text)), {})


def names(listed: Iterable[str]) -> str:
    """'alice, bob and carol'."""
    found = list(listed)
    return found[0] if len(found) == 1 else f"{', '.join(found[:-1])} and {found[-1]}"
