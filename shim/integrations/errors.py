"""What is wrong with the integrations of an API before any of them is called."""

from __future__ import annotations

from collections.abc import Sequence


class IntegrationsInvalid(Exception):
    """Raised at the start; `problems` are sentences, each with its route."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "The integrations can't be called as they are declared:\n" + "\n".join(
            f"  {problem}" for problem in self.problems
        )


class Unusable(Exception):
    """Raised by whoever reads one part of a definition; the sentence says what is wrong with it."""
