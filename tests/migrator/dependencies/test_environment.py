"""Environments are made with real pip, from wheels that lie in a folder: no network is asked."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from migrator.dependencies.conflicts import conflicts
from migrator.dependencies.declared import Requirements
from migrator.dependencies.environment import NotInstalled, cache_folder, installed


def wheel(folder: Path, name: str, version: str, text: str = "") -> None:
    """https://packaging.python.org/en/latest/specifications/binary-distribution-format/"""
    folder.mkdir(exist_ok=True)
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": text,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)
        archive.writestr(f"{info}/RECORD", "".join(f"{path},,\n" for path in (*files, f"{info}/RECORD")))


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheels") / "wheels"
    wheel(folder, "ws2sse_test_answer", "1.0", "ANSWER = 42\n")
    wheel(folder, "click", "0.1")
    return folder


@pytest.fixture(autouse=True)
def index(wheels: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


ASKED = Requirements(("click", "ws2sse-test-answer==1.0"), ("requirements.txt",))


def test_the_cache_is_where_the_system_has_caches():
    assert cache_folder({"XDG_CACHE_HOME": "/c"}) == Path("/c/ws2sse/dependencies")
    assert cache_folder({"XDG_CACHE_HOME": "relative"}) == Path.home() / ".cache/ws2sse/dependencies"


def test_what_is_required_is_installed_once_and_used_again(cache):
    folder = installed(ASKED, cache, builds=False)
    assert (folder / "ws2sse_test_answer.py").read_text() == "ANSWER = 42\n"
    made = [path.name for path in cache.iterdir()]
    assert len(made) == 1
    assert made[0].startswith("python3.")
    (folder / "mark").touch()
    assert (installed(ASKED, cache, builds=False) / "mark").exists()


def test_a_package_that_both_need_is_told(cache):
    (told,) = conflicts(installed(ASKED, cache, builds=False))
    assert told.startswith("click ")
    assert told.endswith("runs, which ws2sse needs; the application's requirements gave 0.1.")


def test_what_can_not_be_installed_is_told_and_leaves_nothing(cache):
    before = sorted(cache.iterdir())
    with pytest.raises(NotInstalled) as caught:
        installed(Requirements(("ws2sse-test-answer==9.9",), ("requirements.txt", "Pipfile")), cache, builds=False)
    said = str(caught.value)
    assert said.startswith("What requirements.txt, Pipfile requires could not be installed: pip ended with status 1.")
    assert "No matching distribution found for ws2sse-test-answer==9.9" in said
    assert "--allow-builds" in said
    assert sorted(cache.iterdir()) == before


def test_a_package_without_a_wheel_is_not_built(cache, wheels, tmp_path, monkeypatch):
    import tarfile  # noqa: PLC0415

    source = tmp_path / "ws2sse_test_source-1.0"
    source.mkdir()
    (source / "setup.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()\n")
    (source / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: ws2sse-test-source\nVersion: 1.0\n")
    (tmp_path / "sources").mkdir()
    with tarfile.open(tmp_path / "sources" / f"{source.name}.tar.gz", "w:gz") as archive:
        archive.add(source, source.name)
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "sources"))
    with pytest.raises(NotInstalled):
        installed(Requirements(("ws2sse-test-source",), ("requirements.txt",)), cache, builds=False)
    assert not (tmp_path / "ran").exists()


def test_a_cache_that_can_not_be_written_is_told(tmp_path):
    (tmp_path / "cache").write_text("a file where a folder has to be")
    with pytest.raises(NotInstalled) as caught:
        installed(Requirements(lines=("a",), files=("requirements.txt",)), tmp_path / "cache", builds=False)
    assert str(tmp_path / "cache") in str(caught.value)


def test_what_pip_has_left_half_removed_conflicts_with_nothing(tmp_path):
    (tmp_path / "~est-1.0.dist-info").mkdir()
    assert list(conflicts(tmp_path)) == []
