"""Whatever a client sends, an evaluation ends, soon, with an output or a TemplateFailed."""

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shim.gateway.vtl import Input, Scope, Template, TemplateFailed, TemplateInvalid, compile_template
from shim.gateway.vtl.limits import LOOP_TURNS, OUTPUT_CHARACTERS

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)
BODIES = JSON.map(json.dumps) | st.text()
PIECES = st.sampled_from(
    [
        "$input.body", "$input.json('$')", "$input.path('$.a')", "$input.path('$[0]').b", "$util.escapeJavaScript($input.body)",
        "$util.parseJson($input.body)", "#set($x = $input.path('$'))", "$x", "$!x", "\\$x", "$x.a", "$x[0]", "$x.size()", "$x.get(0)",
        "$x.get('a')", "$x.substring(1)", "$x.split(',')", "$x.replaceAll('a+', '$0')", "$x.keySet()", "$x.entrySet()", "$x.add($x)",
        "$x.put('x', $x)", "$x.contains($x)", "$x.equals($x)", "#if($x == $x)", "#if($x < 1)", "#else", "#elseif($x)", "#end", "#foreach($i in $x)",
        "$i", "$foreach.index", "#set($x = $x + $x)", '#set($x = "$x$x")', "#set($x = $x * 2)", "#set($x.a = $x)", "#set($x = [$x, {'k': $x}])", "#break",
        "#stop", "## c\n", "#* c *#", "#[[ $ ]]#", "[", "(", "{", "}", ")", "]", "#set(", "${", "\"", "'", "$", "#", "\n", " ", "text", "$context.a.b",
    ]
)  # fmt: skip


def render(template: str, body: str) -> str:
    return compile_template(template).render(Scope(Input(body)))


@given(st.text(alphabet=st.characters(exclude_characters="$#\\", exclude_categories=["Cs"])))
def test_plain_text_renders_as_itself(text: str) -> None:
    assert render(text, "") == text


@given(st.text())
def test_a_message_renders_as_itself_wherever_it_goes_through(body: str) -> None:
    expected = body.encode("utf-8", "replace").decode()

    assert render("$input.body", body) == expected
    assert render('#set($a = $input.body)#set($b = "$a")#if($b == $a)$b#end', body) == expected


@given(st.text())
def test_escape_javascript_can_be_taken_back(text: str) -> None:
    escaped = render("$util.escapeJavaScript($input.body)", text)

    assert escaped.isascii()
    assert "'" not in escaped.replace("\\'", "")
    assert json.loads('"' + escaped.replace("\\'", "'") + '"') == text


@given(JSON.filter(lambda value: "NaN" not in json.dumps(value) and "Infinity" not in json.dumps(value)))
def test_json_comes_out_as_it_went_in(value: object) -> None:
    printed = render("$input.json('$.v')", json.dumps({"v": value}))

    if "\\ud" not in json.dumps(value):
        assert json.loads(printed) == value


@settings(max_examples=500)
@given(st.lists(PIECES | st.text(max_size=3), max_size=14).map("".join), BODIES)
def test_no_template_and_no_message_fail_otherwise_than_documented(template: str, body: str) -> None:
    with suppress(TemplateInvalid, TemplateFailed):
        render(template, body).encode()


def test_a_loop_ends_quietly_after_1000_turns() -> None:
    body = json.dumps([1] * 5_000)

    assert render("#foreach($i in $input.path('$'))x#end", body) == "x" * LOOP_TURNS


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("#foreach($i in [1..1000])#foreach($j in [1..1000])x#end#end", "it takes more than 100000 steps"),
        ("#set($s = 'ab')#foreach($i in [1..99])#set($s = \"$s$s\")#end", "it makes a text of more than 1048576 characters"),
        ("#set($s = 'ab')#foreach($i in [1..99])#set($s = $s + $s)#end", "it makes a text of more than 1048576 characters"),
        ("#set($s = $input.body)#foreach($i in [1..999])#set($t = $s.concat('x'))#end", "it makes texts of more than 16777216 characters"),
        ("$input.body.replace('', $input.body)", "it makes a text of more than 1048576 characters"),
        ("$input.body.replaceAll('', 'aaaaaaaaaaaaaaaaaaaa')", "it makes a text of more than 1048576 characters"),
        ("$input.body.replaceAll('a*', 'b')", "a pattern with a repetition takes at most 8192 characters"),
        ("#set($l = [1])#foreach($i in [1..99])$l.addAll($l)#end", "it takes more than 100000 steps"),
        ("#set($l = [1])$l.add($l)$l", "a value is nested too deeply"),
        ("#set($l = [1])#foreach($i in [1..99])#set($l = [$l, $l])#end$l", "it takes more than 100000 steps"),
        ("#set($l = [1])#foreach($i in [1..99])#set($l = [$l, $l])#end#if($l == $l)#end", "it takes more than 100000 steps"),
        ("#set($x = 2)#foreach($i in [1..99])#set($x = $x * $x)#end", "the result of the arithmetic is too large"),
        ("#set($r = [1..99999])", "a range may have 10000 numbers"),
    ],
)  # fmt: skip
def test_what_grows_without_end_is_stopped(template: str, problem: str) -> None:
    with pytest.raises(TemplateFailed) as raised:
        render(template, "a" * 131_072)

    assert raised.value.problem == problem


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":'])
def test_a_deeply_nested_message_is_refused_or_rendered(opening: str) -> None:
    closing = "".join({"[": "]", "{": "}"}.get(character, "") for character in reversed(opening))
    for depth in (100, 400, 900, 40_000):
        body = opening * depth + "1" + closing * depth
        with suppress(TemplateFailed):
            assert render("$input.path('$')", body)
            assert render("$input.json('$')", body)


def test_a_long_message_goes_through_the_usual_escapes() -> None:
    body = "it's " * 26_000

    assert render('$util.escapeJavaScript($input.body).replaceAll("\\\\\'", "\'")', body) == body
    assert render("$input.body.split(' ').size()", body) == "26000"


def test_half_of_a_surrogate_pair_becomes_a_question_mark() -> None:
    assert render("$input.path('$.a')", '{"a": "\\ud800"}') == "?"


def test_an_output_is_bounded() -> None:
    assert isinstance(compile_template("x"), Template)
    with pytest.raises(TemplateFailed):
        render("#foreach($i in [1..20])$input.body#end" * 2, "a" * (OUTPUT_CHARACTERS // 2))
