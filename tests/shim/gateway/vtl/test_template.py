"""https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html"""

import json
from typing import Any

import pytest

from shim.gateway.vtl import Input, Scope, TemplateFailed, TemplateInvalid, compile_template

CONTEXT: dict[str, Any] = {
    "connectionId": "BFaT_fALIAMCKug=",
    "connectedAt": 1731324924553,
    "identity": {"sourceIp": "192.0.2.1"},
    "authorizer": {"principalId": "ana"},
    "messageId": None,
}


def render(template: str, body: object = None, **parameters: dict[str, str]) -> str:
    text = body if isinstance(body, str) else "" if body is None else json.dumps(body)
    return compile_template(template).render(Scope(Input(text, **parameters), CONTEXT, {"env": "prod"}))


# What is left alone


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        "costs $5",
        "$",
        "$$",
        "$ name",
        "#",
        "# heading",
        "#ff0000",
        "a\\b",
        "\\",
        "#endless",
        "{[()]}",
        "a}b",
        "\r\n",
    ],
)
def test_text_without_templates_in_it_stays_as_it_is(text: str) -> None:
    assert render(text) == text


@pytest.mark.parametrize(
    "reference", ["$nope", "${nope}", "$nope.a.b", "$nope.size()", "$nope[0]", "\\$nope", "\\\\$nope"]
)
def test_references_without_a_value_stand_as_written(reference: str) -> None:
    assert render(f"<{reference}>") == f"<{reference}>"


def test_what_is_in_the_message_is_never_a_template() -> None:
    body = {"a": "$context.connectionId #set($x = 1) ${util.urlEncode('x')}"}

    assert render("$input.path('$.a')", body) == body["a"]
    assert render("#set($a = $input.path('$.a'))$a", body) == body["a"]
    assert render("#set($a = $input.path('$.a'))#set($b = \"<$a>\")$b", body) == f"<{body['a']}>"


def test_nothing_of_python_can_be_reached() -> None:
    for reference in ("$input.class", "$util.class.forName", "$context.identity.class.x", "$input.body.mro"):
        assert render(reference) in {reference, ""}
    assert render("$context.stage.__class__ $input.body.__len__") == ".__class__ .__len__"
    with pytest.raises(TemplateInvalid):
        compile_template("$input.body.format('x')")


# References


def test_quiet_references_print_nothing_without_a_value() -> None:
    assert render("<$!nope><$!{nope}><$!nope.a>") == "<><><>"


def test_formal_references_end_where_they_say() -> None:
    assert render("#set($a = 1)${a}b $!{a}b $a.b $a.") == "1b 1b $a.b 1."


def test_a_dollar_sign_is_escaped_where_it_has_a_value() -> None:
    assert render(r"#set($a = 1)\$a \\$a \\\$a") == r"$a \1 \$a"


def test_directives_are_escaped() -> None:
    assert render(r"\#if \#set($a) \\#if(true)x#end") == r"#if #set($a) \x"


def test_properties_methods_and_indexes() -> None:
    body = {"list": [{"id": 7}, "b"], "map": {"k": "v"}}

    assert (
        render("#set($r = $input.path('$'))$r.list[0].id $r.list.get(1) $r['map'].k $r.map.get('k')", body) == "7 b v v"
    )
    assert render("#set($r = $input.path('$'))$r.list[9] $r.map.nope", body) == "$r.list[9] $r.map.nope"


def test_values_print_as_java_prints_them() -> None:
    body = {"a": [1, "x", None, {"k": True}], "d": 1.5, "big": 12345678.9, "small": 0.00012, "whole": 2.0}

    assert render("$input.path('$.a')", body) == "[1, x, null, {k=true}]"
    assert render("$input.path('$.d') $input.path('$.whole')", body) == "1.5 2.0"
    assert render("$input.path('$.big') $input.path('$.small')", body) == "1.23456789E7 1.2E-4"


