"""The built bundles that are committed are those that the sources give, and they are light."""

import gzip
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.sources import PACKAGE, ROOT, shown, tracked_files

STATIC = PACKAGE / "static" / "wagtail_livechat"
KILOBYTE = 1000


@pytest.fixture(scope="session")
def rebuilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundles")
    node = shutil.which("node")
    assert node, "Node is missing: `make install` brings it."
    subprocess.run(
        [node, str(PACKAGE / "static_src" / "build.mjs"), "--outdir", str(folder)], check=True
    )
    return folder


def test_the_committed_bundles_are_what_the_sources_give(rebuilt: Path) -> None:
    fresh = {path.relative_to(rebuilt).as_posix(): path.read_bytes() for path in _files(rebuilt)}
    committed = {name: (STATIC / name).read_bytes() for name in fresh if (STATIC / name).exists()}
    assert sorted(committed) == sorted(fresh)
    assert [name for name in fresh if fresh[name] != committed[name]] == [], "run `make assets`"


def test_no_script_is_committed_that_the_sources_do_not_give(rebuilt: Path) -> None:
    committed = {path.relative_to(STATIC).as_posix() for path in tracked_files(f"{STATIC}/*.js")}
    assert committed == {path.relative_to(rebuilt).as_posix() for path in rebuilt.rglob("*.js")}


def test_a_second_build_gives_the_same_bytes(rebuilt: Path, tmp_path: Path) -> None:
    build = PACKAGE / "static_src" / "build.mjs"
    subprocess.run(["node", str(build), "--outdir", str(tmp_path)], check=True, cwd=tmp_path)
    assert {path.name: path.read_bytes() for path in _files(tmp_path)} == {
        path.name: path.read_bytes() for path in _files(rebuilt)
    }


def test_the_bundles_name_no_file_of_the_machine_that_built_them(rebuilt: Path) -> None:
    for path in _files(rebuilt):
        text = path.read_text()
        assert "sourceMappingURL" not in text
        assert "static_src" not in text
        assert str(ROOT) not in text


def test_the_bundles_run_no_text_as_code(rebuilt: Path) -> None:
    """A strict content security policy forbids it."""
    for path in rebuilt.rglob("*.js"):
        assert not re.search(r"\beval\(|\bnew Function\(", path.read_text()), path.name


@pytest.mark.parametrize(
    ("bundle", "kilobytes"), [("loader", 6), ("chat", 30), ("assist", 15), ("visit", 6)]
)
def test_a_bundle_with_its_style_keeps_its_weight(bundle: str, kilobytes: int) -> None:
    """As files on disk, gzipped as a web server does it."""
    files = [path for path in STATIC.glob(f"{bundle}.*") if path.suffix in {".js", ".css"}]
    assert files
    weight = sum(len(gzip.compress(path.read_bytes(), 9)) for path in files)
    assert weight <= kilobytes * KILOBYTE, f"{bundle} weighs {weight} bytes"


def test_the_front_ends_packages_are_pinned_and_name_no_host() -> None:
    package = json.loads((ROOT / "package.json").read_text())
    pinned = package.get("dependencies", {}) | package["devDependencies"]
    assert [name for name, wanted in pinned.items() if not wanted[0].isdigit()] == []
    lock = json.loads((ROOT / "package-lock.json").read_text())
    assert [name for name, entry in lock["packages"].items() if "resolved" in entry] == []
    assert all("integrity" in entry for name, entry in lock["packages"].items() if name)


def test_every_bundle_has_its_source() -> None:
    names = (
        "loader",
        "chat",
        "assist",
        "visit",
        "badge",
        "console",
        "triggers",
        "study",
        "preview",
    )
    for name in names:
        assert (STATIC / f"{name}.js").exists(), f"{name}.js is not built: `make assets`"
        (source,) = (PACKAGE / "static_src" / name).glob("index.ts*")
        assert shown(source) in {shown(path) for path in tracked_files(str(source))}


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())
