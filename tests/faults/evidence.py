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

    records: Sequence[AnyRecord] = ()

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
        match frame.get("type"):
            case "ack":
                written = self.wrote.get(frame["ref"])
                if written and not written[1].note and frame.get("seq") is not None:
                    self.acks.append(Ack(index, frame["ref"], frame["conversation"], frame["seq"]))
            case "refused":
                if frame.get("ref"):
                    self.refusals[frame["ref"]].append((index, frame["code"]))
            case "message.sent" | "thread.message":
                entry = _entry(frame["message"])
                self.sightings.append(Sighting(who, frame["conversation"], entry))
            case "ready" | "messages" | "thread" as tag:
                match tag:
                    case "ready":
                        conversation = (frame["conversation"] or {}).get("id")
                    case "messages":
                        conversation = frame["conversation"]
                    case _:
                        conversation = frame["card"]["id"]
                entries = [_entry(message) for message in frame["messages"]]
                if conversation is not None:
                    self.sightings += [Sighting(who, conversation, each) for each in entries]
                if heard.answers is not None:
                    at, question = asked[heard.answers]
                    self.readings.append(
                        Reading(at, who, conversation, question.since, entries, frame["more"])
                    )
            case _:
                pass

    def owner(self, conversation: Kept) -> str | None:
        """The visitor whose words are stored in it first, or who was invited into it."""
        for entry in conversation.entries:
            if entry.kind == "visitor" and entry.ref in self.wrote:
                return self.wrote[entry.ref][1].who
        refs = [entry.ref for entry in conversation.entries if entry.ref in self.invited]
        return self.invited[refs[0]] if refs else None


def _entry(message: dict[str, Any]) -> Entry:
    return Entry(
        seq=message["seq"],
        ref=message["ref"],
        kind=message["kind"],
        text=message["text"],
        notice=message["notice"],
    )