# $input, $util, $context, $stageVariables


def test_input_json_and_path() -> None:
    body = {"a": {"b": [1, 2]}, "ü": "é", "n": None}

    assert render("$input.body", body) == json.dumps(body)
    assert render("$input.json('$')", body) == json.dumps(body, separators=(",", ":"), ensure_ascii=False)
    assert render("$input.json('$.a.b') $input.json('$.n') $input.json('a.b[1]')", body) == "[1,2] null 2"
    assert render("$input.path('$.a.b').size() $input.path('$.a.b[*]') $input.path(\"$['ü']\")", body) == "2 [1, 2] é"


def test_a_path_that_leads_nowhere_prints_nothing_and_is_false() -> None:
    assert render("<$input.path('$.x')><$input.path('$.x').y> $input.json('$.x')", {}) == '<><> ""'
    assert render("#if($input.path('$.x'))yes#else no#end", {}) == " no"
    assert render("#if($input.path('$.x') == '')empty#end", {}) == "empty"


def test_a_body_that_is_no_object_stands_for_itself() -> None:
    assert render("$input.json('$') $input.path('$')", "hello") == '"hello" hello'
    assert render("$input.json('$')", "") == "{}"
    assert render("$input.path('$')", "12") == "12"


@pytest.mark.parametrize("body", ["{", "[1", '{"a": NaN}', "[1e999]", "[" * 100_000])
def test_a_body_that_looks_like_json_and_is_none_fails(body: str) -> None:
    with pytest.raises(TemplateFailed) as raised:
        render("\n  $input.json('$')", body)

    assert (raised.value.line, str(raised.value)) == (2, "line 2, column 9: the text is not JSON")


def test_parameters_of_the_handshake() -> None:
    given: dict[str, Any] = {"query": {"token": "t"}, "headers": {"X-Device": "d"}}

    assert render("$input.params('token') $input.params('x-device') <$input.params('nope')>", **given) == "t d <>"
    template = "#foreach($type in $input.params().keySet())$type#foreach($e in $input.params().get($type).entrySet()) $e.key=$e.value#end;#end"
    assert render(template, **given) == "path;querystring token=t;header X-Device=d;"


def test_context_and_stage_variables() -> None:
    template = "$context.connectionId $context.connectedAt $context.identity.sourceIp $context.authorizer.principalId $stageVariables.env"

    assert render(template) == "BFaT_fALIAMCKug= 1731324924553 192.0.2.1 ana prod"
    assert (
        render("<$context.messageId><$context.a.b.c><$stageVariables.nope><$stageVariables.get('nope')>") == "<><><><>"
    )


def test_util() -> None:
    body = {"q": 'it\'s "a"/b\\c\té\U0001f600', "form": "a b&c=d*~", "json": '{"k": [1]}'}

    assert (
        render("$util.escapeJavaScript($input.path('$.q'))", body) == 'it\\\'s \\"a\\"\\/b\\\\c\\t\\u00E9\\uD83D\\uDE00'
    )
    assert render("$util.urlEncode($input.path('$.form'))", body) == "a+b%26c%3Dd*%7E"
    assert render("$util.urlDecode($util.urlEncode($input.path('$.q')))", body) == body["q"]
    assert render("$util.base64Decode($util.base64Encode($input.path('$.q')))", body) == body["q"]
    assert render("$util.parseJson($input.path('$.json')).k[0]", body) == "1"
    assert render("$util.urlEncode($nope)") == "$util.urlEncode($nope)"


def test_the_usual_way_to_take_back_escaped_quotes() -> None:
    template = "$util.escapeJavaScript($input.path('$.a')).replaceAll(\"\\\\'\",\"'\")"

    assert render(template, {"a": "it's"}) == "it's"


# #set and expressions


