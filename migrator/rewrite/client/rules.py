"""Which rule decides on a site: the library says it."""

from __future__ import annotations

from migrator.rewrite.client import (
    react_use_websocket,
    websocket_constructor,
    websocket_option,
    websocket_subclass,
    without_option,
)
from migrator.rewrite.client.site import Site, refusal
from migrator.rewrite.client.token import TokenOptions
from migrator.rewrite.client.verdict import Verdict


def decide(site: Site, token: TokenOptions) -> Verdict:
    refused = refusal(site)
    if refused is not None:
        return refused
    library = site.library or ""
    if site.node.kind() not in {"new_expression", "call_expression"}:
        return websocket_subclass.rewrite(site, token)
    if library in websocket_constructor.SAME_CLASS:
        return websocket_constructor.rewrite(site, token)
    if library in websocket_option.TAKING:
        return websocket_option.rewrite(site, token)
    if library == "react-use-websocket":
        return react_use_websocket.rewrite(site, token)
    return without_option.rewrite(site)
