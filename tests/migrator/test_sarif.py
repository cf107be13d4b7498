"""What the OASIS standard wants of a SARIF file (the numbers are its sections), for both commands that write it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from migrator.inventory.record import Location
from migrator.sarif import SarifResult, SarifRule, sarif
from tests.running import CHAT, invoke


@pytest.fixture(scope="module", params=["scan", "migrate"])
def log(request: pytest.FixtureRequest) -> dict[str, Any]:
    printed: dict[str, Any] = json.loads(invoke(request.param, CHAT, "--format", "sarif").stdout)
    return printed


def test_the_log_names_version_and_schema(log: dict[str, Any]) -> None:
    assert log["version"] == "2.1.0"  # 3.13.2
    assert log["$schema"].endswith("/sarif-schema-2.1.0.json")  # 3.13.3
    assert len(log["runs"]) == 1


def test_rules_are_unique_and_described(log: dict[str, Any]) -> None:
    rules = log["runs"][0]["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)  # 3.49.3
    assert all(rule["shortDescription"]["text"] for rule in rules)  # 3.11.8
    assert all("text" in rule["help"] for rule in rules if "help" in rule)  # 3.12.3


def test_results_name_a_rule_a_place_and_a_level_that_fits_their_kind(log: dict[str, Any]) -> None:
    run = log["runs"][0]
    assert run["results"]
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]  # 3.27.5, 3.27.6
        assert result["message"]["text"]  # 3.27.11
        assert result["level"] in {"none", "note", "warning", "error"}  # 3.27.10
        assert result["kind"] == "fail" or result["level"] == "none"  # 3.27.9
        (place,) = (location["physicalLocation"] for location in result["locations"])
        assert place["region"]["startLine"] >= 1  # 3.30.5
        assert place["region"]["startColumn"] >= 1  # 3.30.6
        assert not place["artifactLocation"]["uri"].startswith("/")  # 3.4.4: with a uriBaseId it is relative


def test_a_path_is_a_valid_reference() -> None:
    place = Location(path="a folder/b#1.py", line=3)
    text = sarif([SarifResult("r", "note", "m", place, "x")], [SarifRule("r", "A rule"), SarifRule("unused", "-")])
    (run,) = json.loads(text)["runs"]
    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a%20folder/b%231.py"
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["r"]
