"""Permissions in the policy of a function that stays, for APIs that go.

https://docs.aws.amazon.com/lambda/latest/api/API_RemovePermission.html
"""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import JsonValue

from checklists.aws.estate import Thing
from checklists.referrers.documents import EQUAL_OR_LIKE, Statement, statements
from checklists.referrers.index import Index
from checklists.referrers.links.function_policies import sources
from checklists.referrers.model import Change


def function(index: Index, thing: Thing, gone: frozenset[str]) -> tuple[Change, ...]:
    return tuple(_removed(index, thing, gone))


def _removed(index: Index, thing: Thing, gone: frozenset[str]) -> Iterator[Change]:
    for statement in statements(thing.properties.get("Policy")):
        named = [index.thing(one) for one in sources(statement)]
        if named and all(one is not None and one.arn in gone for one in named):
            names = ", ".join(one.name for one in named if one is not None)
            yield removal(thing, statement, f"{names} may no longer call function {thing.name}, which stays.")


def removal(thing: Thing, statement: Statement, words: str) -> Change:
    """The removal of one statement from the policy of a function."""
    account = statement.condition("aws:SourceAccount")
    if not statement.sid or not _can_be_added(statement):
        return Change(operation="", words=f"{words} A person has to take statement {statement.number} out.")
    undo: dict[str, JsonValue] = {
        "FunctionName": thing.id,
        "StatementId": statement.sid,
        "Action": statement.actions[0],
        "Principal": statement.principals[0],
        "SourceArn": sources(statement)[0],
    }
    return Change(
        operation="lambda.remove_permission",
        parameters={"FunctionName": thing.id, "StatementId": statement.sid},
        undo_operation="lambda.add_permission",
        undo_parameters=undo | ({"SourceAccount": account[0]} if account else {}),
        words=words,
    )


def _can_be_added(statement: Statement) -> bool:
    """Whether AddPermission makes the same again: one action, one principal and one source, and of other conditions
    the account of the source alone. What it leaves out would let in more than was let in before. It writes conditions
    its own way: of these operators each says the same then, or hardly more."""
    of_source = {"aws:sourcearn", "aws:sourceaccount"}
    conditions = [(operator.lower(), key.lower()) for operator, key in statement.condition_keys]
    return (
        len(statement.actions) == len(statement.principals) == len(sources(statement)) == 1
        and len(statement.condition("aws:SourceAccount")) <= 1
        and all(key in of_source and operator in EQUAL_OR_LIKE for operator, key in conditions)
    )
