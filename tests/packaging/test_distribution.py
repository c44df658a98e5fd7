"""What somebody receives who installs the package."""

import email
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from configparser import ConfigParser
from email.message import Message
from pathlib import Path

import pytest

import wagtail_livechat
from tests.sources import PACKAGE, ROOT, shown, tracked_files


@pytest.fixture(scope="session")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source distribution, and the wheel built from it alone."""
    source = tmp_path_factory.mktemp("source")
    for path in tracked_files():
        copy = source / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    built = tmp_path_factory.mktemp("built")
    done = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(built), str(source)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return built


@pytest.fixture(scope="session")
def wheel(distributions: Path) -> Iterator[zipfile.ZipFile]:
    (path,) = distributions.glob("*.whl")
    with zipfile.ZipFile(path) as opened:
        yield opened


@pytest.fixture(scope="session")
def metadata(wheel: zipfile.ZipFile) -> Message:
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    return email.message_from_bytes(wheel.read(name))


def test_the_wheel_holds_all_that_the_package_needs_and_nothing_else(
    wheel: zipfile.ZipFile,
) -> None:
    not_packed = ("wagtail_livechat/static_src/",)
    wanted = {
        shown(path)
        for path in tracked_files("wagtail_livechat")
        if not shown(path).startswith(not_packed)
    }
    packed = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert packed == wanted


@pytest.mark.parametrize(
    "kind", ["templates/*.html", "static/*.js", "static/*.css", "migrations/0*.py", "py.typed"]
)
def test_the_wheel_holds_every_kind_of_file(wheel: zipfile.ZipFile, kind: str) -> None:
    folder, _, ending = kind.rpartition("*")
    assert [
        name
        for name in wheel.namelist()
        if name.startswith(f"wagtail_livechat/{folder}") and name.endswith(ending)
    ]


def test_the_source_distribution_can_be_built_and_tested_again(distributions: Path) -> None:
    (path,) = distributions.glob("*.tar.gz")
    with tarfile.open(path) as opened:
        inside = {name.partition("/")[2] for name in opened.getnames()}
    needed = tracked_files(
        "wagtail_livechat", "example_site", "tests", "Makefile", "package-lock.json"
    )
    assert {shown(path) for path in needed} - inside == set()


def test_an_installed_wheel_runs_without_the_repository(
    distributions: Path, tmp_path: Path
) -> None:
    (path,) = distributions.glob("*.whl")
    target = tmp_path / "installed"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*install, "--target", str(target), str(path)], check=True)
    script = """
import django
django.setup()
import wagtail_livechat
from django.contrib.staticfiles import finders
from django.core.management import call_command
call_command("check")
call_command("makemigrations", "wagtail_livechat", check=True, dry_run=True)
assert finders.find("wagtail_livechat/loader.js"), "no bundle"
print(wagtail_livechat.__file__)
"""
    env = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(target), str(ROOT)]),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].startswith(str(target))


def test_the_version_is_told_once(metadata: Message) -> None:
    assert metadata["Version"] == wagtail_livechat.__version__


def test_a_host_is_never_kept_from_a_newer_release(metadata: Message) -> None:
    requirements = [
        requirement
        for requirement in metadata.get_all("Requires-Dist", [])
        if "extra ==" not in requirement
    ]
    assert requirements
    assert not [r for r in requirements if re.search(r"<|==|~=", r.partition(";")[0])]


def test_no_datum_has_two_homes() -> None:
    """setup.cfg: version, files, floors. pyproject.toml: everything else."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    setup = ConfigParser()
    setup.read(ROOT / "setup.cfg")
    assert "setuptools" not in pyproject["tool"]
    assert "importlinter" not in pyproject["tool"]
    assert "version" not in pyproject["project"]
    assert set(setup["metadata"]) == {"version"}
    assert set(setup["options"]) == {"packages", "include_package_data"}
    tools = {"flake8", "isort", "mypy", "tool:pytest", "coverage:run"}
    assert not tools & set(setup.sections())


def test_the_package_says_that_it_is_typed() -> None:
    assert (PACKAGE / "py.typed").exists()
