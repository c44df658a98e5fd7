"""Proves from a history that nothing was lost, doubled, disordered or leaked; what is to be
proved of visits is in `permission.py`, and of the signpost in `signpost.py`.

The checker believes nobody: not the servers, and not the clients' idea of whose
conversation is whose. Who owns a conversation is decided by who wrote what is stored in it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any

import msgspec

from tests.faults import permission, signpost
from tests.faults.evidence import Ack, Evidence
from tests.faults.history import AnyRecord, Entry
from wagtail_livechat.protocol.updates import AgentUpdate, VisitorUpdate, VisitUpdate
from wagtail_livechat.workers.rules import LEASE, RENEW_EVERY


class Kind(StrEnum):
    """What can be wrong."""

    LOST = "lost"
    DOUBLED = "doubled"
    DISORDERED = "disordered"
    GAP = "gap"
    DIFFERENT = "different"
    LEAKED = "leaked"
    STUCK = "stuck"
    INVENTED = "invented"
    REFUSED_YET_STORED = "refused yet stored"
    PICKED_UP_TWICE = "picked up twice"
    BROKEN = "broken"
    RESURRECTED = "resurrected"
    TOLD_AFTER_NO = "told after a no"
    UNANNOUNCED = "unannounced"
    UNSEEN = "unseen"
    UNANSWERED = "unanswered"
    ANSWERED_TWICE = "answered twice"
    OUT_OF_TURN = "out of turn"
    HAND_OVER_LOST = "hand-over lost"
    ANSWERED_ANOTHER = "answered another"


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken promise, in words."""

    kind: Kind
    sentence: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.sentence}"


# Refusals after which a browser does not send again by itself.
RETRIED = frozenset({"rate_limited", "busy", "unavailable", "internal"})

AWAY_AFTER = (LEASE - RENEW_EVERY).total_seconds()
"""So soon after its last word a server that died may count as dead, and its agents as away."""


def _short(text: str) -> str:
    return text[:8]


# D1


def lost(evidence: Evidence) -> Iterator[str]:
    """What was acknowledged is in the database, and in every reading that began later."""
    for ack in evidence.acks:
        kept = evidence.kept.get(ack.conversation)
        rows = kept.entries if kept else []
        if not any(row.seq == ack.seq and row.ref == ack.ref for row in rows):
            yield (
                f"{_short(ack.ref)} was acknowledged as {ack.seq} of {_short(ack.conversation)} "
                "and is not there in the end"
            )
    own = {ack.ref: evidence.wrote[ack.ref][1].who for ack in evidence.acks}
    acks: dict[str, list[Ack]] = defaultdict(list)
    first: dict[str, Ack] = {}
    for ack in evidence.acks:
        acks[ack.conversation].append(ack)
        first.setdefault(own[ack.ref], ack)
    for reading in evidence.readings:
        if reading.conversation is None:
            ack = first.get(reading.who)
            if (
                ack is not None
                and ack.index < reading.asked
                and evidence.people[reading.who].role == "visitor"
            ):
                yield f"{reading.who} was told that there is no conversation after an acknowledgement"
            continue
        seen = {(entry.seq, entry.ref) for entry in reading.entries}
        until = max((entry.seq for entry in reading.entries), default=reading.since)
        for ack in acks[reading.conversation]:
            if ack.index > reading.asked or ack.seq <= reading.since:
                continue
            if reading.more and ack.seq > until:
                continue
            if (ack.seq, ack.ref) not in seen:
                yield (
                    f"{_short(ack.ref)} was acknowledged as {ack.seq} of "
                    f"{_short(ack.conversation)} before {reading.who} read from "
                    f"{reading.since} on and did not get it"
                )


# D2 and D4


