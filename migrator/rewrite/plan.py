"""From an application and its inventory to everything that would be written, checked as a whole."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from migrator.errors import AccountDoesNotClose, RewriteInvalid
from migrator.inventory.model import Api, Inventory
from migrator.inventory.outcome import Account, Outcome, Site
from migrator.inventory.sites import sites
from migrator.isolation import crash_of
from migrator.nesting import deep_recursion
from migrator.rewrite.by_route import plan_by_route
from migrator.rewrite.chosen import default_api, files_of_others, functions_of_others, of_api
from migrator.rewrite.client import rewrite_clients
from migrator.rewrite.copying import Files, choose_files
from migrator.rewrite.detector import remaining
from migrator.rewrite.documents import documents
from migrator.rewrite.edit import FileEdit, Finding, Plan
from migrator.rewrite.generate import service_files
from migrator.rewrite.infra import Infrastructure, Task, plan_infrastructure
from migrator.rewrite.leaving import plan_without_successor, why_left
from migrator.rewrite.old_tests import OldTests, old_tests
from migrator.rewrite.outside import inside
from migrator.rewrite.python import DROPS_IN, PythonResult, rewrite_python
from migrator.rewrite.python.project import Project
from migrator.rewrite.python.settled import Settled
from migrator.rewrite.requirements import imports_aws, requirements
from migrator.rewrite.scope import EVERYTHING, Scope
from migrator.rewrite.service import service_view, static_web
from migrator.rewrite.settling import Settling, left_behind_by_path, unsettled
from migrator.rewrite.variables import imported_by, required_at_import


def plan_migration(app: Path, inventory: Inventory, api: Api | None = None, scope: Scope = EVERYTHING) -> Plan:
    """Reads the application, and says what its successor would be.

    `api`: one of the inventory's; None for the one with the most routes in Python. Sites of the others are skipped.
    Where nothing can be written for it the plan has no files, and says why.
    Raises UnknownRoute, ApplicationEmpty without an API, AccountDoesNotClose, or RewriteInvalid when a rule is not
    finished after one run. What can't be migrated is in the account, never an exception.
    """
    chosen = api if api is not None or (not inventory.apis and inventory.servers) else default_api(app, inventory)
    reason = why_left(inventory, chosen)
    if chosen is None or reason is not None:
        return plan_without_successor(app, inventory, chosen, reason or "")
    scope.check(chosen)
    with warnings.catch_warnings(), deep_recursion():
        warnings.simplefilter("ignore")  # what the compiler thinks of their strings is not our business
        return _plan(app, inventory, chosen, scope)


def _plan(app: Path, everything: Inventory, api: Api, scope: Scope) -> Plan:
    files = choose_files(app, everything)
    texts, unreadable = _texts(app, files.python())
    files.leave(foreign := files_of_others(texts, everything, api))
    texts = {path: text for path, text in texts.items() if path not in foreign}
    inventory = of_api(everything, api)
    modules = frozenset(texts)

    def mark(settled: list[Settled]) -> Iterable[tuple[Site, str]]:
        return unsettled(inventory, modules, settled)

    python = rewrite_python(texts, inventory, api, mark, scope=scope)
    python.failures.update(unreadable)
    stay = left_behind_by_path(files.behind, [client.location.path for client in everything.clients])
    client_edits, client_outcomes = rewrite_clients(app, everything, scope, stay, python.texts)
    clients = {edit.path: edit.after for edit in client_edits if edit.path.endswith(".py")}
    final = texts | python.texts | clients
    infrastructure = _infrastructure(app, everything, api, python, files, final)
    tests = old_tests(app, everything, python, final)
    outcomes = _outcomes(
        everything, api, python, files, frozenset(texts) - set(python.failures), client_outcomes, infrastructure, tests
    )
    account = Account(found=sites(everything), outcomes=outcomes)
    _check_account(account)
    by_route, unknown_senders = plan_by_route(everything, python.levels, outcomes, infrastructure.files())
    _check_finished(texts, python, inventory, api, scope)

    web = static_web(inventory, files.along)
    native = python.authorizer is not None and python.authorizer.native
    view = service_view(inventory, api, python.levels, python.endpoints, web, native_authorizer=native)
    edits = [FileEdit(path, texts[path], text) for path, text in python.texts.items() if path not in clients]
    behind_too = left_behind_by_path(files.behind, [edit.path for edit in client_edits])
    edits += [edit for edit in client_edits if edit.changed and edit.path not in behind_too]
    management = python.drop_in or bool(view.values["push"])
    imported = imported_by(Project(final, python.project), inside(inventory))
    ours = service_files(
        view,
        management=management,
        background=python.background,
        stand_ins=python.stand_ins,
        required=required_at_import(final, imported & final.keys()),
        aws=imports_aws(final.values()),
    )
    uses_aws = imports_aws((*final.values(), *ours.values()))
    ours["requirements.txt"] = requirements(app, _requirement_files(app, inventory), final | ours, aws=uses_aws)
    gone_along = {*tests.copies(), *(edit.path for edit in tests.edits())}
    behind = tuple(item for item in files.behind if item.path not in gone_along)
    findings = _findings(app, edits, files, python, account)
    files.along = sorted({*files.along, *tests.copies()})
    edits += tests.edits()
    levels = tuple(python.levels)
    ours |= documents(
        inventory,
        api,
        view,
        account,
        by_route,
        unknown_senders,
        behind,
        findings,
        final,
        python.tables,
        infrastructure.files(),
        web=web,
        aws=uses_aws,
        background=python.background,
    )
    ours |= infrastructure.new | infrastructure.patches
    edits += [FileEdit(path, None, text) for path, text in ours.items()]
    edits += [FileEdit(path, infrastructure.task.texts[path], text) for path, text in infrastructure.first.items()]
    _check_parses(edits, set(python.failures))
    changed = {edit.path for edit in edits}
    return Plan(
        application=app,
        edits=tuple(sorted(edits, key=lambda edit: edit.path)),
        copies=tuple(path for path in files.along if path not in changed),
        left_behind=behind,
        account=account,
        routes=levels,
        findings=tuple(findings),
        by_route=by_route,
        unknown_senders=unknown_senders,
        infrastructure=infrastructure.files(),
    )


def _infrastructure(
    app: Path, everything: Inventory, api: Api, python: PythonResult, files: Files, final: Mapping[str, str]
) -> Infrastructure:
    inventory = of_api(everything, api)
    along = set(files.along)
    programs = {path for path, text in final.items() if "aws_cdk" in text}
    programs |= {path for path in along if path.endswith((".ts", ".js")) and b"aws-cdk" in (app / path).read_bytes()}
    declared = {resource.location.path for resource in inventory.resources} | {api.location.path}
    declared |= {path for path in along if path.endswith(".tf") or (path in programs)}
    texts, _unreadable = _texts(app, sorted(declared & along))
    task = Task(
        application=inventory.application,
        inventory=inventory,
        api=api,
        levels=tuple(python.levels),
        texts=texts,
        python=final,
        tables={table.store.resource: table.reason for table in python.tables if table.store.resource},
        taken=frozenset(along),
    )
    return plan_infrastructure(task, everything)


def _texts(app: Path, paths: list[str]) -> tuple[dict[str, str], dict[str, str]]:
    """The modules as text with their own line ends, and why others can't be read."""
    texts: dict[str, str] = {}
    unreadable: dict[str, str] = {}
    for path in paths:
        crashed = crash_of(path)
        if crashed is not None:
            unreadable[path] = crashed
            continue
        try:
            texts[path] = (app / path).read_bytes().decode("utf-8")
        except UnicodeDecodeError:
            unreadable[path] = "the file is not UTF-8"
        except OSError as error:
            unreadable[path] = f"the file can't be read: {error.strerror}"
    return texts, unreadable


