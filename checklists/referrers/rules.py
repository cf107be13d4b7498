"""Rules of composite alarms, and what is left of one without some of its alarms.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
"""

from __future__ import annotations

import re

_STATE = r"(?:ALARM|OK|INSUFFICIENT_DATA)"
_NAME = r"(?:\"(?P<q>[^\"]*)\"|'(?P<s>[^']*)'|(?P<b>[^\s()\"']+))"
_TERM = re.compile(rf"\b{_STATE}\s*\(\s*{_NAME}\s*\)")


def alarm_names(rule: str) -> list[str]:
    """Names or ARNs of the alarms, each once, in order."""
    return list(dict.fromkeys(_name(found) for found in _TERM.finditer(rule)))


def without(rule: str, names: frozenset[str]) -> str | None:
    """The rule without the terms of `names`, where it is terms of one ALARM each, joined by OR; None for other rules.

    Only there does a term that is never true again mean nothing.
    """
    terms = list(_TERM.finditer(rule))
    between = _TERM.sub("\0", rule)
    if not re.fullmatch(r"\s*\0(\s+OR\s+\0)*\s*", between) or not all(t.group().startswith("ALARM") for t in terms):
        return None
    left = [term.group() for term in terms if _name(term) not in names]
    return " OR ".join(left) if left else None


def _name(found: re.Match[str]) -> str:
    return next(one for one in (found["q"], found["s"], found["b"]) if one is not None)
