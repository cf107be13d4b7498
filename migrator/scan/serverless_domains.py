"""Custom domains of a service's WebSocket API: of resources of its own, and of the plugin serverless-domain-manager.
https://github.com/amplify-education/serverless-domain-manager
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from migrator.inventory.model import CustomDomain
from migrator.scan.declared import Service
from migrator.scan.intrinsics import Resolver, Unresolved
from migrator.scan.route_settings import SettingsReader
from migrator.scan.yamlfile import Map, as_list, as_map, as_text

_NO: Final = frozenset({"false", "no", "off", "0"})
_NO_PATH: Final = "(none)"


def custom_domains(
    service: Service, document: Map, resources: Map, resolver: Resolver, api_id: str
) -> tuple[CustomDomain, ...]:
    """Each once. Those whose names only a deployment knows are problems of `service`."""
    declared = SettingsReader(resources, resolver, service).domains(api_id)
    return tuple(dict.fromkeys([*declared, *_of_plugin(service, as_map(document.get("custom")), resolver)]))


def _of_plugin(service: Service, custom: Map, resolver: Resolver) -> Iterator[CustomDomain]:
    for one in (custom.get("customDomain"), *as_list(custom.get("customDomains"))):
        domain = as_map(as_map(one).get("websocket"))
        if not domain or (as_text(domain.get("enabled")) or "").lower() in _NO:
            continue
        host = resolver.text(domain.get("domainName"))
        if isinstance(host, Unresolved):
            service.problem(domain.where("domainName"), f"a custom domain is not known: {host.reason}")
            continue
        base_path = resolver.text_or(domain.get("basePath"), "").strip("/")
        yield CustomDomain(host=host.lower(), base_path="" if base_path == _NO_PATH else base_path)
