"""The image is small, has no secret and no root, and holds all that a node needs."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from migrator.deploy.container import files
from migrator.deploy.reading import migrated_deployment
from migrator.inventory.model import Inventory
from migrator.scan import scan_application
from migrator.transaction.new_folder import write_texts
from templates import render
from tests.migrator.deploy.aws.stacks import template
from tests.migrator.deploy.deployments import application, deployment
from tests.migrator.deploy.running_kit import image_of
from tests.running import CHAT, ROOT, environment, process, wait_until_ready

HADOLINT = Path(sys.executable).with_name("hadolint")


def image(app: Path, kit: Path) -> set[str]:
    """The files of the application that the image of it holds."""
    write_texts(files(deployment(app)), kit / "container")
    held = image_of(kit, app, kit).app
    return {path.relative_to(held).as_posix() for path in held.rglob("*") if path.is_file()}


def test_what_may_hold_secrets_does_not_get_in(tmp_path: Path) -> None:
    app = application(tmp_path / "app")
    for name in (
        ".env",
        ".env.production",
        "certs/server.key",
        "certs/ca.pem",
        "infra/terraform.tfstate",
        ".git/config",
        "library/.git",
    ):
        (app / name).parent.mkdir(exist_ok=True)
        (app / name).write_text("secret")
    (app / "handlers").mkdir()
    (app / "handlers" / "environment.py").touch()

    assert image(app, tmp_path / "kit") == {"app.py", "handlers/environment.py"}


@pytest.mark.parametrize("name", [".env", "config/.env.production", "certs/server.key", ".git"])
def test_a_builder_that_does_not_read_the_list_makes_no_image(name: str, tmp_path: Path) -> None:
    made = files(deployment(application(tmp_path / "app")))
    (check,) = re.findall(r"^RUN (test .*)$", made["Containerfile"], re.MULTILINE)

    assert subprocess.run(["sh", "-c", check], cwd=tmp_path / "app", check=False, timeout=60).returncode == 0
    (tmp_path / "app" / name).parent.mkdir(exist_ok=True)
    (tmp_path / "app" / name).touch()
    assert subprocess.run(["sh", "-c", check], cwd=tmp_path / "app", check=False, timeout=60).returncode == 1


def test_a_certificate_gets_in_and_what_may_be_private_is_said(tmp_path: Path) -> None:
    app = application(tmp_path / "app")
    (app / "certs").mkdir()
    (app / "certs" / "database-ca.pem").write_text("-----BEGIN CERTIFICATE-----")
    (app / "certs" / "own.pem").write_text("-----BEGIN PRIVATE KEY-----")

    assert image(app, tmp_path / "kit") == {"app.py", "certs/database-ca.pem"}
    (note,) = deployment(app).notes
    assert note == "not in the image, since it may be a private key: certs/own.pem"


@pytest.mark.parametrize("served", ["shim", "migrated"])
def test_a_linter_of_containerfiles_finds_nothing(served: str, tmp_path: Path) -> None:
    app = application(tmp_path / "app")
    one = deployment(app) if served == "shim" else migrated_deployment(app, scan_application(app))
    write_texts(files(one), tmp_path / "kit")
    run = [HADOLINT, "--no-color", tmp_path / "kit" / "Containerfile"]
    found = subprocess.run(run, capture_output=True, text=True, check=False, timeout=60)

    assert (found.returncode, found.stdout) == (0, "")
    worse = (tmp_path / "kit" / "Containerfile").read_text().replace("USER 10001:10001", "USER root")
    (tmp_path / "kit" / "Containerfile").write_text(worse)
    assert "DL3002" in subprocess.run(run, capture_output=True, text=True, check=False, timeout=60).stdout


@pytest.mark.parametrize("image", ["shim", "migrated", "the migrated application's own"])
def test_what_a_task_of_ecs_mounts_can_be_written_to_without_root(image: str, tmp_path: Path) -> None:
    """A volume has the owner and the mode that the image's volume at the same path has, else it is root's and 0755:
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/bind-mounts.html"""
    app = application(tmp_path)
    one = deployment(app) if image == "shim" else migrated_deployment(app, scan_application(app))
    text = render("application/Dockerfile.j2") if image.startswith("the") else files(one)["Containerfile"]
    last = text.replace("\\\n", " ").rpartition("\nFROM ")[2].splitlines()
    [volumes] = [place for place, line in enumerate(last) if line.startswith("VOLUME ")]
    [user] = [place for place, line in enumerate(last) if line.startswith("USER ")]
    [container] = template(one)["Resources"]["TaskDefinition"]["Properties"]["ContainerDefinitions"]
    mounted = [mount["ContainerPath"] for mount in container["MountPoints"] if not mount["ReadOnly"]]

    assert mounted == json.loads(last[volumes].removeprefix("VOLUME ")) == ["/tmp"]
    assert any(re.match(r"RUN .*&& chmod 1777 /tmp$", line) for line in last[:volumes])
    assert volumes < user


def test_ws2sse_comes_from_its_wheel_and_never_from_an_index(tmp_path: Path) -> None:
    made = files(deployment(application(tmp_path, **{"requirements.txt": "requests==2.32.0\n"})))
    first, *others = made["requirements.txt"].splitlines()

    assert first.startswith("ws2sse[shim,redis] @ file:///build/wheels/ws2sse-")
    assert others == ["requests==2.32.0"]


def test_a_migrated_application_has_nothing_of_ws2sse_in_it(tmp_path: Path) -> None:
    app = application(tmp_path)
    made = files(migrated_deployment(app, scan_application(app)))

    assert made.keys() == {"Containerfile", "Containerfile.dockerignore"}
    assert "ws2sse" not in made["Containerfile"]


def test_the_inventory_is_one_that_the_shim_takes(tmp_path: Path) -> None:
    one = deployment(application(tmp_path))

    assert Inventory.model_validate_json(files(one)["inventory.json"]) == one.inventory


def test_words_of_the_application_are_not_in_the_containerfile(tmp_path: Path) -> None:
    one = replace(deployment(application(tmp_path)), application="x\nRUN curl evil")

    assert "evil" not in files(one)["Containerfile"]


@pytest.mark.slow
def test_with_the_wheel_and_its_requirements_alone_a_node_starts(tmp_path: Path) -> None:
    """As the image is built: without what scans, rewrites and tests."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    wheels = tmp_path / "wheels"
    source = tmp_path / "source"
    kept = shutil.ignore_patterns("node_modules", ".*", "__pycache__", "build", "*.egg-info")
    shutil.copytree(ROOT, source, ignore=kept)
    subprocess.run([*pip, "wheel", "--no-deps", "--wheel-dir", wheels, source], check=True, timeout=300)
    kit = tmp_path / "kit" / "container"
    write_texts(files(deployment(CHAT)), kit)
    lines = (kit / "requirements.txt").read_text().replace("/build/wheels", str(wheels))
    (tmp_path / "requirements.txt").write_text(lines)
    python = tmp_path / "env" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "env"], check=True, timeout=300)
    install = [python, "-m", "pip", "--quiet", "install", "--requirement", tmp_path / "requirements.txt"]
    subprocess.run(install, check=True, timeout=900)
    assert subprocess.run([python, "-c", "import libcst"], capture_output=True, check=False).returncode != 0
    held = image_of(kit.parent, CHAT, tmp_path)
    command = held.command(held.starts, {"8000": "0"})
    command = [str(python), *command[1:], "--host", "127.0.0.1", "--port", "0", "--format", "json"]
    own = environment(AWS_ACCESS_KEY_ID="local", AWS_SECRET_ACCESS_KEY="local", SHIM_REDIS__URL="redis://127.0.0.1:1")
    with process(command, held.app, own) as node:
        assert node.stdout is not None
        told = json.loads(node.stdout.readline())
        wait_until_ready(told["stream"].rpartition("/")[0], node)
