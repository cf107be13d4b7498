"""Which known things a text names. Only that is kept: a text may hold secrets.

A name is looked for as a whole word, in the account and region of the text; an ARN, the id of an API and the name of
a domain everywhere. More may be found than is meant, never less: a mention only keeps things.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from pydantic import JsonValue

from checklists.aws import types
from checklists.aws.estate import Thing
from checklists.aws.scope import Text
from checklists.json_values import rows

MOST_CHARACTERS: Final = 1_000_000
"""Of a text that is read: definitions of state machines have at most this many."""

_ARN: Final = re.compile(r"arn:aws[a-z-]*:[^\s\"'<>,;{}\[\]()|]{1,2048}")
_HOST: Final = re.compile(r"[A-Za-z0-9_.\-]+")
_ID: Final = re.compile(r"[A-Za-z0-9]+")
_PATH: Final = re.compile(r"[A-Za-z0-9_.\-/#]+")
"""Log groups and parameters have '/' in their names; the address of a queue ends with its name."""

_EVERYWHERE: Final = frozenset({types.API, types.REST_API, types.DOMAIN, types.DISTRIBUTION})
"""Their ids and names mean the same from every account and region."""
_BY_NAME: Final = frozenset(
    {
        types.FUNCTION,
        types.TABLE,
        types.LOG_GROUP,
        types.QUEUE,
        types.TOPIC,
        types.STATE_MACHINE,
        types.PARAMETER,
        types.RULE,
    }
)


class Names:
    """The names of known things."""

    def __init__(self, things: Iterable[Thing]) -> None:
        self._arns: set[str] = set()
        self._everywhere: dict[str, set[str]] = defaultdict(set)
        self._there: dict[tuple[str, str, str], set[str]] = defaultdict(set)
        for one in things:
            self._arns.add(one.arn)
            if one.type in _EVERYWHERE:
                self._everywhere[one.id.lower()].add(one.arn)
                for address in _addresses(one):
                    self._everywhere[address].add(one.arn)
            elif one.type in _BY_NAME:
                self._there[one.account, one.region, one.name].add(one.arn)

    def named_in(self, text: str, account: str, region: str) -> tuple[str, ...]:
        """ARNs, sorted."""
        text = text[:MOST_CHARACTERS]
        found: set[str] = set()
        for arn in _ARN.findall(text):
            found |= self._of_arn(arn)
        text = _ARN.sub(" ", text)
        for host in {*_HOST.findall(text), *_ID.findall(text)}:
            found |= self._everywhere.get(host.lower().strip("."), set())
        paths = {text, *_PATH.findall(text)}
        for name in paths | {path.rpartition("/")[2] for path in paths}:
            found |= self._there.get((account, region, name), set())
        return tuple(sorted(found))

    def _of_arn(self, arn: str) -> set[str]:
        """Also of a version, alias, index, stream or path of the thing; and of an API that is to be executed."""
        found: set[str] = set()
        parts = arn.split(":", 5)
        if len(parts) == 6 and parts[2] == "execute-api":
            found |= self._everywhere.get(parts[5].partition("/")[0].lower(), set())
        while arn:
            if arn in self._arns:
                return found | {arn}
            arn = arn[: max(arn.rfind(":"), arn.rfind("/"), 0)]
        return found


def mentions(things: Iterable[Thing], texts: Iterable[Text], names: Names) -> dict[str, list[JsonValue]]:
    """ARN of who mentions -> [{variable, of}], without mentions of itself. Empty for a text that names nothing."""
    of = {one.arn: one for one in things}
    found: dict[str, list[JsonValue]] = {}
    for text in sorted(texts, key=lambda one: (one.of, one.label)):
        thing = of.get(text.of)
        if thing is None:
            continue
        several = found.setdefault(text.of, [])
        for arn in names.named_in(text.value, thing.account, thing.region):
            mention: JsonValue = {"variable": text.label, "of": arn}
            if arn != text.of and mention not in several:
                several.append(mention)
    return found


def _addresses(thing: Thing) -> Iterable[str]:
    several = [one.get("ApiGatewayDomainName") for one in rows(thing.properties.get("DomainNameConfigurations"))]
    return [str(one).lower() for one in (*several, thing.properties.get("DomainName")) if one]
