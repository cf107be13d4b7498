"""Names of classes from names of routes."""

from __future__ import annotations

import re

from migrator.inventory.model import Api


def model_names(api: Api) -> dict[str, str]:
    """Route key -> class name, each once: 'send-text' -> 'SendTextMessage', 'sendMessage' -> 'SendMessage'."""
    names: dict[str, str] = {}
    for route in api.routes:
        words = re.findall(r"[A-Za-z0-9]+", route.key)
        joined = "".join(word[:1].upper() + word[1:] for word in words) or "Any"
        name = joined if joined.lower().endswith("message") else f"{joined}Message"
        name = f"M{name}" if name[0].isdigit() else name
        base, number = name, 2
        while name in names.values() or name == "Message":
            name, number = f"{base}{number}", number + 1
        names[route.key] = name
    return names
