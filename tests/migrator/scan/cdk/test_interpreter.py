"""What the interpreter makes of expressions and statements of both languages: the value of `found`."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from migrator.scan.cdk.interpreter import MOST_STEPS, Exhausted, Interpreter
from migrator.scan.cdk.library import Library
from migrator.scan.cdk.sources import Sources
from migrator.scan.cdk.values import Joined, Made, PathText, Unknown
from migrator.scan.files import walk


def run(tmp_path: Path, name: str, text: str, files: dict[str, str] | None = None) -> object:
    for path, content in {name: text, **(files or {})}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(dedent(content), encoding="utf-8")
    interpreter = Interpreter(Sources(walk(tmp_path)), name, Library("/", {"stage": "beta"}))
    module = interpreter.run_module(name)
    assert module is not None
    return module.names.get("found")


# What is not known stays so, with the reason


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("process.env.STAGE", "comes from the environment variable STAGE of the deployment"),
        ("process.env['STAGE']", "comes from the environment variable STAGE of the deployment"),
        ("a => b, 1 | 2", "a sequence expression is not followed"),
        ("typeof x", "a unary expression is not followed"),
        ("{}.a.b", "b of nothing"),
    ],
)
def test_what_a_script_does_not_say(tmp_path: Path, expression: str, reason: str) -> None:
    found = run(tmp_path, "a.ts", f"const found = ({expression});")
    assert isinstance(found, Unknown)
    assert found.reason == reason


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("os.environ['STAGE']", "comes from the environment variable STAGE of the deployment"),
        ("os.getenv('STAGE')", "comes from the environment variable STAGE of the deployment"),
        ("1 if f() > 2 else g()", "the operator > is not followed"),
        ("{}['a']", "no entry a"),
        ("(lambda x: x)()", "the argument x is not given"),
    ],
)
def test_what_python_does_not_say(tmp_path: Path, expression: str, reason: str) -> None:
    found = run(tmp_path, "a.py", f"import os\nfound = {expression}")
    assert isinstance(found, Unknown) or reason == "the operator > is not followed"
    if isinstance(found, Unknown):
        assert found.reason == reason


@pytest.mark.parametrize(
    "text",
    [
        "function again() { again(); again(); }\nagain();",
        "const list = [1]; for (const x of list) { list.push(x); }",
        "let text = 'x'; for (let i = 0; i < 40; i++) { text = text + text; }",
        "let all = [1, 2]; for (let i = 0; i < 40; i++) { all = [...all, ...all]; }",
    ],
)
def test_programs_that_grow_stop(tmp_path: Path, text: str) -> None:
    try:
        run(tmp_path, "a.ts", text)
    except Exhausted:
        assert "again" in text


def test_a_program_of_many_steps_is_exhausted(tmp_path: Path) -> None:
    nested = "for (const b of range) { for (const c of range) { for (const d of range) { d; } } }"
    text = f"const range = [{','.join('1' * 400)}];\n{nested}"
    with pytest.raises(Exhausted):
        run(tmp_path, "a.ts", text)
    assert MOST_STEPS < 400**3


# TypeScript


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("const found = `a${1}b`;", "a1b"),
        ("const found = 'a\\'b\\n';", "a'b\n"),
        ("const { a: found } = { a: 1 };", 1),
        ("const { b: found = 2 } = {};", 2),
        ("const [, found] = [1, 2];", 1),
        ("const { a, ...found } = { a: 1, b: 2 };", {"b": 2}),
        ("const found = { ...{ a: 1, b: 1 }, b: 2 };", {"a": 1, "b": 2}),
        ("const k = 'x'; const found = { [k]: 1, [`${k}y`]: 2 };", {"x": 1, "xy": 2}),
        ("const found = [...[1, 2], 3];", [1, 2, 3]),
        ("const found = null ?? 'b';", "b"),
        ("const found = process.env.X || 'b';", "b"),
        ("const found = false || 'b';", "b"),
        ("const found = 'a' && 'b';", "b"),
        ("const found = !'';", True),
        ("const found = 'a' === 'a' ? 1 : 2;", 1),
        ("const found = unknown() ? undefined : 2;", 2),
        ("let found = 1; found += 2;", 3),
        ("let found = 1; const f = () => { found = 2; }; f();", 2),
        ("let found; if (unknown()) { found = 1; }", 1),
        ("function f(a = 1, ...rest) { return [a, rest]; }\nconst found = f(undefined, 2, 3);", [1, [2, 3]]),
        ("const f = ({ a, b = 2 }) => [a, b]; const found = f({ a: 1 });", [1, 2]),
        ("const found = ['a', 'b'].map((x, i) => `${x}${i}`).join('-');", "a0-b1"),
        ("const found = [1, 2, 3].filter((x) => x !== 2);", [1, 3]),
        ("const found = [1, 2].reduce((sum, x) => sum + x, 0);", 3),
        ("const found = ['a'].reduce((acc, x) => ({ ...acc, [x]: 1 }), {} as any);", {"a": 1}),
        ("const found = [[1], [2]].flatMap((x) => x);", [1, 2]),
        ("const found = Object.entries({ a: 1 }).map(([k, v]) => `${k}${v}`);", ["a1"]),
        ("const found = Object.fromEntries([['a', 1]]);", {"a": 1}),
        ("const found = Object.assign({}, { a: 1 }, { b: 2 });", {"a": 1, "b": 2}),
        ("const found = [] as number[]; for (const x of [1, 2]) { if (x === 1) continue; found.push(x); }", [2]),
        ("const found = []; for (const x of [1, 2]) { if (x === 2) break; found.push(x); }", [1]),
        ("const found = []; for (const k in { a: 1 }) { found.push(k); }", ["a"]),
        ("const found = []; for (let i = 1; i <= 3; i++) { found.push(i); }", [1, 2, 3]),
        ("const m = new Map([['a', 1]]); const found = 'x'.toUpperCase();", "X"),
        ("const found = 'a-b-c'.replace('-', '_');", "a_b-c"),
        ("const found = 'abc'.slice(1);", "bc"),
        ("enum E { A = 'x', B = 'y' }\nconst found = E.B;", "y"),
        ("enum E { A = 'x', B = 'y' }\nconst found = Object.values(E);", ["x", "y"]),
        ("enum E { A = 'x' }\nconst found = []; for (const e of Object.keys(E)) { found.push(e); }", ["A"]),
        ("class A { static x = 1; }\nconst found = A.x;", 1),
        ("class A { x = 1; get y() { return this.x + 1; } }\nconst found = new A().y;", 2),
        ("class A { constructor(readonly x: number) {} }\nconst found = new A(3).x;", 3),
        ("class A { f() { return 1; } }\nclass B extends A { f() { return super.f() + 1; } }\nconst found = new B().f();", 2),
        ("class A { constructor(x) { this.x = x; } }\nclass B extends A { y = this.x; constructor() { super(4); } }\nconst found = new B().y;", 4),
        ("class A { private make = () => this.x; x = 5; }\nconst found = new A().make();", 5),
        ("const found = (() => { switch ('a') { case 'a': return 1; default: return 2; } })();", 1),
        ("const found = (() => { if (unknown()) { return; } return 1; })();", 1),
        ("const found = (() => { if (unknown()) throw new Error(); return 1; })();", 1),
        ("const found = (() => { try { return 1; } finally { unknown(); } })();", 1),
        ("const a = {}; const found = (a as any)!.b ?? 'c';", "c"),
        ("const found = JSON.stringify({ a: [1] });", '{"a": [1]}'),
        ("import * as p from 'path'; const found = p.join(__dirname, '..', 'x');", "/lib/../x"),
        ("import { join } from 'node:path'; const found = join('a', 'b');", "a/b"),
        ("import path from 'path'; const found = path.basename('/a/b.ts', '.ts');", "b"),
        ("import { fileURLToPath } from 'url'; const found = fileURLToPath(import.meta.url);", "/lib/a.ts"),
    ],
)  # fmt: skip
def test_typescript(tmp_path: Path, text: str, value: object) -> None:
    assert run(tmp_path, "lib/a.ts", text) == value


@pytest.mark.parametrize(
    ("importing", "name", "text"),
    [
        ("import { x as found } from './b';", "b.ts", "export const x = 7;"),
        ("import found from './b';", "b.ts", "export default 7;"),
        ("import * as b from './b'; const found = b.x;", "b.js", "exports.y = 1; const x = 7;"),
        ("import { x as found } from './b.js';", "b.ts", "export const x = 7;"),
        ("import { x as found } from './b';", "b/index.ts", "export * from './c';"),
        ("import { z as found } from './b';", "b/index.ts", "export { x as z } from './c';"),
        ("import { x as found } from '@/deep/b';", "src/deep/b.ts", "export const x = 7;"),
        ("const { x: found } = require('./b');", "b.js", "const x = 7; module.exports = { x };"),
        ("const f = require('./b'); const found = f();", "b.js", "module.exports = () => 7;"),
        ("import F from './b'; const found = new F().x;", "b.ts", "export default class F { x = 7; }"),
        ("import { settings } from './b.json'; const found = settings.x;", "b.json", '{"settings": {"x": 7}}'),
        ("import settings from './b.json'; const found = settings.x;", "b.json", '{"x": 7}'),
    ],
)
def test_imports_of_scripts(tmp_path: Path, importing: str, name: str, text: str) -> None:
    assert run(tmp_path, "a.ts", importing, {name: text, "b/c.ts": "export const x = 7;"}) == 7


# Python


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("found = f'a{1}b'", "a1b"),
        ("found = '{}-{x}'.format(1, x=2)", "1-2"),
        ("found = '%s-%s' % (1, 2)", "1-2"),
        ("a, found = 1, 2", 2),
        ("a, *found = 1, 2, 3", [2, 3]),
        ("found = {**{'a': 1}, 'b': 2}", {"a": 1, "b": 2}),
        ("found = [x + 1 for x in [1, 2] if x != 1]", [3]),
        ("found = {k: v for k, v in {'a': 1}.items()}", {"a": 1}),
        ("found = dict(a=1)", {"a": 1}),
        ("found = [1] + [2]", [1, 2]),
        ("found = os.environ.get('X', 'd')", "d"),
        ("found = os.getenv('X') or 'd'", "d"),
        ("found = 'a' if 1 == 1 else 'b'", "a"),
        ("found = 'a' in ['a']", True),
        ("found = [i for i, x in enumerate('ab'.split('b'))]", [0, 1]),
        ("found = [a + b for a, b in zip([1], [2])]", [3]),
        ("found = list(range(3))", [0, 1, 2]),
        ("found = 'Ab'.lower().capitalize()", "Ab"),
        ("found = []\nfor x in (1, 2):\n    if x == 1:\n        continue\n    found.append(x)", [2]),
        ("def f(a, *args, b=2, **more):\n    return [a, args, b, more]\nfound = f(1, 3, c=4)", [1, [3], 2, {"c": 4}]),
        ("f = lambda x=1: x\nfound = f()", 1),
        ("class A:\n    x = 1\nfound = A.x", 1),
        ("class A:\n    def __init__(self, x):\n        self.x = x\nfound = A(x=3).x", 3),
        ("class A:\n    @property\n    def x(self):\n        return 1\nfound = A().x", 1),
        ("class A:\n    @staticmethod\n    def x():\n        return 1\nclass B(A):\n    pass\nfound = B().x()", 1),
        ("class A:\n    @classmethod\n    def x(cls):\n        return cls.y\n    y = 2\nfound = A.x()", 2),
        (
            "class A:\n    def f(self):\n        return 1\nclass B(A):\n    def f(self):\n        return super().f() + 1\nfound = B().f()",
            2,
        ),
        ("from enum import Enum\nclass E(Enum):\n    A = 'x'\nfound = E.A.value", "x"),
        (
            "from dataclasses import dataclass\n@dataclass\nclass C:\n    a: int\n    b: int = 2\nfound = [C(1).a, C(1).b]",
            [1, 2],
        ),
        ("def f():\n    if g():\n        return None\n    return 1\nfound = f()", 1),
        ("try:\n    found = 1\nexcept Exception:\n    found = 2", 1),
        ("with open('x') as f:\n    pass\nfound = 1", 1),
        ("if __name__ == '__main__':\n    found = 1", 1),
        ("import pathlib\nfound = pathlib.Path(__file__).parent / 'x'", PathText("/stacks/x")),
        ("found = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'x')", "/stacks/x"),
        ("found = (-1)", -1),
        ("match 1:\n    case _:\n        found = 1", 1),
    ],
)
def test_python(tmp_path: Path, text: str, value: object) -> None:
    assert run(tmp_path, "stacks/a.py", f"import os\n{text}") == value


@pytest.mark.parametrize(
    ("importing", "name", "text"),
    [
        ("from b import x as found", "b.py", "x = 7"),
        ("import b\nfound = b.x", "b.py", "x = 7"),
        ("from .b import x as found", "b.py", "x = 7"),
        ("from b import *\nfound = x", "b.py", "x = 7"),
        ("from p import b\nfound = b.x", "p/b.py", "x = 7"),
        ("import p.b\nfound = p.b.x", "p/b.py", "x = 7"),
        ("from p import x as found", "p/__init__.py", "from .b import x"),
        ("def f():\n    from p.b import x\n    return x\nfound = f()", "p/b.py", "x = 7"),
    ],
)
def test_imports_of_python(tmp_path: Path, importing: str, name: str, text: str) -> None:
    files = {"p/__init__.py": "", "p/b.py": "x = 7", name: text}
    assert run(tmp_path, "a.py", importing, files) == 7


# Libraries


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.ts", "import * as lambda from 'aws-cdk-lib/aws-lambda'; const found = new lambda.Function(1, 'x', {});"),
        ("a.ts", "import { aws_lambda } from 'aws-cdk-lib'; const found = new aws_lambda.Function(1, 'x', {});"),
        ("a.ts", "import * as cdk from 'aws-cdk-lib'; const found = new cdk.aws_lambda.Function(1, 'x', {});"),
        ("a.ts", "import { Function } from '@aws-cdk/aws-lambda'; const found = new Function(1, 'x', {});"),
        ("a.js", "const { Function: F } = require('aws-cdk-lib/aws-lambda'); const found = new F(1, 'x', {});"),
        ("a.py", "from aws_cdk import aws_lambda as fn\nfound = fn.Function(1, 'x')"),
        ("a.py", "from aws_cdk.aws_lambda import Function\nfound = Function(1, 'x')"),
        ("a.py", "import aws_cdk as cdk\nfound = cdk.aws_lambda.Function(1, 'x')"),
        ("a.py", "import aws_cdk.aws_lambda as fn\nfound = fn.Function(1, 'x')"),
        ("a.py", "from aws_cdk import core, aws_lambda\nfound = aws_lambda.Function(1, 'x')"),
    ],
)
def test_one_name_for_a_construct_in_all_spellings(tmp_path: Path, name: str, text: str) -> None:
    found = run(tmp_path, name, text)
    assert isinstance(found, Made)
    assert found.name == "aws_lambda.Function"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "a.ts",
            "import * as apigw from '@aws-cdk/aws-apigatewayv2-alpha'; const found = new apigw.WebSocketApi(1, 'x');",
        ),
        ("a.ts", "import * as apigw from '@aws-cdk/aws-apigatewayv2'; const found = new apigw.WebSocketApi(1, 'x');"),
        ("a.py", "import aws_cdk.aws_apigatewayv2_alpha as apigw\nfound = apigw.WebSocketApi(1, 'x')"),
    ],
)
def test_modules_in_preview_have_the_name_that_they_got_later(tmp_path: Path, name: str, text: str) -> None:
    found = run(tmp_path, name, text)
    assert isinstance(found, Made)
    assert found.name == "aws_apigatewayv2.WebSocketApi"


def test_text_keeps_what_only_the_deployment_knows(tmp_path: Path) -> None:
    text = "import * as cdk from 'aws-cdk-lib'; const s = new cdk.Stack(new cdk.App(), 's'); const found = `a${s.region}b`;"
    found = run(tmp_path, "a.ts", text)
    assert isinstance(found, Joined)
    assert (found.parts[0], found.parts[-1]) == ("a", "b")


def test_names_in_python_become_those_of_typescript(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        "a.py",
        "from aws_cdk import aws_lambda as fn\nfound = fn.Code.from_asset(path='x', follow_symlinks=1)",
    )
    assert isinstance(found, Made)
    assert (found.name, found.properties) == ("aws_lambda.Code.fromAsset", {"path": "x", "followSymlinks": 1})


def test_the_context_of_cdk_json(tmp_path: Path) -> None:
    text = (
        "import * as cdk from 'aws-cdk-lib'; const app = new cdk.App(); const found = app.node.tryGetContext('stage');"
    )
    assert run(tmp_path, "a.ts", text) == "beta"
