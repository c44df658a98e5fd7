"""A console that polls has one watch, which lasts until it lapses."""

from __future__ import annotations

import pytest

from tests.faults.checker import Kind
from tests.faults.history import Heard, Looks, Opened
from tests.faults.test_permission import SHOP, VISIT, Story


@pytest.fixture
def story() -> Story:
    return Story()


def polls_and_looks_away(story: Story) -> None:
    """Ada polls, was told where Vera is, and has turned away."""
    story.happened.insert(2, Opened(who="ada", tab="ada/1", by="http", session="s"))
    story.happened.insert(3, Looks(who="ada", tab="ada/1", host=SHOP, alias="Ada"))
    story.happened.append(Looks(who="ada", tab="ada/1", host=SHOP, alias="Ada", still=False))


def test_a_polling_console_that_looks_away_and_back_goes_on_with_its_watch(story: Story) -> None:
    """Its watch lasts until it lapses, and is announced as long."""
    polls_and_looks_away(story)
    told = Heard(who="ada", tab="ada/1", frame=story.window("ada", story.row(VISIT, "Books")).frame)
    story.happened += [Looks(who="ada", tab="ada/1", host=SHOP, alias="Ada"), told]
    assert story.broken() == set()


def test_a_polling_console_is_told_nothing_while_it_looks_away(story: Story) -> None:
    polls_and_looks_away(story)
    told = Heard(who="ada", tab="ada/1", frame=story.window("ada", story.row(VISIT, "Books")).frame)
    story.happened.append(told)
    assert story.broken() == {Kind.UNANNOUNCED}


def test_a_watch_that_lapsed_is_not_gone_on_with(story: Story) -> None:
    polls_and_looks_away(story)
    told = Heard(who="ada", tab="ada/1", frame=story.window("ada", story.row(VISIT, "Books")).frame)
    story.happened += [
        story.announced(1),
        Looks(who="ada", tab="ada/1", host=SHOP, alias="Ada"),
        told,
    ]
    assert story.broken() == {Kind.UNANNOUNCED}
