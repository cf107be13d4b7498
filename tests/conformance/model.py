"""Cases and the APIs that they need, as read from the YAML files of this folder.

A case says what an API Gateway WebSocket API does, and where that is known from. It never says whom it is run against.
`docs` of the steps: `steps.py`; of what may be expected: `matching.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

HERE = Path(__file__).parent
STAGE = "prod"


class CaseInvalid(ValueError):
    """Raised for a file that says what the runner does not understand; `where` names the file and the entry."""

    def __init__(self, where: str, problem: str) -> None:
        self.where, self.problem = where, problem
        super().__init__(where, problem)

    def __str__(self) -> str:
        return f"{self.where}: {self.problem}"


@dataclass(frozen=True, slots=True)
class Route:
    """`handler`: a function of `fixtures/handlers.py`. `response`: the route has a route response.

    `timeout_ms`: of the integration, 50 to 29,000. `models`: model key -> JSON schema.
    """

    handler: str
    response: bool = False
    timeout_ms: int | None = None
    models: Mapping[str, Any] = field(default_factory=dict)
    model_expression: str | None = None


@dataclass(frozen=True, slots=True)
class Api:
    """`whoami`: a message that this API answers with `{"connectionId", "nonce"}`; `${nonce}` in it is filled in."""

    name: str
    whoami: str
    routes: Mapping[str, Route]
    expression: str = "$request.body.action"
    authorizer: str | None = None
    identity_sources: tuple[str, ...] = ()
    stage_variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def handlers(self) -> list[str]:
        """Each once."""
        named = [route.handler for route in self.routes.values()]
        return list(dict.fromkeys([*named, *([self.authorizer] if self.authorizer else [])]))


@dataclass(frozen=True, slots=True)
class Case:
    """`settled` False: the reference does not know what AWS does; the case is run and not scored."""

    id: str
    title: str
    section: str
    source: str
    api: str
    steps: tuple[Mapping[str, Any], ...]
    settled: bool = True


def load_apis(path: Path = HERE / "apis.yaml") -> dict[str, Api]:
    """By name. Raises CaseInvalid."""
    return {name: _api(name, said) for name, said in _read(path).items()}


def load_cases(folder: Path = HERE) -> list[Case]:
    """Of all files but `apis.yaml`, in the order of their names. Raises CaseInvalid."""
    cases = []
    for path in sorted(folder.glob("*.yaml")):
        if path.name == "apis.yaml":
            continue
        document = _read(path)
        section = document["section"]
        cases += [_case(path.name, section, document.get("source", ""), said) for said in document["cases"]]
    doubled = {case.id for case in cases if [each.id for each in cases].count(case.id) > 1}
    if doubled:
        raise CaseInvalid("cases", f"ids come twice: {', '.join(sorted(doubled))}")
    return cases


def _read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = YAML(typ="safe", pure=True).load(path.read_text())
    return document


def _api(name: str, said: dict[str, Any]) -> Api:
    routes = {}
    for key, told in said["routes"].items():
        routes[key] = Route(told) if isinstance(told, str) else _build(Route, f"{name} {key}", told)
    sources = tuple(said.get("identity_sources", ()))
    return _build(Api, f"apis.yaml {name}", {**said, "name": name, "routes": routes, "identity_sources": sources})


def _case(file: str, section: str, source: str, said: dict[str, Any]) -> Case:
    where = f"{file} {said.get('id')}"
    told = {"section": section, **said, "steps": tuple(said.get("steps", ()))}
    told["source"] = told.get("source") or source
    for step in told["steps"]:
        if len(step) != 1:
            raise CaseInvalid(where, f"a step has one verb, and this one has {', '.join(step)}")
    return _build(Case, where, told)


def _build(kind: Any, where: str, said: dict[str, Any]) -> Any:
    try:
        return kind(**said)
    except TypeError as error:
        raise CaseInvalid(where, str(error)) from error
