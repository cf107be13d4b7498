"""IAM statements: who may post to an API's connections, use a table's items, or call a function.

A statement that names a table or a function makes whoever has it a user: a permission that is not used cannot be told
from one that is. A statement on everything names nobody; what uses a thing by it shows in the thing's metrics.
"""

from __future__ import annotations

from collections.abc import Iterator

from checklists.aws import types
from checklists.aws.estate import Thing
from checklists.json_values import mapping
from checklists.referrers.access import Access, Reach
from checklists.referrers.documents import Statement, statements
from checklists.referrers.index import Index, use
from checklists.referrers.model import Use


def find(index: Index) -> Iterator[Use]:
    reach = index.part(Reach)
    for holder in index.of_type(types.ROLE, types.USER, types.GROUP):
        for name, document in mapping(holder.properties.get("Policies")).items():
            for statement in statements(document):
                yield from _uses(reach, holder, (holder,), statement, f"inline policy {name} of {holder.name}")
    for policy in index.of_type(types.POLICY):
        for statement in statements(policy.properties.get("Document")):
            yield from _uses(reach, policy, index.attached_to(policy.arn), statement, f"policy {policy.name}")


def _uses(reach: Reach, document: Thing, who: tuple[Thing, ...], one: Statement, where: str) -> Iterator[Use]:
    label = f"statement {one.sid or one.number} of {where}"
    for access in reach.named(one):
        mention = access.thing.type == types.API
        detail = f"{label} allows {access.action}"
        if mention or document not in who:
            yield use(document, access.thing, "policy", detail, mention=True)
        if not mention:
            yield from (_functional(holder, access, detail) for holder in who)
    for access in reach.unnamed(one):
        detail = f"{label} allows {access.action} on {access.resource}"
        yield use(document, access.thing, "policy", detail, mention=True).model_copy(update={"certain": False})


def _functional(holder: Thing, access: Access, detail: str) -> Use:
    return use(holder, access.thing, "policy", detail).model_copy(update={"certain": access.exact})
