"""Files of somebody else, of which no more is read than may be there."""

from __future__ import annotations

from pathlib import Path


class FileTooLarge(ValueError):
    """Raised for a file of more than `most` bytes."""

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(most)

    def __str__(self) -> str:
        return f"it has more than {self.most} bytes"


def read_at_most(path: Path, most: int) -> bytes:
    """The whole file; of one that is larger, or never ends, `most` bytes are read. Raises FileTooLarge and OSError."""
    with path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise FileTooLarge(most)
    return content
