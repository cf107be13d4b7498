"""Which id of one run stands for which id of the other."""

from __future__ import annotations


class Bijection:
    """`within`: what is known already and stays as it is; None for nothing."""

    def __init__(self, within: Bijection | None = None) -> None:
        self._forth: dict[str, str] = {}
        self._back: dict[str, str] = {}
        self._within = within

    def allows(self, left: str, right: str) -> bool:
        return self.stands_for(left, right) == right and self.stood_for_by(right, left) == left

    def knows(self, left: str, right: str) -> bool:
        return self.stands_for(left) == right

    def add(self, left: str, right: str) -> None:
        """Only what it allows."""
        self._forth[left], self._back[right] = right, left

    def stands_for(self, left: str, otherwise: str | None = None) -> str | None:
        known = self._forth.get(left)
        if known is None and self._within is not None:
            known = self._within.stands_for(left)
        return otherwise if known is None else known

    def stood_for_by(self, right: str, otherwise: str | None = None) -> str | None:
        known = self._back.get(right)
        if known is None and self._within is not None:
            known = self._within.stood_for_by(right)
        return otherwise if known is None else known

    def objection(self, left: str, right: str, where: str) -> str:
        """Why it does not allow that one stands for the other. `where`: 'in this session'."""
        known = self.stands_for(left, right)
        if known != right:
            return f"{left} is {known} elsewhere {where}, and {right} here"
        return f"{right} stands for {self.stood_for_by(right)} elsewhere {where}, and for {left} here"
