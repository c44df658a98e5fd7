"""The bookshop runs under the servers that we name, and dies as it is told to."""

import os
import signal
from collections.abc import Callable
from urllib.request import urlopen

import pytest

from tests.servers import RedisServer, SiteServer, site_server
from tests.servers.process import wait_until
from tests.servers.site import Kind


@pytest.mark.parametrize("kind", ["uvicorn", "daphne"])
def test_the_shop_opens_on_both_servers(sqlite_bookshop: Callable[[], str], kind: Kind) -> None:
    with site_server(database=sqlite_bookshop(), kind=kind) as server:
        with urlopen(f"{server.url}/en/", timeout=30) as response:
            assert response.status == 200
            assert "</html>" in response.read().decode()


def test_the_shop_opens_on_postgres(postgres_bookshop: Callable[[], str]) -> None:
    with site_server(database=postgres_bookshop()) as server:
        with urlopen(f"{server.url}/en/", timeout=30) as response:
            assert response.status == 200


def test_a_killed_worker_of_two_is_replaced(
    sqlite_bookshop: Callable[[], str], redis: RedisServer
) -> None:
    with site_server(database=sqlite_bookshop(), redis=redis.address, workers=2) as server:
        first, second = server.worker_pids()
        os.kill(first, signal.SIGKILL)
        wait_until(
            lambda: len(server.worker_pids()) == 2 and first not in server.worker_pids(),
            within=30,
            otherwise=server.log_tail,
        )
        assert second in server.worker_pids()


def test_a_server_killed_comes_back_on_its_port(site: SiteServer) -> None:
    port = site.port
    site.kill()
    assert not site.is_running
    site.start()
    assert site.port == port
    with urlopen(f"{site.url}/en/", timeout=30) as response:
        assert response.status == 200
