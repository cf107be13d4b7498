"""Variables that code can't be imported without: what can be done without first."""

from __future__ import annotations

import pytest

from migrator.rewrite.variables import required_at_import


def required(text: str) -> list[tuple[str, str]]:
    return required_at_import({"app.py": text, "other.py": "import os\nX = os.environ['ELSEWHERE']\n"}, ["app.py"])


@pytest.mark.parametrize(
    "text",
    [
        "import os\nX = os.environ.get('X')\n",
        "import os\nX = os.getenv('X')\n",
        "import os\ndef f():\n    return os.environ['X']\n",
        "import os\nf = lambda: os.environ['X']\n",
        "import os\ntry:\n    X = os.environ['X']\nexcept KeyError:\n    X = ''\n",
        "import os\nif DEPLOYED:\n    X = os.environ['X']\n",
        "import os\nX = os.environ['X'] if DEPLOYED else ''\n",
        "import os\nX = 'X' in os.environ and os.environ['X']\n",
        "import os\nos.environ['X'] = 'a'\nX = os.environ['X']\n",
        "import os\nX = os.environ[name]\n",
        "X = {}['X']\n",
        "'os.environ[\"X\"]'\n",
        "not python\n",
    ],
)
def test_what_the_import_can_do_without(text: str) -> None:
    assert required(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "import os\nX = os.environ['X']\n",
        "from os import environ\nX = environ['X']\n",
        "import os\ntable = boto3.resource('dynamodb').Table(os.environ['X'])\n",
        "import os\nX = f\"https://{os.environ['X']}\"\n",
        "import os\nclass Settings: x = os.environ['X']\n",
        "import os\nX = os.environ['X'] or 'a'\n",
        "import os\nif os.environ['X']:\n    pass\n",
        "import os\nX = [os.environ['X'] for _ in range(2)]\n",
        "\ufeffimport os\nX = os.environ['X']\n",
    ],
)
def test_what_it_can_not_do_without(text: str) -> None:
    assert required(text) == [("X", "app.py:2")]
