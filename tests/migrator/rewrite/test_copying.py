"""Which files go along, and why the others don't."""

from pathlib import Path

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


def test_the_infrastructure_goes_along_since_the_later_step_is_deployed_from_there(tmp_path: Path) -> None:
    write(tmp_path, "serverless.yml", "main.tf", "cdk.json", "package.json", "samconfig.toml", "stack.yaml")
    found = choose_files(tmp_path, inventory())
    assert found.along == ["cdk.json", "main.tf", "package.json", "samconfig.toml", "serverless.yml", "stack.yaml"]


def test_tests_secrets_and_the_state_of_deployments_stay(tmp_path: Path) -> None:
    write(tmp_path, "a.tfstate", "prod.tfvars", "tests/test_a.py", "test_b.py", "conftest.py", ".env", "ws2sse.toml")
    write(tmp_path, "requirements.txt", "README.md", "old.js", "node_modules/a.js", "sse_service/x.py")
    found = choose_files(tmp_path, inventory(handlers=(handler("old.js:run", "chat"),)))
    assert found.along == []
    reasons = {item.path: item.reason for item in found.behind}
    assert reasons["a.tfstate"] == reasons["prod.tfvars"] == "state or values of one deployment: may hold secrets"
    assert reasons["tests/"] == reasons["test_b.py"] == "tests of the old path stay with the old application"
    assert reasons[".env"].startswith("hidden")
    assert reasons["old.js"] == "it is of handlers that are not Python"
    assert reasons["node_modules/"] == "third-party, built or generated"
    assert reasons["sse_service/"] == "the new service has a folder of this name"
    assert len(reasons) == 12


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
