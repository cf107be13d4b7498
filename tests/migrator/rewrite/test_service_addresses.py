"""No route of an application takes an address of the service itself."""

import re
from importlib.resources import files

from migrator.rewrite.service import RESERVED_PATHS


def test_all_addresses_of_the_service_are_reserved() -> None:
    folder = files("templates").joinpath("application/sse_service")
    texts = [entry.read_text(encoding="utf-8") for entry in folder.iterdir() if entry.name.endswith(".j2")]
    found = {path for text in texts for path in re.findall(r'\.(?:get|post|delete|mount)\("(/\w+)"', text)}

    assert {"/stream", "/readyz", "/metrics"} <= found
    assert found <= RESERVED_PATHS
