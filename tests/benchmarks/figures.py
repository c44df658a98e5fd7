"""A figure, and how good it has to be."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured value, beside what the bare machine can do at the same moment.

    `limit` is in the same unit; it is `None` where there is nothing to compare with.
    """

    name: str
    value: float
    unit: str
    limit: float | None = None

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
            }
        )


def _rounded(value: float | None) -> float | None:
    """Four significant digits: more would pretend."""
    return None if value is None else float(f"{value:.4g}")


@dataclass(frozen=True, slots=True)
class Target:
    """What a figure, or its ratio to the limit, must not miss."""

    of: Literal["value", "ratio"]
    direction: Literal["at least", "at most"]
    bound: float

    def is_met_by(self, figure: Figure) -> bool:
        measured = figure.value if self.of == "value" else figure.ratio
        if measured is None:
            return False
        return measured >= self.bound if self.direction == "at least" else measured <= self.bound

    def __str__(self) -> str:
        sign = "≥" if self.direction == "at least" else "≤"
        return f"{sign} {self.bound:g}{' ×' if self.of == 'ratio' else ''}"
