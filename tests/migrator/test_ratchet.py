"""The ratchet only turns one way."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.inventory.model import Client, Inventory, Push
from migrator.inventory.record import Location
from migrator.markers import marker
from migrator.ratchet import BaselineUnreadable, baseline_of, compare, read_baseline, text_of
from tests.migrator.rewrite.applications import inventory
from tests.running import invoke


def push(path: str, line: int, recipient: str = "one") -> Push:
    return Push(location=Location(path=path, line=line), recipient=recipient, evidence="", function="f")  # type: ignore[arg-type]


def with_pushes(*pushes: Push) -> Inventory:
    return inventory(pushes=pushes)


BEFORE = with_pushes(push("a.py", 3), push("a.py", 9), push("b.py", 1, "all"))


@pytest.mark.parametrize(
    "now",
    [
        BEFORE,
        with_pushes(push("a.py", 30), push("a.py", 90), push("b.py", 2, "all")),
        with_pushes(push("a.py", 3), push("c.py", 9), push("b.py", 1, "all")),
    ],
    ids=["the same", "other lines", "moved to another file"],
)
def test_what_was_there_is_nothing_new(tmp_path: Path, now: Inventory) -> None:
    ratchet = compare(baseline_of(tmp_path, BEFORE), tmp_path, now)
    assert ratchet.holds
    assert ratchet.gone == 0
    assert text_of(ratchet) == "No new use of the WebSocket API.\n"


def test_less_is_fine_and_said(tmp_path: Path) -> None:
    ratchet = compare(baseline_of(tmp_path, BEFORE), tmp_path, with_pushes(push("a.py", 3)))
    assert (ratchet.holds, ratchet.gone) == (True, 2)
    assert text_of(ratchet).endswith("There is less: write the baseline anew.\n")


def test_one_more_is_listed_with_its_place(tmp_path: Path) -> None:
    client = Client(location=Location(path="w.js", line=2, column=5), language="javascript", library="WebSocket")
    now = with_pushes(*BEFORE.pushes, push("a.py", 12)).model_copy(update={"clients": (client,)})
    ratchet = compare(baseline_of(tmp_path, BEFORE), tmp_path, now)
    assert not ratchet.holds
    assert text_of(ratchet) == ("a.py:12:1  new: post_to_connection to one\nw.js:2:5  new: new WebSocket(?)\n")


def test_one_more_in_one_file_and_one_less_of_another_kind(tmp_path: Path) -> None:
    now = with_pushes(push("a.py", 3), push("a.py", 9), push("b.py", 1))
    ratchet = compare(baseline_of(tmp_path, BEFORE), tmp_path, now)
    assert ([str(site.location) for site in ratchet.new], ratchet.gone) == (["b.py:1:1"], 1)


def test_markers_never_rise(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(f"# {marker('stream_send', 'why')}\n# ws2sse is fine\n")
    accepted = baseline_of(tmp_path, BEFORE)
    assert accepted.markers == {"a.py": 1}

    (tmp_path / "a.py").rename(tmp_path / "b.py")
    assert compare(accepted, tmp_path, BEFORE).holds

    (tmp_path / "c.js").write_text(f"// {marker('hand_made_reconnect', 'why')}\n")
    ratchet = compare(accepted, tmp_path, BEFORE)
    assert not ratchet.holds
    assert text_of(ratchet) == "b.py  1 more markers\nc.js  1 more markers\n"


def test_what_is_no_baseline_says_why(tmp_path: Path) -> None:
    for content in (None, "[]", '{"schema_version": 2, "uses": [], "markers": {}}'):
        if content is not None:
            (tmp_path / "base.json").write_text(content)
        with pytest.raises(BaselineUnreadable, match="--write-baseline"):
            read_baseline(tmp_path / "base.json")


def test_the_command_writes_and_keeps_it(tmp_path: Path) -> None:
    app, base = tmp_path / "app", tmp_path / "base.json"
    app.mkdir()
    push_it = "    boto3.client('apigatewaymanagementapi').post_to_connection(ConnectionId=event['id'], Data='x')\n"
    (app / "app.py").write_text("import boto3\n\n\ndef say(event, context):\n" + push_it)

    missing = invoke("scan", app, "--baseline", base)
    assert (missing.returncode, "--write-baseline" in missing.stderr) == (2, True)
    assert invoke("scan", app, "--write-baseline").returncode == 2

    written = invoke("scan", app, "--baseline", base, "--write-baseline")
    assert written.returncode == 0, written.stderr
    held = invoke("scan", app, "--baseline", base)
    assert (held.returncode, held.stdout) == (0, "No new use of the WebSocket API.\n")

    with (app / "app.py").open("a") as file:
        file.write(push_it)
    broken = invoke("scan", app, "--baseline", base)
    assert broken.returncode == 1
    assert "app.py:6:5  new: post_to_connection to" in broken.stdout
