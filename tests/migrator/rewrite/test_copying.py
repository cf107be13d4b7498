"""Which files go along, and why the others don't."""

from pathlib import Path

from migrator.inventory.model import Resource
from migrator.inventory.record import Location
from migrator.rewrite.copying import choose_files
from tests.migrator.rewrite.applications import handler, inventory


def write(app: Path, *paths: str) -> None:
    for path in paths:
        (app / path).parent.mkdir(parents=True, exist_ok=True)
        (app / path).write_text("", encoding="utf-8")


def test_code_and_data_go_along(tmp_path: Path) -> None:
    write(tmp_path, "app.py", "lib/words.json", "web/index.html", ".gitignore", "LICENSE", "web/package.json")
    found = choose_files(tmp_path, inventory())
    assert found.along == [".gitignore", "LICENSE", "app.py", "lib/words.json", "web/index.html", "web/package.json"]
    assert found.python() == ["app.py"]
    assert found.behind == []


def test_the_old_stack_its_tests_and_its_secrets_stay(tmp_path: Path) -> None:
    write(tmp_path, "serverless.yml", "main.tf", "tests/test_a.py", "test_b.py", "conftest.py", ".env", "package.json")
    write(tmp_path, "requirements.txt", "README.md", "old.js", "stack.yaml", "node_modules/a.js", "sse_service/x.py")
    known = inventory(
        handlers=(handler("old.js:run", "chat"),),
        resources=(Resource(id="T", type="T", use="unknown", reason="", location=Location(path="stack.yaml")),),
    )
    found = choose_files(tmp_path, known)
    assert found.along == []
    reasons = {item.path: item.reason for item in found.behind}
    assert reasons["serverless.yml"] == reasons["main.tf"] == reasons["stack.yaml"] == "infrastructure of the old stack"
    assert reasons["tests/"] == reasons["test_b.py"] == "tests of the old path stay with the old application"
    assert reasons[".env"].startswith("hidden")
    assert reasons["old.js"] == "a handler that is not Python"
    assert reasons["node_modules/"] == "third-party, built or generated"
    assert reasons["sse_service/"] == "the new service has a folder of this name"
    assert len(reasons) == 13


def test_installed_packages_stay_and_the_code_beside_them_goes(tmp_path: Path) -> None:
    write(tmp_path, "src/app.py", "src/requests/api.py", "src/six.py", "src/requests-2.0.dist-info/METADATA")
    (tmp_path / "src/requests-2.0.dist-info/RECORD").write_text("requests/api.py,,\nsix.py,,\n../bin/x,,\n")
    found = choose_files(tmp_path, inventory())
    assert found.along == ["src/app.py"]
    assert {item.path for item in found.behind} == {"src/requests/", "src/six.py", "src/requests-2.0.dist-info/"}


def test_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "app" / "link.txt").symlink_to(tmp_path / "secret.txt")
    (tmp_path / "app" / "folder").symlink_to(tmp_path)
    found = choose_files(tmp_path / "app", inventory())
    assert found.along == []
    assert {item.reason for item in found.behind} == {"a link is not followed"}
