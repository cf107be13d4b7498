"""How deployed functions are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class LambdaOptions:
    """Times in seconds."""

    names: Mapping[str, str] = field(default_factory=dict)
    """Handler (such as `src/app.py:handler`) -> name, alias (`name:alias`) or ARN at Lambda. Needed for those whose
    name the infrastructure files do not say; wins over what they say."""

    endpoint_url: str | None = None
    """Default None: AWS's for the region, or what AWS_ENDPOINT_URL_LAMBDA says."""

    concurrency: int = 256
    """Most calls under way, a thread each; others wait in order. Default 256."""

    timeout_s: float = 30.0
    """How long an answer is waited for. The limit of the API gives a call up before that. Default 30."""
