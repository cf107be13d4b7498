"""The HTTP client of clients on the new path."""

from __future__ import annotations

import ssl

import httpx

from shim.dualrun.replay.client import USER_AGENT


def http_client(url: str, timeout: httpx.Timeout | float) -> httpx.AsyncClient:
    """For this server alone, whatever the environment says of proxies."""
    # Loading certificates takes longer than a session runs: where no TLS is spoken none are, and so none is trusted.
    verify = True if url.startswith("https:") else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return httpx.AsyncClient(headers={"User-Agent": USER_AGENT}, timeout=timeout, trust_env=False, verify=verify)
