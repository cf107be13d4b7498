"""`ws2sse verify --noise --learn`, without a run: what is read, what is written."""

from __future__ import annotations

from datetime import date

import pytest

from migrator.commands.noise import known_noise, learned_noise
from shim.dualrun.compare.noise_reading import parse_noise_file
from shim.dualrun.compare.rules import NoiseRule
from shim.dualrun.errors import NoiseFileInvalid

TODAY = date(2026, 3, 1)
FILE = """
version = 1
[[waiver]]
id = "W-1"
reason = "known"
approver = "Dana"
expires = 2026-02-01
class = "payload"
"""
LEARNED = NoiseRule("timestamp", "$.at", 3, 2, (("2026-03-01", "2026-03-02"),), "chat", 60.0)


def test_without_a_file_nothing_is_known():
    assert known_noise(None, TODAY).rules == ()


def test_a_file_that_cannot_be_used_is_an_error(tmp_path):
    (tmp_path / "noise.toml").write_text("version = 3")
    with pytest.raises(NoiseFileInvalid, match="version: it is not 1"):
        known_noise(tmp_path / "noise.toml", TODAY)


def test_what_has_expired_is_said(tmp_path, capsys):
    (tmp_path / "noise.toml").write_text(FILE)
    assert known_noise(tmp_path / "noise.toml", TODAY).waivers == ()
    assert "The waiver W-1 expired on 2026-02-01." in capsys.readouterr().err


def test_learning_keeps_what_the_file_has(tmp_path):
    path = tmp_path / "noise.toml"
    path.write_text(FILE)
    for noise in (None, path):
        written = parse_noise_file(learned_noise(noise, path, [LEARNED], TODAY))
        assert [waiver.id for waiver in written.waivers] == ["W-1"]
        assert [(rule.kind, rule.examples) for rule in written.rules] == [
            ("timestamp", (("0000-00-00", "0000-00-00"),))
        ]


def test_learning_makes_a_new_file(tmp_path):
    written = parse_noise_file(learned_noise(None, tmp_path / "new.toml", [LEARNED], TODAY))
    assert [rule.path for rule in written.rules] == ["$.at"]
