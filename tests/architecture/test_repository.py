"""The repository speaks of itself alone."""

import re
import stat
import tomllib

from tests.sources import ROOT, shown, tracked_files

# Written in halves, so that this file does not name what it looks for.
MACHINE_PATHS = re.compile(r"(?<![\w.}/])/(?:wo" r"rk|ro" r"ot|tm" r"p|ho" r"me/\w+|opt/py" r"pi)/")
REGISTRIES = re.compile(r"py" r"pi\.org|files\.python" r"hosted|registry\.np" r"mjs")
BINARY = {".gif", ".ico", ".jpg", ".jpeg", ".mo", ".mp3", ".ogg", ".png", ".webp", ".woff2"}


def _texts() -> dict[str, str]:
    files = (path for path in tracked_files() if path.suffix not in BINARY)
    return {shown(path): path.read_text() for path in files}


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    texts = _texts()
    assert "setup.cfg" in texts
    found = {name: MACHINE_PATHS.findall(text) for name, text in texts.items()}
    assert {name: paths for name, paths in found.items() if paths} == {}


def test_no_file_names_the_host_of_a_package_registry() -> None:
    found = {name: REGISTRIES.findall(text) for name, text in _texts().items()}
    assert {name: hosts for name, hosts in found.items() if hosts} == {}


def test_continuous_integration_runs_make_test() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & stat.S_IXUSR
    assert script.read_text().rstrip().endswith("make test")


def test_the_licence_is_told_in_the_same_way_everywhere() -> None:
    assert (ROOT / "LICENSE").read_text().startswith("BSD 3-Clause License")
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert pyproject["project"]["license"] == "BSD-3-Clause"
    assert '"license": "BSD-3-Clause"' in (ROOT / "package.json").read_text()
