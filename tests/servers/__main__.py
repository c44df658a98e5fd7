"""Run a command beside a PostgreSQL and a Redis server, and tell it where they are.

    python -m tests.servers pytest -m "not browser"

The command finds the addresses in `LIVECHAT_TEST_DATABASE` and `LIVECHAT_TEST_REDIS`, which
tests/settings.py reads; `LIVECHAT_TEST_TEMPLATE` names a database that has the tables.
"""

import os
import subprocess
import sys

from tests.databases import migrate
from tests.servers import postgres_server, redis_server


def main(command: list[str]) -> int:
    if not command:
        print(__doc__)
        return 2
    with postgres_server() as postgres, redis_server() as redis:
        migrate(postgres.create_database("livechat_tables"))
        servers = {
            "LIVECHAT_TEST_DATABASE": postgres.address("livechat"),
            "LIVECHAT_TEST_TEMPLATE": "livechat_tables",
            "LIVECHAT_TEST_REDIS": redis.address,
        }
        return subprocess.run(command, env=os.environ | servers).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
