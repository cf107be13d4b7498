"""A registry's metrics as a response, in the format that the scraper prefers."""

from __future__ import annotations

import re
from typing import Final

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from starlette.responses import Response

_FORMAT: Final = re.compile(
    r"(?:application/openmetrics-text|text/plain)"
    r"(?:\s?;\s?(?:version=(?:0\.0\.1|0\.0\.4|1\.0\.0)|charset=utf-8|q=[01](?:\.\d{1,3})?"
    r"|escaping=(?:allow-utf-8|underscores|dots|values)))*"
)


def exposition(registry: CollectorRegistry, accept: str) -> Response:
    """`accept`: the header of the request."""
    encode, media_type = choose_encoder(_readable(accept))
    return Response(encode(registry), headers={"Content-Type": media_type})


def _readable(accept: str) -> str:
    """The formats asked for that scrapers do ask for: others make the library fail."""
    return ",".join(asked for asked in accept.split(",")[:20] if _FORMAT.fullmatch(asked.strip()))