def doubled(evidence: Evidence) -> Iterator[str]:
    """One ``ref`` is one row and one place, for everybody."""
    places: dict[str, set[tuple[str, int]]] = defaultdict(set)
    for conversation, kept in evidence.kept.items():
        counted: dict[str, int] = defaultdict(int)
        for row in (*kept.entries, *kept.notes):
            counted[row.ref] += 1
        for ref, number in counted.items():
            if number > 1:
                yield f"{_short(ref)} is stored {number} times in {_short(conversation)}"
        for row in kept.entries:
            places[row.ref].add((conversation, row.seq))
    for sighting in evidence.sightings:
        places[sighting.entry.ref].add((sighting.conversation, sighting.entry.seq))
    for ack in evidence.acks:
        places[ack.ref].add((ack.conversation, ack.seq))
    for ref, found in places.items():
        if len(found) > 1:
            where = ", ".join(f"{seq} of {_short(name)}" for name, seq in sorted(found))
            yield f"{_short(ref)} is in several places: {where}"
    for shown in evidence.shown:
        refs = [entry.ref for entry in shown.entries]
        for ref in {ref for ref in refs if refs.count(ref) > 1}:
            yield f"{shown.tab} shows {_short(ref)} more than once"


def stuck(evidence: Evidence) -> Iterator[str]:
    """Once all is healed, everything that was written has its answer."""
    for pending in evidence.pending:
        yield f"{_short(pending.ref)} of {pending.who} was never answered"


def refused_yet_stored(evidence: Evidence) -> Iterator[str]:
    """What was refused for good is not stored: the writer was told so and may write it anew."""
    stored = {row.ref for kept in evidence.kept.values() for row in (*kept.entries, *kept.notes)}
    for ref, refusals in evidence.refusals.items():
        for_good = [code for _, code in refusals if code not in RETRIED]
        if for_good and ref in stored and ref in evidence.wrote:
            yield f"{_short(ref)} was refused ({for_good[0]}) and is stored"


def invented(evidence: Evidence) -> Iterator[str]:
    """Only what somebody wrote is stored, with their words, in their own conversation."""
    for conversation, kept in evidence.kept.items():
        owner = evidence.owner(kept)
        for row in (*kept.entries, *kept.notes):
            if row.kind in ("notice", "signpost"):
                continue
            if row.ref not in evidence.wrote:
                yield f"{_short(row.ref)} in {_short(conversation)} was written by nobody"
                continue
            wrote = evidence.wrote[row.ref][1]
            person = evidence.people[wrote.who]
            if wrote.note != (row.kind == "note") or (not wrote.note and person.role != row.kind):
                yield f"{_short(row.ref)} of {wrote.who} is stored as by {row.kind}"
            if person.role == "visitor" and wrote.who != owner:
                yield f"{_short(row.ref)} of {wrote.who} is stored in the conversation of {owner}"
            if wrote.conversation not in (None, conversation):
                yield f"{_short(row.ref)} is stored in another conversation than it was meant for"
            if row.text != wrote.text:
                yield f"{_short(row.ref)} is stored with other words"


# D3


def disordered(evidence: Evidence) -> Iterator[str]:
    """``seq`` follows the order of events, and of each writer's own words."""
    place = {
        row.ref: (conversation, row.seq)
        for conversation, kept in evidence.kept.items()
        for row in kept.entries
    }
    for conversation, kept in evidence.kept.items():
        for before, after in pairwise(kept.entries):
            if after.seq <= before.seq:
                yield f"{after.seq} follows {before.seq} in {_short(conversation)}"
    # Acknowledged before the other was written: must come before it.
    events: list[tuple[int, str, str]] = [(a.index, "ack", a.ref) for a in evidence.acks]
    events += [(index, "wrote", ref) for ref, (index, _) in evidence.wrote.items()]
    newest: dict[str, int] = {}
    for _, what, ref in sorted(events):
        if ref not in place:
            continue
        conversation, seq = place[ref]
        if what == "ack":
            newest[conversation] = max(newest.get(conversation, 0), seq)
        elif seq <= newest.get(conversation, 0):
            yield (
                f"{_short(ref)} was written after {newest[conversation]} of "
                f"{_short(conversation)} had been acknowledged, and is {seq}"
            )
    lanes: dict[tuple[str, str], list[str]] = defaultdict(list)
    for ref, (_, wrote) in evidence.wrote.items():
        if wrote.lane is not None and ref in place:
            lanes[wrote.lane, place[ref][0]].append(ref)
    for (lane, _), refs in lanes.items():
        for earlier, later in pairwise(refs):
            if place[later][1] <= place[earlier][1]:
                yield (
                    f"{_short(earlier)} and {_short(later)} were written in this order by {lane} "
                    f"and are {place[earlier][1]} and {place[later][1]}"
                )


