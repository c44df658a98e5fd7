"""The servers of the seeds: databases that last from seed to seed, sites made for each."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import sqlite3
import tempfile
import urllib.error
import urllib.request
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from tests.faults import templates
from tests.faults.history import Entry, Kept, KeptVisit, KeptWatch, visit_named_by
from tests.faults.plan import Plan
from tests.faults.proxy import Proxy
from tests.faults.templates import SETTINGS, Stage
from tests.servers import PostgresServer, RedisServer, SiteServer
from tests.servers.ports import free_port
from tests.servers.process import ServerProcess
from tests.servers.redis import redis_server

APPLICATION = "tests.faults.crashing_asgi:application"
STARTS_WITHIN = 180.0
"""Three seconds on an idle machine."""

SITE_PORT = 8000
"""The port that the bookshop's own records name; the proxy listens elsewhere."""


class Head(NamedTuple):
    """How far a conversation is."""

    host: str
    state: str
    revision: int
    seq: int
    owes: bool
    """Whether the signpost has to answer something in it."""


class FaultySite(SiteServer):
    """One server process that can be told where to die."""

    def __init__(
        self,
        folder: Path,
        plan: Plan,
        *,
        database: str,
        redis: str | None,
        application: str = APPLICATION,
    ) -> None:
        port = free_port()
        self.order = folder / f"crash-{port}"
        extra = SETTINGS | {
            "LIVECHAT_FAULTS_CRASH": str(self.order),
            "LIVECHAT_FAULTS_LOCK_PATIENCE": str(plan.lock_patience),
        }
        if plan.layer_seed is not None:
            extra["LIVECHAT_FAULTS_LAYER_SEED"] = str(plan.layer_seed)
        super().__init__(
            folder,
            database=database,
            redis=redis,
            kind=plan.server,
            port=port,
            public_port=SITE_PORT,
            extra_env=extra,
        )
        self.command[-1] = application
        self.care = asyncio.Lock()
        """Held by whoever kills, freezes or restarts this server."""
        self.serves = False
        """Whether it is up, as far as we know; a crash is seen a moment later."""

    def launch(self) -> None:
        # The sites listen on the right port already, and the database may be away.
        ServerProcess.launch(self)

    def crash_at(self, point: str, countdown: int) -> None:
        making = self.order.with_suffix(".making")
        making.write_text(f"{point} {countdown}")
        making.rename(self.order)

    async def begin(self) -> None:
        await asyncio.to_thread(self.start, within=STARTS_WITHIN)
        self.serves = True

    async def end(self) -> None:
        """As a deployment does."""
        self.serves = False
        await asyncio.to_thread(self.stop)

    async def die(self) -> None:
        self.serves = False
        await asyncio.to_thread(self.kill)
        self.order.unlink(missing_ok=True)

    def write_down_stacks(self) -> None:
        """Let it say in its log what it is doing, for a seed that does not come to rest."""
        if self.is_running:
            os.kill(self.pid, signal.SIGUSR1)

    def _answers(self) -> bool:
        # Cheaper than a page of the shop: servers start often here.
        if self.kind == "uvicorn" and "startup complete" not in self.log_since_start():
            return False
        try:
            address = f"http://localhost:{self.port}/livechat/availability/"
            urllib.request.urlopen(address, timeout=10).close()
        except urllib.error.HTTPError:
            return True  # an answer all the same
        except OSError:
            return False
        return True


