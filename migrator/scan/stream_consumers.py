"""Tables whose streams run functions: their items are read by others than the code that asks for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from migrator.inventory.model import Handler, Store


def with_streams(stores: Sequence[Store], handlers: Iterable[Handler]) -> list[Store]:
    """Stores of connections that are more than a list of them because of it say so."""
    consumers = [
        (trigger.source, handler.id) for handler in handlers for trigger in handler.triggers if trigger.kind == "stream"
    ]
    return [_with_consumers(store, [one for source, one in consumers if _is(store, source)]) for store in stores]


def _is(store: Store, source: str) -> bool:
    return source in {store.resource, store.table, store.id}


def _with_consumers(store: Store, consumers: Sequence[str]) -> Store:
    if not consumers or not store.holds_connections:
        return store
    reasons = (f"its stream runs {consumer}" for consumer in consumers)
    return store.model_copy(update={"other_uses": tuple(dict.fromkeys([*store.other_uses, *reasons]))})
