"""An application and its inventory -> what the kits are told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from migrator.dependencies.declared import Requirements, requirements_of
from migrator.deploy.deployment import ENDING_S, FOR_METRICS, NOTICE_S, Deployment, EnvironmentVariable, Timing
from migrator.deploy.errors import OfOneProcess
from migrator.deploy.keys import KeyFiles, key_files
from migrator.deploy.settings import node_settings
from migrator.deploy.variables import application_variables, read_by, without_secrets
from migrator.hostable import functions_of, names_at_lambda
from migrator.hosting import api_definition, of_one_process, served_functions
from migrator.inventory.model import Inventory
from shim.config.configuration import Configuration
from shim.config.options import options_of
from shim.redaction import redact

LONGEST_NAME: Final = 40
"""Of a DNS label's 63, so that kits can add a word to it: https://www.rfc-editor.org/rfc/rfc1123#section-2"""

_SETTINGS_OF_SERVICE: Final = (
    EnvironmentVariable("ALLOWED_ORIGINS", "", "exact origins of web pages on other hosts, separated by commas"),
    EnvironmentVariable("STREAM_RESUME_SECONDS", "60", "how long a connection outlives a lost stream"),
    EnvironmentVariable("STREAM_HEARTBEAT_SECONDS", "15", "pause between comments on a silent stream"),
    EnvironmentVariable(
        "DRAIN_NOTICE_SECONDS",
        f"{NOTICE_S:g}",
        "how long /readyz says that a node ends before it takes no more connections",
    ),
)
_METRICS: Final = EnvironmentVariable("METRICS_TOKEN", None, FOR_METRICS, secret=True, required=False)
_UVICORN_S: Final = 10.0
"""What a migrated application's server waits for requests under way, as its own Dockerfile says it."""


def shim_deployment(app: Path, inventory: Inventory, configuration: Configuration) -> Deployment:
    """Of APP behind the shim. Raises NotHostable for what can't be served at all, OfOneProcess for what several nodes
    can't serve."""
    options = options_of(configuration)
    if alone := of_one_process(options):
        raise OfOneProcess(alone)
    definition = api_definition(inventory, options)
    if options.backend == "python":
        functions_of(app, inventory, served_functions(definition))
    elif options.backend == "lambda":
        names_at_lambda(inventory, served_functions(definition), options.lambda_.names)
    name = label(definition.name)
    keys = key_files(app)
    settings = node_settings(name, configuration)
    variables, notes = application_variables(inventory) if options.backend == "python" else ((), ())
    needed, left_out = _requirements(app, inventory) if options.backend == "python" else (Requirements(), ())
    return Deployment(
        application=inventory.application,
        name=name,
        served="shim",
        region=definition.region,
        stage=definition.stage,
        timing=settings.timing,
        variables=(*settings.variables, *variables),
        settings=settings.text,
        inventory=without_secrets(inventory),
        requirements=needed,
        domains=tuple(dict.fromkeys(domain.host for domain in definition.domains)),
        ignored=_left_out(inventory, keys),
        notes=(*settings.notes, *notes, *left_out, *_told(keys)),
    )


def migrated_deployment(app: Path, inventory: Inventory) -> Deployment:
    """Of what `ws2sse migrate` wrote into APP."""
    name = label(inventory.application)
    keys = key_files(app)
    variables, notes = application_variables(inventory)
    redis = EnvironmentVariable("STREAMS_REDIS_URL", None, "the address of Redis, with user and password", secret=True)
    return Deployment(
        application=inventory.application,
        name=name,
        served="migrated",
        region=inventory.region,
        stage="",
        timing=Timing(15.0, NOTICE_S, _UVICORN_S, ENDING_S),
        variables=(redis, _METRICS, *_SETTINGS_OF_SERVICE, *read_by(app, variables)),
        settings="",
        inventory=without_secrets(inventory),
        requirements=Requirements(),
        domains=tuple(dict.fromkeys(domain.host for api in inventory.apis for domain in api.domains)),
        ignored=_left_out(inventory, keys),
        notes=(*notes, *_told(keys)),
    )


def label(name: str) -> str:
    """A DNS label of what may be any text; 'service' where nothing of it is left."""
    kept = re.sub(r"[^a-z0-9]+", "-", name.lower().encode("ascii", "ignore").decode()).lstrip("-0123456789")
    return kept[:LONGEST_NAME].strip("-") or "service"


def _requirements(app: Path, inventory: Inventory) -> tuple[Requirements, tuple[str, ...]]:
    """Without lines that hold a secret, such as a token in the address of a private index."""
    found = requirements_of(app, inventory)
    lines = tuple(line for line in (*found.lines, *found.build) if not _holds_secret(line))
    hidden = len(found.lines) + len(found.build) - len(lines)
    notes = [f"not in the image: {told}" for told in found.left_out]
    if hidden:
        notes.append(f"not in the image: {hidden} requirements that hold a secret")
    return Requirements(tuple(sorted(lines)), found.files), tuple(notes)


def _holds_secret(requirement: str) -> bool:
    """Only an address can; `PyJWT==2.8.0` merely looks like something that is given a value."""
    return "://" in requirement and redact(requirement) != requirement


def _left_out(inventory: Inventory, keys: KeyFiles) -> tuple[str, ...]:
    """Infrastructure, which no node reads and which may hold secrets, but no certificate."""
    return (*sorted(set(_declaring(inventory))), *(f"!{name}" for name in keys.certificates))


def _told(keys: KeyFiles) -> Iterator[str]:
    for name in keys.others:
        yield f"not in the image, since it may be a private key: {name}"


def _declaring(inventory: Inventory) -> Iterator[str]:
    code = {handler.path for handler in inventory.handlers}
    for path in [resource.location.path for resource in inventory.resources] + [
        api.location.path for api in inventory.apis
    ]:
        if path not in code and re.fullmatch(r"[\w./-]+", path):
            yield path
