"""Times, inside a Django of its own, how page views are stored and how the table is read.

    python -m tests.benchmarks.view_probe FILE

The file is a `Cast`; printed are the figures, as JSON. All of it is what a process does with many visits at once: the
gate is asked beside each batch, rows are locked, everybody is told.
"""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

from msgspec import structs

from .seed import Cast

BATCH = 200
READINGS = 20


def sightings(cast: Cast) -> Iterator[Any]:
    """What a process has seen of each of these visitors: their first page."""
    from wagtail_livechat import clock, tokens
    from wagtail_livechat.consent import cookies
    from wagtail_livechat.visitors.visits import Sighting, Step

    now = clock.now()
    pages = page_ids(cast)
    for number, guest in enumerate(cast.guests):
        choice = cookies.read(cast.site, guest.choice)
        assert choice is not None and choice.receipt is not None
        page_id = pages[number % len(pages)]
        step = Step(kind="page", page_id=page_id, results=None, at=now)
        yield Sighting(
            site_id=cast.site,
            key_hash=tokens.hash_visit_key(cast.site, guest.key) or "",
            receipt_id=choice.receipt,
            language="en",
            device="desktop",
            origin="",
            returning=False,
            silenced=False,
            began_at=now,
            seen_at=now,
            idle_since=None,
            here=step,
            steps=[step],
            score=0,
            reasons=[],
            acknowledged=1,
            visitor_id=None,
            expires_at=None,
        )


def page_ids(cast: Cast) -> list[int]:
    from wagtail_livechat.tokens import read_page_token

    named = [read_page_token(page.token) for page in cast.pages]
    return [name.page_id for name in named if name is not None]


def store(seen: list[Any], worker_id: uuid.UUID) -> tuple[float, float]:
    """Microseconds for a page view, of this process and in all: in the middle of the batches."""
    from wagtail_livechat.visitors import visits

    cpu, took = [], []
    for first in range(0, len(seen), BATCH):
        batch = seen[first : first + BATCH]
        before, began = process_time(), perf_counter()
        written = visits.write_visits(batch, worker_id=worker_id)
        cpu.append((process_time() - before) / len(batch) * 1e6)
        took.append((perf_counter() - began) / len(batch) * 1e6)
        assert all(written), "A view was not written."
    return median(cpu), median(took)


def moved(seen: list[Any], pages: list[int]) -> list[Any]:
    """The same visitors on their next page."""
    from wagtail_livechat import clock

    now = clock.now()
    found = []
    for number, sighting in enumerate(seen):
        step = structs.replace(sighting.here, page_id=pages[(number + 1) % len(pages)], at=now)
        found.append(replace(sighting, here=step, steps=[step], seen_at=now))
    return found


def read(site_id: int) -> float:
    """Milliseconds for one reading of a hundred rows, with the pages and the counters."""
    from wagtail_livechat.transport import board_reading
    from wagtail_livechat.transport.board_reading import Reader
    from wagtail_livechat.visitors import sight
    from wagtail_livechat.visitors.table import Question

    reader = Reader(number=1, sight=sight.ALL, language="en")
    readings = []
    for _ in range(READINGS):
        began = perf_counter()
        [window] = board_reading.read_windows([(Question(site_id=site_id), reader)])
        readings.append(perf_counter() - began)
        assert len(window.rows) == 100 and window.rows[0][1].page is not None
    return median(readings) * 1000


def measure(cast: Cast) -> dict[str, float]:
    from wagtail_livechat.workers.actions import enlist

    worker_id = uuid.uuid4()
    enlist(worker_id)
    seen = list(sightings(cast))
    store(seen, worker_id)
    cpu, took = store(moved(seen, page_ids(cast)), worker_id)
    enlist(worker_id)  # on a slow machine its lease is over
    return {"stored_us": cpu, "stored_in_all_us": took, "window_ms": read(cast.site)}


def main() -> None:
    import django

    django.setup()
    print(json.dumps(measure(Cast.read(Path(sys.argv[1]).read_text()))))


if __name__ == "__main__":
    main()
