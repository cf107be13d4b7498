"""What whoever deploys has to give, as parameters of a stack or variables of a module."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from migrator.deploy.aws.access import prefix_of
from migrator.deploy.deployment import Deployment, EnvironmentVariable
from migrator.deploy.made_up import without_made_up
from migrator.deploy.variables import kit_variables


@dataclass(frozen=True, slots=True)
class Input:
    """`name`: words in lower case. `default` None: it has to be given. `meaning`: untrusted text on one line. `number`:
    a whole one, and nothing else."""

    name: tuple[str, ...]
    meaning: str
    default: str | None = None
    number: bool = False

    @property
    def pascal(self) -> str:
        return "".join(word.capitalize() for word in self.name)

    @property
    def snake(self) -> str:
        return "_".join(self.name)

    @property
    def optional(self) -> bool:
        return self.default is not None


@dataclass(frozen=True, slots=True)
class Variable:
    """Of the container's environment: a value that stands in the file, or what is given. `secret`: then `given` is the
    ARN of a secret of Secrets Manager whose text is the value."""

    name: str
    value: str | None
    given: Input | None = None
    secret: bool = False


class Inputs:
    """Gives each input a name that no other one has. `taken`: names in lower case, with `_` between words."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)
        self.all: list[Input] = []

    def ask(
        self, name: str, meaning: str, default: str | None = None, *, ending: str = "", number: bool = False
    ) -> Input:
        words = [word.lower() for word in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", f"{name} {ending}")]
        if not words or words[0][0].isdigit():
            words.insert(0, "value")
        candidate, another = words, 2
        while "_".join(candidate) in self._taken:
            candidate, another = [*words, str(another)], another + 1
        made = Input(tuple(candidate), meaning, default, number)
        self._taken.add(made.snake)
        self.all.append(made)
        return made


def container_variables(deployment: Deployment, inputs: Inputs, streams: int) -> list[Variable]:
    """All but the address of Redis, which the kit makes. `streams`: how many all tasks together may have, unless
    whoever deploys gives another number."""
    variables = without_made_up(deployment).variables
    told = [variable for variable in variables if variable.name != deployment.redis_variable]
    own = kit_variables(deployment, streams)
    if deployment.served == "migrated":
        own["STREAMS_REDIS_PREFIX"] = prefix_of(deployment)
    names = {variable.name for variable in told}
    kept = [Variable(name, value) for name, value in own.items() if name not in names]
    limit = deployment.connections_variable
    kept = [_limit(variable, inputs) if variable.name == limit else variable for variable in kept]
    return [*kept, *(_variable(variable, inputs) for variable in told)]


def _limit(variable: Variable, inputs: Inputs) -> Variable:
    meaning = (
        f"{variable.name}: connections of clients that all tasks together have open at most; more are refused with 503"
    )
    return Variable(variable.name, None, inputs.ask("most connections", meaning, variable.value, number=True))


def _variable(variable: EnvironmentVariable, inputs: Inputs) -> Variable:
    if variable.value is not None:
        return Variable(variable.name, variable.value)
    default = None if variable.required else ""
    if variable.secret:
        meaning = f"ARN of a secret whose text is {variable.name}: {variable.meaning}"
        asked = inputs.ask(variable.name, meaning, default, ending="secret arn")
        return Variable(variable.name, None, asked, secret=True)
    return Variable(variable.name, None, inputs.ask(variable.name, f"{variable.name}: {variable.meaning}", default))
