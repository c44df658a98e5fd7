"""How often the product is right about who is stuck, on journeys with a label."""

from __future__ import annotations

from collections import Counter

import pytest

from wagtail_livechat.protocol.values import StuckReason

from .generated import generated
from .measure import JOURNEYS, accuracy, best_naive, ours

LEAST = 0.9


def test_nine_of_ten_who_are_called_stuck_are_and_nine_of_ten_who_are_stuck_are_found(
    capsys: pytest.CaptureFixture[str],
) -> None:
    mine, baseline = accuracy(ours, JOURNEYS), best_naive(JOURNEYS)

    with capsys.disabled():
        print(
            f"\nSeems stuck, on {len(JOURNEYS)} journeys: precision {mine.precision:.3f}, "
            f"recall {mine.recall:.3f}; counting pages at its best: "
            f"{baseline.precision:.3f}, {baseline.recall:.3f}"
        )
    assert mine.precision >= LEAST, mine
    assert mine.recall >= LEAST, mine
    assert mine.f1 > baseline.f1


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_holds_for_people_who_were_not_there_when_it_was_written(seed: int) -> None:
    mine = accuracy(ours, generated(seed=seed, each=20))

    assert mine.precision >= LEAST, mine
    assert mine.recall >= LEAST, mine


def test_there_are_journeys_enough_of_every_kind() -> None:
    assert len(JOURNEYS) >= 120
    assert len({one.name for one in JOURNEYS}) == len(JOURNEYS)
    by_reason = Counter(reason for one in JOURNEYS for reason in one.expected)
    assert set(by_reason) == set(StuckReason)
    assert min(by_reason.values()) >= 8
    assert sum(not one.is_stuck for one in JOURNEYS) >= 60


@pytest.mark.parametrize("reason", StuckReason)
def test_each_reason_is_named_where_it_is_the_reason(reason: StuckReason) -> None:
    having = [one for one in JOURNEYS if reason in one.expected]
    named = [one for one in having if reason in one.assessed().reasons]

    assert len(named) / len(having) >= 0.7


def test_the_same_seed_tells_the_same_journeys() -> None:
    assert list(generated(seed=7, each=2)) == list(generated(seed=7, each=2))
    assert list(generated(seed=7, each=2)) != list(generated(seed=8, each=2))
