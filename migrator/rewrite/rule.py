"""What each rule says of itself, so that its page, `ws2sse explain` and the tests speak of the same.

A module of `rewrite.python`, `rewrite.client` or `rewrite.infra` that names a rule (`RULE = "…"`) has a `RulePage`
for it; docs/contributing-rules.md shows how.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from migrator.inventory.outcome import Safety

DEFAULT_PATH: Final = "app.py"


@dataclass(frozen=True)
class Example:
    """A case that the tests run: the file `path` becomes `after`.

    For a file that is generated, `before` is the file that it is generated for, and `after` a part of it.
    """

    before: str
    after: str
    path: str = DEFAULT_PATH

    @property
    def is_generated(self) -> bool:
        return self.path.startswith(("sse_service/", "migration/"))


@dataclass(frozen=True)
class RulePage:
    """One rule."""

    name: str
    """As it stands in outcomes, markers and options: `stream_send`."""
    summary: str
    """What it looks for and what becomes of it, then a line with the URL that the rule rests on: a docstring."""
    safety: Safety
    """The safest that an edit of this rule can be; each outcome has its own."""
    example: Example
    leaves_alone: tuple[str, ...]
    """What looks like it and is not touched, or is marked; each a phrase."""

    @property
    def title(self) -> str:
        """The first sentence, without its full stop."""
        return self.summary.strip().splitlines()[0].strip().removesuffix(".")
