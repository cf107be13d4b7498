"""Handlers are imported as Lambda would, each from its own code root."""

import subprocess
import sys
from pathlib import Path

import pytest

from shim.backends import loading
from shim.backends.loading import HandlerUnusable, load_function


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def test_a_module_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        HandlerUnusable, match=r"missing_module\.handler can't be used as a handler: ModuleNotFoundError"
    ):
        load_function(tmp_path, "missing_module", "handler")


def test_a_function_that_is_not_there_is_named(tmp_path: Path) -> None:
    write(tmp_path, {"has_no_handler.py": "handler = 1\n"})

    with pytest.raises(HandlerUnusable, match=r"has_no_handler\.py has no function handler"):
        load_function(tmp_path, "has_no_handler", "handler")


def test_an_import_that_fails_says_why(tmp_path: Path) -> None:
    write(tmp_path, {"fails.py": "import os\nos.environ['NOT_SET_ANYWHERE']\n"})

    with pytest.raises(HandlerUnusable, match="KeyError: 'NOT_SET_ANYWHERE'"):
        load_function(tmp_path, "fails", "handler")


def test_functions_with_the_same_module_names_in_their_own_roots_do_not_mix(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(
            tmp_path / name,
            {
                "lambda_function.py": "from helpers.words import WORD\ndef handler(event, context):\n    return WORD\n",
                "helpers/words.py": f"WORD = {name!r}\n",
            },
        )
    one = load_function(tmp_path / "one", "lambda_function", "handler")
    two = load_function(tmp_path / "two", "lambda_function", "handler")

    assert [one({}, None), two({}, None)] == ["one", "two"]
    assert load_function(tmp_path / "one", "lambda_function", "handler") is one


def test_libraries_inside_of_a_code_root_are_loaded_once(tmp_path: Path) -> None:
    library = tmp_path / "one" / ".venv" / "lib" / "site-packages"
    write(library, {"shared_library.py": "instances = []\n"})
    write(
        tmp_path / "one",
        {"first.py": "import shared_library\ndef handler(event, context):\n    return shared_library\n"},
    )
    write(
        tmp_path / "two",
        {"second.py": "import shared_library\ndef handler(event, context):\n    return shared_library\n"},
    )
    sys.path.append(str(library))
    try:
        first = load_function(tmp_path / "one", "first", "handler")
        second = load_function(tmp_path / "two", "second", "handler")
    finally:
        sys.path.remove(str(library))

    assert first({}, None) is second({}, None)


def test_functions_of_one_root_share_their_modules(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "app_a.py": "import state_of_app\n\ndef handler(event, context):\n    state_of_app.seen.append('a')\n",
            "app_b.py": "import state_of_app\n\ndef handler(event, context):\n    return list(state_of_app.seen)\n",
            "state_of_app.py": "seen = []\n",
        },
    )
    load_function(tmp_path, "app_a", "handler")({}, None)

    assert load_function(tmp_path, "app_b", "handler")({}, None) == ["a"]


def test_folders_besides_the_root_come_last_and_each_root_has_its_own(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name / "layer").mkdir(parents=True)
        (tmp_path / name / "layer" / "layered.py").write_text(f"NAME = {name!r}\n")
        (tmp_path / name / "layer" / "json.py").write_text("raise ImportError('the standard library comes first')\n")
        (tmp_path / name / "uses_layer.py").write_text(
            "import json\nimport layered\n\ndef handler(event, context):\n    return layered.NAME\n"
        )
    handlers = [
        load_function(tmp_path / name, "uses_layer", "handler", [tmp_path / name / "layer"])
        for name in ("one", "two", "one")
    ]
    assert [handler({}, None) for handler in handlers] == ["one", "two", "one"]
    assert sys.path.count(str(tmp_path / "one" / "layer")) == 1
    assert str(tmp_path / "two" / "layer") not in sys.path


def test_the_package_that_carries_this_file_stays_whatever_folder_functions_import_from(tmp_path: Path) -> None:
    carried = Path(loading.__file__).read_text("utf-8")
    write(tmp_path / "service", {"__init__.py": "", "loading.py": carried, "other.py": "STATE = []\n"})
    for name in ("one", "two"):
        write(tmp_path / name, {"app.py": "import shared\n\ndef handler(event, context):\n    return shared.NAME\n"})
    write(
        tmp_path,
        {
            "shared.py": "NAME = 'shared'\n",
            "main.py": """
from pathlib import Path
from service import other
from service.loading import load_function
here = Path(__file__).parent
handlers = [load_function(here / name, "app", "handler", [here]) for name in ("one", "two")]
import service.other
print([handler({}, None) for handler in handlers], service.other is other)
""",
        },
    )
    said = subprocess.run([sys.executable, "main.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert said.stdout == "['shared', 'shared'] True\n", said.stderr


def test_code_that_does_not_parse_is_told_with_the_python_that_runs_here(tmp_path: Path) -> None:
    write(tmp_path, {"for_another_python.py": "def handler(event, context) -> :\n"})
    here = rf"Python {sys.version_info.major}\.{sys.version_info.minor} runs here"

    with pytest.raises(HandlerUnusable, match=rf"SyntaxError: .*; {here}"):
        load_function(tmp_path, "for_another_python", "handler")
