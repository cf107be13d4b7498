"""README, MIGRATION, Dockerfile and tests of the new application."""

from __future__ import annotations

import ast
import json
import pprint
import re
from collections.abc import Mapping, Sequence
from typing import Final

from migrator.inventory.by_route import RoutePlan, UnknownSenders
from migrator.inventory.messages import message_of
from migrator.inventory.model import Api, Inventory, MessageKey, Route
from migrator.inventory.outcome import Account, Outcome
from migrator.rewrite.edit import Finding, InfraFile, InfraKind, LeftBehind
from migrator.rewrite.python.connection_table import TableResult
from migrator.rewrite.service import ServiceView
from templates import render

SECTIONS: dict[str, str] = {
    "marked": "Marked in the code, for a person",
    "failed": "Failed",
    "skipped": "Skipped",
    "rewritten": "Rewritten",
    "out_of_scope": "Out of scope",
}
REDIS_SETTINGS: Final[Mapping[InfraKind, str]] = {
    "sam": "SseRedisUrlSecretArn",
    "cloudformation": "SseRedisUrlSecretArn",
    "serverless": "SSE_REDIS_URL_SECRET_ARN",
    "terraform": "sse_redis_url_secret_arn",
    "cdk-typescript": "sseRedisUrlSecretArn",
    "cdk-python": "sseRedisUrlSecretArn",
}
"""What the infrastructure calls the secret with the address of Redis."""

_QUERY_KEY = re.compile(
    r"""(?:queryStringParameters['"]\]?(?:,\s*\{\})?(?:\s+or\s+\{\})?\)*|caller\.query(?:\s+or\s+\{\})?\)*)(?:\.get\(|\[)\s*['"](\w+)['"]"""
)
_SECRET = re.compile(r"secret|token|password|passwd|key|credential", re.IGNORECASE)


def documents(
    inventory: Inventory,
    api: Api,
    view: ServiceView,
    account: Account,
    routes: Sequence[RoutePlan],
    unknown_senders: UnknownSenders,
    behind: Sequence[LeftBehind],
    findings: Sequence[Finding],
    modules: Mapping[str, str],
    tables: Sequence[TableResult],
    infrastructure: Sequence[InfraFile],
    *,
    web: str | None,
    aws: bool,
    background: bool,
) -> dict[str, str]:
    """Path -> text. `modules`: Python text of the new application by path; `aws`: whether it still uses AWS;
    `background`: whether functions hand work to themselves."""
    application = str(view.values["application"])
    variables = environment_variables(modules)
    samples = {route.key: _sample(api, route, view.keys.get(route.key, ())) for route in api.routes}
    totals = " + ".join(f"{status.replace('_', ' ')} {n}" for status, n in account.totals.items())
    common = {"application": application, "web": web, "aws": aws, "authorizer": view.values["authorizer"]}
    common["push"] = view.values["push"]
    token = _token(api, variables)
    readme = render(
        "application/README.md.j2",
        **common,
        variables=[(name, _meaning(inventory, name)) for name in variables],
        query=_readme_query(token, _query_keys(modules)),
        region=inventory.region,
        header=f' -H "{token["header"]}: {token["prefix"]}$TOKEN"' if token and token["header"] else "",
        examples=[_quoted(text) for key, text in samples.items() if not key.startswith("$") and text is not None],
        addresses=[(endpoint, _quoted(samples[endpoint.key] or "{}")) for endpoint in view.endpoints],
        route_selection=api.route_selection_expression,
        name=view.values["name"],
    )
    migration = render(
        "application/MIGRATION.md.j2",
        push=view.values["push"],
        answer_streams=[endpoint for endpoint in view.endpoints if endpoint.streams],
        background=background,
        balance=f"{len(account.found)} sites were found = {totals}.",
        routes=routes,
        unknown_senders=unknown_senders.sentence,
        sections=_sections(account.outcomes),
        findings=findings,
        tables=tables,
        left_behind=behind,
        infrastructure=infrastructure,
        redis_settings=list(dict.fromkeys(REDIS_SETTINGS[file.kind] for file in infrastructure if file.service)),
    )
    gone = {table.store.table for table in tables if not table.reason}
    conftest = render(
        "application/tests_sse/conftest.py.j2",
        **common,
        environment=_literal({name: _test_value(inventory, name) for name in variables}),
        tables=_literal([d for d in inventory.table_definitions if d.get("TableName") not in gone]),
        query="&".join(f"{name}=test" for name in _query_keys(modules)) if not token else "",
        jwt=token,
        region=inventory.region,
    )
    tests = render(
        "application/tests_sse/test_service.py.j2",
        **common,
        messages=_literal([(e.key, e.path, samples[e.key]) for e in view.endpoints if samples[e.key] is not None]),
        has_default=any(route.key == "$default" for route in api.routes),
    )
    return {
        "README.md": readme,
        "MIGRATION.md": migration,
        "Dockerfile": render("application/Dockerfile.j2"),
        ".dockerignore": render("application/dockerignore.j2"),
        "tests_sse/conftest.py": conftest,
        "tests_sse/test_service.py": tests,
        "tests_sse/pytest.ini": render("application/tests_sse/pytest.ini.j2"),
        "tests_sse/requirements.txt": render("application/tests_sse/requirements.txt.j2", aws=aws, jwt=token),
    }


