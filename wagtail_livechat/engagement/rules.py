"""Decisions about invitations: whether a trigger's conditions hold, and who may be invited.

A condition about a visitor who did not agree is *unknown*, which is neither true nor
false; and whoever asks is told why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from math import inf
from typing import Final

from . import conditions
from .conditions import All, AnyOf, Leaf, Node


class Truth(StrEnum):
    """What is known of a condition."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"


class Reason(StrEnum):
    """Why a condition is what it is."""

    MET = "met"
    NOT_MET = "not_met"
    NO_CONSENT = "no_consent"
    NO_PAGE = "no_page"
    IN_BROWSER = "in_browser"


class Reach(StrEnum):
    """Whom a trigger can reach at all."""

    EVERYBODY = "everybody"
    PARTLY = "partly"
    AGREED = "agreed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSeen:
    """The page that is open, as far as conditions go."""

    page_id: int
    path: str
    model: str
    language: str
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitSeen:
    """A visit of somebody who agreed, as far as conditions go."""

    pages: int
    origin: str = ""
    returning: bool = False
    score: int = 0
    reasons: frozenset[str] = frozenset()
    device: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that conditions are judged by. ``visit`` is ``None`` without consent.

    ``at`` is in the site's own zone. ``dwell`` is ``None`` where only the browser counts.
    ``places`` are the paths of the pages that conditions name, in all their languages.
    """

    at: datetime
    page: PageSeen | None
    visit: VisitSeen | None = None
    dwell: float | None = None
    places: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a tree, or a part of it, comes to, with the verdicts on its parts.

    ``found`` is what the visitor, the page or the clock was compared with.
    """

    truth: Truth
    node: Node
    reason: Reason | None = None
    found: object = None
    parts: tuple[Verdict, ...] = ()

    def leaves(self) -> Iterator[Verdict]:
        """The verdicts on single conditions, in order."""
        if isinstance(self.node, Leaf):
            yield self
        for part in self.parts:
            yield from part.leaves()


def evaluate(node: Node, facts: Facts) -> Verdict:
    """Judge a tree: each condition, and what they come to together."""
    match node:
        case All(of):
            parts = tuple(evaluate(part, facts) for part in of)
            return Verdict(truth=_all(parts), node=node, parts=parts)
        case AnyOf(of):
            parts = tuple(evaluate(part, facts) for part in of)
            return Verdict(truth=_any(parts), node=node, parts=parts)
        case _:
            return _judge(node, facts)


def _all(parts: tuple[Verdict, ...]) -> Truth:
    said = {part.truth for part in parts}
    if Truth.FALSE in said:
        return Truth.FALSE
    return Truth.UNKNOWN if Truth.UNKNOWN in said else Truth.TRUE


def _any(parts: tuple[Verdict, ...]) -> Truth:
    said = {part.truth for part in parts}
    if Truth.TRUE in said:
        return Truth.TRUE
    return Truth.UNKNOWN if Truth.UNKNOWN in said else Truth.FALSE


def _judge(leaf: Leaf, facts: Facts) -> Verdict:
    if leaf.asks_consent and facts.visit is None:
        return Verdict(truth=Truth.UNKNOWN, node=leaf, reason=Reason.NO_CONSENT)
    if isinstance(leaf, conditions.Dwelt) and facts.dwell is None:
        return Verdict(truth=Truth.UNKNOWN, node=leaf, reason=Reason.IN_BROWSER)
    holds, found = _compare(leaf, facts)
    if holds:
        return Verdict(truth=Truth.TRUE, node=leaf, reason=Reason.MET, found=found)
    reason = Reason.NO_PAGE if _is_about_page(leaf) and facts.page is None else Reason.NOT_MET
    return Verdict(truth=Truth.FALSE, node=leaf, reason=reason, found=found)


def _is_about_page(leaf: Leaf) -> bool:
    return isinstance(
        leaf, conditions.OnPage | conditions.OfType | conditions.InLanguage | conditions.Tagged
    )


def _compare(leaf: Leaf, facts: Facts) -> tuple[bool, object]:
    """Whether the condition holds, and what it was compared with."""
    if facts.visit is not None and leaf.asks_consent:
        return _compare_visit(leaf, facts.visit)
    page = facts.page
    match leaf:
        case conditions.OnPage(page=wanted, below=below):
            return _is_there(page, facts.places.get(wanted, ()), below), None
        case conditions.OfType(types=types):
            return page is not None and page.model in types, page and page.model
        case conditions.InLanguage(locales=locales):
            return page is not None and page.language in locales, page and page.language
        case conditions.Tagged(tags=tags):
            worn = page.tags if page else frozenset()
            return bool(worn & {tag.lower() for tag in tags}), sorted(worn)
        case conditions.WithinHours(ranges=ranges):
            return any(_is_within(each, facts.at) for each in ranges), facts.at
        case conditions.Dwelt(least=least):
            return (facts.dwell or 0) >= least, int(facts.dwell or 0)
    raise TypeError(leaf.kind)  # pragma: no cover


