"""Figures for people: a table with targets, and whether they are met."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from .figures import Figure, Target

HEADINGS = ("figure", "value", "unit", "raw limit", "ratio", "target", "met")


def rows_of(figures: Iterable[Figure], targets: Mapping[str, Target]) -> list[tuple[str, ...]]:
    """One row for each figure, as text."""
    rows = []
    for figure in figures:
        target = targets.get(figure.name)
        met = "" if target is None else "yes" if target.is_met_by(figure) else "NO"
        rows.append(
            (
                figure.name,
                number(figure.value),
                figure.unit,
                number(figure.limit),
                number(figure.ratio),
                "" if target is None else target.worded(figure),
                met,
            )
        )
    return rows


def number(value: float | None) -> str:
    """As many digits as can be believed."""
    if value is None:
        return ""
    if value == 0:
        return "0"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def table(figures: Iterable[Figure], targets: Mapping[str, Target]) -> str:
    """A table for a terminal."""
    rows = [HEADINGS, *rows_of(figures, targets)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    rows.insert(1, tuple("-" * width for width in widths))
    return "\n".join(_aligned(row, widths) for row in rows)


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [
        cell.rjust(width) if column in (1, 3, 4) else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()


def markdown(figures: Iterable[Figure], targets: Mapping[str, Target]) -> str:
    """The same table for the documentation."""
    rows = [HEADINGS, ("---", "---:", "---", "---:", "---:", "---", "---")]
    return "\n".join(f"| {' | '.join(row)} |" for row in [*rows, *rows_of(figures, targets)])


def missed(figures: Iterable[Figure], targets: Mapping[str, Target]) -> list[str]:
    """The names of the figures that miss their target."""
    return [
        figure.name
        for figure in figures
        if (target := targets.get(figure.name)) is not None and not target.is_met_by(figure)
    ]
