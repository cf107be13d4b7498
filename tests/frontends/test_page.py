"""What the how-to tells to copy is what the tests run."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from shim.faces.options import FaceOptions
from shim.streams import StreamLimits
from tests.frontends.front_ends import CONFIGURATIONS, NAMES, Name

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "behind-a-front-end.md"


@pytest.mark.parametrize("name", NAMES)
def test_the_configurations_are_those_of_the_tests(name: Name) -> None:
    assert f"```{name}\n{CONFIGURATIONS[name]}```" in PAGE.read_text()


def test_the_options_that_it_names_exist() -> None:
    text = PAGE.read_text()
    for section, options in (("streams", StreamLimits), ("faces", FaceOptions)):
        known = {field.name for field in fields(options)}
        named = {word.split("`")[0].split(" ")[0] for word in text.split(f"`{section}.")[1:]}
        assert named <= known
        assert named
