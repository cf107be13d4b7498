"""Text of a report, bounded and free of what no encoding carries."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Final

from pydantic import BeforeValidator

MAX_TEXT: Final = 2_000
"""Characters of a message or a sentence in a report; a message can have 128 KB."""

MAX_NAME: Final = 200
"""Characters of a name in a report: of a session, a client, a route, a type of message."""


def cut(text: str, limit: int = MAX_TEXT) -> str:
    """The text, or its beginning and its length. Half surrogate pairs, which no encoding carries, are spelled out."""
    whole = text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()
    return whole if len(whole) <= limit else f"{whole[:limit]}… ({len(whole)} characters)"


Text = Annotated[str, BeforeValidator(cut)]
Name = Annotated[str, BeforeValidator(partial(cut, limit=MAX_NAME))]
