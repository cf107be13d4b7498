"""Kits are chosen by name, each in its folder, with a page that says what to give them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from migrator.deploy.errors import UnknownKit
from migrator.deploy.kits import KITS, chosen, kit_files
from tests.migrator.deploy.deployments import application, deployment


def test_all_kits_are_chosen_when_none_is_named() -> None:
    assert chosen([]) == tuple(KITS)


def test_a_name_that_no_kit_has_is_an_error_with_the_one_that_was_meant() -> None:
    with pytest.raises(UnknownKit) as raised:
        chosen(["contaner"])
    assert str(raised.value) == "There is no kit contaner. Did you mean container?"


def test_every_kit_has_its_folder_and_its_row(tmp_path: Path) -> None:
    files = kit_files(deployment(application(tmp_path)), KITS)

    assert {path.partition("/")[0] for path in files} == {"README.md", *KITS}
    for name in KITS:
        assert f"| `{name}/` |" in files["README.md"]


@pytest.mark.parametrize("name", KITS)
def test_no_file_holds_a_secret_or_ends_without_a_line_end(name: str, tmp_path: Path) -> None:
    told = {"console.token": "0123456789abcdef", "redis.url": "redis://:pw@cache"}
    for path, text in kit_files(deployment(application(tmp_path), told), [name]).items():
        assert not any(secret in text for secret in ("hunter2", "0123456789abcdef", "pw@cache")), path
        assert text.endswith("\n"), path
        assert str(tmp_path) not in text, path


def test_the_address_of_redis_is_asked_of_nobody_whose_kit_makes_one(tmp_path: Path) -> None:
    one = deployment(application(tmp_path))

    def said(*names: str) -> str:
        page = kit_files(one, names)["README.md"]
        [row] = [line for line in page.splitlines() if line.startswith(f"| `{one.redis_variable}` |")]
        return row.split("|")[3].strip()

    assert said("container", "kubernetes") == ""
    assert said("kubernetes", "terraform") == "made by `terraform`"
    assert said("compose", "cloudformation") == "made by `compose`, `cloudformation`"


@pytest.mark.parametrize("name", KITS)
def test_a_kit_that_says_that_it_makes_a_redis_has_one(name: str, tmp_path: Path) -> None:
    text = "".join(KITS[name].files(deployment(application(tmp_path))).values())
    made = ("image: valkey/valkey", "AWS::ElastiCache::ReplicationGroup", '"aws_elasticache_replication_group"')

    assert KITS[name].makes_redis is any(one in text for one in made)


def test_the_page_says_what_to_give_and_what_remains(tmp_path: Path) -> None:
    one = replace(deployment(application(tmp_path)), application="a|b\n# c", notes=("look <here>",))
    page = kit_files(one, [])["README.md"]

    assert page.startswith(r"# Deployment of a\|b\\n# c" + "\n")
    assert "| `GREETING` |" in page
    assert "| `TABLE` | `notes-connections` |" in page
    assert "- look &lt;here&gt;\n" in page
