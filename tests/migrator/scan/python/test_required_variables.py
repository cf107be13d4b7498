"""Variables without which code raises; those with a default, those that Lambda sets and those that code sets first."""

from __future__ import annotations

from pathlib import Path

from tests.migrator.scan.applications import scan_say


def test_only_what_has_no_default_and_comes_from_outside_is_required(tmp_path: Path) -> None:
    say = """
    from os import environ
    os.environ["SET_HERE"] = "1"
    LEVEL = os.environ.get("LEVEL")
    ROOM = os.getenv("ROOM", "lobby")
    REGION = os.environ["AWS_REGION"]
    def say(event, context):
        return os.environ["SET_HERE"] + environ["NEEDED"] + os.environ[event["name"]]
    """
    required = scan_say(tmp_path, say).required_variables
    assert set(required) - {"TABLE"} == {"NEEDED"}
    assert required["NEEDED"].path.endswith(".py")
