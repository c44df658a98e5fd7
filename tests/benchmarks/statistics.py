"""Summaries of many measurements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` (0 to 1) of all values do not exceed."""
    if not values:
        raise ValueError("No measurement, no percentile.")
    if not 0 <= share <= 1:
        raise ValueError(f"{share} is no share.")
    ordered = sorted(values)
    place = -(-share * len(ordered) // 1)  # rounded up
    return ordered[max(0, int(place) - 1)]


def middle_by(runs: Sequence[T], key: Callable[[T], float]) -> T:
    """The run in the middle: one whole run, not a mixture of several."""
    if not runs:
        raise ValueError("No run, no middle.")
    return sorted(runs, key=key)[len(runs) // 2]


def usual(turns: Sequence[Sequence[float]], share: float) -> float:
    """The percentile of the turn in the middle: one in which the machine was taken away for a
    moment says nothing about the others."""
    return middle_by([percentile(turn, share) for turn in turns], float)


def slope(xs: Sequence[float], ys: Sequence[float]) -> float:
    """How much y grows for one x, by least squares: bytes for each connection, say."""
    if len(xs) != len(ys) or len(xs) < 2:
        raise ValueError("A slope needs two points at least.")
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    spread = sum((x - mean_x) ** 2 for x in xs)
    if not spread:
        raise ValueError("All points lie above one another.")
    return sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True)) / spread
