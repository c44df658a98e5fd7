"""What visitors and agents did and heard, in the order in which it happened.

All clients of a seed live in one process, so the order of the lines is the order of events:
whatever stands in an earlier line was known before the later one began. The file is JSON
lines, one record each, and alone enough for `checker.py`.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

import msgspec

Role = Literal["visitor", "agent"]


class Record(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", omit_defaults=True):
    """One line. ``t`` is seconds since the seed began: for readers, and for what somebody may
    do only after a while."""

    t: float = 0.0


class Person(Record, tag="person"):
    """Somebody takes part, and may see the conversations of these hosts (an agent) or their own."""

    who: str
    role: Role
    hosts: list[str]


class Wrote(Record, tag="wrote"):
    """Somebody wrote a message or a note, and wants it stored once.

    What one ``lane`` wrote is stored in the order of writing. ``guided``: on a page where the
    signpost answers first.
    """

    who: str
    ref: str
    text: str
    note: bool = False
    conversation: str | None = None
    lane: str | None = None
    guided: bool = False


class Steered(Record, tag="steered"):
    """Somebody, without words, asks for a person, says whether the answer ``seq`` helped, or
    gives a conversation back to the signpost."""

    who: str
    ref: str
    what: Literal["person", "helped", "no help", "give back"]
    conversation: str | None = None
    seq: int | None = None


class Asked(Record, tag="asked"):
    """Somebody asked for the messages after ``since``; ``number`` names the question."""

    who: str
    number: int
    since: int
    conversation: str | None = None


class Heard(Record, tag="heard"):
    """A frame came. ``answers`` is the number of the question, if it answers one; ``line``
    says whether it came to a visitor's chat (or to staff), or to the visitor's visit."""

    who: str
    tab: str
    frame: dict[str, Any]
    answers: int | None = None
    line: Literal["chat", "visit"] = "chat"


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One message as somebody shows it, or as the database keeps it."""

    seq: int
    ref: str
    kind: str
    text: str = ""
    notice: str | None = None


class Shown(Record, tag="shown"):
    """What a tab shows of a conversation when all is quiet again."""

    who: str
    tab: str
    conversation: str
    entries: list[Entry]


class Pending(Record, tag="pending"):
    """What is still unanswered when all faults were healed long ago."""

    who: str
    ref: str


class Kept(Record, tag="kept"):
    """A conversation as the database has it in the end.

    ``reopened_by_agents``: which of its entries say that an agent took it up again.
    """

    conversation: str
    host: str
    state: str
    last_seq: int
    entries: list[Entry]
    notes: list[Entry]
    reopened_by_agents: list[int] = []


# Visits. Each has a name of the harness's own, which its tabs give as the site that they
# come from: so it stands in every row that staff are told.


_ORIGIN = re.compile(r"https://([a-z0-9-]+)\.visits\.test")


def origin_of(visit: str) -> str:
    """Where the tabs of this visit say that they come from."""
    return f"https://{visit}.visits.test"


def visit_named_by(origin: str) -> str | None:
    """The visit whose tabs say that they come from here."""
    found = _ORIGIN.fullmatch(origin)
    return found[1] if found else None


class Agreed(Record, tag="agreed"):
    """A visitor said yes, and was told that this is stored: from here on it is this visit."""

    who: str
    visit: str
    host: str


class Withdrew(Record, tag="withdrew"):
    """A visitor said no, and was told that this is stored. ``at``: milliseconds since 1970."""

    who: str
    visit: str
    at: int


class Forgot(Record, tag="forgot"):
    """A visitor left the chat for good, and was told that this is stored."""

    who: str
    visit: str
    at: int


class Opened(Record, tag="opened"):
    """A tab of a visit, or a console, begins to speak over a new line.

    ``session`` is what a console's requests have in common, where it polls.
    """

    who: str
    tab: str
    by: Literal["socket", "http"]
    visit: str = ""
    session: str = ""


class Looks(Record, tag="looks"):
    """A console asks to see visits of a site; or (``still`` false) was told that it sees none
    any more."""

    who: str
    tab: str
    host: str
    alias: str
    still: bool = True


class Saw(Record, tag="saw"):
    """A tab shows who was announced to it last, and says so under this number."""

    who: str
    tab: str
    visit: str
    number: int


class Invited(Record, tag="invited"):
    """An agent asks a visit something; the words are in :class:`Wrote` under the same ``ref``."""

    who: str
    ref: str
    visit: str


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A visit, and the title of the page where it is said to be."""

    visit: str
    page: str | None


class Here(Record, tag="here"):
    """A visit goes on when all is quiet again. ``page``: what its only tab has open."""

    who: str
    host: str
    place: Place


class Board(Record, tag="board"):
    """What a console shows of visits when all is quiet again; ``full``: the whole table."""

    who: str
    tab: str
    full: bool
    places: list[Place]


class KeptVisit(Record, tag="kept_visit"):
    """A visit as the database has it in the end.

    ``agreed``: nothing has ended its receipt. ``forgotten``: it is linked to a visitor who
    left for good.
    """

    visit: str
    host: str
    agreed: bool
    forgotten: bool


class KeptWatch(Record, tag="kept_watch"):
    """A watch that was begun, as the database has it in the end."""

    host: str
    number: int
    alias: str


class Fault(Record, tag="fault"):
    """A fault began, ended, or did something worth knowing."""

    kind: str
    what: str


class Remark(Record, tag="remark"):
    """Something for readers only: a connection came or went."""

    who: str
    what: str


AnyRecord = (
    Person
    | Wrote
    | Steered
    | Asked
    | Heard
    | Shown
    | Pending
    | Kept
    | Agreed
    | Withdrew
    | Forgot
    | Opened
    | Looks
    | Saw
    | Invited
    | Here
    | Board
    | KeptVisit
    | KeptWatch
    | Fault
    | Remark
)

_decoder = msgspec.json.Decoder(AnyRecord)
_encoder = msgspec.json.Encoder()


class History:
    """The records of one seed, written to a file as they come."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.records: list[AnyRecord] = []
        self._began = time.monotonic()
        self._file = path.open("wb")
        self._questions = 0

    def now(self) -> float:
        return round(time.monotonic() - self._began, 4)

    def add(self, record: AnyRecord) -> None:
        record = msgspec.structs.replace(record, t=self.now())
        self.records.append(record)
        self._file.write(_encoder.encode(record) + b"\n")

    def ask(self, who: str, since: int, conversation: str | None = None) -> int:
        """Note a question; its number goes with the answer."""
        self._questions += 1
        self.add(Asked(who=who, number=self._questions, since=since, conversation=conversation))
        return self._questions

    def close(self) -> None:
        self._file.close()


def read(path: Path) -> list[AnyRecord]:
    """The records of a history that was kept."""
    return [_decoder.decode(line) for line in path.read_bytes().splitlines()]


def faults_done(records: Iterable[AnyRecord]) -> set[str]:
    """Which kinds of fault really happened."""
    return {record.kind for record in records if isinstance(record, Fault)}
