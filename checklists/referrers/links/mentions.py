"""What environment variables, stage variables, parameters and state machines name.

The survey says of which thing, and keeps no value. A variable that names something is taken for a use of it, also
where the name is a common word. That keeps things, so it must let none go: of what is named alone only tables are
followed, of which the code says too what they are. A parameter is read by someone that nothing tells: it is a place to
edit.
"""

from __future__ import annotations

from collections.abc import Iterator

from checklists.aws import types
from checklists.json_values import rows, text
from checklists.referrers.index import Index, use
from checklists.referrers.model import Use, UseKind

_KINDS: dict[str, UseKind] = {types.STATE_MACHINE: "state_machine", types.PARAMETER: "parameter", types.RULE: "rule"}


def find(index: Index) -> Iterator[Use]:
    for one in index.estate.things:
        for mention in rows(one.properties.get("Mentions")):
            named = index.thing(text(mention.get("of")))
            if named is None or named == one or named.arn == index.owner(one.arn):
                continue
            kind = _KINDS.get(one.type, "environment")
            what = text(mention.get("variable"))
            detail = f"{what} of {one.name or one.id}" if what else f"{one.name or one.id} names it"
            found = use(one, named, kind, detail, mention=one.type == types.PARAMETER)
            yield found.model_copy(update={"certain": named.type == types.TABLE})
