"""One repository: every step in a process of its own, with a limit, and what came of it."""

from __future__ import annotations

import filecmp
import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bench.corpus.commands import Ended, git, python
from bench.corpus.independent import LEFT_OUT, declared_routes, push_sites

SCAN_LIMIT_S, MIGRATE_LIMIT_S, START_LIMIT_S, VERIFY_LIMIT_S = 180.0, 300.0, 120.0, 240.0
ENTRY = Path("sse_service") / "main.py"
LIBRARIES = Path(__file__).resolve().parent.parent.parent / "build" / "corpus" / "libraries"
"""Where `bench/corpus/install` puts what applications import."""


@dataclass
class Result:
    """A row of the table. Lists are empty where a step had nothing to say."""

    repository: str
    commit: str = ""
    scan: str = "not run"
    routes: list[str] = field(default_factory=list)
    declared: list[str] = field(default_factory=list)
    pushes: int = 0
    push_sites: int = 0
    migrate: str = "not run"
    levels: dict[str, int] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    totals: dict[str, int] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    closes: bool = False
    findings: list[str] = field(default_factory=list)
    again: str = "not run"
    starts: dict[str, str] = field(default_factory=dict)
    """Application -> 'yes', 'yes, but …' where some handlers can't be imported, or what it said last."""
    stubs: list[str] = field(default_factory=list)
    verify: dict[str, str] = field(default_factory=dict)
    changed: str = ""
    seconds: dict[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def missing(self) -> list[str]:
        return sorted(set(self.declared) - set(self.routes))


def run(folder: Path, work: Path, keys: Mapping[str, Any], *, verify: bool = True) -> Result:
    """`keys`: {"application": folder in the clone, "routes": [...]} for what can't be seen by simple means."""
    result = Result(folder.name, commit=git(folder, "rev-parse", "--short", "HEAD"))
    before = git(folder, "status", "--porcelain")  # a clone may lack files that the host keeps elsewhere
    app = folder / str(keys.get("application", "."))
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    result.declared = sorted(keys.get("routes") or declared_routes(app))
    result.push_sites = push_sites(app)
    _scan(result, app)
    new = work / "new"
    _migrate(result, app, new)
    if new.is_dir():
        _again(result, app, new, work / "again")
        for entry in sorted(new.rglob(str(ENTRY))):
            _serve(result, app, new, entry.parent.parent, work, verify=verify)
    after = git(folder, "status", "--porcelain")
    result.changed = "" if after == before else "\n".join(sorted({*after.splitlines()} ^ {*before.splitlines()}))[:200]
    return result


def _scan(result: Result, app: Path) -> None:
    ended = _timed(result, "scan", ["-m", "migrator.cli", "scan", str(app), "--format", "json"], SCAN_LIMIT_S)
    result.scan = _word(ended)
    inventory = _json(ended)
    routes = [
        route["key"]
        for api in inventory.get("apis", [])
        for route in (*api.get("routes", []), *api.get("functionless_routes", []), *api.get("unserved_routes", []))
    ]
    result.routes = sorted(set(routes))
    result.pushes = sum(push["operation"] == "post_to_connection" for push in inventory.get("pushes", []))


def _migrate(result: Result, app: Path, new: Path) -> None:
    command = ["-m", "migrator.cli", "migrate", str(app), "--out", str(new), "--format", "json"]
    ended = _timed(result, "migrate", command, MIGRATE_LIMIT_S)
    result.migrate = _word(ended)
    told = _json(ended)
    routes = list(_under(told, "routes"))
    result.levels = dict(Counter(str(route.get("level") or "none") for route in routes))
    result.reasons = [
        f"{route['key']}: {route.get('reason', '')}" for route in routes if route.get("level") != "native"
    ]
    outcomes = list(_under(told, "outcomes"))
    result.totals = dict(Counter(outcome["status"] for outcome in outcomes))
    result.findings = [str(finding) for finding in _under(told, "findings")]
    result.closes = ended.status in {0, 1, 3} and bool(told)
    result.refused = sorted(
        {str(o["reason"])[:120] for o in outcomes if "refuse" in str(o.get("rule") or "") or "refuse" in o["reason"]}
    )


def _again(result: Result, app: Path, new: Path, again: Path) -> None:
    command = ["-m", "migrator.cli", "migrate", str(app), "--out", str(again), "--format", "json"]
    ended = python(command, MIGRATE_LIMIT_S)
    if not again.is_dir():
        result.again = f"failed: {ended.last_line}"
        return
    different = list(_differences(filecmp.dircmp(new, again)))
    result.again = "same" if not different else f"differs: {', '.join(different[:3])}"
    shutil.rmtree(again)


def _serve(result: Result, app: Path, new: Path, entry: Path, work: Path, *, verify: bool) -> None:
    relative = entry.relative_to(new)
    name = str(relative)
    source = app / relative if (app / relative).is_dir() else app
    with tempfile.TemporaryDirectory() as folder:
        environment = boundary(Path(folder), app, work / f"stubs{len(result.starts)}.txt")
        ended = python(["-m", "bench.corpus.start", str(source), str(entry)], START_LIMIT_S, environment)
        told = _json(ended)
        said = str(told.get("said") or "")
        if told.get("starts"):
            result.starts[name] = f"yes, but {said}" if said else "yes"
        else:
            result.starts[name] = (said or ended.last_line)[-400:]
        result.seconds[f"start {name}"] = round(ended.seconds, 1)
        if verify and told.get("starts"):
            report = work / "verify.json"
            report.unlink(missing_ok=True)
            command = ["-m", "migrator.cli", "verify", str(source), str(entry), "--report", str(report)]
            ended = python(command, VERIFY_LIMIT_S, environment)
            result.seconds[f"verify {name}"] = round(ended.seconds, 1)
            result.verify[name] = _verdict(ended, report)
        elif verify:
            result.verify[name] = "not exercised: it does not start"
        log = work / f"stubs{len(result.starts) - 1}.txt"
        if log.exists():
            result.stubs = sorted({*result.stubs, *log.read_text("utf-8").split()})


def _verdict(ended: Ended, report: Path) -> str:
    if not report.exists():
        return f"no verdict: {'took too long' if ended.status is None else ended.last_line}"
    told = json.loads(report.read_text("utf-8"))
    reasons = "; ".join(str(reason) for reason in told.get("reasons", []))[:300]
    return f"{told['verdict']}" + (f": {reasons}" if told["verdict"] != "PASS" else "")


def boundary(folder: Path, app: Path, log: Path) -> dict[str, str]:
    """The folder for PYTHONPATH in which inert modules are made for what isn't installed."""
    shutil.copy(Path(__file__).parent / "boundary" / "sitecustomize.py", folder)
    told = {"theirs": sorted(_own_names(app)), "log": str(log), "libraries": str(LIBRARIES)}
    (folder / "boundary.json").write_text(json.dumps(told), "utf-8")
    already = os.environ.get("PYTHONPATH")
    return {"PYTHONPATH": os.pathsep.join([str(folder), *([already] if already else [])])}


def _own_names(app: Path) -> set[str]:
    """Modules, and folders of modules, that the application has itself: to stand in for one would hide a mistake."""
    own = [path for path in app.rglob("*.py") if not LEFT_OUT & set(path.relative_to(app).parts)]
    return {"sse_service", *(path.stem for path in own), *(path.parent.name for path in own)}


def _timed(result: Result, step: str, command: list[str], limit_s: float) -> Ended:
    ended = python(command, limit_s)
    result.seconds[step] = round(ended.seconds, 1)
    return ended


def _word(ended: Ended) -> str:
    if ended.crashed:
        return "took too long" if ended.status is None else f"crash: {ended.last_line[:200]}"
    return str(ended.status) if ended.status != 2 else f"2: {ended.last_line[:200]}"


def _json(ended: Ended) -> dict[str, Any]:
    try:
        told = json.loads(ended.out)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _under(told: Mapping[str, Any], key: str) -> Iterable[Any]:
    """The list of that name, of the whole or of each of its applications."""
    if "applications" in told:
        for application in told["applications"]:
            yield from _under(application, key)
    else:
        yield from told.get(key, [])


def _differences(compared: filecmp.dircmp[str], prefix: str = "") -> Iterable[str]:
    for name in (*compared.left_only, *compared.right_only, *compared.diff_files, *compared.funny_files):
        yield f"{prefix}{name}"
    for name, below in compared.subdirs.items():
        yield from _differences(below, f"{prefix}{name}/")
