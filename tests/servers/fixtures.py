"""The servers as pytest fixtures: one of each for the whole run, databases for each test."""

import fcntl
import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from django.conf import settings

from tests.databases import copy_of_migrated_sqlite
from tests.servers import (
    PostgresServer,
    RedisServer,
    SiteServer,
    postgres_server,
    redis_server,
    site_server,
)
from tests.servers.site import prepare_database


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server. A test makes a database of its own in it."""
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def redis() -> Iterator[RedisServer]:
    """A Redis server that nobody kills. A test that does starts its own."""
    with redis_server() as server:
        yield server


@pytest.fixture(scope="session")
def bookshop_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the bookshop's tables, pages and staff: copy it, leave it as it is.

    Making it takes a while, so the processes of one run share it.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if base.name.startswith("popen-") else base
    made = shared / "bookshop.sqlite3"
    with (shared / "bookshop.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            making = shared / "making.sqlite3"
            copy_of_migrated_sqlite(settings.SCRATCH_DIR, making)
            prepare_database(f"sqlite:///{making}")
            making.rename(made)
    return made


@pytest.fixture
def sqlite_bookshop(bookshop_file: Path, tmp_path: Path) -> Callable[[], str]:
    """Each call gives the address of a fresh SQLite bookshop."""
    numbers = count(1)

    def fresh() -> str:
        copy = tmp_path / f"bookshop-{next(numbers)}.sqlite3"
        shutil.copy(bookshop_file, copy)
        return f"sqlite:///{copy}"

    return fresh


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresServer) -> str:
    """The name of a PostgreSQL database with the bookshop in it, to be copied."""
    prepare_database(postgres.create_database("bookshop"))
    return "bookshop"


@pytest.fixture
def postgres_bookshop(
    postgres: PostgresServer, postgres_template: str, request: pytest.FixtureRequest
) -> Iterator[Callable[[], str]]:
    """Each call gives the address of a fresh PostgreSQL bookshop."""
    names: list[str] = []

    def fresh() -> str:
        names.append(f"copy_{abs(hash(request.node.nodeid))}_{len(names)}")
        return postgres.create_database(names[-1], like=postgres_template)

    yield fresh
    for name in names:
        postgres.drop_database(name)


@pytest.fixture(scope="session")
def site(bookshop_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SiteServer]:
    """The bookshop under Uvicorn on SQLite, shared by the tests that only talk to it."""
    copy = tmp_path_factory.mktemp("site") / "bookshop.sqlite3"
    shutil.copy(bookshop_file, copy)
    with site_server(database=f"sqlite:///{copy}") as server:
        yield server
