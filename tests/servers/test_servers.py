"""The servers that tests rely on do what their names say."""

import os
import signal

import psycopg
import pytest

from tests.servers import PostgresServer, RedisServer, postgres_server, redis_server
from tests.servers.process import ServerError, wait_until


def test_a_database_can_be_copied_and_dropped(postgres: PostgresServer) -> None:
    first = postgres.create_database("first")
    with psycopg.connect(first) as connection:
        connection.execute("CREATE TABLE shelf (name text)")
        connection.execute("INSERT INTO shelf VALUES ('poetry')")
    with psycopg.connect(postgres.create_database("second", like="first")) as connection:
        assert connection.execute("SELECT name FROM shelf").fetchall() == [("poetry",)]
    postgres.drop_database("first")
    postgres.drop_database("second")
    with pytest.raises(psycopg.OperationalError, match="first"):
        psycopg.connect(first)


@pytest.mark.postgres
def test_a_killed_postgres_comes_back_with_what_was_committed() -> None:
    with postgres_server() as server:
        address = server.create_database("shop")
        with psycopg.connect(address) as connection:
            connection.execute("CREATE TABLE shelf (name text)")
        server.kill()
        assert not server.is_running
        server.start()
        with psycopg.connect(address) as connection:
            assert connection.execute("SELECT count(*) FROM shelf").fetchone() == (0,)


def test_a_flushed_redis_has_forgotten(redis: RedisServer) -> None:
    redis.command_reply("SET shelf poetry")
    redis.flush()
    assert redis.command_reply("EXISTS shelf") == ":0"


@pytest.mark.redis
def test_a_frozen_redis_answers_when_it_thaws() -> None:
    with redis_server() as server:
        server.suspend()
        with pytest.raises(TimeoutError):
            server.command_reply("PING", within=0.2)
        server.resume()
        assert server.command_reply("PING") == "+PONG"


@pytest.mark.redis
def test_a_server_that_cannot_start_says_why() -> None:
    with redis_server() as server:
        with pytest.raises(ServerError, match="Address already in use"):
            with redis_server(port=server.port):
                pass


@pytest.mark.redis
def test_a_server_that_is_gone_is_signalled_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its number may by then be that of a stranger."""
    with redis_server() as server:
        server.kill()
        assert server.returncode == -signal.SIGKILL
        signals: list[tuple[int, int]] = []
        monkeypatch.setattr(os, "kill", lambda *sent: signals.append(sent))
        monkeypatch.setattr(os, "killpg", lambda *sent: signals.append(sent))
        server.suspend()
        server.kill()
        server.stop()
        assert signals == []


@pytest.mark.redis
def test_a_server_that_ended_by_itself_tells_how_and_can_start_again() -> None:
    with redis_server() as server:
        os.kill(server.pid, signal.SIGKILL)
        wait_until(lambda: not server.is_running, within=10, otherwise=server.log_tail)
        assert server.returncode == -signal.SIGKILL
        server.kill()
        server.start()
        assert server.command_reply("PING") == "+PONG"
