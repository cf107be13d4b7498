"""Code that is not where the infrastructure says: a guess is made when one place stands out, and is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.inventory.model import Inventory
from tests.migrator.scan.applications import scan
from tests.migrator.scan.test_cloudformation import API, CODE, INTEGRATION, ROUTE

MISSING = API.replace("CodeUri: say/", "CodeUri: build/output/, Handler: chatting.handler") + ROUTE + INTEGRATION
BODY = "\n".join(f"    step_{number} = event['requestContext']" for number in range(8))
LONG = f"import boto3\n\ndef handler(event, context):\n{BODY}\n    return {{}}\n"


def inline(code: str, handler: str = "index.handler") -> str:
    text = "".join(f"        {line}\n" for line in code.splitlines())
    return (
        API.replace("Type: AWS::Serverless::Function\n    Properties: {CodeUri: say/}", "Type: AWS::Serverless::Function\n"
        f"    Properties:\n      Handler: {handler}\n      InlineCode: !Sub |\n{text}") + ROUTE + INTEGRATION
    )  # fmt: skip


def handler_of(found: Inventory) -> str:
    return found.apis[0].routes[0].handler


# What must be left alone


def test_of_two_files_that_fit_alike_none_is_taken(tmp_path: Path) -> None:
    found = scan(tmp_path, {"template.yaml": MISSING, "one/chatting.py": CODE, "two/chatting.py": CODE})

    assert "there is no file" in (found.handlers[0].problem or "")


@pytest.mark.parametrize("path", ["tests/chatting.py", "test_chatting.py", "lib/chatting.py", "other.py"])
def test_what_is_no_handler_of_that_name_is_not_taken(tmp_path: Path, path: str) -> None:
    code = CODE if "lib" not in path else "def another(event, context):\n    pass\n"
    found = scan(tmp_path, {"template.yaml": MISSING, path: code})

    assert "there is no file" in (found.handlers[0].problem or "")


def test_a_name_that_many_files_have_is_not_taken_from_elsewhere(tmp_path: Path) -> None:
    template = MISSING.replace("chatting.handler", "app.handler")
    found = scan(tmp_path, {"infra/template.yaml": template, "unrelated/app.py": CODE})

    assert "there is no file" in (found.handlers[0].problem or "")


def test_short_inline_code_is_no_copy(tmp_path: Path) -> None:
    found = scan(tmp_path, {"template.yaml": inline(CODE), "lib/other.py": CODE})

    assert found.handlers[0].problem == "its code stands inside the template, not in a file"


def test_a_runtime_that_is_not_read_is_said(tmp_path: Path) -> None:
    found = scan(tmp_path, {"template.yaml": MISSING.replace("python3.11", "java21"), "say/chatting.py": CODE})

    (handler,) = found.handlers
    assert (handler.language, handler.path) == ("other", "build/output")
    assert handler.problem == "its runtime is java21, which is not read"


# What is found


def test_the_only_file_of_that_name_is_taken(tmp_path: Path) -> None:
    found = scan(tmp_path, {"template.yaml": MISSING, "backend/chatting.py": CODE})

    assert handler_of(found) == "backend/chatting.py:handler"
    assert [(problem.message, problem.serious) for problem in found.problems] == [
        ("Say: chatting.handler is not in build/output; backend/chatting.py is taken for its code", False)
    ]


def test_of_several_the_one_that_is_called_as_the_function_is(tmp_path: Path) -> None:
    template = MISSING.replace("chatting.handler", "app.handler")
    found = scan(tmp_path, {"template.yaml": template, "lambdas/say/app.py": CODE, "lambdas/hear/app.py": CODE})

    assert handler_of(found) == "lambdas/say/app.py:handler"


def test_inline_code_leads_to_the_file_that_it_was_copied_from(tmp_path: Path) -> None:
    found = scan(tmp_path, {"template.yaml": inline(LONG), "src/realtime.py": LONG, "src/other.py": CODE})

    assert handler_of(found) == "src/realtime.py:handler"
    assert (
        found.problems[0].message == "Say: its code stands inside the template; src/realtime.py is taken for its code"
    )


def test_a_placeholder_leads_to_the_file_that_the_handler_names(tmp_path: Path) -> None:
    found = scan(tmp_path, {"template.yaml": inline("# filled in later", "chat.handler"), "chat.py": CODE})

    assert handler_of(found) == "chat.py:handler"


@pytest.mark.parametrize(
    "dockerfile",
    [
        'FROM x\nCOPY app.py ./\nCMD ["app.handler"]\n',
        'FROM x\nCMD ["old.handler"]\nCMD [ "app.handler" ]\n',
    ],
)
def test_an_image_leads_through_its_dockerfile(tmp_path: Path, dockerfile: str) -> None:
    template = MISSING.replace("CodeUri: build/output/, Handler: chatting.handler", "PackageType: Image")
    template = template.replace("    Handler: app.handler\n", "")
    found = scan(tmp_path, {"template.yaml": template, "say/Dockerfile": dockerfile, "say/app.py": CODE})

    assert handler_of(found) == "say/app.py:handler"


@pytest.mark.parametrize(
    "dockerfile", ["FROM x\n", "CMD python app.py\n", 'CMD ["gone.handler"]\n', 'CMD ["app.handler"\n']
)
def test_a_dockerfile_that_tells_nothing_is_left_alone(tmp_path: Path, dockerfile: str) -> None:
    template = MISSING.replace("CodeUri: build/output/, Handler: chatting.handler", "PackageType: Image")
    template = template.replace("    Handler: app.handler\n", "")
    found = scan(tmp_path, {"template.yaml": template, "say/Dockerfile": dockerfile, "say/app.py": CODE})

    assert found.handlers[0].problem is not None
