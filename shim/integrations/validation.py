"""What can be known to be wrong with integrations before any message comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from shim.gateway.definition import ApiDefinition, Http, Integration, LambdaProxy, Mapped, Sqs
from shim.gateway.vtl import TemplateInvalid, compile_template
from shim.integrations.errors import Unusable
from shim.integrations.http import check_http
from shim.integrations.parameters import check_parameters
from shim.integrations.selection import DEFAULT, check_expression, compile_key
from shim.integrations.sqs import check_sqs


def problems_of(api: ApiDefinition) -> list[str]:
    """Sentences, each beginning with its route; empty when every integration can be called."""
    return [f"route {key}: {problem}" for key, route in api.routes.items() for problem in _of(route.integration, api)]


def _of(integration: Integration, api: ApiDefinition) -> Iterator[str]:
    if isinstance(integration, LambdaProxy):
        return
    if isinstance(integration, Http):
        yield from _problem(lambda: check_http(integration, api.stage_variables))
    if isinstance(integration, Sqs):
        yield from _problem(lambda: check_sqs(integration))
    yield from _of_mapping(integration.mapping, api)


def _of_mapping(mapped: Mapped, api: ApiDefinition) -> Iterator[str]:
    yield from _problem(lambda: check_parameters(mapped.request_parameters, api.stage_variables))
    expressions = [mapped.template_selection_expression]
    for key, template in mapped.request_templates.items():
        yield from _of_template(f"request template {key}", template)
    for key, response in mapped.responses.items():
        if key != DEFAULT:
            yield from _key(key)
        expressions.append(response.template_selection_expression)
        for name, template in response.templates.items():
            yield from _of_template(f"response template {name} of {key}", template)
    for expression in expressions:
        yield from _expression(expression)


def _of_template(name: str, text: str) -> Iterator[str]:
    try:
        compile_template(text)
    except TemplateInvalid as error:
        yield f"{name}, {error}"


def _key(key: str) -> Iterator[str]:
    yield from _problem(lambda: compile_key(key))


def _expression(expression: str | None) -> Iterator[str]:
    if expression is not None:
        yield from _problem(lambda: check_expression(expression))


def _problem(check: Callable[[], object]) -> Iterator[str]:
    try:
        check()
    except Unusable as error:
        yield str(error)
