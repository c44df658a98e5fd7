"""Servers and databases for the scenarios, each started when it is first asked for.

The server under test has one core to itself; the databases, Redis and the load generator
share the others.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from itertools import count
from pathlib import Path
from typing import Literal, Self

from tests.servers import (
    PostgresServer,
    ServerProcess,
    SiteServer,
    free_port,
    postgres_server,
    redis_server,
    site_server,
)
from tests.servers.site import ROOT, UVICORN_OPTIONS, prepare_database, site_environment

from .processes import cores, started_on
from .seed import Cast, Plan

Vendor = Literal["sqlite", "postgres"]
Bus = Literal["local", "redis"]

SETTINGS = {"DJANGO_SETTINGS_MODULE": "tests.benchmarks.settings"}


@dataclass(frozen=True, slots=True)
class Shop:
    """A database with the bookshop in it, and the people of one scenario."""

    database: str
    cast: Cast


class Workbench:
    """Everything that a scenario needs; use as a context manager."""

    def __init__(self, *, quick: bool = False) -> None:
        self.quick = quick
        # One port for all servers under test, one after the other: the sites know their port.
        self.port = free_port()
        # Another one, for the bare machine beside it: then they can be measured in turns.
        self.raw_port = free_port()
        self.ours, self.others = cores()
        self._stack = ExitStack()
        self._numbers = count(1)
        self._postgres: PostgresServer | None = None
        self._redis: str | None = None
        self._templates: dict[Vendor, str] = {}

    def __enter__(self) -> Self:
        self.folder = Path(
            self._stack.enter_context(tempfile.TemporaryDirectory(prefix="livechat-bench-"))
        )
        # Thousands of connections are thousands of open files, here and in the servers.
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        before = os.sched_getaffinity(0)
        os.sched_setaffinity(0, self.others)
        self._stack.callback(os.sched_setaffinity, 0, before)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def seconds(self, usual: float, quick: float) -> float:
        """How long to measure."""
        return quick if self.quick else usual

    def number(self, usual: int, quick: int) -> int:
        """How many of something."""
        return quick if self.quick else usual

    # Databases.

    def shop(self, vendor: Vendor, plan: Plan) -> Shop:
        """A fresh bookshop with the people of `plan`."""
        database = self._copy(vendor)
        return Shop(database, self.add(database, plan))

    def add(self, database: str, plan: Plan) -> Cast:
        """More people for a database that exists."""
        printed = self.probe("tests.benchmarks.seed", json.dumps(asdict(plan)), database=database)
        return Cast.read(printed)

    def probe(self, module: str, *arguments: str, database: str) -> str:
        """Run one of our modules in the environment of the site, and return what it printed.

        It has the server's core: the pace of another one may be another.
        """
        with started_on(self.ours):
            done = subprocess.run(
                [sys.executable, "-m", module, *arguments],
                cwd=ROOT,
                env=self._environment(database),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
            )
        if done.returncode:
            raise RuntimeError(f"{module} ended with {done.returncode}.\n{done.stderr}")
        return done.stdout

    def redis_address(self) -> str:
        if self._redis is None:
            self._redis = self._stack.enter_context(redis_server()).address
        return self._redis

    def _copy(self, vendor: Vendor) -> str:
        number = next(self._numbers)
        if vendor == "sqlite":
            copy = self.folder / f"bookshop-{number}.sqlite3"
            shutil.copy(self._template(vendor), copy)
            return f"sqlite:///{copy}"
        template = self._template(vendor)
        return self._postgres_server().create_database(f"bookshop_{number}", like=template)

    def _template(self, vendor: Vendor) -> str:
        if vendor not in self._templates:
            extra = SETTINGS | {"PORT": str(self.port)}
            if vendor == "sqlite":
                made = str(self.folder / "bookshop.sqlite3")
                prepare_database(f"sqlite:///{made}", extra=extra)
            else:
                made = "bookshop"
                prepare_database(self._postgres_server().create_database(made), extra=extra)
            self._templates[vendor] = made
        return self._templates[vendor]

    def _postgres_server(self) -> PostgresServer:
        if self._postgres is None:
            self._postgres = self._stack.enter_context(postgres_server(durable=True))
        return self._postgres

    def _environment(self, database: str, redis: str | None = None) -> dict[str, str]:
        return site_environment(database=database, redis=redis, port=self.port, extra=SETTINGS)

    # Servers under test.

    @contextmanager
    def site(self, shop: Shop, bus: Bus = "local") -> Iterator[SiteServer]:
        """The bookshop as a host serves it."""
        redis = self.redis_address() if bus == "redis" else None
        with ExitStack() as stack:
            with started_on(self.ours):
                server = stack.enter_context(
                    site_server(
                        database=shop.database, redis=redis, port=self.port, extra_env=SETTINGS
                    )
                )
            yield server

    @contextmanager
    def app(
        self,
        application: str,
        *,
        shop: Shop | None = None,
        bus: Bus = "local",
        port: int | None = None,
    ) -> Iterator[ServerProcess]:
        """Another ASGI application under the same server with the same options."""
        port = port or self.port
        redis = self.redis_address() if bus == "redis" else None
        database = shop.database if shop else f"sqlite:///{self.folder}/none.sqlite3"
        command = [sys.executable, "-m", "uvicorn", "--host", "127.0.0.1"]
        command += ["--port", str(port), *UVICORN_OPTIONS, application]
        server = ServerProcess(
            application,
            command,
            log=self.folder / f"server-{next(self._numbers)}.log",
            is_ready=partial(_answers, port),
            env=self._environment(database, redis),
            cwd=ROOT,
        )
        with started_on(self.ours):
            server.launch()
        with server:
            server.wait_until_ready()
            yield server

    @contextmanager
    def raw(self, port: int | None = None) -> Iterator[ServerProcess]:
        """The bare machine; at ``raw_port``, it stands beside another server."""
        with self.app("tests.benchmarks.applications.raw:application", port=port) as server:
            yield server


def _answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True
