"""Who received what: a row for each publish, a column for each client."""

from __future__ import annotations

from collections import Counter
from typing import Final

from shim.dualrun.compare.fanout import Cell
from shim.dualrun.report.document import Deliveries
from templates.picture import Box, Label, Picture, Shape, fitted

LABEL: Final = 262
CELL: Final = 58
SMALL_CELL: Final = 34
ROW: Final = 26
TOP: Final = 34

_MARKS: Final[dict[Cell, tuple[str, str]]] = {
    "delivered": ("✓", "came to whom it was meant for"),
    "missing": ("✕", "did not come on SSE + POST"),
    "leaked": ("!", "came to somebody it was not meant for"),
    "may": ("~", "may come or not: the client came or left just then"),
}


def legend() -> list[tuple[Cell, str, str]]:
    return [(cell, *words) for cell, words in _MARKS.items()]


def draw_deliveries(found: Deliveries) -> Picture:
    width = CELL if len(found.clients) <= 6 else SMALL_CELL
    shapes: list[Shape] = [
        Label(LABEL + width * (number + 0.5), 20, fitted(client, width // 8), "name", "middle")
        for number, client in enumerate(found.clients)
    ]
    counted: Counter[Cell] = Counter()
    for row, publish in enumerate(found.publishes):
        y = TOP + ROW * row
        shapes.append(Label(LABEL - 10, y + 17, fitted(publish.name, 38), "message", "end"))
        counted.update(publish.cells.values())
        for column, client in enumerate(found.clients):
            x = LABEL + width * column
            cell = publish.cells.get(client)
            mark, style = (_MARKS[cell][0], cell) if cell else ("·", "none")
            shapes.append(Box(x + 1, y + 1, width - 2, ROW - 2, f"delivery {style}", 4))
            shapes.append(Label(x + width / 2, y + 17, mark, f"mark {style}", "middle"))
    counts = ", ".join(f"{number} {cell}" for cell, number in counted.items())
    description = f"Publishes and recipients of session {found.session}, {len(found.publishes)} publishes: {counts}."
    size = (LABEL + width * len(found.clients) + 4, TOP + ROW * len(found.publishes) + 4)
    return Picture("deliveries", "Delivery matrix", description, *size, tuple(shapes))
