"""A watcher's tab asks for everything in turn, whatever it closed in between."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest

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


@pytest.fixture
def tab(tmp_path: Path) -> WatcherTab:
    made = WatcherTab(
        who="noor",
        name="noor.1",
        browser=Browser(1, "localhost:1"),
        history=History(tmp_path / "history.jsonl"),
        dice=random.Random(1),
        outbox=Outbox(at_once=5),
        prefers_http=True,
    )
    made._site, made._polls = 2, True
    return made


def test_a_look_that_is_over_is_not_asked_for_again(tab: WatcherTab) -> None:
    tab.look()
    tab.follow("a visit")
    assert len(tab.outbox.take()) == 2
    tab.look_away()
    assert len(tab.outbox.take()) == 2

    tab.outbox.reopened()

    again = {type(command) for command in tab.outbox.take()}
    assert again == {commands.LeaveVisitors, commands.LeaveVisit}


def test_a_window_that_is_closed_before_its_answer_does_not_hold_up_the_next(
    tab: WatcherTab,
) -> None:
    tab.look()
    [asked] = tab.outbox.take()
    tab.look_away()
    tab.look()
    assert isinstance(asked, commands.WatchVisitors)

    asyncio.run(tab._take_in(told(asked.window)))

    leave, looks = tab.outbox.take()
    assert isinstance(leave, commands.LeaveVisitors)
    assert isinstance(looks, commands.WatchVisitors)
    assert tab.rows is None
