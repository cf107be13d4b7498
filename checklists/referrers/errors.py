"""What can be wrong with what is asked of the referrer graph.

ChecklistError
└── NoSuchWebSocketApi(arns, known)
"""

from __future__ import annotations

from checklists.errors import ChecklistError


class NoSuchWebSocketApi(ChecklistError):
    """Raised when what is to go is not a WebSocket API of the estate."""

    def __init__(self, arns: tuple[str, ...], known: tuple[str, ...]) -> None:
        self.arns, self.known = arns, known
        super().__init__(arns, known)

    def __str__(self) -> str:
        there = f"It has {', '.join(self.known)}." if self.known else "It has none."
        return f"The survey has no WebSocket API {', '.join(self.arns)}. {there}"
