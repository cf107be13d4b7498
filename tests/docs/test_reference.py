"""Pages that are made from code say what the code says."""

from __future__ import annotations

import tomllib
from pathlib import Path

from checklists.catalogue.load import catalogue_for
from checklists.catalogue.page import items_page
from checklists.cost.page import price_page
from checklists.cost.prices import load_prices
from checklists.idle.page import idle_page
from checklists.referrers.page import referrers_page
from checklists.settings import settings_from
from checklists.teardown.page import teardown_page
from migrator.deploy.page import kits_page
from shim.config.layers import shim_toml
from shim.config.reference import reference
from shim.dualrun.cutover.stages import stage_page
from shim.dualrun.report.reference import differences_page
from shim.metrics_reference import metrics_page
from tests.running import ROOT

PAGE = ROOT / "docs" / "reference" / "configuration.md"


def test_the_configuration_reference_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == reference(), "docs are stale; run: .venv/bin/python scripts/reference.py"


def test_the_metrics_are_those_of_the_collectors() -> None:
    page = ROOT / "docs" / "reference" / "metrics.md"
    assert page.read_text("utf-8") == metrics_page(), "docs are stale; run: .venv/bin/python scripts/reference.py"


def test_the_stages_of_a_cut_over_are_what_the_code_follows() -> None:
    page = ROOT / "docs" / "reference" / "cut-over.md"
    assert page.read_text("utf-8") == stage_page(), "docs are stale; run: .venv/bin/python scripts/reference.py"


def test_the_differences_of_a_dual_run_are_those_of_the_code() -> None:
    page = ROOT / "docs" / "reference" / "dual-run-differences.md"
    assert page.read_text("utf-8") == differences_page(), "docs are stale; run: .venv/bin/python scripts/reference.py"


def test_the_prices_are_those_that_estimates_take() -> None:
    page = ROOT / "docs" / "reference" / "prices.md"
    assert page.read_text("utf-8") == price_page(load_prices()), (
        "docs are stale; run: .venv/bin/python scripts/reference.py"
    )


def test_the_referrers_are_those_that_the_graph_knows() -> None:
    page = ROOT / "docs" / "reference" / "referrers.md"
    assert page.read_text("utf-8") == referrers_page(), "docs are stale; run: .venv/bin/python scripts/reference.py"


def test_when_an_api_is_idle_is_what_the_proof_goes_by() -> None:
    page = ROOT / "docs" / "reference" / "idle-proof.md"
    assert page.read_text("utf-8") == idle_page(), "docs are stale; run: .venv/bin/python scripts/reference.py"


def test_the_items_are_those_of_the_catalogue_and_the_example_of_settings_is_understood(tmp_path) -> None:
    page = (ROOT / "docs" / "reference" / "checklist-items.md").read_text("utf-8")
    assert page == items_page(), "docs are stale; run: .venv/bin/python scripts/reference.py"
    example = page.partition("```toml\n")[2].partition("```")[0]
    settings = settings_from(Path("ws2sse.toml"), tomllib.loads(example)["checklist"], tmp_path)
    ids = {entry.id for entry in catalogue_for(settings).items}
    assert {"ACME-AUDIT", "OPS-RUNBOOK"} <= ids
    for item in ids:
        assert f"`{item}`: " in page or item == "ACME-AUDIT"


def test_a_teardown_has_the_settings_gates_and_operations_of_the_code() -> None:
    page = ROOT / "docs" / "reference" / "teardown.md"
    assert page.read_text("utf-8") == teardown_page(), "docs are stale; run: .venv/bin/python scripts/reference.py"


def test_the_kits_are_those_that_are_written() -> None:
    page = ROOT / "docs" / "reference" / "deployment-kits.md"
    assert page.read_text("utf-8") == kits_page(), "docs are stale; run: .venv/bin/python scripts/reference.py"


def test_its_example_can_be_used(tmp_path) -> None:
    example = PAGE.read_text("utf-8").partition("```toml\n")[2].partition("```")[0]
    assert tomllib.loads(example)
    (tmp_path / "shim.toml").write_text(example)

    assert set(shim_toml(tmp_path / "shim.toml")) == {"limits.idle_s", "management.credentials_file"}
