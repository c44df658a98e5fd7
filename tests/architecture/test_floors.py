"""The floors that setup.cfg states cover the whole house, and say what they seem to say."""

import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

from tests.sources import PACKAGE, ROOT, shown, tracked_files

CONTRACTS = ConfigParser()
CONTRACTS.read(ROOT / "setup.cfg")

PARTS = sorted(path.parent.name for path in PACKAGE.glob("*/models.py"))


def _names(contract: str, key: str) -> list[str]:
    return CONTRACTS[f"importlinter:contract:{contract}"][key].split()


def test_there_are_parts() -> None:
    assert "conversations" in PARTS


@pytest.mark.parametrize("part", PARTS)
def test_every_part_has_rooms_and_keeps_its_tables(part: str) -> None:
    assert f"wagtail_livechat.{part}" in _names("rooms", "containers")
    contract = f"tables-of-{part.replace('_', '-')}"
    assert _names(contract, "protected_modules") == [f"wagtail_livechat.{part}.models"]


def test_no_part_but_transport_may_speak_with_channels() -> None:
    forbidden = set(_names("channels", "source_modules"))
    free = {"transport", "asgi", "checks", "urls", "wagtail_hooks", "wiring", "migrations"}
    modules = {path.stem for path in PACKAGE.glob("[!_]*.py")} | {
        path.parent.name for path in PACKAGE.glob("*/__init__.py")
    }
    assert {f"wagtail_livechat.{name}" for name in modules - free} - forbidden == set()


@pytest.mark.parametrize("name", ["rules", "states", "events"])
def test_decisions_can_be_imported_where_there_is_no_django(name: str) -> None:
    _import_without_django(list(PACKAGE.glob(f"*/{name}.py")))


def test_the_wire_can_be_imported_where_there_is_no_django() -> None:
    _import_without_django(list((PACKAGE / "protocol").glob("*.py")))


def test_nothing_below_transport_is_asynchronous() -> None:
    free = ("wagtail_livechat/transport/", "wagtail_livechat/asgi.py")
    sources = [
        path for path in tracked_files("wagtail_livechat/*.py") if not shown(path).startswith(free)
    ]
    assert sources
    assert [shown(path) for path in sources if "async def " in path.read_text()] == []


def _import_without_django(paths: list[Path]) -> None:
    names = [
        shown(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for path in paths
    ]
    assert names
    script = (
        "import importlib, sys; sys.modules['django'] = None;"
        "[importlib.import_module(name) for name in sys.argv[1:]]"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *names], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