def environment_variables(modules: Mapping[str, str]) -> list[str]:
    """Names that the code reads from its environment, the service's own and Lambda's left out."""
    names: set[str] = set()
    for text in modules.values():
        try:
            tree = ast.parse(text.removeprefix("\ufeff"))
        except (SyntaxError, ValueError, RecursionError):
            continue
        names |= {name for node in ast.walk(tree) if (name := _environment_name(node)) is not None}
    return sorted(name for name in names if re.fullmatch(r"[A-Za-z_]\w*", name) and not name.startswith("AWS_LAMBDA"))


def _environment_name(node: ast.AST) -> str | None:
    key: ast.expr | None = None
    if isinstance(node, ast.Subscript) and _ends_with(node.value, "environ"):
        key = node.slice
    elif isinstance(node, ast.Call) and node.args:
        method = node.func if isinstance(node.func, ast.Attribute) and node.func.attr == "get" else None
        if (method is not None and _ends_with(method.value, "environ")) or _ends_with(node.func, "getenv"):
            key = node.args[0]
    return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else None


def _ends_with(node: ast.expr, name: str) -> bool:
    return (isinstance(node, ast.Attribute) and node.attr == name) or (isinstance(node, ast.Name) and node.id == name)


def _query_keys(modules: Mapping[str, str]) -> list[str]:
    """Keys of the query string that the code looks at, by text: good enough for a first try in a test."""
    return sorted({name for text in modules.values() for name in _QUERY_KEY.findall(text)})


def _meaning(inventory: Inventory, name: str) -> str:
    if name in inventory.environment and not _SECRET.search(name):
        return f"was {inventory.environment[name]}"
    if name in inventory.unresolved:
        return inventory.unresolved[name]
    return "as in the old application"


def _test_value(inventory: Inventory, name: str) -> str:
    if _SECRET.search(name):
        return "a-secret-that-is-only-for-these-tests"
    return inventory.environment.get(name, "test")


def _token(api: Api, variables: list[str]) -> dict[str, object] | None:
    """How a test makes a token; None when only the application's people can."""
    facts = api.authorizer.token if api.authorizer is not None else None
    algorithm = next((a for a in facts.algorithms if a.startswith("HS")), None) if facts is not None else None
    if facts is None or algorithm is None or facts.secret_variable not in variables:
        return None
    if facts.query is None and facts.header is None:
        return None
    return {
        "query": facts.query,
        "header": facts.header,
        "prefix": f"{facts.scheme} " if facts.scheme else "",
        "variable": facts.secret_variable,
        "algorithm": algorithm,
        "claims": _literal({"sub": "test", **dict.fromkeys(facts.claims, "test")}),
    }


def _readme_query(token: dict[str, object] | None, keys: list[str]) -> str:
    """What the first curl of the README puts behind the address."""
    if token:
        return "" if token["header"] else f"?{token['query']}=$TOKEN"
    return "?" + "&".join(f"{name}=test" for name in keys) if keys else ""


def _sample(api: Api, route: Route, keys: Sequence[str]) -> str | None:
    """A message that is routed to the route; None when its expression is not one key, or for $connect and the like."""
    expression = re.fullmatch(r"\$\{?request\.body\.([A-Za-z_][\w.]*)\}?", api.route_selection_expression)
    if expression is None or route.key.startswith("$"):
        return None
    message = message_of(route.reads, _value)
    place = message
    *folders, last = expression[1].split(".")
    for folder in folders:
        inner: dict[str, object] = {}
        place[folder] = inner
        place = inner
    place[last] = route.key
    return json.dumps(message)


def _value(key: MessageKey, _element: int) -> object:
    values: dict[str, object] = {"number": 1, "boolean": True, "list": ["test"], "object": {"test": "test"}}
    return key.literals[0] if key.literals else values.get(key.kind, "test")


def _sections(outcomes: Sequence[Outcome]) -> list[tuple[str, list[Outcome]]]:
    found = [(title, [o for o in outcomes if o.status == status]) for status, title in SECTIONS.items()]
    return [(title, of_status) for title, of_status in found if of_status]


def _literal(value: object) -> str:
    """Python source of plain data."""
    return pprint.pformat(value, width=100, sort_dicts=False)


def _quoted(text: str) -> str:
    """Inside single quotes of a shell."""
    return text.replace("'", "'\\''")
