"""Proves from a history that nobody was watched who had not agreed, or by whom was not said.

What counts is what the visitors' browsers knew: that a yes or a no was stored, and who was
announced to them. Which watch a console has it is never told itself. A console's watch is
newer than every one that any visitor of the site had heard of when the console asked; what
a tab shows under a number covers the console's watch if that number is at least the first
newer one that is not known to be a colleague's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.faults.history import (
    Agreed,
    AnyRecord,
    Board,
    Forgot,
    Heard,
    Here,
    KeptVisit,
    KeptWatch,
    Looks,
    Opened,
    Person,
    Place,
    Saw,
    Withdrew,
    visit_named_by,
)

WITHIN_MS = 2_000
"""So soon after a no nothing of the visit is told any more, whatever was under way."""

FORGETS_WITHIN_MS = 2_000


@dataclass(frozen=True, slots=True)
class Mention:
    """A frame for staff speaks of a visit. ``moments``: when it was where, as far as told."""

    visit: str
    moments: tuple[int, ...]
    in_conversation: bool

    @property
    def tells_pages(self) -> bool:
        return bool(self.moments)


def mentions(frame: dict[str, Any]) -> list[Mention]:
    """The visits of which a frame tells something."""
    match frame.get("type"):
        case "visitors.window":
            return [_mention(row, []) for row in frame["rows"]]
        case "visit.trail":
            return [_mention(frame["visit"], frame["steps"])]
        case _:
            return []


def _mention(row: dict[str, Any], steps: Sequence[dict[str, Any]]) -> Mention:
    moments = [step["at"] for step in steps]
    if row["page"] is not None or row["pages"] or row["stuck"] or row["score"]:
        moments.append(row["page_since"])
    return Mention(
        visit=visit_named_by(row["origin"]) or row["origin"],
        moments=tuple(moments),
        in_conversation=row["in_conversation"],
    )


# D6


def resurrected(records: Sequence[AnyRecord]) -> Iterator[str]:
    """Of who said no nothing is in the database or on a screen in the end, and who left the
    chat for good is nobody there."""
    withdrawn = {record.visit for record in records if isinstance(record, Withdrew)}
    for record in records:
        match record:
            case Board():
                for place in record.places:
                    if place.visit in withdrawn:
                        yield f"{record.tab} shows {place.visit}, who had said no"
            case KeptVisit() if record.visit in withdrawn:
                yield f"{record.visit} had said no, and is in the database"
            case KeptVisit() if not record.agreed:
                yield f"{record.visit} is in the database without a yes that stands"
            case KeptVisit() if record.forgotten:
                yield f"{record.visit} is linked to a visitor who had left for good"
            case _:
                pass
    yield from _remembered(records)


def _remembered(records: Sequence[AnyRecord]) -> Iterator[str]:
    """Who left for good is not said to be in a conversation, unless they began another."""
    forgot: dict[str, int] = {}
    for record in records:
        match record:
            case Forgot():
                forgot[record.visit] = record.at
            case Heard(frame={"type": "visitors.window", "now": now}):
                for mention in mentions(record.frame):
                    at = forgot.get(mention.visit)
                    if mention.in_conversation and at and now > at + FORGETS_WITHIN_MS:
                        yield f"{record.tab} heard that {mention.visit} is still in conversation"
            case Heard(frame={"type": "invitation.ended", "accepted": True}):
                # Whoever that was has begun another conversation; the harness's visitors
                # have one visit at a time.
                forgot = {v: at for v, at in forgot.items() if not v.startswith(f"{record.who}-")}
            case _:
                pass


# D7


def told_after_no(records: Sequence[AnyRecord]) -> Iterator[str]:
    """No page that was opened after a no is told to anybody; and soon after it nothing is.

    A frame that waited in a network that stood still says when it was made, or comes behind
    one that does.
    """
    said_no: dict[str, int] = {}
    clocks: dict[str, int] = {}
    for record in records:
        match record:
            case Withdrew():
                said_no[record.visit] = record.at
            case Opened():
                clocks.pop(record.tab, None)
            case Heard(line="chat"):
                now = record.frame.get("now") if mentions(record.frame) else None
                if now is not None:
                    clocks[record.tab] = max(now, clocks.get(record.tab, 0))
                for mention in mentions(record.frame):
                    at = said_no.get(mention.visit)
                    if at is None:
                        continue
                    if any(moment > at for moment in mention.moments):
                        yield f"{record.tab} heard of a page that {mention.visit} opened after a no"
                    elif clocks.get(record.tab, 0) > at + WITHIN_MS:
                        late = clocks[record.tab] - at
                        yield f"{record.tab} heard of {mention.visit} {late} ms after a no"
            case _:
                pass


# D8


@dataclass(slots=True)
class _Console:
    """What is known of one console's watch: newer than ``after``; ``None``: it has none.

    ``lapsing``: it polls and looked away from the watch newer than this, which lasts until it
    lapses and is announced as long; who comes back before goes on with it.
    """

    alias: str
    after: int | None
    host: str = ""
    lapsing: int | None = None


@dataclass(slots=True)
class _Announcements:
    """Who was announced to whom."""

    newest: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """By site, the newest watch that any of its visitors has heard of."""

    told: dict[str, tuple[int, frozenset[str]]] = field(default_factory=dict)
    """By tab, what was announced last."""

    shown: dict[str, list[tuple[int, frozenset[str]]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    """By visit, all that any of its tabs has said it shows."""

    def hear(self, heard: Heard, host: str) -> None:
        if heard.frame.get("type") in ("visit.ready", "watchers.changed"):
            number = heard.frame["number"]
            aliases = frozenset(watcher["alias"] for watcher in heard.frame["watchers"])
            self.told[heard.tab] = (number, aliases)
            self.newest[host] = max(self.newest[host], number)

    def say(self, saw: Saw) -> None:
        number, aliases = self.told.get(saw.tab, (0, frozenset()))
        if number >= saw.number:
            self.shown[saw.visit].append((saw.number, aliases))


def unannounced(records: Sequence[AnyRecord]) -> Iterator[str]:
    """No console is told a page before a tab of that visit has said it shows who watches
    there, under a number that covers this very watch."""
    hosts = {r.who: r.hosts[0] for r in records if isinstance(r, Person)}
    watches = {(r.host, r.number): r.alias for r in records if isinstance(r, KeptWatch)}
    said = _Announcements()
    consoles: dict[str, _Console] = {}
    lines: dict[str, str] = {}
    for record in records:
        match record:
            case Opened(visit="") if record.by == "http":
                # A polling console goes on with the watch of its session.
                lines[record.tab] = f"{record.who} {record.session}"
            case Opened(visit=""):
                lines[record.tab] = record.tab
                consoles.pop(record.tab, None)
            case Looks():
                line = lines[record.tab]
                known = consoles.get(line)
                if not record.still:
                    polls = line != record.tab
                    lapsing = known.after if known and polls else None
                    consoles[line] = _Console(record.alias, None, record.host, lapsing)
                elif known is None or known.after is None:
                    after = said.newest[record.host]
                    if known is not None and known.lapsing is not None:
                        after = known.lapsing
                    consoles[line] = _Console(record.alias, after)
            case Saw():
                said.say(record)
            case Heard(line="visit"):
                said.hear(record, hosts[record.who])
                _, announced = said.told.get(record.tab, (0, frozenset()))
                for console in consoles.values():
                    if console.host == hosts[record.who] and console.alias not in announced:
                        console.lapsing = None
            case Heard():
                for mention in mentions(record.frame):
                    console = consoles.get(lines.get(record.tab, ""))
                    if mention.tells_pages:
                        host, shown = hosts[record.who], said.shown[mention.visit]
                        reason = _not_announced(console, shown, watches, host)
                        if reason:
                            yield f"{record.tab} heard a page of {mention.visit}: {reason}"
            case _:
                pass


def _not_announced(
    console: _Console | None,
    shown: Sequence[tuple[int, frozenset[str]]],
    watches: dict[tuple[str, int], str],
    host: str,
) -> str:
    """Why a page may not be told; empty if it may."""
    if console is None or console.after is None:
        return "nobody had asked to watch there, or not any more"
    first = console.after + 1
    while watches.get((host, first), console.alias) != console.alias:
        first += 1  # a colleague's
    if any(number >= first and console.alias in aliases for number, aliases in shown):
        return ""
    return f"{console.alias} was not shown there under {first} or more"


# Beside the three


def strange(records: Sequence[AnyRecord]) -> Iterator[str]:
    """Staff hear of the visits of their own sites, and a visit's tabs of no other visit."""
    where = {r.visit: (r.who, r.host) for r in records if isinstance(r, Agreed)}
    people = {r.who: r for r in records if isinstance(r, Person)}
    for record in records:
        if not isinstance(record, Heard):
            continue
        if record.frame.get("type") == "visit.shown":
            name = visit_named_by(record.frame["visit"]["origin"])
            if name is not None and where.get(name, ("", ""))[0] != record.who:
                yield f"{record.tab} was shown {name}"
        for mention in mentions(record.frame):
            _, host = where.get(mention.visit, ("", ""))
            if host and host not in people[record.who].hosts:
                yield f"{record.tab} heard of {mention.visit}, on a site that is not theirs"


def unseen(records: Sequence[AnyRecord]) -> Iterator[str]:
    """In the end who agreed is on the screen of everybody who looks at the whole table, on
    the right page: a server that tells nothing keeps every other promise."""
    people = {r.who: r for r in records if isinstance(r, Person)}
    here: dict[str, list[Place]] = defaultdict(list)
    for record in records:
        if isinstance(record, Here):
            here[record.host].append(record.place)
    for record in records:
        if not isinstance(record, Board) or not record.full:
            continue
        shown = {place.visit: place.page for place in record.places}
        for host in people[record.who].hosts:
            for place in here[host]:
                page = shown.get(place.visit)
                if page is None or place.page not in (None, page):
                    where = page or ("nowhere" if place.visit in shown else "not at all")
                    yield (
                        f"{record.tab} shows {place.visit} {where}, "
                        f"who is at {place.page or 'some page'}"
                    )
