"""A history, sorted by what it says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.faults.history import (
    Agreed,
    AnyRecord,
    Asked,
    Entry,
    Heard,
    Invited,
    Kept,
    Pending,
    Person,
    Shown,
    Steered,
    Wrote,
)


@dataclass(frozen=True, slots=True)
class Ack:
    """A message was acknowledged to its writer."""

    index: int
    ref: str
    conversation: str
    seq: int


@dataclass(frozen=True, slots=True)
class Reading:
    """Somebody asked for everything after ``since`` and got this."""

    asked: int
    who: str
    conversation: str | None
    since: int
    entries: list[Entry]
    more: bool


@dataclass(frozen=True, slots=True)
class Sighting:
    """Somebody was told of a message."""

    who: str
    conversation: str
    entry: Entry


@dataclass(slots=True)
class Evidence:
    """A history, sorted by what it says."""

    people: dict[str, Person] = field(default_factory=dict)
    wrote: dict[str, tuple[int, Wrote]] = field(default_factory=dict)
    acks: list[Ack] = field(default_factory=list)
    refusals: dict[str, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))
    readings: list[Reading] = field(default_factory=list)
    sightings: list[Sighting] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)
    pending: list[Pending] = field(default_factory=list)
    kept: dict[str, Kept] = field(default_factory=dict)
    visits: dict[str, str] = field(default_factory=dict)
    """Whose each visit is."""

    invited: dict[str, str] = field(default_factory=dict)
    """By the ``ref`` of an invitation, whom it was for."""

    asked_for_person: list[Ack] = field(default_factory=list)
    """Who asked for a person, and was told that this is done, after which entry."""

    cards: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    """What each agent was told last of each conversation."""

    picked_up: dict[str, tuple[str, float]] = field(default_factory=dict)
    """By the ``ref`` of a notice, which agent picked up and when, by the servers' clock."""

    began: float = 0.0
    """When the history began, by the servers' clock."""

    steered: dict[str, Steered] = field(default_factory=dict)
    records: Sequence[AnyRecord] = ()
    _no_help: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, records: Sequence[AnyRecord]) -> Evidence:
        found = cls(records=records)
        asked: dict[int, tuple[int, Asked]] = {}
        for index, record in enumerate(records):
            match record:
                case Person():
                    found.people[record.who] = record
                case Wrote():
                    found.wrote[record.ref] = (index, record)
                case Asked():
                    asked[record.number] = (index, record)
                case Heard():
                    found._hear(index, record, asked)
                case Steered():
                    found.steered[record.ref] = record
                case Shown():
                    found.shown.append(record)
                case Pending():
                    found.pending.append(record)
                case Kept():
                    found.kept[record.conversation] = record
                case Agreed():
                    found.visits[record.visit] = record.who
                case Invited() if record.visit in found.visits:
                    found.invited[record.ref] = found.visits[record.visit]
                case _:
                    pass
        return found

    def _hear(self, index: int, heard: Heard, asked: dict[int, tuple[int, Asked]]) -> None:
        self.heard.append(heard)
        frame = heard.frame
        who = heard.who
        # Nothing is told before it was said: the least that a frame took is nothing.
        self.began = max(self.began, (frame.get("now") or 0) / 1_000 - heard.t)
        match frame.get("type"):
            case "ack":
                written = self.wrote.get(frame["ref"])
                ack = Ack(index, frame["ref"], frame["conversation"], frame["seq"])
                if written and not written[1].note and frame["seq"] is not None:
                    self.acks.append(ack)
                steered = self.steered.get(frame["ref"])
                if steered and steered.what == "person":
                    self.asked_for_person.append(ack)
                elif steered and steered.what == "no help":
                    self._no_help.add(steered.ref)
            case "card.changed":
                self._learn(who, frame["card"])
            case "staff.ready":
                for card in frame["cards"]:
                    self._learn(who, card)
            case "refused":
                if frame.get("ref"):
                    self.refusals[frame["ref"]].append((index, frame["code"]))
            case "message.sent" | "thread.message":
                self._see(who, frame["conversation"], frame["message"])
            case "ready" | "messages" | "thread" as tag:
                match tag:
                    case "ready":
                        conversation = (frame["conversation"] or {}).get("id")
                    case "messages":
                        conversation = frame["conversation"]
                    case _:
                        conversation = frame["card"]["id"]
                        self._learn(who, frame["card"])
                entries = [self._see(who, conversation, each) for each in frame["messages"]]
                if heard.answers is not None:
                    at, question = asked[heard.answers]
                    self.readings.append(
                        Reading(at, who, conversation, question.since, entries, frame["more"])
                    )
            case _:
                pass

    def _see(self, who: str, conversation: str | None, message: dict[str, Any]) -> Entry:
        entry = _entry(message)
        if conversation is not None:
            self.sightings.append(Sighting(who, conversation, entry))
        if entry.notice == "picked_up" and "wrote" in message:
            self.picked_up[entry.ref] = (message["wrote"], message["at"] / 1_000)
        return entry

    def _learn(self, who: str, card: dict[str, Any]) -> None:
        place = (who, card.get("id", ""))
        known = self.cards.get(place)
        if known is None or known.get("revision", 0) <= card.get("revision", 0):
            self.cards[place] = card

    @property
    def not_helped(self) -> list[tuple[str, str, int]]:
        """Who said of which answer in which conversation that it did not help, never that it
        did, and was told that this is stored."""
        liked = {(s.who, s.seq) for s in self.steered.values() if s.what == "helped"}
        said = [self.steered[ref] for ref in sorted(self._no_help)]
        return [
            (each.who, each.conversation, each.seq)
            for each in said
            if each.conversation is not None
            and each.seq is not None
            and (each.who, each.seq) not in liked
        ]

    def heard_nothing_for(self, who: str, until: float) -> float:
        """For how many seconds no server had told somebody anything at a moment of its clock,
        but for heartbeats: they come before it is known who is there."""
        at = until - self.began
        told = (h.t for h in self.heard if h.who == who and h.frame.get("type") != "heartbeat")
        return at - max((t for t in told if t <= at), default=0.0)

    def owner(self, conversation: Kept) -> str | None:
        """The visitor whose words are stored in it first, or who was invited into it, or who
        asked for a person in it and said nothing."""
        for entry in conversation.entries:
            if entry.kind == "visitor" and entry.ref in self.wrote:
                return self.wrote[entry.ref][1].who
        refs = [entry.ref for entry in conversation.entries if entry.ref in self.invited]
        if refs:
            return self.invited[refs[0]]
        for ack in self.asked_for_person:
            if ack.conversation == conversation.conversation:
                return self.steered[ack.ref].who
        return None


def _entry(message: dict[str, Any]) -> Entry:
    return Entry(
        seq=message["seq"],
        ref=message["ref"],
        kind=message["kind"],
        text=message["text"],
        notice=message["notice"],
    )
