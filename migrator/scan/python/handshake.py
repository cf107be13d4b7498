"""What the code of $connect reads of the handshake: names of query parameters.
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html
"""

from __future__ import annotations

import ast
from typing import Final

from migrator.scan.python.describe import path_of
from migrator.scan.python.reads import own_nodes
from migrator.scan.python.values import Event
from migrator.scan.python.views import View

_QUERIES: Final = ("queryStringParameters", "multiValueQueryStringParameters")
MOST_PARAMETERS: Final = 20


def query_parameters(view: View) -> tuple[str, ...]:
    """In the order in which the code reads them."""
    found: dict[str, None] = {}
    for function in sorted(view.functions, key=lambda item: (item.module.path, item.node.lineno)):
        for node in own_nodes(function):
            if not isinstance(node, ast.Subscript | ast.Call):
                continue
            if not view.guards.allow(node, function.module, view.route, view.program.tracer):
                continue
            for value in view.tracer.trace(node, function.module.scopes[node]):
                path = path_of(value) if isinstance(value.origin, Event) else ()
                if len(path) == 2 and path[0] in _QUERIES and not path[1].startswith((".", "*", "<")):
                    found[path[1]] = None
    return tuple(found)[:MOST_PARAMETERS]
