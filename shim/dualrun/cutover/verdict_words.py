"""The running verdict, for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def verdict_words(record: Mapping[str, Any]) -> str:
    """One sentence, of what `Verdict.in_short` gives, or `to_record`."""
    seen = f"{record['differing']} of {record['sessions']} sessions differ"
    if record["leaks"]:
        return f"{seen}, and {record['leaks']} messages reached somebody for whom they were not"
    if record["verdict"] == "INCONCLUSIVE":
        return f"{seen}; {record['sessions_to_go']} more without a difference would be proof"
    return seen
