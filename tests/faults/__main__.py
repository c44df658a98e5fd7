"""Run seeds: ``python -m tests.faults --seeds 0-199``; see the package's docstring."""

from __future__ import annotations

import argparse
import asyncio
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue

from tests.faults.checker import check
from tests.faults.ground import Ground
from tests.faults.history import read
from tests.faults.plan import plan
from tests.faults.run import Outcome, play

KEPT_HISTORIES = Path(tempfile.gettempdir()) / "livechat-faults"
SHOWN = 12


def seeds_of(text: str) -> list[int]:
    """The seeds that ``7``, ``0-199`` or ``3,5,8-10`` name."""
    found: list[int] = []
    for part in text.split(","):
        first, dash, last = part.partition("-")
        found += range(int(first), int(last) + 1) if dash else [int(first)]
    return found


@dataclass(frozen=True, slots=True)
class Unplayed:
    """A seed that the harness itself could not play to its end."""

    seed: int
    error: Exception

    def __str__(self) -> str:
        said = "".join(traceback.format_exception(self.error))
        return f"seed {self.seed:3}: COULD NOT BE PLAYED\n{said}"


class Lanes:
    """Runs seeds side by side, each lane with databases of its own."""

    def __init__(self, seeds: list[int], folder: Path) -> None:
        self._waiting: SimpleQueue[int] = SimpleQueue()
        for seed in seeds:
            self._waiting.put(seed)
        self._folder = folder
        self._done: SimpleQueue[Outcome | Unplayed | None] = SimpleQueue()
        self._playing: set[tuple[asyncio.AbstractEventLoop, asyncio.Task[Outcome]]] = set()

    def run(self, number: int) -> Iterator[Outcome | Unplayed]:
        lanes = [threading.Thread(target=self._lane) for _ in range(number)]
        for lane in lanes:
            lane.start()
        try:
            open_lanes = number
            while open_lanes:
                outcome = self._done.get()
                if outcome is None:
                    open_lanes -= 1
                else:
                    yield outcome
        finally:
            # `timeout` and a closing terminal signal twice: the servers are ended all the same.
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_IGN)
            self._stop()
            for lane in lanes:
                lane.join()

    def _lane(self) -> None:
        ground = Ground()
        try:
            while True:
                seed = self._waiting.get_nowait()
                try:
                    self._done.put(asyncio.run(self._play(seed, ground)))
                except Exception as error:
                    self._done.put(Unplayed(seed, error))
        except (Empty, asyncio.CancelledError):
            pass
        finally:
            ground.close()
            self._done.put(None)

    async def _play(self, seed: int, ground: Ground) -> Outcome:
        task = asyncio.create_task(play(plan(seed), ground, self._folder))
        entry = (asyncio.get_running_loop(), task)
        self._playing.add(entry)
        try:
            return await task
        finally:
            self._playing.discard(entry)

    def _stop(self) -> None:
        """Let nothing begin, and end what goes on, with its servers."""
        try:
            while True:
                self._waiting.get_nowait()
        except Empty:
            pass
        for loop, task in list(self._playing):
            loop.call_soon_threadsafe(task.cancel)


def tell(outcome: Outcome, *, keeps_all: bool) -> None:
    """One line for a seed; for one that failed, what, where its history is, and how to repeat it."""
    print(outcome, flush=True)
    if not outcome.violations and not keeps_all:
        return
    for violation in outcome.violations[:SHOWN]:
        print(f"    {violation}")
    if len(outcome.violations) > SHOWN:
        print(f"    … and {len(outcome.violations) - SHOWN} more")
    KEPT_HISTORIES.mkdir(exist_ok=True)
    kept = KEPT_HISTORIES / outcome.history.name
    shutil.copy(outcome.history, kept)
    kept.with_suffix(".log").write_text(outcome.log)
    print(f"    history: {kept} (servers' logs beside it)")
    print(f"    again:   python -m tests.faults --seeds {outcome.plan.seed}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seeds", default="0-9", help="7, 0-199 or 3,5,8-10 (default: 0-9)")
    parser.add_argument("--jobs", type=int, default=2, help="how many side by side (default: 2)")
    parser.add_argument("--keep", action="store_true", help="keep the history of every seed")
    parser.add_argument("--check", type=Path, help="only check a history that was kept")
    given = parser.parse_args()
    if given.check:
        violations = check(read(given.check))
        print(*violations or ["Nothing is wrong with it."], sep="\n")
        return 1 if violations else 0
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    began = time.monotonic()
    seeds = seeds_of(given.seeds)
    played: list[int] = []
    failed: list[int] = []
    with tempfile.TemporaryDirectory(prefix="livechat-histories-") as folder:
        for outcome in Lanes(seeds, Path(folder)).run(min(given.jobs, len(seeds))):
            if isinstance(outcome, Unplayed):
                print(outcome, flush=True)
                failed.append(outcome.seed)
                continue
            tell(outcome, keeps_all=given.keep)
            outcome.records.clear()
            played.append(outcome.plan.seed)
            if outcome.violations:
                failed.append(outcome.plan.seed)
    minutes = (time.monotonic() - began) / 60
    print(f"{len(played)} of {len(seeds)} seeds played in {minutes:.1f} min, {len(failed)} failed")
    if failed:
        print(f"again: python -m tests.faults --seeds {','.join(map(str, sorted(failed)))}")
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("interrupted")
