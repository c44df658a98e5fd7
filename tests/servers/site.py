"""The example bookshop under a real ASGI server, in processes of its own."""

import os
import sqlite3
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Literal

import psycopg

from tests.servers.ports import free_port
from tests.servers.process import ServerError, ServerProcess

ROOT = Path(__file__).resolve().parents[2]

Kind = Literal["uvicorn", "daphne"]

# What docs/how-to/production.md recommends: compression costs memory and time for short
# messages, the chat has its own limits well below these, and its own heartbeats.
UVICORN_OPTIONS = (
    *("--ws", "websockets-sansio"),
    *("--ws-per-message-deflate", "false"),
    *("--ws-max-size", "65536"),
    *("--ws-ping-interval", "0"),
    *("--timeout-graceful-shutdown", "5"),
    "--no-access-log",
)


def site_environment(
    *,
    database: str,
    redis: str | None = None,
    port: int = 8000,
    extra: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The environment in which the bookshop runs against these servers, and no others."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("LIVECHAT_")}
    env |= {
        "DJANGO_SETTINGS_MODULE": "example_site.settings",
        "LIVECHAT_DATABASE": database,
        "LIVECHAT_DEBUG": "0",
        "PORT": str(port),
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
    }
    if redis is not None:
        env["LIVECHAT_REDIS"] = redis
    return env | dict(extra or {})


def manage(*arguments: str, env: Mapping[str, str], within: float = 300) -> str:
    """Run one management command of the bookshop and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "django", *arguments],
        cwd=ROOT,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=within,
    )
    if done.returncode:
        raise ServerError(
            f"`{' '.join(arguments)}` ended with {done.returncode}.\n{done.stdout}{done.stderr}"
        )
    return done.stdout


def prepare_database(database: str, *, extra: Mapping[str, str] | None = None) -> None:
    """Lay out the tables and bring in the bookshop's pages and staff."""
    env = site_environment(database=database, extra=extra)
    manage("migrate", "--verbosity", "0", env=env)
    manage("load_bookshop", env=env)


def let_sites_listen_on(database: str, port: int) -> None:
    """Make this the port in the addresses of the bookshop's sites: the origin that browsers
    must come from. With a proxy in front it is the proxy's."""
    statement = f"UPDATE wagtailcore_site SET port = {port:d}"
    if database.startswith("sqlite:///"):
        with closing(sqlite3.connect(database.removeprefix("sqlite:///"))) as file, file:
            file.execute(statement)
    else:
        with psycopg.connect(database) as connection:
            connection.execute(statement)


def _command_of(pid: int) -> str:
    """How a process was started; nothing, if it is gone by now."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode()
    except (FileNotFoundError, ProcessLookupError):
        return ""


class SiteServer(ServerProcess):
    """The bookshop on one port: `url`, `log`, and everything that can happen to a process."""

    def __init__(
        self,
        folder: Path,
        *,
        database: str,
        redis: str | None = None,
        kind: Kind = "uvicorn",
        workers: int = 1,
        port: int | None = None,
        public_port: int | None = None,
        extra_env: Mapping[str, str] | None = None,
        options: Sequence[str] = (),
    ) -> None:
        if kind == "daphne" and workers != 1:
            raise ValueError("Daphne runs in one process: start several servers instead.")
        self.kind = kind
        self.workers = workers
        self.port = port or free_port()
        self.public_port = public_port or self.port
        self.database = database
        self.env = site_environment(
            database=database, redis=redis, port=self.public_port, extra=extra_env
        )
        super().__init__(
            f"The bookshop under {kind.capitalize()}",
            [*self._server(kind, workers), *options, "example_site.asgi:application"],
            log=folder / f"site-{self.port}.log",
            is_ready=self._answers,
            env=self.env,
            cwd=ROOT,
        )

    @property
    def url(self) -> str:
        """Where browsers find it, without a slash at the end."""
        return f"http://localhost:{self.public_port}"

    def launch(self) -> None:
        let_sites_listen_on(self.database, self.public_port)
        super().launch()

    def worker_pids(self) -> list[int]:
        """The processes that hold connections: those to kill when a worker shall die."""
        if self.workers == 1:
            return [self.pid]
        commands = {pid: _command_of(pid) for pid in self.child_pids()}
        return [
            pid
            for pid, command in commands.items()
            if command and "resource_tracker" not in command
        ]

    def manage(self, *arguments: str) -> str:
        """Run a management command against this server's database."""
        return manage(*arguments, env=self.env)

    def _server(self, kind: Kind, workers: int) -> list[str]:
        match kind:
            case "uvicorn":
                command = [sys.executable, "-m", "uvicorn", "--host", "127.0.0.1"]
                command += ["--port", str(self.port), *UVICORN_OPTIONS]
                return command + (["--workers", str(workers)] if workers > 1 else [])
            case "daphne":
                command = [sys.executable, "-m", "daphne", "-b", "127.0.0.1"]
                return [*command, "-p", str(self.port)]

    def _answers(self) -> bool:
        started = self.log_since_start().count("Application startup complete")
        if self.kind == "uvicorn" and started < self.workers:
            return False
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=10)
        except urllib.error.HTTPError:
            return True  # an answer all the same
        except OSError:
            return False
        return True


@contextmanager
def site_server(
    *,
    database: str | None = None,
    redis: str | None = None,
    kind: Kind = "uvicorn",
    workers: int = 1,
    port: int | None = None,
    public_port: int | None = None,
    extra_env: Mapping[str, str] | None = None,
    options: Sequence[str] = (),
) -> Iterator[SiteServer]:
    """Serve the bookshop until the block ends.

    `database` is an address whose tables and pages exist (see `prepare_database`). Without
    one, a SQLite file is made and prepared for this server alone. `public_port` is that of a
    proxy in front, if there is one.
    """
    with tempfile.TemporaryDirectory(prefix="livechat-site-") as folder:
        if database is None:
            database = f"sqlite:///{folder}/bookshop.sqlite3"
            prepare_database(database, extra=extra_env)
        server = SiteServer(
            Path(folder),
            database=database,
            redis=redis,
            kind=kind,
            workers=workers,
            port=port,
            public_port=public_port,
            extra_env=extra_env,
            options=options,
        )
        with server.start():
            yield server
