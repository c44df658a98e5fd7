"""Who seems stuck: how often that is right, on labelled journeys. No clock is involved."""

from __future__ import annotations

from collections.abc import Iterator

from tests.visitors.journeys.measure import JOURNEYS, accuracy, best_naive, ours

from ..figures import Figure
from ..workbench import Workbench


def run(bench: Workbench) -> Iterator[Figure]:
    mine, baseline = accuracy(ours, JOURNEYS), best_naive(JOURNEYS)
    yield Figure(
        name="stuck.precision", value=mine.precision, unit="share", limit=baseline.precision
    )
    yield Figure(name="stuck.recall", value=mine.recall, unit="share", limit=baseline.recall)
