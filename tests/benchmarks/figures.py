"""A figure, and how good it has to be."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured value, beside what the bare machine can do at the same moment.

    `limit` is in the same unit; it is `None` where there is nothing to compare with. `pace`
    says how fast the bare machine was meanwhile, as a multiple of the one on which the
    targets were set; see `pace.py`.
    """

    name: str
    value: float
    unit: str
    limit: float | None = None
    pace: float = 1.0

    @property
    def ratio(self) -> float | None:
        """The value as a multiple of the limit."""
        return self.value / self.limit if self.limit else None

    def as_json(self) -> str:
        """One line for a machine to read."""
        return json.dumps(
            {
                "name": self.name,
                "value": _rounded(self.value),
                "unit": self.unit,
                "limit": _rounded(self.limit),
                "ratio": _rounded(self.ratio),
                **({"pace": _rounded(self.pace)} if self.pace != 1 else {}),
            }
        )


def _rounded(value: float | None) -> float | None:
    """Four significant digits: more would pretend."""
    return None if value is None else float(f"{value:.4g}")


@dataclass(frozen=True, slots=True)
class Target:
    """What a figure, or its ratio to the limit, must not miss.

    A bound `of` time is that of a machine which goes at a pace of 1: half as fast, twice as long.
    """

    of: Literal["value", "ratio", "time"]
    direction: Literal["at least", "at most"]
    bound: float

    def is_met_by(self, figure: Figure) -> bool:
        measured = figure.ratio if self.of == "ratio" else figure.value
        if measured is None:
            return False
        bound = self.bound_for(figure)
        return measured >= bound if self.direction == "at least" else measured <= bound

    def bound_for(self, figure: Figure) -> float:
        """The bound at the pace at which this figure was measured."""
        return self.bound / figure.pace if self.of == "time" else self.bound

    def worded(self, figure: Figure) -> str:
        """The target, and what it comes to here."""
        sign = "≥" if self.direction == "at least" else "≤"
        text = f"{sign} {self.bound:g}{' ×' if self.of == 'ratio' else ''}"
        bound = self.bound_for(figure)
        return text if bound == self.bound else f"{text}, here {bound:.3g}"
