"""When a visitor seems stuck: a score, with named reasons that know what pages are.

Pure: the steps, the facts of their pages, the site's limits and the time come in. It looks
at what a visitor did lately, and forgives whoever is on the way again. The time with the
page in the background counts for nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final, Protocol

import msgspec

from wagtail_livechat.protocol.values import PageKind, StuckReason
from wagtail_livechat.site_settings.rules import StuckLimits

LATELY: Final = timedelta(minutes=10)
"""What lies further back says nothing of the present."""

MOST: Final = 200
"""So many of the last steps are looked at."""

QUICKLY: Final = timedelta(minutes=3)
"""Turning between two pages counts within this time."""

FRESH: Final = timedelta(minutes=5)
"""So long a reason stands after its last sign."""

LEFT_OPEN: Final = timedelta(minutes=15)
"""Nobody reads one page for so long: it was left open, whatever the browser says."""

ON_THE_WAY: Final = 3
"""Whoever has since opened so many pages that are new to them is not stuck any more."""

SETTLED: Final = timedelta(seconds=30)
"""Whoever reads what a search found for so long has found it."""

READ_AGAIN: Final = timedelta(seconds=10)
"""A page that is only passed is a way to another one, not a place to come back to."""

LEAST_IN_A_ROUND: Final = 3
"""Two neighbours are compared; a round has more."""

WEAK: Final = 1
STRONG: Final = 2


class Place(Protocol):
    """What has to be known of a page; :class:`.pages.PageFacts` is one."""

    @property
    def page_id(self) -> int: ...
    @property
    def parent_id(self) -> int | None: ...
    @property
    def path(self) -> str: ...
    @property
    def is_form(self) -> bool: ...
    @property
    def in_funnel(self) -> bool: ...
    @property
    def ends_funnel(self) -> bool: ...


class Step(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One page view. ``away``: how much of its time the visitor had turned away."""

    kind: PageKind
    at: datetime
    page_id: int | None = None
    results: int | None = None
    away: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """How stuck a visitor seems, and why. ``stuck``: the site's score is reached."""

    score: int = 0
    reasons: tuple[StuckReason, ...] = ()
    stuck: bool = False


