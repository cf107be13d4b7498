"""Operations of the AWS SDK for JavaScript, version 2 and 3, under boto3's names of them.
https://docs.aws.amazon.com/AWSJavaScriptSDK/v3/latest/client/dynamodb/
"""

from __future__ import annotations

from typing import Final

from migrator.scan.node.tree import Node

TABLE_COMMANDS: Final = {
    f"{name}Command": operation
    for operation, names in {
        "put_item": ("Put", "PutItem"),
        "get_item": ("Get", "GetItem"),
        "delete_item": ("Delete", "DeleteItem"),
        "update_item": ("Update", "UpdateItem"),
        "query": ("Query",),
        "scan": ("Scan",),
        "batch_write_item": ("BatchWrite", "BatchWriteItem"),
        "batch_get_item": ("BatchGet", "BatchGetItem"),
        "transact_write_items": ("TransactWrite", "TransactWriteItems"),
        "transact_get_items": ("TransactGet", "TransactGetItems"),
    }.items()
    for name in names
}
TABLE_METHODS: Final = {
    **{(name[0].lower() + name[1:]).removesuffix("Command"): operation for name, operation in TABLE_COMMANDS.items()},
    "paginateScan": "scan",
    "paginateQuery": "query",
}
PUSH_COMMANDS: Final = {
    "PostToConnectionCommand": "post_to_connection",
    "DeleteConnectionCommand": "delete_connection",
    "GetConnectionCommand": "get_connection",
}
PUSH_METHODS: Final = {
    "postToConnection": "post_to_connection",
    "deleteConnection": "delete_connection",
    "getConnection": "get_connection",
}
MANAGEMENT_CLIENTS: Final = frozenset({"ApiGatewayManagementApi", "ApiGatewayManagementApiClient"})
INVOKE: Final = frozenset({"InvokeCommand", "InvokeAsyncCommand"})


def made_name(node: Node) -> str:
    """X of `new X(...)` and `new a.b.X(...)`."""
    made = node.field("constructor")
    return made.text.rpartition(".")[2] if made is not None else ""


def method_name(node: Node) -> str:
    """m of `a.b.m(...)` and `m(...)`."""
    called = node.field("function")
    return called.text.rpartition(".")[2].lstrip("?") if called is not None else ""


def receiver(node: Node) -> Node | None:
    """a.b of `a.b.m(...)`."""
    called = node.field("function")
    return called.field("object") if called is not None and called.kind == "member_expression" else None


def table_operation(node: Node) -> str | None:
    """boto3's name of the table operation that a `new` or a call is; None when it is something else.

    A method with a usual name (`get`, `put`) counts only with an argument that names a table."""
    if node.kind == "new_expression":
        return TABLE_COMMANDS.get(made_name(node))
    if node.kind != "call_expression":
        return None
    operation = TABLE_METHODS.get(method_name(node))
    if operation is None or not node.arguments():
        return None
    if method_name(node).startswith("paginate"):
        return operation
    return operation if receiver(node) is not None else None


def request(node: Node) -> Node | None:
    """The object with TableName and the rest that an operation is given."""
    given = node.arguments()
    return given[1] if method_name(node).startswith("paginate") and len(given) > 1 else next(iter(given), None)
