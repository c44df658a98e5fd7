"""A server process that can be started, watched, stopped, frozen and killed."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

STARTS_WITHIN = 60.0
STOPS_WITHIN = 15.0


class ServerError(RuntimeError):
    """A server did not start, or is not there any more; the text ends with its log."""


def wait_until(
    is_true: Callable[[], bool], *, within: float, every: float = 0.02, otherwise: Callable[[], str]
) -> None:
    """Return as soon as `is_true()`; fail with `otherwise()` after `within` seconds."""
    deadline = time.monotonic() + within
    while not is_true():
        if time.monotonic() > deadline:
            raise ServerError(otherwise())
        time.sleep(every)


class ServerProcess:
    """One server, its log file, and whatever children it starts: they live in one group."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path,
        is_ready: Callable[[], bool],
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        user: int | None = None,
    ) -> None:
        self.name = name
        self.command = list(command)
        self.log = log
        self._is_ready = is_ready
        self._env = dict(env) if env is not None else None
        self._cwd = cwd
        self._user = user
        self._process: subprocess.Popen[bytes] | None = None
        self._log_began = 0

    # A process that ended stays unreaped until `kill`: as long as it does, nobody else can get
    # its number, and a signal to it or to its group can hit no stranger.

    @property
    def pid(self) -> int:
        """The first process of the group."""
        if self._process is None:
            raise ServerError(f"{self.name} was not started")
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._is_ours and self._ended() is None

    @property
    def returncode(self) -> int | None:
        """As `subprocess` has it: negative for a signal, `None` while it runs."""
        if self._process is None:
            return None
        if self._process.returncode is not None:
            return self._process.returncode
        return self._ended()

    @property
    def _is_ours(self) -> bool:
        """Whether the number is still that of our process, alive or unreaped."""
        return self._process is not None and self._process.returncode is None

    def _ended(self) -> int | None:
        """How the process ended, without reaping it; `None` while it runs."""
        told = os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if told is None:
            return None
        return told.si_status if told.si_code == os.CLD_EXITED else -told.si_status

    def start(self, *, within: float = STARTS_WITHIN) -> Self:
        """Start it, and return when it answers. Its log is continued, not begun anew."""
        self.launch()
        self.wait_until_ready(within=within)
        return self

    def launch(self) -> None:
        """Start it and return at once."""
        if self.is_running:
            raise ServerError(f"{self.name} runs already")
        self.kill()  # whatever its last life has left behind
        as_user: dict[str, Any] = {}
        if self._user is not None:
            as_user = {"user": self._user, "group": self._user, "extra_groups": []}
        self._log_began = len(self.log_text())
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self._env,
                cwd=self._cwd,
                start_new_session=True,
                **as_user,
            )

    def wait_until_ready(self, *, within: float = STARTS_WITHIN) -> None:
        def is_ready() -> bool:
            if not self.is_running:
                raise ServerError(f"{self.name} ended with {self.returncode}.\n{self.log_tail()}")
            return self._is_ready()

        wait_until(
            is_ready,
            within=within,
            otherwise=lambda: (
                f"{self.name} did not answer within {within:.0f} s.\n{self.log_tail()}"
            ),
        )

    def stop(self, *, within: float = STOPS_WITHIN, by: int = signal.SIGTERM) -> None:
        """Ask it to end, as a deployment does; what has not ended by then is killed."""
        if self.is_running:
            os.kill(self.pid, by)
            deadline = time.monotonic() + within
            while self.is_running and time.monotonic() < deadline:
                time.sleep(0.01)
        self.kill()

    def kill(self) -> None:
        """`kill -9` for the whole group, and wait until nothing of it is left."""
        if self._process is None or not self._is_ours:
            return
        self.signal_group(signal.SIGKILL)
        self._process.wait()

    def suspend(self) -> None:
        """Freeze the whole group (SIGSTOP): it holds its sockets and answers nothing."""
        self.signal_group(signal.SIGSTOP)

    def resume(self) -> None:
        self.signal_group(signal.SIGCONT)

    def restart(self, *, within: float = STARTS_WITHIN) -> Self:
        self.stop()
        return self.start(within=within)

    def signal_group(self, number: int) -> None:
        """Send a signal to the first process and to everything that descends from it.

        The process group is not enough: each of PostgreSQL's processes leads its own.
        """
        if not self._is_ours:
            return
        for pid in [*self._descendants(self.pid), self.pid]:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass  # it ended in between
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            pass  # nothing of the group is left

    def child_pids(self) -> list[int]:
        """The processes that the first one started and that live, oldest first."""
        return _children(self.pid) if self._is_ours else []

    def _descendants(self, pid: int) -> list[int]:
        children = _children(pid)
        return [*(below for child in children for below in self._descendants(child)), *children]

    def log_text(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def log_since_start(self) -> str:
        """What this start wrote: earlier ones are in `log_text`."""
        return self.log_text()[self._log_began :]

    def log_tail(self, lines: int = 40) -> str:
        tail = "\n".join(self.log_text().splitlines()[-lines:])
        return f"The end of {self.log}:\n{tail}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _children(pid: int) -> list[int]:
    """The direct children of a process, as the kernel lists them (Linux)."""
    found: list[int] = []
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, listed.read_text().split())
        except OSError:
            continue  # the thread ended in between
    return sorted(found)
