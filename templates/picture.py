"""What a picture is made of. Colours are classes of the page's style sheet, so that light and dark need one picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Line:
    x1: float
    y1: float
    x2: float
    y2: float
    style: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """radius: of its corners."""

    x: float
    y: float
    width: float
    height: float
    style: str = ""
    radius: float = 0


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    radius: float
    style: str = ""


@dataclass(frozen=True, slots=True)
class Curve:
    """A line through points; an area when `closed`."""

    points: tuple[tuple[float, float], ...]
    style: str = ""
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Bend:
    """From one point down to another, leaving and arriving upright."""

    x1: float
    y1: float
    x2: float
    y2: float
    style: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """y: of the base line."""

    x: float
    y: float
    text: str
    style: str = ""
    anchor: Anchor = "start"


@dataclass(frozen=True, slots=True)
class Link:
    """Shapes that lead to a place on the page. target: an id. name: what is read out."""

    target: str
    name: str
    shapes: tuple[Line | Box | Dot | Curve | Label, ...]

    @property
    def drawn(self) -> Drawn:
        return _drawn(self.shapes)


Shape = Line | Box | Dot | Curve | Bend | Label | Link
Drawn = tuple[tuple[str, Shape], ...]
"""Each shape with the name of its kind."""


@dataclass(frozen=True, slots=True)
class Picture:
    """name: unique on a page. title and description say in words what there is to see. Sizes in CSS pixels."""

    name: str
    title: str
    description: str
    width: float
    height: float
    shapes: tuple[Shape, ...]

    @property
    def drawn(self) -> Drawn:
        return _drawn(self.shapes)

    @property
    def leads(self) -> bool:
        """Whether it has links, so that it is no mere image."""
        return any(isinstance(shape, Link) for shape in self.shapes)


def _drawn(shapes: tuple[Shape, ...]) -> Drawn:
    return tuple((type(shape).__name__.lower(), shape) for shape in shapes)


def fitted(text: str, characters: int) -> str:
    """The text on one line, cut to so many characters."""
    line = " ".join(text.split())
    return line if len(line) <= characters else f"{line[: characters - 1]}…"