def assess(
    steps: Sequence[Step],
    places: Mapping[int, Place],
    limits: StuckLimits,
    now: datetime,
    *,
    idle_since: datetime | None = None,
) -> Assessment:
    """How stuck the visitor of these steps (oldest first) seems.

    ``places`` holds the pages that are live. ``idle_since`` is the moment at which the
    visitor turned away from the page that is open, if they did.
    """
    lately = [step for step in steps if step.at >= now - LATELY][-MOST:] or list(steps[-1:])
    if not lately:
        return Assessment()
    seen = {step.page_id for step in steps[: len(steps) - len(lately)]}
    new = []
    for step in lately:
        new.append(step.page_id not in seen)
        seen.add(step.page_id)
    trail = _Trail(steps=lately, new=new, places=places, now=now, idle_since=idle_since)
    points = {reason: count(trail, limits) for reason, count in _REASONS.items()}
    score = sum(points.values())
    return Assessment(
        score=score,
        reasons=tuple(reason for reason, of_it in points.items() if of_it),
        stuck=score >= limits.score,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trail:
    """The steps of late, and what the reasons ask of them. ``new``: seen for the first time."""

    steps: Sequence[Step]
    new: Sequence[bool]
    places: Mapping[int, Place]
    now: datetime
    idle_since: datetime | None

    def place(self, index: int) -> Place | None:
        """The live page of a step; ``None`` for what is no page, or is not known."""
        step = self.steps[index]
        if step.page_id is None or step.kind is not PageKind.PAGE:
            return None
        return self.places.get(step.page_id)

    def dwell(self, index: int) -> timedelta:
        """How long the visitor was really on the page of this step."""
        step = self.steps[index]
        if index + 1 < len(self.steps):
            end = self.steps[index + 1].at
        else:
            end = min(self.now, self.idle_since or self.now)
        spent = end - step.at - step.away
        return timedelta(0) if spent > LEFT_OPEN else max(spent, timedelta(0))

    def still_counts(self, index: int) -> bool:
        """Whether what was seen at this step says something of now: it is fresh, and the
        visitor has not found the way since."""
        if self.now - self.steps[index].at > FRESH:
            return False
        found = sum(
            1
            for later in range(index + 1, len(self.steps))
            if self.new[later] and self.place(later) is not None
        )
        return found < ON_THE_WAY

    def settled_after(self, index: int) -> bool:
        """Whether what this search found was opened, and read."""
        return bool(self.steps[index].results) and any(
            self.place(later) is not None and self.dwell(later) >= SETTLED
            for later in range(index + 1, len(self.steps))
        )

    def pages(self) -> list[int]:
        """The steps that are live pages; a page that is loaded again counts once."""
        found: list[int] = []
        for index in range(len(self.steps)):
            if self.place(index) is not None and (
                not found or self.steps[found[-1]].page_id != self.steps[index].page_id
            ):
                found.append(index)
        return found

    def without_lists(self) -> list[int]:
        """The same, without the list above two neighbours where it was only passed."""
        pages = self.pages()
        return [
            index
            for at, index in enumerate(pages)
            if not (0 < at < len(pages) - 1 and self._joins(index, pages[at - 1], pages[at + 1]))
        ]

    def _joins(self, index: int, one: int, other: int) -> bool:
        above, before, after = self.place(index), self.place(one), self.place(other)
        return (
            above is not None
            and before is not None
            and after is not None
            and before.page_id != after.page_id
            and before.parent_id == after.parent_id == above.page_id
        )


def _back_and_forth(trail: _Trail, limits: StuckLimits) -> int:
    """Turning between the same two pages, quickly: also by way of the list above them."""
    limit = limits.back_and_forth
    if not limit.on:
        return 0
    for pages in (trail.pages(), trail.without_lists()):
        began = 0
        for at in range(2, len(pages)):
            if trail.steps[pages[at]].page_id != trail.steps[pages[at - 2]].page_id:
                began = at - 1
                continue
            first = at - limit.least
            if (
                first >= began
                and trail.steps[pages[at]].at - trail.steps[pages[first]].at <= QUICKLY
                and trail.still_counts(pages[at])
            ):
                return STRONG
    return 0


def _sibling_loop(trail: _Trail, limits: StuckLimits) -> int:
    """Round and round among the pages below one page, without going deeper.

    One of them may have been left out of a round.
    """
    limit = limits.sibling_loop
    if not limit.on:
        return 0
    parent: int | None = None
    run: list[int] = []
    runs = [run]
    for index in trail.pages():
        place = trail.place(index)
        if place is None or (run and place.page_id == parent):
            continue  # the list above them belongs to the round
        if place.parent_id != parent:
            parent, run = place.parent_id, []
            runs.append(run)
        run.append(index)
    for run in runs:
        seen = Counter(trail.steps[index].page_id for index in run)
        again = sum(1 for times in seen.values() if times >= limit.least)
        if (
            again >= max(LEAST_IN_A_ROUND, len(seen) - 1)
            and trail.still_counts(run[-1])
            and not _is_way_back([trail.steps[index].page_id for index in run])
        ):
            return STRONG
    return 0


def _is_way_back(pages: list[int | None]) -> bool:
    """Whether somebody went forward and then all the way back, as browsers' buttons do."""
    return pages == pages[::-1]


def _not_found_search(trail: _Trail, limits: StuckLimits) -> int:
    """A missing page, and soon after it a search that led nowhere yet."""
    limit = limits.not_found_search
    if not limit.on:
        return 0
    missing: datetime | None = None
    for index, step in enumerate(trail.steps):
        if step.kind is PageKind.NOT_FOUND:
            missing = step.at
        elif (
            step.kind is PageKind.SEARCH
            and missing is not None
            and step.at - missing <= timedelta(seconds=limit.least)
            and trail.still_counts(index)
            and not trail.settled_after(index)
        ):
            return STRONG
    return 0


def _empty_search(trail: _Trail, limits: StuckLimits) -> int:
    """Searches without results, since the last one that led somewhere."""
    limit = limits.empty_search
    if not limit.on:
        return 0
    empty = 0
    for index, step in enumerate(trail.steps):
        if step.kind is not PageKind.SEARCH or step.results is None:
            continue
        if step.results == 0:
            empty += trail.still_counts(index)
        elif index + 1 < len(trail.steps) and trail.place(index + 1) is not None:
            empty = 0
    return _weighed(empty, limit.least)


def _form_left(trail: _Trail, limits: StuckLimits) -> int:
    """A form that was worked on, and left without having been sent.

    A form page that is loaded again, or leads to a page below it, has been sent; whoever
    is on it again has not left it.
    """
    limit = limits.form_left
    if not limit.on:
        return 0
    last = trail.place(len(trail.steps) - 1)
    points = 0
    for index in range(len(trail.steps) - 1):
        form, after = trail.place(index), trail.place(index + 1)
        if (
            form is None
            or not form.is_form
            or form is last
            or not trail.still_counts(index + 1)
            or (index > 0 and trail.steps[index - 1].page_id == form.page_id)
        ):
            continue
        if after is None:
            # What is shown once a form was sent may be no page of the tree.
            left = trail.steps[index + 1].kind in (PageKind.SEARCH, PageKind.NOT_FOUND)
        else:
            onward = form.in_funnel and after.in_funnel
            left = not after.path.startswith(form.path) and not onward
        if left:
            points += _weighed(int(trail.dwell(index).total_seconds()), limit.least)
    return min(points, STRONG)


def _order_dwell(trail: _Trail, limits: StuckLimits) -> int:
    """A long stay on one step of the order, before its end."""
    limit = limits.order_dwell
    last = len(trail.steps) - 1
    place = trail.place(last)
    if not limit.on or place is None or not place.in_funnel or place.ends_funnel:
        return 0
    if trail.idle_since is not None and trail.now - trail.idle_since > FRESH:
        return 0
    return STRONG if trail.dwell(last) >= timedelta(seconds=limit.least) else 0


def _same_page(trail: _Trail, limits: StuckLimits) -> int:
    """Coming back to the same page again and again, with nothing new in between.

    A list, and the basket, are what people come back to from something new; so is any
    page that is only passed.
    """
    limit = limits.same_page
    if not limit.on:
        return 0
    visits: dict[int, list[int]] = {}
    for index in trail.pages():
        place = trail.place(index)
        if place is not None:
            visits.setdefault(place.page_id, []).append(index)
    for seen in visits.values():
        returns = [later for earlier, later in pairwise(seen) if _is_return(trail, earlier, later)]
        if len(returns) >= limit.least and trail.still_counts(returns[-1]):
            return STRONG
    return 0


def _is_return(trail: _Trail, earlier: int, later: int) -> bool:
    page = trail.place(later)
    new = [
        place
        for index in range(earlier + 1, later)
        if trail.new[index] and (place := trail.place(index)) is not None
    ]
    if page is None or not new:
        return page is not None
    is_list = all(place.path.startswith(page.path) for place in new)
    return not is_list and not page.in_funnel and trail.dwell(later) >= READ_AGAIN


def _weighed(count: int, least: int) -> int:
    """The points of a reason that is weak until it happened twice as much."""
    least = max(least, 1)
    return 0 if count < least else WEAK if count < 2 * least else STRONG


_REASONS: Final[Mapping[StuckReason, Callable[[_Trail, StuckLimits], int]]] = {
    StuckReason.BACK_AND_FORTH: _back_and_forth,
    StuckReason.SIBLING_LOOP: _sibling_loop,
    StuckReason.NOT_FOUND_SEARCH: _not_found_search,
    StuckReason.EMPTY_SEARCH: _empty_search,
    StuckReason.FORM_LEFT: _form_left,
    StuckReason.ORDER_DWELL: _order_dwell,
    StuckReason.SAME_PAGE: _same_page,
}