@pytest.mark.parametrize(
    ("expression", "printed"),
    [
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("7 / 2", "3"),
        ("-7 / 2", "-3"),
        ("-7 % 3", "-1"),
        ("7.0 / 2", "3.5"),
        ("1 - -1", "2"),
        ("'a' + 1", "a1"),
        ("'a' + $nope", "a$nope"),
        ("1 == 1.0", "true"),
        ("'1' == 1", "true"),
        ("1 < 2 && 2 >= 2", "true"),
        ("1 gt 2 or 2 le 2", "true"),
        ("not true", "false"),
        ("!$nope", "true"),
        ("$nope == $nada", "true"),
        ("'a' ne 'b' and 'a' eq 'a'", "true"),
        ("'a' < 'b'", "false"),
        ("[1..3]", "[1, 2, 3]"),
        ("[3..1]", "[3, 2, 1]"),
        ("['a', 1, true, [], {}]", "[a, 1, true, [], {}]"),
        ("{'a': 1, \"b\": {'c': 'd'}}", "{a=1, b={c=d}}"),
        ("'single $context.connectionId'", "single $context.connectionId"),
        ('"double $context.identity.sourceIp"', "double 192.0.2.1"),
        ('"#if(true)yes#end"', "yes"),
        (r'"a\"b"', r"a\"b"),
    ],
)
def test_expressions(expression: str, printed: str) -> None:
    assert render(f"#set($x = {expression})$x") == printed


@pytest.mark.parametrize("expression", ["1 / 0", "1 % 0", "1 - 'a'", "$nope + 1", "$nope"])
def test_setting_null_changes_nothing(expression: str) -> None:
    assert render(f"#set($x = 'before')#set($x = {expression})$x") == "before"


def test_properties_and_elements_are_set() -> None:
    body = {"a": 1, "list": [1, 2]}
    template = "#set($r = $input.path('$'))#set($r.b = 2)#set($r['c'] = 3)#set($r.list[0] = 9)$r $input.json('$')"

    assert render(template, body) == '{a=1, list=[9, 2], b=2, c=3} {"a":1,"list":[1,2]}'


def test_one_rendering_leaves_nothing_for_the_next() -> None:
    template = compile_template("$!seen#set($seen = 1)#set($context.seen = 1)$context.get('seen')")
    scope = Scope(Input(""), CONTEXT)

    assert [template.render(scope), template.render(scope)] == ["1", "1"]


# #if, #foreach, #break, #stop


def test_only_null_and_false_are_false() -> None:
    template = "#foreach($x in [0, '', [], {}, false, 1])#if($x)y#{else}n#end#end"

    assert render(template) == "yyyyny"


def test_if_takes_the_first_branch_that_is_true() -> None:
    template = "#foreach($x in [1..4])#if($x == 1)one#elseif($x == 2)two#elseif($x < 4)few#{else}many#end,#end"

    assert render(template) == "one,two,few,many,"


def test_foreach_over_lists_maps_and_nothing() -> None:
    body = {"list": [1, 2], "map": {"a": "x", "b": "y"}}

    assert render("#foreach($i in $input.path('$.list'))$i;#end", body) == "1;2;"
    assert render("#foreach($i in $input.path('$.map'))$i;#end", body) == "x;y;"
    assert render("#foreach($i in $nope)$i#end#foreach($i in 'text')$i#end") == ""


def test_foreach_knows_where_it_is() -> None:
    template = "#foreach($i in ['a', 'b'])$foreach.index$foreach.count$velocityCount$foreach.first$foreach.last$i#if($foreach.hasNext),#end#end"

    assert render(template) == "011truefalsea,122falsetrueb"


def test_inner_loops_leave_the_outer_one_as_it_was() -> None:
    template = "#foreach($i in [1, 2])#foreach($j in [7])$foreach.parent.index#end$foreach.index$i$!j #end$!i$!foreach"

    assert render(template) == "001 112 "


