"""Values as TOML writes them: https://toml.io/en/v1.0.0"""

from __future__ import annotations

import json
import re
from typing import Any


def toml_value(value: Any) -> str:  # noqa: ANN401 - what TOML has
    """On one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_toml_text(key)} = {toml_value(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(toml_value(item) for item in value) + "]"
    return _toml_text(value) if isinstance(value, str) else json.dumps(value)


def _toml_text(text: str) -> str:
    """JSON's own form, but for DEL, which TOML wants escaped: https://toml.io/en/v1.0.0#string"""
    return re.sub("\x7f", r"\\u007f", json.dumps(text, ensure_ascii=False))
