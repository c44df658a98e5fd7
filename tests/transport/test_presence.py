"""Comings and goings are written together, and again where the database was away."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from wagtail_livechat.errors import Busy, Unavailable
from wagtail_livechat.transport.presence import MOST_TOGETHER, Presence
from wagtail_livechat.visitors import actions

WORKER = uuid.uuid4()
Done = Callable[[Any, Exception | None], None]


class Clockwork:
    """A server process whose time passes when the test says so."""

    worker_id = WORKER

    def __init__(self) -> None:
        self.loop = self
        self.writer = self
        self.due: list[Callable[[], None]] = []
        self.refuses: Exception | None = None
        self.fails: Exception | None = None

    def call_later(self, seconds: float, function: Callable[[], None]) -> None:
        self.due.append(function)

    def call_soon(self, function: Callable[[], None]) -> None:
        self.due.append(function)

    def submit(self, action: Callable[[], Any], done: Done) -> None:
        if self.refuses is not None:
            raise self.refuses
        if self.fails is None:
            action()
        done(None, self.fails)

    def time_passes(self) -> None:
        due, self.due = self.due, []
        for function in due:
            function()


@pytest.fixture
def process() -> Clockwork:
    return Clockwork()


@pytest.fixture
def presence(process: Clockwork) -> Presence:
    return Presence(process)  # type: ignore[arg-type]


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[uuid.UUID, int]]]:
    """What was written, in order."""
    told: list[tuple[str, dict[uuid.UUID, int]]] = []

    def connect_all(*, arrivals: dict[uuid.UUID, int], worker_id: uuid.UUID) -> None:
        assert worker_id == WORKER
        told.append(("came", arrivals))

    def disconnect_all(*, departures: dict[uuid.UUID, int]) -> None:
        told.append(("left", departures))

    monkeypatch.setattr(actions, "connect_all", connect_all)
    monkeypatch.setattr(actions, "disconnect_all", disconnect_all)
    return told


def test_those_who_come_together_are_written_together(process, presence, written):
    keys = [uuid.uuid4() for _ in range(3)]
    for number, key in enumerate(keys):
        presence.came(key, number)
    assert written == []
    process.time_passes()
    assert written == [("came", {keys[0]: 0, keys[1]: 1, keys[2]: 2})]
    process.time_passes()
    assert len(written) == 1


def test_a_crowd_is_written_in_parts(process, presence, written):
    for number in range(MOST_TOGETHER + 1):
        presence.came(uuid.uuid4(), number)
    process.time_passes()
    assert [len(visits) for _, visits in written] == [MOST_TOGETHER, 1]


def test_somebody_who_only_looked_in_leaves_no_trace(process, presence, written):
    key = uuid.uuid4()
    presence.came(key, 7)
    presence.left(key, 7)
    process.time_passes()
    assert written == []


def test_somebody_who_was_written_down_leaves_in_writing(process, presence, written):
    key = uuid.uuid4()
    presence.came(key, 7)
    process.time_passes()
    presence.left(key, 7)
    process.time_passes()
    assert written == [("came", {key: 7}), ("left", {key: 7})]


@pytest.mark.parametrize("trouble", ["refuses", "fails"])
def test_what_could_not_be_written_is_written_later(process, presence, written, trouble):
    key = uuid.uuid4()
    presence.came(key, 7)
    setattr(process, trouble, Busy() if trouble == "refuses" else Unavailable())
    process.time_passes()
    process.time_passes()
    assert written == []
    setattr(process, trouble, None)
    process.time_passes()
    process.time_passes()
    assert written == [("came", {key: 7})]


def test_a_departure_that_could_not_be_written_is_forgotten_once_the_visitor_is_back(
    process, presence, written
):
    key = uuid.uuid4()
    presence.left(key, 7)
    process.fails = Unavailable()
    process.time_passes()
    process.fails = None
    presence.came(key, 7)
    process.time_passes()
    assert written == [("came", {key: 7})]