class Site:
    """What a seed plays on: the servers, the network before them, and what is behind."""

    def __init__(
        self,
        servers: list[FaultySite],
        proxy: Proxy,
        *,
        database: str,
        postgres: PostgresServer | None,
        redis: RedisServer | None,
        stage: Stage,
    ) -> None:
        self.servers = servers
        self.proxy = proxy
        self.database = database
        self.postgres = postgres
        self.redis = redis
        self.stage = stage
        self.care_of_layer = asyncio.Lock()
        """Held by whoever does something to the channel layer; likewise the database."""
        self.care_of_database = asyncio.Lock()

    @property
    def sqlite_file(self) -> str:
        return self.database.removeprefix("sqlite:///")

    @property
    def serves(self) -> bool:
        return any(server.serves for server in self.servers)

    def log_text(self) -> str:
        return "\n".join(f"--- {server.name}\n{server.log_text()}" for server in self.servers)

    def heads(self) -> dict[str, Head]:
        """How far each conversation is; fails while the database is away."""
        return {
            str(uuid.UUID(str(name))): Head(*head, owes=bool(owes))
            for name, *head, owes in self._read(
                "SELECT c.public_id, s.hostname, c.state, c.revision, c.last_seq, "
                "c.state = 'signpost' AND EXISTS (SELECT 1 FROM wagtail_livechat_message m "
                "WHERE m.conversation_id = c.id AND m.kind = 'visitor' AND m.seq > c.guided_to) "
                "FROM wagtail_livechat_conversation c "
                "JOIN wagtailcore_site s ON s.id = c.site_id"
            )
        }

    def kept(self) -> list[Kept]:
        """All conversations as they stand in the database."""
        messages: dict[int, list[Entry]] = defaultdict(list)
        for pk, seq, ref, kind, text, notice in self._read(
            "SELECT conversation_id, seq, ref, kind, text, notice "
            "FROM wagtail_livechat_message ORDER BY id"
        ):
            messages[pk].append(
                Entry(
                    seq=seq,
                    ref=str(uuid.UUID(str(ref))),
                    kind=kind,
                    text=text,
                    notice=notice or None,
                )
            )
        reopened: dict[int, list[int]] = defaultdict(list)
        for pk, seq in self._read(
            "SELECT conversation_id, seq FROM wagtail_livechat_message "
            "WHERE notice = 'reopened' AND agent_id IS NOT NULL ORDER BY id"
        ):
            reopened[pk].append(seq)
        notes: dict[int, list[Entry]] = defaultdict(list)
        for pk, number, ref, text in self._read(
            "SELECT conversation_id, number, ref, text FROM wagtail_livechat_note ORDER BY id"
        ):
            notes[pk].append(
                Entry(seq=number, ref=str(uuid.UUID(str(ref))), kind="note", text=text)
            )
        return [
            Kept(
                conversation=str(uuid.UUID(str(name))),
                host=host,
                state=state,
                last_seq=last_seq,
                # In the order in which they were stored: that is what `seq` must follow.
                entries=messages[pk],
                notes=notes[pk],
                reopened_by_agents=reopened[pk],
            )
            for pk, name, host, state, last_seq in self._read(
                "SELECT c.id, c.public_id, s.hostname, c.state, c.last_seq "
                "FROM wagtail_livechat_conversation c "
                "JOIN wagtailcore_site s ON s.id = c.site_id ORDER BY c.id"
            )
        ]

    def kept_visits(self) -> list[KeptVisit]:
        """All visits as they stand in the database."""
        return [
            KeptVisit(
                visit=visit_named_by(origin) or origin,
                host=host,
                agreed=bool(agreed),
                forgotten=bool(forgotten),
            )
            for origin, host, agreed, forgotten in self._read(
                "SELECT v.origin, s.hostname, "
                "EXISTS (SELECT 1 FROM wagtail_livechat_receipt r WHERE r.id = v.receipt_id "
                "AND r.assistance AND NOT EXISTS (SELECT 1 FROM wagtail_livechat_receipt n "
                "WHERE n.previous_id = r.id)), "
                # A key that was revoked is kept as one that nobody can have.
                "EXISTS (SELECT 1 FROM wagtail_livechat_visitor w WHERE w.id = v.visitor_id "
                "AND w.key_hash LIKE 'x%') "
                "FROM wagtail_livechat_visit v JOIN wagtailcore_site s ON s.id = v.site_id"
            )
        ]

    def kept_watches(self) -> list[KeptWatch]:
        """All watches that were begun and are still in the database."""
        return [
            KeptWatch(host=host, number=number, alias=alias)
            for host, number, alias in self._read(
                "SELECT s.hostname, w.number, w.alias FROM wagtail_livechat_watch w "
                "JOIN wagtailcore_site s ON s.id = w.site_id"
            )
        ]

    def _read(self, query: str) -> list[Any]:
        if self.postgres is not None:
            with psycopg.connect(self.database, connect_timeout=5) as connection:
                return connection.execute(query).fetchall()  # type: ignore[arg-type]
        with contextlib.closing(sqlite3.connect(self.sqlite_file, timeout=20)) as connection:
            return connection.execute(query).fetchall()


class Ground:
    """What seeds share that run one after the other: PostgreSQL, and databases to copy."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self.folder = Path(
            self._stack.enter_context(tempfile.TemporaryDirectory(prefix="livechat-faults-"))
        )

    def close(self) -> None:
        self._stack.close()

    @cached_property
    def sqlite_template(self) -> Path:
        return templates.sqlite()

    @cached_property
    def postgres(self) -> PostgresServer:
        folder = Path(
            self._stack.enter_context(tempfile.TemporaryDirectory(prefix="livechat-postgres-"))
        )
        server = templates.postgres(folder)
        self._stack.callback(server.kill)
        return server.start()

    @contextlib.asynccontextmanager
    async def site(self, plan: Plan, application: str = APPLICATION) -> AsyncIterator[Site]:
        """Servers as the plan wants them, with a fresh bookshop."""
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=self.folder)))
            database, stage = stack.enter_context(self._database(plan, folder))
            redis = stack.enter_context(redis_server()) if plan.redis else None
            servers = [
                FaultySite(
                    folder,
                    plan,
                    database=database,
                    redis=redis.address if redis else None,
                    application=application,
                )
                for _ in range(plan.servers)
            ]
            for server in servers:
                stack.callback(server.kill)
                server.launch()
            for server in servers:
                await asyncio.to_thread(server.wait_until_ready, within=STARTS_WITHIN)
                server.serves = True
            async with Proxy([server.port for server in servers]) as proxy:
                yield Site(
                    servers,
                    proxy,
                    database=database,
                    postgres=self.postgres if plan.database == "postgres" else None,
                    redis=redis,
                    stage=stage,
                )

    @contextmanager
    def _database(self, plan: Plan, folder: Path) -> Iterator[tuple[str, Stage]]:
        if plan.database == "sqlite":
            path = folder / "bookshop.sqlite3"
            shutil.copy(self.sqlite_template, path)
            yield f"sqlite:///{path}", templates.stage(self.sqlite_template.parent)
            return
        name = f"seed_{plan.seed}_{uuid.uuid4().hex[:8]}"
        if not self.postgres.is_running:
            self.postgres.start()
        address = self.postgres.create_database(name, like=templates.DATABASE)
        try:
            yield address, templates.stage(self.postgres.data.parent)
        finally:
            if not self.postgres.is_running:
                self.postgres.start()
            self.postgres.drop_database(name)
