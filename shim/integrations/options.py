"""How integrations are called."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IntegrationOptions:
    """Times in seconds, sizes in bytes. How long a call may take altogether is said by the API and its routes."""

    connect_timeout_s: float = 5.0
    """What opening a connection to an HTTP endpoint or to SQS may take. Default 5 s."""

    response_bytes: int = 1_048_576
    """Largest answer of an HTTP endpoint; a larger one fails the integration. Default 1 MiB."""

    http_connections: int = 100
    """Connections to HTTP endpoints that are open at the same time, for one API. Further calls wait. Default 100."""

    sqs_threads: int = 8
    """Messages that are sent to SQS at the same time, for one API. Further ones wait. Default 8."""
