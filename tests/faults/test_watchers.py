"""A watcher's tab asks for everything in turn, whatever it closed in between."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

from tests.faults.history import History
from tests.faults.outbox import Outbox
from tests.faults.watchers import WatcherTab
from tests.faults.web import Browser
from wagtail_livechat.protocol import commands, updates, values

NOBODY = values.VisitCounts(
    all=0, here=0, idle=0, stuck=0, new=0, returning=0, in_conversation=0, invited=0, declined=0
)


def told(window: str) -> updates.VisitorsWindow:
    return updates.VisitorsWindow(
        window=window, site=2, now=0, rows=[], offset=0, total=0, counts=NOBODY
    )


def test_a_window_that_is_closed_before_its_answer_does_not_hold_up_the_next(
    tmp_path: Path,
) -> None:
    tab = WatcherTab(
        who="noor",
        name="noor.1",
        browser=Browser(1, "localhost:1"),
        history=History(tmp_path / "history.jsonl"),
        dice=random.Random(1),
        outbox=Outbox(),
        prefers_http=True,
    )
    tab._site, tab._polls = 2, True
    tab.look()
    [asked] = tab.outbox.take()
    tab.look_away()
    tab.look()
    assert isinstance(asked, commands.WatchVisitors)

    asyncio.run(tab._take_in(told(asked.window)))

    [leave] = tab.outbox.take()
    assert isinstance(leave, commands.LeaveVisitors)
    assert tab.rows is None