def gaps(evidence: Evidence) -> Iterator[str]:
    """``seq`` counts from 1 without a gap: in the database, in each reading, on each screen."""
    for conversation, kept in evidence.kept.items():
        seqs = [row.seq for row in kept.entries]
        if seqs != list(range(1, len(seqs) + 1)):
            yield f"{_short(conversation)} has {_runs(seqs)}"
        if kept.last_seq != max(seqs, default=0):
            yield f"{_short(conversation)} says {kept.last_seq} and has {_runs(seqs)}"
    for reading in evidence.readings:
        seqs = [entry.seq for entry in reading.entries]
        if seqs != list(range(reading.since + 1, reading.since + 1 + len(seqs))):
            yield f"{reading.who} read from {reading.since} on and got {_runs(seqs)}"
    for shown in evidence.shown:
        seqs = [entry.seq for entry in shown.entries]
        if seqs != list(range(1, len(seqs) + 1)):
            yield f"{shown.tab} shows {_runs(seqs)} of {_short(shown.conversation)}"


def _runs(seqs: Sequence[int]) -> str:
    """``1-4, 6-9``"""
    runs: list[list[int]] = []
    for seq in seqs:
        if runs and seq == runs[-1][1] + 1:
            runs[-1][1] = seq
        else:
            runs.append([seq, seq])
    return ", ".join(f"{a}-{b}" if a != b else str(a) for a, b in runs) or "nothing"


def different(evidence: Evidence) -> Iterator[str]:
    """A place of a conversation holds the same for everybody, and in the end all is on screen."""
    rows = {
        (conversation, row.seq): row
        for conversation, kept in evidence.kept.items()
        for row in kept.entries
    }
    for sighting in evidence.sightings:
        row = rows.get((sighting.conversation, sighting.entry.seq))
        if row != sighting.entry:
            stored = f"{_short(row.ref)} is stored" if row else "nothing is stored"
            yield (
                f"{sighting.who} was told {_short(sighting.entry.ref)} as {sighting.entry.seq} of "
                f"{_short(sighting.conversation)} where {stored}"
            )
    for shown in evidence.shown:
        conversation = evidence.kept.get(shown.conversation)
        stored_entries = conversation.entries if conversation else []
        if shown.entries != stored_entries:
            yield (
                f"{shown.tab} shows {len(shown.entries)} entries of "
                f"{_short(shown.conversation)}, which has {len(stored_entries)}"
                + (", with other contents" if len(shown.entries) == len(stored_entries) else "")
            )


# D5


_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_UPDATES: dict[str, Any] = {"visitor": VisitorUpdate, "visit": VisitUpdate, "agent": AgentUpdate}
_TAGS = {
    line: frozenset(str(x.__struct_config__.tag) for x in union.__args__)
    for line, union in _UPDATES.items()
}


def leaked(evidence: Evidence) -> Iterator[str]:
    """No frame names, quotes or belongs to what its receiver has no part in.

    Every message, note and conversation has a UUID that no other has, and texts quote
    theirs: whatever field of a frame gives something away, the UUID is in it.
    """
    notes: set[str] = set()
    belongs: dict[str, tuple[str | None, str]] = {}  # UUID -> its visitor, its host
    for ref, (_, wrote) in evidence.wrote.items():
        person = evidence.people[wrote.who]
        if wrote.note:
            notes.add(ref)
        if person.role == "visitor":
            belongs[ref] = (wrote.who, person.hosts[0])
        elif ref in evidence.invited:
            belongs[ref] = (evidence.invited[ref], person.hosts[0])
    for conversation, kept in evidence.kept.items():
        owner = evidence.owner(kept)
        for name in (conversation, *(row.ref for row in (*kept.entries, *kept.notes))):
            belongs[name] = (owner, kept.host)
    for heard in evidence.heard:
        person = evidence.people[heard.who]
        frame = heard.frame
        tag = frame.get("type")
        line = "visit" if heard.line == "visit" else person.role
        if tag not in _TAGS[line]:
            yield f"{heard.tab} heard {tag!r}, which is not for a {line}"
            continue
        if person.role == "visitor" and _has_more_than_its_type(frame, _UPDATES[line]):
            yield f"{heard.tab} heard a {tag!r} with fields that are not a visitor's"
        for name in set(_UUID.findall(msgspec.json.encode(frame).decode())):
            owner, host = belongs.get(name, (heard.who, person.hosts[0]))
            if person.role == "visitor":
                if name in notes:
                    yield f"{heard.tab} heard the internal note {_short(name)}"
                elif owner != heard.who:
                    yield f"{heard.tab} heard {_short(name)} of {owner}"
            elif host not in person.hosts:
                yield f"{heard.tab} heard {_short(name)} of {owner}, on a site that is not theirs"
    yield from permission.strange(evidence.records)