def test_break_leaves_the_loop_and_stop_the_template() -> None:
    assert render("#foreach($i in [1..9])#if($i == 3)#break#end$i#end.") == "12."
    assert render("#foreach($i in [1..9])$i#stop#end.") == "1"
    assert render("a#{break}b") == "a"


# Whitespace and comments


def test_directives_take_their_line_end_with_them() -> None:
    assert render("{\n  #set($a = 1)  \n  #if($a)\n  x\n  #else\n  y\n  #end\n}") == "{\n    x\n  }"
    assert render("#foreach($i in [1, 2])\r\n$i\r\n#end\r\nend") == "1\r\n2\r\nend"
    assert render("#if(true) x #end y") == " x  y"


def test_comments() -> None:
    assert render("a## comment $x #if\nb#* many\nlines #set *#c#** formal *#d##") == "abcd"


def test_unparsed_text() -> None:
    assert render("#[[ $context.stage #if( ]]#.") == " $context.stage #if( ."


# Methods


@pytest.mark.parametrize(
    ("call", "printed"),
    [
        ("$s.length()", "8"),
        ("$s.toUpperCase().toLowerCase().trim()", "a,b,c,,"),
        ("$s.contains('b,c') $s.indexOf('b') $s.indexOf('b', 4) $s.lastIndexOf(',')", "true 3 -1 7"),
        ("$s.trim().substring(2) $s.trim().substring(0, 3) $s.charAt(1)", "b,c,, a,b A"),
        ("$s.trim().split(',').size() $s.trim().split(',')[1] $s.trim().split(',', 2)[1]", "3 b b,c,,"),
        ("$s.replace(',', ';') $s.trim().replaceAll('[abc]', '<$0>')", " A;b;c;; A,<b>,<c>,,"),
        ("$s.trim().replaceFirst('(b),(?<n>c)', '${n}$1')", "A,cb,,"),
        ("$s.trim().matches('A.*') $s.trim().matches('A')", "true false"),
        ("$s.trim().equals('A,b,c,,') $s.trim().equalsIgnoreCase('a,B,C,,')", "true true"),
        ("$s.isEmpty() $s.empty $s.trim().startsWith('A') $s.trim().endsWith(',')", "false false true true"),
        ("$s.trim().concat('!') $s.compareTo('a')", "A,b,c,,! -1"),
    ],
)
def test_methods_of_strings(call: str, printed: str) -> None:
    assert render(f"#set($s = ' A,b,c,,'){call}").lower() == printed.lower()


@pytest.mark.parametrize(
    ("call", "printed"),
    [
        ("$l.size() $l.isEmpty() $l.contains('b') $l.indexOf('b') $l.get(0)", "2 false true 1 a"),
        ("$l.add('c')$l.add(0, 'z')$l", "true$l.add(0, 'z')[z, a, b, c]"),
        ("$l.addAll(['c'])$l.remove('a')$l.remove(0)$l", "truetrueb[c]"),
        ("$l.set(0, 'x')$l.subList(0, 1)$!l.clear()$l", "a[x][]"),
        ("$m.put('k', 1)$m.put('k', 2)$m.size()$m.get('k')", "$m.put('k', 1)112"),
        ("$!m.put('a', 1)$!m.putAll({'b': 2})$m.keySet()$m.values()$m.containsKey('b')", "[a, b][1, 2]true"),
        ("$m.getOrDefault('x', 'y')$m.isEmpty()$!m.remove('x')$m.containsValue(1)", "ytruefalse"),
        ("$n.parseInt('12').intValue() $n.valueOf('3') $n.compareTo(1) $n.toString()", "12 3 -1 0"),
    ],
)
def test_methods_of_lists_maps_and_numbers(call: str, printed: str) -> None:
    assert render(f"#set($l = ['a', 'b'])#set($m = {{}})#set($n = 0){call}") == printed


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        ("$s.substring(9)", "there are no characters 9 to 1 in a text of 1"),
        ("$s.substring('a')", "a whole number is expected"),
        ("$s.contains($nope)", "a text is expected"),
        ("$s.length(1)", "length takes 0 arguments, not 1"),
        ("$l.get(5)", "there is no element 5 in a list of 1"),
        ("$s.replaceAll('a', '$7')", "the replacement names a group that its pattern has not"),
        ("$util.parseJson($s)", "the text is not JSON"),
        ("$util.base64Decode('*')", "the text is not base64"),
        ("$input.path($s.concat('..b'))", "'a..b' is no JSONPath that is supported, from '..b' on"),
        ("#set($s.x = 1)", "$s.x can't be set"),
        ("#set($x = 9223372036854775807 + 1)", "the result of the arithmetic is too large"),
        ("#set($x = [1..$s])", "a whole number is expected"),
    ],
)
def test_calls_that_java_would_throw_at_fail(call: str, problem: str) -> None:
    with pytest.raises(TemplateFailed) as raised:
        render(f"#set($s = 'a')#set($l = [1]){call}")

    assert raised.value.problem == problem