def _outcomes(
    inventory: Inventory,
    api: Api,
    python: PythonResult,
    files: Files,
    modules: frozenset[str],
    clients: tuple[Outcome, ...],
    infrastructure: Infrastructure,
    tests: OldTests,
) -> tuple[Outcome, ...]:
    places = [site.location.path for site in sites(inventory)]
    settling = Settling(
        inventory=inventory,
        others=functions_of_others(inventory, api),
        python=python,
        levels=tuple(python.levels),
        modules=modules,
        left_behind=left_behind_by_path(files.behind, places),
        clients={outcome.site.id: outcome for outcome in clients},
        infrastructure=infrastructure,
        tests=tests,
    )
    return settling.outcomes()


def _requirement_files(app: Path, inventory: Inventory) -> list[str]:
    roots = sorted({"." if handler.root in {"", "."} else handler.root for handler in inventory.handlers} | {"."})
    named = ["requirements.txt" if root == "." else f"{root}/requirements.txt" for root in roots]
    return [path for path in named if (app / path).is_file()]


def _check_account(account: Account) -> None:
    differences = account.imbalance()
    if differences:
        raise AccountDoesNotClose(differences)


def _check_finished(
    texts: Mapping[str, str], python: PythonResult, inventory: Inventory, api: Api, scope: Scope
) -> None:
    """A second run over the result must find nothing to do."""
    again = rewrite_python({**texts, **python.texts}, inventory, api, known=python.project, scope=scope)
    for path in again.texts:
        raise RewriteInvalid(path, "a second run would change it again")


def _check_parses(edits: list[FileEdit], failed: set[str]) -> None:
    for edit in edits:
        if not edit.path.endswith(".py") or edit.path in failed:
            continue
        try:
            compile(edit.after.removeprefix("\ufeff"), edit.path, "exec", dont_inherit=True)
        except (SyntaxError, ValueError) as error:
            raise RewriteInvalid(edit.path, f"{type(error).__name__}: {error}") from error


def _findings(app: Path, edits: list[FileEdit], files: Files, python: PythonResult, account: Account) -> list[Finding]:
    """What the independent detector sees in the new application, ours left out."""
    output: dict[str, str] = {}
    for path in files.along:
        if path.endswith((".py", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".html", ".htm")):
            output[path] = (app / path).read_bytes().decode("utf-8", errors="replace")
    output |= {edit.path: edit.after for edit in edits}
    output = {path: text for path, text in output.items() if path not in python.failures}
    native: dict[str, set[str]] = {}
    for endpoint in python.endpoints:
        native.setdefault(endpoint.path, set()).add(endpoint.function)
    if python.authorizer is not None and python.authorizer.native:
        native.setdefault(python.authorizer.path, set()).add(python.authorizer.function)
    stays = Counter(
        outcome.site.location.path
        for outcome in account.outcomes
        if outcome.status != "rewritten" or outcome.rule in DROPS_IN
    )
    return remaining(output, native, stays)
