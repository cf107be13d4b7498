"""The forms and files of `ws2sse verify`, as far as they are decided before anything runs."""

from __future__ import annotations

from tests.running import CHAT, invoke


def test_a_file_whose_name_says_no_form_is_refused_before_the_run(tmp_path):
    finished = invoke("verify", CHAT, tmp_path, "--report", tmp_path / "report.pdf")
    assert finished.returncode == 2
    assert "report.pdf: the name ends in none of .txt, .json, .md, .xml, .html" in finished.stderr
    assert not list(tmp_path.iterdir())


def test_a_shortest_session_needs_both_applications(tmp_path):
    finished = invoke("verify", "--record", tmp_path / "r", "--url", "ws://127.0.0.1:9", "--repro", tmp_path / "repro")
    assert finished.returncode == 2
    assert "--repro goes with APP and NEW" in finished.stderr
    assert not list(tmp_path.iterdir())
