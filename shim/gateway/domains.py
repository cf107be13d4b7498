"""Custom domains: which path of the API a request's host and path stand for.

https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-mappings.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from shim.gateway.definition import ApiDefinition, DomainMapping

BASE_PATH_CHARACTERS = 300
"""The longest base path of a mapping."""

RESERVED_PATHS = frozenset({"ping", "sping"})
"""First segments that API Gateway keeps to itself on custom domains, for health checks."""

_BASE_PATH = re.compile(r"[A-Za-z0-9$\-_.+!*'()]+(?:/[A-Za-z0-9$\-_.+!*'()]+)*")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?:\*\.)?{_LABEL}(?:\.{_LABEL})*")


class DomainMappingInvalid(ValueError):
    """Raised for a mapping that could not be made at API Gateway, or that would hide another one."""

    def __init__(self, mapping: DomainMapping, reason: str) -> None:
        self.host, self.base_path, self.reason = mapping.host, mapping.base_path, reason
        super().__init__(mapping.host, mapping.base_path, reason)

    def __str__(self) -> str:
        return f"the mapping of {self.host}/{self.base_path} {self.reason}"


@dataclass(frozen=True, slots=True)
class Resolved:
    """`path`: as it is on the API's own host, beginning with `/{stage}`. `domain_name`: the custom domain in lower
    case and without a port; None on any other host."""

    path: str
    domain_name: str | None = None


class Mappings:
    """The custom domains of one API. Raises DomainMappingInvalid."""

    def __init__(self, api: ApiDefinition) -> None:
        self._stage_path = f"/{api.stage}"
        self._hosts: dict[str, list[tuple[str, ...]]] = {}
        for mapping in api.domains:
            host = mapping.host.lower().removesuffix(".")
            _check(mapping, host, api)
            segments = tuple(mapping.base_path.split("/")) if mapping.base_path else ()
            base_paths = self._hosts.setdefault(host, [])
            if segments in base_paths:
                raise DomainMappingInvalid(mapping, "is there twice")
            base_paths.append(segments)
        for base_paths in self._hosts.values():
            base_paths.sort(key=len, reverse=True)

    def resolve(self, host: str, path: str) -> Resolved | None:
        """What a request stands for, by its `Host` header and the path as it came, still percent-encoded.

        On a host that is no custom domain the path is as it is, whatever it is. On a custom domain the longest base
        path that fits is taken away, and what follows keeps its encoding; None when none fits, and for a path that
        names the stage after its base path, as on the API's own host: on a custom domain that leads nowhere.
        """
        if not self._hosts:
            return Resolved(path)
        domain = _domain(host)
        base_paths = self._hosts.get(domain)
        if base_paths is None:
            base_paths = self._wildcard(domain)
        if base_paths is None:
            return Resolved(path)
        rest = _below(base_paths, path) if path.startswith("/") else None
        if rest is None or rest.startswith(f"{self._stage_path}/") or rest == self._stage_path:
            return None
        return Resolved(self._stage_path + rest, domain)

    def _wildcard(self, domain: str) -> list[tuple[str, ...]] | None:
        label, dot, parent = domain.partition(".")
        if not dot or re.fullmatch(_LABEL, label) is None:
            return None
        return self._hosts.get(f"*.{parent}")


def _below(base_paths: list[tuple[str, ...]], path: str) -> str | None:
    """What follows the base path, beginning with a slash; empty when nothing does."""
    for segments in base_paths:
        parts = path.split("/", len(segments) + 1)[1:]
        first, rest = parts[: len(segments)], parts[len(segments) :]
        if tuple(map(unquote, first)) != segments:
            continue
        if not segments and rest[0].partition("/")[0] in RESERVED_PATHS:
            return None
        return f"/{rest[0]}" if rest and rest[0] else ""
    return None


def _domain(host: str) -> str:
    name = host.lower()
    if ":" in name and not name.endswith("]"):
        name = name.rpartition(":")[0]
    return name.removesuffix(".")


def _check(mapping: DomainMapping, host: str, api: ApiDefinition) -> None:
    if _HOST.fullmatch(host) is None or len(host) > 253:
        raise DomainMappingInvalid(mapping, "has no host name")
    if host == api.domain_name:
        raise DomainMappingInvalid(mapping, "is of the API's own host")
    if not mapping.base_path:
        return
    if len(mapping.base_path) > BASE_PATH_CHARACTERS:
        raise DomainMappingInvalid(mapping, f"has a base path of more than {BASE_PATH_CHARACTERS} characters")
    if _BASE_PATH.fullmatch(mapping.base_path) is None:
        raise DomainMappingInvalid(
            mapping, "has a base path that is not letters, digits and $-_.+!*'() between single slashes"
        )
    if mapping.base_path.partition("/")[0] in RESERVED_PATHS:
        raise DomainMappingInvalid(mapping, "has a base path that API Gateway keeps to itself")
