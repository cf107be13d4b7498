"""Who received what: a row for each publish, a column for each client."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from shim.dualrun.report.deliveries import Delivery, DeliveryState
from shim.dualrun.report.document import Deliveries
from shim.dualrun.report.pictures.picture import Box, Label, Picture, Shape, fitted

LABEL: Final = 236
CELL: Final = 58
SMALL_CELL: Final = 34
ROW: Final = 26
TOP: Final = 34

_MARKS: Final[dict[DeliveryState, str]] = {
    "none": "·",
    "same": "✓",
    "missing": "✕",
    "extra": "+",
    "leak": "!",
    "other": "≠",
}
MEANINGS: Final[dict[DeliveryState, str]] = {
    "same": "came on both paths",
    "missing": "did not come on SSE + POST",
    "extra": "came once more, or on SSE + POST only",
    "leak": "came to somebody it was not meant for",
    "other": "came, but differs",
    "none": "nothing on either path",
}


def legend() -> list[tuple[DeliveryState, str, str]]:
    return [(state, _MARKS[state], meaning) for state, meaning in MEANINGS.items()]


def draw_deliveries(found: Deliveries) -> Picture:
    cell = CELL if len(found.clients) <= 7 else SMALL_CELL
    shapes: list[Shape] = [
        Label(LABEL + cell * (number + 0.5), 20, fitted(client, cell // 8), "name", "middle")
        for number, client in enumerate(found.clients)
    ]
    counted: Counter[DeliveryState] = Counter()
    for row, publish in enumerate(found.publishes):
        y = TOP + ROW * row
        shapes.append(Label(LABEL - 10, y + 17, fitted(f"{publish.step} {publish.act}", 34), "message", "end"))
        for column, delivery in enumerate(publish.deliveries):
            counted[delivery.state] += 1
            shapes += _cell(delivery, LABEL + cell * column, y, cell)
    counts = ", ".join(f"{number} {state}" for state, number in counted.items())
    description = f"Publishes and recipients of session {found.session}, {len(found.publishes)} publishes: {counts}."
    size = (LABEL + cell * len(found.clients) + 4, TOP + ROW * len(found.publishes) + 4)
    return Picture("deliveries", "Delivery matrix", description, *size, tuple(shapes))


def _cell(delivery: Delivery, x: float, y: float, width: float) -> Iterator[Shape]:
    yield Box(x + 1, y + 1, width - 2, ROW - 2, f"delivery {delivery.state}", 4)
    mark = _MARKS[delivery.state]
    if delivery.legacy != delivery.candidate and width == CELL:
        mark += f" {delivery.legacy}→{delivery.candidate}"
    elif delivery.legacy > 1 and width == CELL:
        mark += f" {delivery.legacy}"
    yield Label(x + width / 2, y + 17, mark, f"mark {delivery.state}", "middle")
