"""YAML with CloudFormation's tags, and its places."""

from __future__ import annotations

import pytest

from migrator.scan.yamlfile import YamlProblem, as_map, load


@pytest.mark.parametrize("text", ["a: [1", "a: b: c", "\t- x", "a: \x00", "--- a\n--- b", "a: *nobody"])
def test_what_is_not_yaml_is_a_problem(text: str) -> None:
    with pytest.raises(YamlProblem):
        load(text, "x.yml")


def test_an_alias_that_holds_itself_is_a_problem() -> None:
    with pytest.raises(YamlProblem, match="aliases that never end"):
        load("a: &x [*x]", "x.yml")


def test_aliases_that_multiply_are_a_problem() -> None:
    lines = ["a0: &a0 [1, 2, 3, 4, 5, 6, 7, 8, 9]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    with pytest.raises(YamlProblem, match="aliases that never end"):
        load("\n".join(lines), "x.yml")


def test_short_tags_become_their_long_form() -> None:
    assert load("a: !Ref B\nc: !GetAtt D.Arn\ne: !Sub '${F}'\ng: !Join ['-', [h, !Ref I]]", "x.yml") == {
        "a": {"Ref": "B"},
        "c": {"Fn::GetAtt": "D.Arn"},
        "e": {"Fn::Sub": "${F}"},
        "g": {"Fn::Join": ["-", ["h", {"Ref": "I"}]]},
    }


def test_python_tags_make_no_objects() -> None:
    assert load("a: !!python/object/apply:os.system ['true']", "x.yml") == {"a": ["true"]}


def test_merge_keys_are_applied_and_own_keys_win() -> None:
    assert as_map(load("base: &b {x: 1, y: 2}\nuse:\n  <<: *b\n  y: 3", "x.yml"))["use"] == {"x": 1, "y": 3}


def test_places_count_from_one() -> None:
    assert str(as_map(load("a:\n  bc: 1\n", "x.yml")["a"]).where("bc")) == "x.yml:2:3"  # type: ignore[index]


def test_numbers_that_are_names_stay_text() -> None:
    assert load("account: 012345678901\ncount: 12", "x.yml") == {"account": "012345678901", "count": 12}


@pytest.mark.parametrize(
    "text", ["a: yes", "a: on", "a: 'true'", "a: !!str true", "a: 0x1f", "a: 1:30", "a: 2024-01-01"]
)
def test_what_only_old_yaml_takes_for_something_else_stays_text(text: str) -> None:
    assert load(text, "x.yml") == {"a": text.partition(": ")[2].removeprefix("!!str ").strip("'")}


@pytest.mark.parametrize(
    "text", ["a: [b, {c: !Ref D}]\ne: |\n  f\n  g\n", "a: &x {b: 1}\nc: *x\n", "- true\n- ~\n- 1.5\n- ''\n"]
)
def test_it_reads_the_same_without_libyaml(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = load(text, "x.yml")
    monkeypatch.delattr("yaml.CSafeLoader")

    assert load(text, "x.yml") == quick
