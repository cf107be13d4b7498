"""What must hold of every run, whatever it is given."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from migrator.errors import ApplicationEmpty
from migrator.rewrite import plan_migration
from migrator.scan import scan_application


def compiles(text: str) -> bool:
    try:
        compile(text.removeprefix("\ufeff"), "file.py", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
        return False
    return True


def assert_survives(folder: Path) -> None:
    """A scan and a plan end orderly; the account closes; what compiled compiles; files without a site stay."""
    before = contents(folder)
    try:
        inventory = scan_application(folder)
        plan = plan_migration(folder, inventory)
    except ApplicationEmpty:
        return
    finally:
        assert contents(folder) == before, "the application was written to"
    assert plan.account.imbalance() == []
    touched = {outcome.site.location.path for outcome in plan.account.outcomes}
    touched |= {handler.path for handler in inventory.handlers}
    for edit in plan.edits:
        if edit.path.endswith(".py") and (edit.before is None or compiles(edit.before)):
            assert compiles(edit.after), f"{edit.path} does not compile any more"
        if edit.before is not None and edit.changed:
            assert edit.path in touched, f"{edit.path} was changed, and holds no site"


def contents(folder: Path) -> Mapping[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
