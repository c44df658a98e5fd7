"""Waiting for somebody else's code, but not for ever."""

from __future__ import annotations

from threading import Event, current_thread
from typing import Any

import pytest

from wagtail_livechat.answers import patience
from wagtail_livechat.answers.patience import Busy, TooSlow, within


@pytest.fixture(autouse=True)
def in_threads(settings: Any) -> None:
    settings.WAGTAIL_LIVECHAT = {}


def test_what_ends_in_time_is_returned_from_a_thread_of_its_own() -> None:
    assert within(5, lambda n: (n + 1, current_thread().name), 1) == (2, "livechat-answerer")


def test_what_it_raises_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        within(5, lambda n: 1 / n, 0)


def test_what_does_not_end_is_not_waited_for() -> None:
    let_go = Event()
    try:
        with pytest.raises(TooSlow):
            within(0.05, let_go.wait, 60)
    finally:
        let_go.set()


def test_when_too_many_hang_no_more_are_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "_places", patience.BoundedSemaphore(2))
    let_go = Event()
    try:
        for _ in range(2):
            with pytest.raises(TooSlow):
                within(0.05, let_go.wait, 60)
        with pytest.raises(Busy):
            within(5, lambda n: n, 1)
    finally:
        let_go.set()


def test_a_place_is_free_again_once_it_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "_places", patience.BoundedSemaphore(1))
    assert [within(5, lambda n: n, number) for number in range(3)] == [0, 1, 2]


def test_in_one_transaction_it_runs_here_and_is_judged_afterwards(settings: Any) -> None:
    settings.WAGTAIL_LIVECHAT = {"INLINE_DATABASE": True}
    assert within(5, lambda _: current_thread().name, None) == current_thread().name
    with pytest.raises(TooSlow):
        within(-1, lambda n: n, 1)