def _has_more_than_its_type(frame: dict[str, Any], union: Any) -> bool:
    try:
        known = msgspec.to_builtins(msgspec.convert(frame, union))
    except msgspec.ValidationError:
        return True
    return not _within(frame, known)


def _within(value: Any, known: Any) -> bool:
    if isinstance(value, dict):
        return isinstance(known, dict) and all(
            key in known and _within(item, known[key]) for key, item in value.items()
        )
    if isinstance(value, list):
        return (
            isinstance(known, list)
            and len(value) == len(known)
            and all(_within(a, b) for a, b in zip(value, known, strict=True))
        )
    return bool(value == known)


# Beside the five


def picked_up_twice(evidence: Evidence) -> Iterator[str]:
    """Of two agents who pick up one conversation, one wins. Whose server died long ago, and
    who has not come back, may be relieved."""
    for conversation, kept in evidence.kept.items():
        held: Entry | None = None
        for row in kept.entries:
            if row.kind != "notice":
                continue
            if row.notice == "picked_up":
                if held is not None and not _was_away(evidence, held, row):
                    yield f"{_short(conversation)} was picked up again at {row.seq}"
                held = row
            else:
                held = None


def _was_away(evidence: Evidence, before: Entry, after: Entry) -> bool:
    """Whether who picked up before was away so long that it may have been another's turn."""
    picked_up = evidence.picked_up
    if before.ref not in picked_up or after.ref not in picked_up:
        return False
    (holder, _), (_, at) = picked_up[before.ref], picked_up[after.ref]
    return evidence.heard_nothing_for(holder, at) >= AWAY_AFTER


def broken(evidence: Evidence) -> Iterator[str]:
    """Whatever fails, the servers know what to say: «internal» is a fault of their own."""
    for heard in evidence.heard:
        if heard.frame.get("type") in ("refused", "error") and heard.frame["code"] == "internal":
            yield f"{heard.tab} was told of an internal fault: {heard.frame['message']}"


CHECKS: dict[Kind, Callable[[Evidence], Iterator[str]]] = {
    Kind.LOST: lost,
    Kind.DOUBLED: doubled,
    Kind.DISORDERED: disordered,
    Kind.GAP: gaps,
    Kind.DIFFERENT: different,
    Kind.LEAKED: leaked,
    Kind.STUCK: stuck,
    Kind.INVENTED: invented,
    Kind.REFUSED_YET_STORED: refused_yet_stored,
    Kind.PICKED_UP_TWICE: picked_up_twice,
    Kind.BROKEN: broken,
    Kind.RESURRECTED: lambda evidence: permission.resurrected(evidence.records),
    Kind.TOLD_AFTER_NO: lambda evidence: permission.told_after_no(evidence.records),
    Kind.UNANNOUNCED: lambda evidence: permission.unannounced(evidence.records),
    Kind.UNSEEN: lambda evidence: permission.unseen(evidence.records),
    Kind.UNANSWERED: signpost.unanswered,
    Kind.ANSWERED_TWICE: signpost.answered_twice,
    Kind.OUT_OF_TURN: signpost.out_of_turn,
    Kind.HAND_OVER_LOST: signpost.hand_over_lost,
    Kind.ANSWERED_ANOTHER: signpost.answered_another,
}


def check(records: Iterable[AnyRecord]) -> list[Violation]:
    """Everything that is wrong with this history; nothing, if all promises were kept."""
    evidence = Evidence.of(list(records))
    return [
        Violation(kind, sentence)
        for kind, examine in CHECKS.items()
        for sentence in dict.fromkeys(examine(evidence))
    ]
