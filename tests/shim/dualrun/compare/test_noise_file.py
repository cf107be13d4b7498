"""The file of noise rules: what it refuses comes first, then that nothing is lost between writing and reading."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.dualrun.compare.classes import CLASSES
from shim.dualrun.compare.noise_file import LASTS, NO_FILE, NoiseFile, picture
from shim.dualrun.compare.noise_reading import MAX_BYTES, parse_noise_file, read_noise_file
from shim.dualrun.compare.rules import RULES, NoiseRule
from shim.dualrun.compare.waivers import Waiver
from shim.dualrun.errors import NoiseFileInvalid
from tests.shim.dualrun.recorded import START, classes, say, talk, three

TODAY = date(2026, 3, 1)
CHAT = talk(say(), say("bob"))
WAIVER = """
version = 1
[[waiver]]
id = "W-1"
reason = "The unread count comes from another table."
approver = "Dana"
expires = 2026-04-01
class = "payload"
route = "chat"
path = "$.unread"
"""
RULE = """
version = 1
[[rule]]
kind = "float"
message = "price"
path = "$.value"
rtol = 0.02
expires = 2026-04-01
"""


@pytest.mark.parametrize(
    ("text", "where", "problem"),
    [
        ("rule = [", "", "it is not TOML"),
        ("", "version", "it is not 1"),
        ("version = 2", "version", "it is not 1"),
        ("version = true", "version", "it is not 1"),
        ("version = 1\nignore = ['$.x']", "ignore", "there is no such key"),
        ("version = 1\nrule = 5", "rule", "it is not [[rule]]"),
        (RULE.replace("float", "ignore"), "rule 1, kind", "it is none of timestamp"),
        (RULE.replace('"price"', "7"), "rule 1, message", "of another type"),
        (RULE.replace("0.02", "1.5"), "rule 1, rtol", "not a number from 0 to 1"),
        (RULE.replace("rtol", "window_s"), "rule 1, window_s", "there is no such key"),
        (RULE.replace("2026-04-01", '"soon"'), "rule 1, expires", "not a date"),
        (RULE + RULE.replace("version = 1", ""), "rule 2", "two of its kind"),
        (WAIVER.replace('"payload"', '"misrouted"'), "waiver 1, class", "misrouted can't be waived"),
        (WAIVER.replace('"payload"', '"anything"'), "waiver 1, class", "it is none of misrouted"),
        (WAIVER.replace("expires", "# expires"), "waiver 1, expires", "a waiver has an end"),
        (WAIVER.replace('"Dana"', '" "'), "waiver 1, approver", "absent or empty"),
        (WAIVER.replace("route =", "rout ="), "waiver 1, rout", "there is no such key"),
    ],
)
def test_what_is_wrong_is_an_error_with_its_place(text, where, problem):
    with pytest.raises(NoiseFileInvalid) as raised:
        parse_noise_file(text, "noise.toml")
    assert raised.value.where == where
    assert problem in raised.value.problem
    assert str(raised.value).startswith("noise.toml")


@pytest.mark.parametrize("pattern", ["(a+)+", "[0-9]+[0-9]+", "a*", ".*", "[0-9]+a[0-9]+", "[^0-9]+", "x{999999999}"])
def test_patterns_that_could_take_long_or_say_anything_are_refused(pattern):
    text = f"version = 1\n[[rule]]\nkind = 'regex_shape'\nmessage = 'a'\npath = '$.n'\npattern = '{pattern}'"
    with pytest.raises(NoiseFileInvalid, match="made of classes"):
        parse_noise_file(text)


def test_a_file_that_is_absent_too_large_or_not_text_is_an_error(tmp_path):
    with pytest.raises(NoiseFileInvalid, match="No such file"):
        read_noise_file(tmp_path / "absent.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(NoiseFileInvalid, match="not UTF-8"):
        read_noise_file(tmp_path / "binary.toml")
    (tmp_path / "large.toml").write_bytes(b"#" * (MAX_BYTES + 1))
    with pytest.raises(NoiseFileInvalid, match="more than"):
        read_noise_file(tmp_path / "large.toml")


def test_what_has_expired_does_not_apply_and_is_said():
    both = NoiseFile(parse_noise_file(RULE).rules, parse_noise_file(WAIVER).waivers)
    assert both.on(TODAY) == both
    assert both.expired(TODAY) == ()
    assert both.on(date(2026, 4, 1)) == NO_FILE
    assert both.expired(date(2026, 4, 1)) == (
        "The noise rule float $.value of price expired on 2026-04-01.",
        "The waiver W-1 expired on 2026-04-01.",
    )


def unread(count):
    return [(3, "bob", {"type": "chat", "text": "hello", "unread": count})]


def test_a_waiver_explains_what_it_covers_and_nothing_is_dropped():
    noise = parse_noise_file(WAIVER)
    found = three(CHAT, unread(1), candidate=unread(2), noise=noise)
    assert found.judgement.verdict != "FAIL"
    assert [d.explained for d in found.differences if d.path == "$.unread"] == ["waiver:W-1"]
    assert found.comparisons["talk"].counts["payload", "waiver:W-1"] == 1


@pytest.mark.parametrize("change", ['route = "other"', 'path = "$.text"', 'session = "s"', 'message = "m"'])
def test_a_waiver_explains_nothing_else(change):
    key = change.split()[0]
    lines = [line for line in WAIVER.splitlines() if not line.startswith(f"{key} ")]
    noise = parse_noise_file("\n".join([*lines, change]))
    assert classes(three(CHAT, unread(1), candidate=unread(2), noise=noise)) == ["payload"]


def price(value):
    return [(3, "bob", {"type": "price", "of": "gold", "value": value})]


def test_a_rule_of_the_file_needs_no_evidence_and_stays_within_its_limits():
    noise = parse_noise_file(RULE)
    assert classes(three(CHAT, price(100.0), candidate=price(101.5), noise=noise)) == []
    assert classes(three(CHAT, price(100.0), candidate=price(103.0), noise=noise)) == ["payload"]
    assert classes(three(CHAT, price(100.0), candidate=price("101.5"), noise=noise)) == ["payload"]


def test_a_rule_of_the_file_that_was_not_seen_again_keeps_its_end():
    noise = parse_noise_file(RULE + "learned = 14\n")
    found = three(CHAT, price(100.0), price(100.0), price(101.5), noise=noise)
    (after,) = noise.with_learned(found.rules, TODAY).rules
    assert (after.expires, after.learned, after.hits) == (date(2026, 4, 1), 14, 1)


@pytest.mark.parametrize(
    ("kind", "parameter", "first", "second"),
    [
        ("float", "rtol = 0.02", 100.0, 101.0),
        ("counter", 'growth = "any"', 4, 5),
        ("optional", "rate = 0.5", 100.0, None),
        ("regex_shape", 'pattern = "[a-z]+"', "high", "low"),
    ],
)
def test_a_rule_of_the_file_that_was_seen_again_is_learned_anew(kind, parameter, first, second):
    text = RULE.replace("rtol = 0.02", parameter).replace("float", kind)
    without = [(3, "bob", {"type": "price", "of": "gold"})]
    noise = parse_noise_file(text + "learned = 14\n")
    found = three(CHAT, price(first), without if second is None else price(second), noise=noise)
    assert classes(found) == []
    (after,) = noise.with_learned(found.rules, TODAY).rules
    assert (after.expires, after.learned, after.parameter) == (TODAY + LASTS, 1, noise.rules[0].parameter)


def test_a_time_of_the_file_that_was_seen_again_is_learned_anew_and_one_that_was_not_is_not():
    noise = parse_noise_file(
        RULE.replace("float", "timestamp").replace("rtol = 0.02", "window_s = 2.5").replace("$.value", "$.at")
        + RULE.replace("float", "timestamp").replace("rtol = 0.02", "window_s = 2.5").replace("version = 1", "")
    )

    def at(later):
        return [(3, "bob", {"type": "price", "at": int((START + later + 3) * 1000), "value": 1})]

    found = three(CHAT, at(0), at(100), at(200), noise=noise)
    assert classes(found) == []
    after = {rule.path: rule for rule in noise.with_learned(found.rules, TODAY).rules}
    assert (after["$.at"].expires, after["$.at"].learned) == (TODAY + LASTS, 1)
    assert (after["$.value"].expires, after["$.value"].learned) == (date(2026, 4, 1), 0)


def test_what_is_learned_is_redacted_and_expires():
    rule = NoiseRule("id_bijection", "$.id", 2, 5, (("alice-4711", "Bob-0815"),), "joined")
    written = NO_FILE.with_learned([rule], TODAY)
    assert written.rules[0].examples == (("xxxxx-0000", "Xxx-0000"),)
    assert written.rules[0].expires == TODAY + LASTS
    assert "4711" not in written.to_toml()


def test_what_people_wrote_survives_learning():
    before = NoiseFile(parse_noise_file(RULE).rules, parse_noise_file(WAIVER).waivers)
    again = NoiseRule("float", "$.value", 9, 4, (("1.0", "1.001"),), "price", 0.5)
    after = before.with_learned([again, NoiseRule("timestamp", "$.at", 0, 3, (), "chat", 60.0)], TODAY)
    assert after.waivers == before.waivers
    assert [(rule.kind, rule.parameter, rule.learned, rule.hits) for rule in after.rules] == [("float", 0.02, 9, 4)]


def test_an_example_shows_form_only():
    assert picture("Ünï-42 \x1b[31m") == "Xxx-00 ?[00x"
    assert picture("1" * 100) == "0" * 60 + "…"


texts = st.text(max_size=20)
days = st.dates(date(2026, 1, 1), date(2030, 1, 1))
parameters = {
    "timestamp": st.floats(0, 86_400),
    "id_bijection": st.none() | texts,
    "counter": st.sampled_from(["same", "any"]),
    "float": st.floats(0, 1),
    "unordered_array": st.none() | texts,
    "optional": st.floats(0, 1),
    "regex_shape": st.sampled_from(["[0-9]+", r"[a-z]{4}\-[0-9]+", r"\#[A-Z]+\ [0-9a-f]{8}", r"[^\W_]+_[0-9]+"]),
}
rules = st.sampled_from(sorted(RULES)).flatmap(
    lambda kind: st.builds(
        NoiseRule,
        st.just(kind),
        texts,
        st.integers(0, 10**6),
        st.integers(0, 10**6),
        st.lists(st.tuples(texts, texts), max_size=3).map(tuple),
        texts,
        parameters[kind],
        st.none() | days,
    )
)
said = texts.filter(str.strip)
waivers = st.builds(
    Waiver,
    said,
    said,
    said,
    days,
    st.sampled_from(sorted(set(CLASSES) - {"misrouted", "spoofed"})),
    *([st.none() | texts] * 5),
)


@given(st.lists(rules, max_size=4, unique_by=lambda rule: rule.key), st.lists(waivers, max_size=3))
def test_what_is_written_is_read_again(listed, waived):
    file = NoiseFile(tuple(listed), tuple(waived))
    assert parse_noise_file(file.to_toml()) == file
    tomllib.loads(file.to_toml())


def test_it_needs_nothing_of_what_the_shim_serves_with():
    code = "import sys, shim.dualrun.compare.noise_file; print({'botocore', 'fastapi', 'starlette'} & {*sys.modules})"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)

    assert found.stdout == "set()\n"
