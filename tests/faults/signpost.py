"""Proves from a history that the signpost spoke when it was asked, once, to the one who asked,
and was silent where a person has the conversation.

Who has a conversation is not believed but followed (:class:`Course`), entry by entry, from
what is stored in it and from the pages where its visitor wrote.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from tests.faults.evidence import Evidence
from tests.faults.history import Entry, Kept

Has = Literal["nobody yet", "signpost", "waiting", "active", "closed"]

HANDED_OVER = frozenset({"handed_over", "handed_over_later"})
ENDED = frozenset({"closed_by_agent", "closed_by_visitor", "closed_idle"})
_NAME = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(slots=True)
class Course:
    """Who had a conversation after each entry of it, and what the signpost did meanwhile."""

    has: list[Has] = field(default_factory=list)
    reactions: list[tuple[Entry, Entry]] = field(default_factory=list)
    """Questions, each with the message that the signpost wrote about it."""

    surplus: list[Entry] = field(default_factory=list)
    """What it wrote when it owed nothing."""

    out_of_turn: list[Entry] = field(default_factory=list)
    """What it wrote, or handed over, when a person had the conversation."""

    owed: deque[Entry] = field(default_factory=deque)
    """Questions that it has yet to answer."""

    is_silent: bool = False
    """Whether a person was asked, and has not given it back."""

    was_guided: bool = False
    """Whether the signpost ever had it."""

    @property
    def now(self) -> Has:
        return self.has[-1] if self.has else "nobody yet"

    def at(self, seq: int) -> Has:
        """Who had it when this was its last entry."""
        return self.has[seq - 1] if 0 < seq <= len(self.has) else "nobody yet"

    def was_handed_over(self, entries: list[Entry]) -> bool:
        """Whether it is with a person because the signpost gave it to one."""
        for entry in reversed(entries):
            if entry.notice == "given_back":
                return False
            if entry.notice in HANDED_OVER:
                return True
        return False


def _follow(kept: Kept, guided: Callable[[Entry], bool]) -> Course:
    """Follow a conversation; ``guided`` says of a message whether it was written where the
    signpost answers first."""
    course = Course()
    for index, entry in enumerate(kept.entries):
        has: Has = course.now
        following = kept.entries[index + 1] if index + 1 < len(kept.entries) else None
        if has == "nobody yet":
            has = _first(entry, guided)
        if has == "signpost":
            course.was_guided = True
        match entry:
            case Entry(kind="visitor"):
                if has == "signpost":
                    course.owed.append(entry)
            case Entry(kind="signpost"):
                if has != "signpost":
                    course.out_of_turn.append(entry)
                elif course.owed:
                    course.reactions.append((course.owed.popleft(), entry))
                else:
                    course.surplus.append(entry)
            case Entry(notice="handed_over" | "handed_over_later"):
                if has != "signpost":
                    course.out_of_turn.append(entry)
                has = "waiting"
                course.is_silent = True
            case Entry(notice="picked_up"):
                course.is_silent = course.is_silent or has == "signpost"
                has = "active"
            case Entry(notice="given_back"):
                has = "signpost"
                course.is_silent = False
            case Entry(notice="reopened"):
                if entry.seq in kept.reopened_by_agents:
                    has = "active"
                    course.is_silent = course.is_silent or bool(course.reactions)
                else:
                    has = _reopened(course, following, guided)
            case Entry(notice=str(notice)) if notice in ENDED:
                has = "closed"
            case _:
                pass
        if has == "signpost":
            course.was_guided = True
        else:
            course.owed.clear()
        course.has.append(has)
    return course


def _first(entry: Entry, guided: Callable[[Entry], bool]) -> Has:
    """Who has a conversation that begins with this."""
    if entry.notice in HANDED_OVER or (entry.kind == "visitor" and guided(entry)):
        return "signpost"
    return "active" if entry.kind == "agent" else "waiting"


def _reopened(course: Course, following: Entry | None, guided: Callable[[Entry], bool]) -> Has:
    """Who has a conversation that its visitor has taken up again, with this."""
    if following is not None and following.notice in HANDED_OVER:
        return "signpost"  # for a moment: a person was asked for
    asks = following is not None and following.kind == "visitor" and guided(following)
    return "signpost" if asks and not course.is_silent else "waiting"


def courses(evidence: Evidence) -> dict[str, Course]:
    """Each conversation, followed."""

    def guided(entry: Entry) -> bool:
        written = evidence.wrote.get(entry.ref)
        return written is not None and written[1].guided

    return {name: _follow(kept, guided) for name, kept in evidence.kept.items()}


# S1


def unanswered(evidence: Evidence) -> Iterator[str]:
    """Once all is at rest, the signpost owes nothing where it is not silent."""
    for name, course in courses(evidence).items():
        for question in course.owed:
            yield f"{question.seq} of {name[:8]} was left by the signpost without a word"


def answered_twice(evidence: Evidence) -> Iterator[str]:
    """To each question there is at most one automatic reaction."""
    for name, course in courses(evidence).items():
        for entry in course.surplus:
            yield f"the signpost wrote {entry.seq} of {name[:8]} and had been asked nothing more"


# S2


def out_of_turn(evidence: Evidence) -> Iterator[str]:
    """From a hand-over on it is silent, until it is given back."""
    for name, course in courses(evidence).items():
        for entry in course.out_of_turn:
            what = "wrote" if entry.kind == "signpost" else "handed over at"
            had = course.at(entry.seq - 1)
            yield f"the signpost {what} {entry.seq} of {name[:8]}, which was {had}"


# S3


def hand_over_lost(evidence: Evidence) -> Iterator[str]:
    """A hand-over is in the thread and in the state, and every agent of the site is told."""
    found = courses(evidence)
    for name, kept in evidence.kept.items():
        course = found[name]
        if not course.was_guided:
            continue
        if kept.state != course.now:
            yield f"{name[:8]} is {kept.state}, and {course.now} by what is written in it"
        if kept.state in ("waiting", "active") and course.was_handed_over(kept.entries):
            yield from _untold(evidence, name, kept)
    for ack in evidence.asked_for_person:
        course = found.get(ack.conversation, Course())
        if course.at(ack.seq) in ("nobody yet", "signpost"):
            yield (
                f"a person was promised at {ack.seq} of {ack.conversation[:8]}, "
                f"which was {course.at(ack.seq)}"
            )
    for who, conversation, seq in evidence.not_helped:
        kept_or_none = evidence.kept.get(conversation)
        if kept_or_none is None or kept_or_none.last_seq <= seq:
            yield f"{who} said that {seq} of {conversation[:8]} did not help, and nothing followed"


def _untold(evidence: Evidence, name: str, kept: Kept) -> Iterator[str]:
    """Agents who do not know that somebody was handed over."""
    for person in evidence.people.values():
        if person.role != "agent" or kept.host not in person.hosts:
            continue
        card = evidence.cards.get((person.who, name))
        if card is None:
            yield f"{person.who} was never told of {name[:8]}, which was handed over"
        elif card["state"] != kept.state or not card.get("handed_over"):
            yield (
                f"{person.who} was told last that {name[:8]} is {card['state']}; it was handed "
                f"over, and is {kept.state}"
            )


# S4


def answered_another(evidence: Evidence) -> Iterator[str]:
    """An automatic answer is about the question that it follows, and for who asked it."""
    for name, course in courses(evidence).items():
        kept = evidence.kept[name]
        owner = evidence.owner(kept)
        for question, answer in course.reactions:
            about = set(_NAME.findall(answer.text))
            if about - set(_NAME.findall(question.text)):
                yield f"{answer.seq} of {name[:8]} is about another message than {question.seq}"
        for entry in kept.entries:
            if entry.kind != "signpost":
                continue
            for ref in _NAME.findall(entry.text):
                written = evidence.wrote.get(ref)
                if written is not None and written[1].who != owner:
                    yield (
                        f"{entry.seq} of {name[:8]}, of {owner}, answers {ref[:8]} "
                        f"of {written[1].who}"
                    )