# Templates that are none


@pytest.mark.parametrize(
    ("template", "sentence"),
    [
        ("#if(true)", "line 1, column 1: #if has no #end"),
        ("a\n #foreach($x in $y)", "line 2, column 2: #foreach has no #end"),
        ("#end", "line 1, column 5: #end ends nothing"),
        ("#if(true)#else#else#end", "line 1, column 20: #else comes after #else"),
        ("#foreach($x of $y)#end", "line 1, column 12: #foreach needs the word in"),
        ("#foreach(x in $y)#end", "line 1, column 10: #foreach needs a variable"),
        ("#if", "line 1, column 4: #if needs parentheses"),
        ("#if()#end", "line 1, column 5: a value is expected, found ')'"),
        ("#if(true", "line 1, column 9: expected ')', found the end"),
        ("#set(x = 1)", "line 1, column 6: #set needs a reference to set"),
        ("#set($x 1)", "line 1, column 9: expected '=', found '1'"),
        ("#set($x = 'a)", 'line 1, column 11: a value is expected, found "\'"'),
        ("${x", "line 1, column 1: the reference ${x has no closing brace"),
        ("$x.get(1", "line 1, column 9: expected ',', found the end"),
        ("#* a", "line 1, column 1: #* has no *#"),
        ("#[[ a", "line 1, column 1: #[[ has no ]]#"),
        ("#macro(a)#end", "line 1, column 1: #macro is not supported"),
        ("#evaluate($input.body)", "line 1, column 1: #evaluate is not supported"),
        ("$x.bogus()", "line 1, column 3: there is no method bogus"),
        ("$input.jsn('$')", "line 1, column 7: there is no method jsn of $input"),
        ("$util.toJson(1)", "line 1, column 6: there is no method toJson of $util"),
        ("$input.path('$..a')", "line 1, column 7: '$..a' is no JSONPath that is supported, from '..a' on"),
        (
            "$s.replaceAll($x, '')",
            "line 1, column 3: the pattern of replaceAll has to be written in the template, as a string without references",
        ),
        (
            "$s.matches('(')",
            "line 1, column 3: the pattern of matches is no regular expression: missing ), unterminated subpattern at position 0",
        ),
        ('\n"x" #set($a = "#if(true)")', "line 2, column 16: #if has no #end"),
        ("#if(" + "(" * 99, "line 1, column 36: more than 32 levels are nested"),
    ],
)
def test_mistakes_are_found_before_any_message(template: str, sentence: str) -> None:
    with pytest.raises(TemplateInvalid) as raised:
        compile_template(template)

    assert str(raised.value) == sentence


def test_a_template_may_have_300_kb() -> None:
    assert render("x" * 307_200) == "x" * 307_200
    with pytest.raises(TemplateInvalid):
        compile_template("x" * 307_201)
    with pytest.raises(TemplateInvalid):
        compile_template("é" * 153_601)
