"""What a probe is: a question to the facts, with what has to be asked of AWS before, and how long the answer counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from checklists.aws.permissions import permission
from checklists.evidence import Evidence
from checklists.facts import Facts
from checklists.model import Item

Ask = Callable[[Facts, Item], Evidence]

SURVEY_HOURS: Final = 24
"""How old a survey may be: what it does not see may have come since."""


@dataclass(frozen=True)
class Probe:
    name: str
    ask: Ask
    says: str
    """What supports, in one sentence: the first line of its docstring."""
    operations: tuple[str, ...] = ()
    """Of AWS, as boto3 names service and operation; empty when it asks nothing of AWS."""

    @property
    def permissions(self) -> tuple[str, ...]:
        """The IAM actions that allow its operations, sorted."""
        return tuple(sorted({permission(operation) for operation in self.operations} - {""}))


PROBES: Final[dict[str, Probe]] = {}
"""By name; filled as the modules beside this one are imported."""


def probe(*, operations: Iterable[str] = ()) -> Callable[[Ask], Ask]:
    """Makes a function a probe of the same name. `operations`: see Probe."""
    asked = tuple(sorted(operations))

    def register(ask: Ask) -> Ask:
        name = ask.__name__
        says = (ask.__doc__ or "").strip().partition("\n\n")[0].replace("\n    ", " ")
        PROBES[name] = Probe(name, ask, says, asked)
        return ask

    return register
