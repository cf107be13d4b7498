"""The functions behind handler names in scripts: what can't be found first."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.inventory.model import Handler, Inventory
from tests.migrator.scan.node.applications import SERVERLESS, scan_node


def say(inventory: Inventory) -> Handler:
    return next(handler for handler in inventory.handlers if "say" in handler.route_keys)


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("exports.other = () => 1;", "say.js exports no handler"),
        ("const handler = () => 1;", "say.js exports no handler"),
        ("exports.handler = 5;", "handler of say.js is not a function of the application"),
        (
            "exports.handler = require('some-package').handler;",
            "handler of say.js is not a function of the application",
        ),
    ],
)
def test_what_is_no_handler_is_a_problem(tmp_path: Path, code: str, problem: str) -> None:
    found = scan_node(tmp_path, code)

    assert say(found).problem == problem
    assert any(problem in item.message and item.serious for item in found.problems)


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("exports.handler = async (event) => 1;", 1),
        ("module.exports.handler = async function (event) { return 1; };", 1),
        ("module.exports = { handler: async (event) => 1 };", 1),
        ("module.exports = { async handler(event) { return 1; } };", 1),
        ("\nconst handler = (event) => 1;\nmodule.exports = { handler };", 2),
        ("export const handler = async (event) => 1;", 1),
        ("export async function handler(event) { return 1; }", 1),
        ("\nfunction run(event) { return 1; }\nexport { run as handler };", 2),
        ("import middy from '@middy/core';\nexport const handler = middy(async (event) => 1).use({});", 2),
        ("import middy from '@middy/core';\nconst run = async (event) => 1;\nexport const handler = middy(run);", 2),
        ("import middy from '@middy/core';\nexport const handler = middy().use({}).handler(async (event) => 1);", 2),
        ("const S = require('@sentry/serverless');\nexports.handler = S.AWSLambda.wrapHandler(async (event) => 1);", 2),
        ("const wrap = (options) => (fn) => (event) => fn(event);\nexports.handler = wrap({})(async (event) => 1);", 2),
        ("class A {\n  async run(event) { return 1; }\n}\nconst a = new A();\nexports.handler = a.run.bind(a);", 2),
        ("exports.handler = withLogs(\n  async (event) => 1\n);", 2),
    ],
)
def test_handlers_are_found(tmp_path: Path, code: str, line: int) -> None:
    found = scan_node(tmp_path, code)

    assert say(found).problem is None
    assert say(found).location is not None
    assert say(found).location.line == line  # type: ignore[union-attr]
    assert not any(problem.serious for problem in found.problems)


@pytest.mark.parametrize("suffix", [".js", ".mjs", ".cjs", ".ts", ".mts", ".cts"])
def test_every_kind_of_script_is_a_handler(tmp_path: Path, suffix: str) -> None:
    typed = suffix.endswith("ts")
    code = f"export const handler = async (event{': { body: string }' if typed else ''}) => 1;"
    found = say(scan_node(tmp_path, code, name=f"say{suffix}"))

    assert (found.path, found.language) == (f"say{suffix}", "typescript" if typed else "javascript")
    assert (found.problem, str(found.location)) == (None, f"say{suffix}:1:24")


@pytest.mark.parametrize(
    ("named", "source"),
    [
        ("dist/say", "src/say.ts"),
        ("dist/say", "src/say.mts"),
        ("dist/say", "say.ts"),
        ("build/routes/say", "src/routes/say.ts"),
        ("dist/say", "src/say/index.ts"),
        ("say", "src/say.ts"),
        ("say", "functions/talk/say.ts"),
    ],
)
def test_built_output_leads_to_its_source(tmp_path: Path, named: str, source: str) -> None:
    text = SERVERLESS.replace("say.handler", f"{named}.handler")
    found = scan_node(tmp_path, "export const handler = async () => 1;", name=source, **{"serverless.yml": text})

    assert (say(found).path, say(found).problem) == (source, None)


def test_two_sources_that_fit_are_no_guess(tmp_path: Path) -> None:
    one = "export const handler = async () => 1;"
    text = SERVERLESS.replace("say.handler", "dist/say.handler")

    found = say(scan_node(tmp_path, one, name="a/say.ts", **{"b/say.ts": one, "serverless.yml": text}))

    assert found.problem == "there is no file dist/say.js"


def test_a_handler_that_another_module_passes_on_is_found_there(tmp_path: Path) -> None:
    inner = "export async function run(event) { return 1; }"

    found = say(scan_node(tmp_path, "export { run as handler } from './inner';", **{"inner.ts": inner}))

    assert found.location is not None
    assert found.location.path == "inner.ts"