def _compare_visit(leaf: Leaf, visit: VisitSeen) -> tuple[bool, object]:
    match leaf:
        case conditions.Viewed(least=least):
            return visit.pages >= least, visit.pages
        case conditions.CameFrom(hosts=hosts):
            came = conditions.host_of(visit.origin)
            return any(came == host or came.endswith(f".{host}") for host in hosts), came
        case conditions.IsReturning():
            return visit.returning, None
        case conditions.IsNew():
            return not visit.returning, None
        case conditions.Scored(least=least):
            return visit.score >= least, visit.score
        case conditions.StuckBecause(reasons=reasons):
            return bool(visit.reasons & {each.value for each in reasons}), sorted(visit.reasons)
        case conditions.OnDevice(devices=devices):
            return visit.device in {each.value for each in devices}, visit.device
    raise TypeError(leaf.kind)  # pragma: no cover


def _is_there(page: PageSeen | None, places: tuple[str, ...], below: bool) -> bool:
    if page is None:
        return False
    if below:
        return any(page.path.startswith(place) for place in places)
    return page.path in places


def _is_within(hours: conditions.Range, at: datetime) -> bool:
    """Whether the clock is within a range; one that passes midnight began the day before."""
    now = f"{at:%H:%M}"
    today, yesterday = at.weekday(), (at - timedelta(days=1)).weekday()
    if hours.begins < hours.ends:
        return today in hours.days and hours.begins <= now < hours.ends
    return (today in hours.days and now >= hours.begins) or (
        yesterday in hours.days and now < hours.ends
    )


def seconds_until(node: Node, facts: Facts) -> int | None:
    """After how many seconds on the page the tree holds, the rest being as it is.

    ``None`` if never: then it needs something else than patience, such as consent. So
    the browser need be told no condition, only when.
    """
    seconds = _until(node, facts)
    return None if seconds == inf else int(seconds)


def _until(node: Node, facts: Facts) -> float:
    match node:
        case All(of):
            return max(_until(part, facts) for part in of)
        case AnyOf(of):
            return min(_until(part, facts) for part in of)
        case conditions.Dwelt(least=least):
            return float(least)
        case _:
            return 0 if _judge(node, facts).truth is Truth.TRUE else inf


def reach(node: Node) -> Reach:
    """Whom a tree can reach: whether it can ever hold of somebody who did not agree."""
    if not any(leaf.asks_consent for leaf in conditions.leaves(node)):
        return Reach.EVERYBODY
    return Reach.PARTLY if _reaches_anybody(node) else Reach.AGREED


def _reaches_anybody(node: Node) -> bool:
    match node:
        case All(of):
            return all(_reaches_anybody(part) for part in of)
        case AnyOf(of):
            return any(_reaches_anybody(part) for part in of)
        case _:
            return not node.asks_consent


def speaks(node: Node, *, own: str, page_language: str) -> bool:
    """Whether a trigger written in ``own`` language may speak on a page.

    It speaks to pages in its own language, unless its conditions name languages: then
    these decide.
    """
    named = any(isinstance(leaf, conditions.InLanguage) for leaf in conditions.leaves(node))
    return named or own == page_language


# Who may be invited.


class Refusal(StrEnum):
    """Why an invitation is not made."""

    GONE = "gone"
    NO_CONSENT = "no_consent"
    POLICY = "policy"
    NEVER = "never"
    DECLINED = "declined"
    IN_CONVERSATION = "in_conversation"
    STANDING = "standing"
    CAP = "cap"
    AGAIN = "again"
    NO_PLACE = "no_place"


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What a visit has been through already, whoever began it."""

    invitations: int = 0
    has_open: bool = False
    never: bool = False
    declined: bool = False
    in_conversation: bool = False
    triggers: Set[int] = frozenset()


def refusal(past: Past, *, cap: int, trigger: int | None = None) -> Refusal | None:
    """Why this visit may not be invited (once more), by an agent or by ``trigger``.

    One count for all: it does not matter who asked before.
    """
    if past.never:
        return Refusal.NEVER
    if past.declined:
        return Refusal.DECLINED
    if past.in_conversation:
        return Refusal.IN_CONVERSATION
    if past.has_open:
        return Refusal.STANDING
    if past.invitations >= cap:
        return Refusal.CAP
    if trigger is not None and trigger in past.triggers:
        return Refusal.AGAIN
    return None


# When a trigger stops by itself.

WINDOW: Final = 2
"""The answers of the last one to two spans of ``after`` are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How the last answers to a trigger were."""

    answers: int = 0
    dismissals: int = 0


def counted(score: Score, *, dismissed: bool, after: int) -> Score:
    """The score with one answer more. What is old fades: from time to time all is halved."""
    answers = score.answers + 1
    dismissals = score.dismissals + (1 if dismissed else 0)
    if answers >= WINDOW * after:
        # Rounded so that the share is not overstated.
        return Score(answers=answers - answers // 2, dismissals=dismissals // 2)
    return Score(answers=answers, dismissals=dismissals)


def must_pause(score: Score, *, percent: int, after: int) -> bool:
    """Whether so many say no that the trigger does more harm than good."""
    return score.answers >= after and score.dismissals * 100 >= percent * score.answers
