"""Real servers for tests, the fault harness and the benchmarks.

Plain context managers, usable without pytest::

    with postgres_server() as postgres, redis_server() as redis:
        database = postgres.create_database("shop")
        with site_server(database=database, redis=redis.address) as site:
            print(site.url)

Every server is a process of its own on a free port of this machine, keeps its data in a
temporary folder, writes its log to a file, and is gone when the block ends.
"""

from tests.servers.chromium import find_chromium
from tests.servers.ports import free_port
from tests.servers.postgres import PostgresServer, postgres_server
from tests.servers.process import ServerError, ServerProcess
from tests.servers.redis import RedisServer, redis_server
from tests.servers.site import SiteServer, site_server

__all__ = [
    "PostgresServer",
    "RedisServer",
    "ServerError",
    "ServerProcess",
    "SiteServer",
    "find_chromium",
    "free_port",
    "postgres_server",
    "redis_server",
    "site_server",
]
