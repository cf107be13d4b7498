"""`ws2sse capacity`: a load in, nodes and money out."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from checklists.capacity.errors import (
    CapacityUnreachable,
    ConstantsInvalid,
    DemandInvalid,
    NothingSurveyed,
    ShapeUnknown,
)
from checklists.capacity.simulation.run import EVENTS
from migrator.cli import cli
from migrator.commands.quantities import Count, Minutes, Rate, Share, Size
from tests.checklists.capacity.stand import constants
from tests.checklists.cost.stand import estate, traffic


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "constants.json"
    path.write_text(constants().model_dump_json())
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["capacity", *map(str, arguments)], catch_exceptions=False)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Count(), "50000", 50_000),
        (Count(), "50,000", 50_000),
        (Count(), "1.5M", 1_500_000),
        (Rate(), "200/s", 200),
        (Rate(), "200", 200),
        (Rate(), "12k/min", 200),
        (Rate(), "2,628,000/month", 1),
        (Size(), "800", 800),
        (Size(), "1.5KB", 1500),
        (Size(), "4KiB", 4096),
        (Minutes(), "90min", 90),
        (Minutes(), "2h", 120),
        (Share(), "40%", 0.4),
        (Share(), "0.4", 0.4),
    ],
)
def test_numbers_are_read_as_people_write_them(kind, text: str, value: float):
    assert kind.convert(text, None, None) == pytest.approx(value)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--connections", "many"),
        ("--connections", "-5"),
        ("--connections", "1,00"),
        ("--connections", "9" * 400),
        ("--connections", "999" + ",999" * 120),
        ("--pushes", "200/year"),
        ("--pushes", "1e400"),
        ("--message-size", "1 cup"),
        ("--message-size", "1i"),
        ("--message-size", "9" * 400),
        ("--life", "120"),
        ("--average", "half"),
        ("--vcpu", "four"),
    ],
)
def test_what_is_no_number_is_named(option: str, value: str):
    words = ("--connections", "10") if option != "--connections" else ()
    result = run(*words, option, value)
    assert result.exit_code == 2
    assert option in result.stderr
    assert value in result.stderr


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("--connections", "10", "--fan-out", "11"), "with: a push can't go to 11 of 10 connections."),
        (("--connections", "0"), "with: --connections has to be greater than or equal to 1."),
        (("--connections", "10", "--average", "0%"), "--average, as a share, has to be greater than 0"),
        (
            ("--connections", "10", "--message-size", "1MB"),
            "--message-size, in bytes, has to be less than or equal to 131072",
        ),
    ],
)
def test_a_load_that_cannot_be_meant_is_refused(words: tuple[str, ...], problem: str):
    with pytest.raises(DemandInvalid, match=problem):
        run(*words)


@pytest.mark.parametrize(("option", "named"), [("--average", "as a share"), ("--life", "in minutes")])
def test_a_load_of_a_survey_that_cannot_be_meant_is_refused_too(tmp_path: Path, option: str, named: str):
    survey = tmp_path / "estate.json"
    survey.write_text(estate(traffic(365_000, 6e6)).model_dump_json())
    with pytest.raises(DemandInvalid, match=f"{option}, {named}, has to be greater than 0"):
        run("--estate", survey, option, "0%" if option == "--average" else "0min")


def test_a_size_of_a_task_is_given_whole():
    result = run("--connections", "10", "--vcpu", "1")
    assert result.exit_code == 2
    assert "--vcpu and --memory" in result.stderr


@pytest.mark.parametrize(
    ("vcpu", "memory", "allowed"),
    [
        ("0.25", "8", "with 0.25 vCPU --memory is 0.5, 1 or 2."),
        ("4", "8", "--vcpu is 0.25, 0.5 or 1."),
        ("nan", "1", "--vcpu is 0.25, 0.5 or 1."),
    ],
)
def test_a_task_that_fargate_does_not_have_is_refused(vcpu: str, memory: str, allowed: str):
    with pytest.raises(ShapeUnknown) as raised:
        run("--connections", "10", "--vcpu", vcpu, "--memory", memory)
    assert str(raised.value).startswith(f"Fargate has no task of {vcpu} vCPU and {memory} GB")
    assert str(raised.value).endswith(allowed)


def test_a_region_without_prices_of_its_own_is_said_in_text_too(own: Path):
    words = "No prices of eu-west-1 are at hand: those of us-east-1 are taken."
    assert words in run("--connections", "10", "--region", "eu-west-1", "--constants", own).stdout
    assert "are at hand" not in run("--connections", "10", "--constants", own).stdout


def test_a_range_is_told_only_where_there_is_one(own: Path):
    lines = run("--connections", "10", "--constants", own).stdout.splitlines()
    (busy,) = [line for line in lines if "its core busy" in line]
    assert busy == busy.rstrip()
    assert "0.0% to 0.0%" not in busy
    assert "  why so many: one in each of two zones; the load alone takes no more" in lines


def test_a_load_that_nothing_carries_ends_with_the_reason(own: Path):
    with pytest.raises(CapacityUnreachable, match="each node hears every broadcast"):
        run(
            "--connections", "1M", "--pushes", "100k/s", "--fan-out", "all", "--pushed", "broadcast", "--constants", own
        )


def test_constants_that_cannot_be_used_end_it(tmp_path: Path):
    with pytest.raises(ConstantsInvalid):
        run("--connections", "10", "--constants", tmp_path / "none.json")


def test_it_prints_a_plan(own: Path):
    result = run("--connections", "50k", "--pushes", "200/s", "--fan-out", "20", "--constants", own)
    assert result.exit_code == 0
    assert result.stdout.startswith(
        "50,000 connections, 200 pushes a second of 1,000 bytes to 20 connections each, one by"
    )
    assert "Redis: 2 cache.m7g.large" in result.stdout
    assert "What this rests on" in result.stdout


def test_the_same_as_json_with_the_task_that_was_asked_for(own: Path):
    words = ("--connections", "1000", "--fan-out", "all", "--vcpu", "1", "--memory", "2")
    found = json.loads(run(*words, "--constants", own, "--format", "json").stdout)
    assert found["demand"]["fan_out"] == 1000
    assert found["sizes"]["median"]["shape"] == {"vcpu": 1, "memory_gb": 2}
    assert found["sizes"]["median"]["nodes"]["nodes"] == 2
    assert found["measured_on"] == "2026-11-30"
    assert {one["item"] for one in found["after"]["median"]["lines"]} >= {
        "Fargate vCPU",
        "Load balancer capacity units",
    }


def test_prices_of_ones_own_are_taken(own: Path, tmp_path: Path):
    prices = {"schema_version": 1, "read_on": "2026-01-02", "regions": {"eu-west-1": {"alb.hours": [[None, 1]]}}}
    (tmp_path / "prices.json").write_text(json.dumps(prices))
    words = ("--connections", "10", "--region", "eu-west-1", "--prices", tmp_path / "prices.json", "--format", "json")
    found = json.loads(run(*words, "--constants", own).stdout)
    assert found["prices_of"] == "2026-01-02"
    (balancer,) = [one for one in found["after"]["median"]["lines"] if one["item"] == "Application Load Balancer"]
    assert balancer["usd"] == 730


def test_prices_of_ones_own_are_not_called_list_prices(own: Path, tmp_path: Path):
    prices = {"schema_version": 1, "read_on": "2026-01-02", "regions": {"us-east-1": {"alb.hours": [[None, 1]]}}}
    (tmp_path / "prices.json").write_text(json.dumps(prices))
    words = ("--connections", "10", "--constants", own)
    (listed,) = [line for line in run(*words).stdout.splitlines() if line.startswith("A month in us-east-1, at ")]
    assert re.fullmatch(r"A month in us-east-1, at list prices of 20\d\d-\d\d-\d\d", listed)
    text = run(*words, "--prices", tmp_path / "prices.json").stdout
    heading = "prices of your own, and list prices where you gave none; the oldest of 2026-01-02"
    assert f"A month in us-east-1, at {heading}" in text.splitlines()
    assert "Where they are not your own, prices of ElastiCache are list prices" in text


def test_what_is_simulated_is_told_and_the_same_for_a_seed(own: Path):
    words = ("--connections", "100k", "--pushes", "50/s", "--constants", own, "--simulate", "all", "--format", "json")
    first, again = (json.loads(run(*words, "--seed", 7).stdout) for _ in range(2))
    assert first == again
    assert [one["event"] for one in first["simulated"]] == list(EVENTS)
    text = run("--connections", "100k", "--constants", own, "--simulate", "node-loss").stdout
    assert "(simulated, seed 1)" in text
    assert EVENTS["node-loss"] in text
    assert EVENTS["redis-failover"] not in text


def test_a_storm_that_outlasts_the_resume_window_is_a_warning(own: Path):
    words = (
        "--connections",
        "1M",
        "--vcpu",
        "0.25",
        "--memory",
        "2",
        "--life",
        "300d",
        "--simulate",
        "reconnect-storm",
    )
    found = json.loads(run(*words, "--constants", own, "--format", "json").stdout)
    assert found["simulated"][0]["late"] > 0
    (warning,) = [one for one in found["warnings"] if "come back later than streams.resume_window_s" in one]
    wanted = int(re.search(r"set it to (\d+) or more", warning)[1])
    assert found["simulated"][0]["answered_most_s"] < wanted < found["simulated"][0]["pause_most_s"]
    assert "limits.connects lets in as many a second as its rate says, 500 here" in warning


def test_a_load_is_taken_from_a_survey(own: Path, tmp_path: Path):
    """365,000 connects a month of two hours are 1,000 at once; 6 million messages are a million, each sent on to five."""
    survey = tmp_path / "estate.json"
    survey.write_text(estate(traffic(365_000, 6e6)).model_dump_json())
    words = ("--estate", survey, "--fan-out", "5", "--constants", own, "--format", "json")
    whole = json.loads(run(*words).stdout)["demand"]
    assert whole["connections"] == 1000
    assert whole["pushes_s"] == whole["received_s"] == pytest.approx(1e6 / (730 * 3600))
    half = json.loads(run(*words, "--average", "50%").stdout)
    assert half["demand"]["connections"] == 2000
    assert half["before"]["lines"][0]["quantity"] == pytest.approx(6.73)


@pytest.mark.parametrize(
    ("option", "value", "name"), [("--average", "0%", "as a share"), ("--life", "0min", "in minutes")]
)
def test_what_a_survey_is_divided_by_is_more_than_nothing(option: str, value: str, name: str, tmp_path: Path):
    survey = tmp_path / "estate.json"
    survey.write_text(estate(traffic(365_000, 6e6)).model_dump_json())
    with pytest.raises(DemandInvalid, match=f"{option}, {name}, has to be greater than 0"):
        run("--estate", survey, option, value)


def test_a_survey_without_a_load_says_so(own: Path, tmp_path: Path):
    survey = tmp_path / "estate.json"
    survey.write_text(estate(()).model_dump_json())
    with pytest.raises(NothingSurveyed, match=r"counted no connects of its 1 WebSocket APIs: say the load"):
        run("--estate", survey, "--constants", own)


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--connections", "1", "--estate", "x"),
        ("--estate", "x", "--pushes", "1/s"),
        ("--estate", "x", "--fan-out", "all"),
    ],
    ids=str,
)
def test_a_load_is_said_or_surveyed(words: tuple[str, ...]):
    assert run(*words).exit_code == 2
