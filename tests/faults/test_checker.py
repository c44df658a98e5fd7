"""The checker finds each kind of broken promise, and nothing where all were kept."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.faults.checker import CHECKS, Kind, check
from tests.faults.history import (
    AnyRecord,
    Asked,
    Entry,
    Heard,
    History,
    Kept,
    Pending,
    Person,
    Shown,
    Wrote,
    read,
)

SHOP, QUAY = "localhost", "127.0.0.1"
CONVERSATION = str(uuid.UUID(int=1))
OTHER = str(uuid.UUID(int=2))
HELLO, REPLY, THANKS, NOTE, NOTICE, FOREIGN = (str(uuid.UUID(int=n)) for n in range(10, 16))


def text(ref: str) -> str:
    return f"{ref} is what I say"


class Story:
    """A history in which a visitor and an agent speak; each test spoils one thing."""

    def __init__(self) -> None:
        self.questions = 0
        self.people: list[AnyRecord] = [
            Person(who="vera", role="visitor", hosts=[SHOP]),
            Person(who="paul", role="visitor", hosts=[SHOP]),
            Person(who="ada", role="agent", hosts=[SHOP]),
            Person(who="noor", role="agent", hosts=[QUAY]),
        ]
        self.rows = [
            Entry(seq=1, ref=HELLO, kind="visitor", text=text(HELLO)),
            Entry(seq=2, ref=NOTICE, kind="notice", notice="picked_up"),
            Entry(seq=3, ref=REPLY, kind="agent", text=text(REPLY)),
            Entry(seq=4, ref=THANKS, kind="visitor", text=text(THANKS)),
        ]
        self.notes = [Entry(seq=1, ref=NOTE, kind="note", text=text(NOTE))]
        self.last_seq = 4
        self.foreign_rows = [Entry(seq=1, ref=FOREIGN, kind="visitor", text=text(FOREIGN))]
        self.happened: list[AnyRecord] = [
            self.wrote("vera", HELLO),
            self.ack("vera", HELLO, 1),
            self.wrote("ada", REPLY, conversation=CONVERSATION),
            self.ack("ada", REPLY, 3),
            self.told("vera", self.rows[2]),
            self.wrote("ada", NOTE, conversation=CONVERSATION, note=True),
            self.wrote("vera", THANKS),
            self.ack("vera", THANKS, 4),
            self.told("ada", self.rows[3]),
            self.wrote("paul", FOREIGN),
            self.ack("paul", FOREIGN, 1, conversation=OTHER),
            *self.reads("vera", 0, self.rows),
            *self.reads("ada", 2, self.rows[2:]),
        ]
        self.screens: dict[str, list[Entry]] = {"vera": [*self.rows], "ada": [*self.rows]}

    def wrote(
        self, who: str, ref: str, *, conversation: str | None = None, note: bool = False
    ) -> Wrote:
        return Wrote(
            who=who,
            ref=ref,
            text=text(ref),
            note=note,
            conversation=conversation,
            lane=f"{who}'s composer" if not note else None,
        )

    def heard(self, who: str, frame: dict[str, Any], answers: int | None = None) -> Heard:
        return Heard(who=who, tab=who, frame=frame, answers=answers)

    def ack(self, who: str, ref: str, seq: int, conversation: str = CONVERSATION) -> Heard:
        frame = {"type": "ack", "ref": ref, "conversation": conversation, "seq": seq, "at": 1}
        return self.heard(who, frame)

    def refusal(self, who: str, ref: str, code: str) -> Heard:
        frame = {"type": "refused", "ref": ref, "code": code, "message": "No.", "retry_ms": None}
        return self.heard(who, frame)

    def message(self, who: str, entry: Entry) -> dict[str, Any]:
        shape = {
            "seq": entry.seq,
            "ref": entry.ref,
            "kind": entry.kind,
            "text": entry.text,
            "at": 1,
            "sender": None,
            "notice": entry.notice,
        }
        return shape if who in ("vera", "paul") else {**shape, "wrote": "ada"}

    def told(self, who: str, entry: Entry, conversation: str = CONVERSATION) -> Heard:
        tag = "message.sent" if who in ("vera", "paul") else "thread.message"
        message = self.message(who, entry)
        return self.heard(who, {"type": tag, "conversation": conversation, "message": message})

    def reads(
        self, who: str, since: int, entries: list[Entry], *, more: bool = False
    ) -> Iterator[AnyRecord]:
        self.questions += 1
        yield Asked(who=who, number=self.questions, since=since, conversation=CONVERSATION)
        frame: dict[str, Any] = {
            "messages": [self.message(who, entry) for entry in entries],
            "more": more,
        }
        if who in ("vera", "paul"):
            frame |= {"type": "messages", "conversation": CONVERSATION, "ref": None}
        else:
            frame |= {"type": "thread", "card": {"id": CONVERSATION}, "notes": [], "ref": None}
        yield self.heard(who, frame, answers=self.questions)

    def records(self) -> list[AnyRecord]:
        return [
            *self.people,
            *self.happened,
            *(
                Shown(who=who, tab=who, conversation=CONVERSATION, entries=entries)
                for who, entries in self.screens.items()
            ),
            Kept(
                conversation=CONVERSATION,
                host=SHOP,
                state="active",
                last_seq=self.last_seq,
                entries=self.rows,
                notes=self.notes,
            ),
            Kept(
                conversation=OTHER,
                host=SHOP,
                state="waiting",
                last_seq=len(self.foreign_rows),
                entries=self.foreign_rows,
                notes=[],
            ),
        ]

    def broken(self) -> set[Kind]:
        return {violation.kind for violation in check(self.records())}


@pytest.fixture
def story() -> Story:
    return Story()


def test_a_whole_conversation_keeps_every_promise(story: Story) -> None:
    assert check(story.records()) == []


def test_a_history_says_the_same_from_its_file(story: Story, tmp_path: Path) -> None:
    story.rows[3] = Entry(seq=3, ref=THANKS, kind="visitor", text=text(THANKS))
    history = History(tmp_path / "history.jsonl")
    for record in story.records():
        history.add(record)
    history.close()
    assert check(read(history.path)) == check(story.records()) != []


def test_an_acknowledged_message_that_is_gone_is_lost(story: Story) -> None:
    del story.rows[3]
    story.last_seq = 3
    assert Kind.LOST in story.broken()


def test_an_acknowledged_message_under_another_ref_is_lost(story: Story) -> None:
    story.happened.insert(2, story.ack("vera", HELLO, 2))
    assert Kind.LOST in story.broken()


def test_a_later_reading_without_an_acknowledged_message_has_lost_it(story: Story) -> None:
    story.happened += story.reads("ada", 0, story.rows[:3])
    assert story.broken() == {Kind.LOST}


def test_a_reading_that_began_before_the_acknowledgement_may_lack_it(story: Story) -> None:
    story.happened[1:1] = story.reads("ada", 0, [])
    assert story.broken() == set()


def test_a_reading_that_says_more_follows_may_end_early(story: Story) -> None:
    story.happened += story.reads("ada", 0, story.rows[:3], more=True)
    assert story.broken() == set()
    story.happened += story.reads("ada", 0, [story.rows[0], *story.rows[2:]], more=True)
    assert Kind.LOST not in story.broken()  # the missing notice was acknowledged to nobody
    story.happened += story.reads("ada", 0, story.rows[1:], more=True)
    assert Kind.LOST in story.broken()


def test_a_visitor_with_a_conversation_is_not_told_that_there_is_none(story: Story) -> None:
    ready = {
        "type": "ready",
        "now": 1,
        "available": True,
        "conversation": None,
        "messages": [],
        "more": False,
        "poll_ms": 1,
    }
    story.happened += [Asked(who="vera", number=99, since=0), story.heard("vera", ready, 99)]
    assert story.broken() == {Kind.LOST}


def test_a_row_stored_twice_is_doubled(story: Story) -> None:
    story.rows.append(Entry(seq=5, ref=THANKS, kind="visitor", text=text(THANKS)))
    story.last_seq = 5
    assert Kind.DOUBLED in story.broken()


def test_a_first_message_that_made_two_conversations_is_doubled(story: Story) -> None:
    story.foreign_rows.append(Entry(seq=2, ref=HELLO, kind="visitor", text=text(HELLO)))
    assert Kind.DOUBLED in story.broken()


def test_a_message_told_at_two_places_is_doubled(story: Story) -> None:
    story.happened.append(
        story.told("ada", Entry(seq=5, ref=THANKS, kind="visitor", text=text(THANKS)))
    )
    assert Kind.DOUBLED in story.broken()


def test_a_note_stored_twice_is_doubled(story: Story) -> None:
    story.notes.append(Entry(seq=2, ref=NOTE, kind="note", text=text(NOTE)))
    assert story.broken() == {Kind.DOUBLED}


def test_a_screen_that_shows_a_message_twice_is_doubled(story: Story) -> None:
    story.screens["vera"].append(story.rows[3])
    assert Kind.DOUBLED in story.broken()


def test_rows_out_of_order_are_found(story: Story) -> None:
    story.rows[2], story.rows[3] = story.rows[3], story.rows[2]
    assert Kind.DISORDERED in story.broken()


def test_a_message_written_after_another_was_acknowledged_comes_after_it(story: Story) -> None:
    thanks = story.wrote("vera", THANKS)
    moved = [x for x in story.happened if not (isinstance(x, Wrote) and x.ref == HELLO)]
    story.happened = [thanks, *(x for x in moved if not (isinstance(x, Wrote) and x.ref == THANKS))]
    after = [i for i, x in enumerate(story.happened) if x == story.ack("vera", THANKS, 4)][0]
    story.happened.insert(after + 1, story.wrote("vera", HELLO))
    # HELLO is 1, written after THANKS was acknowledged as 4.
    assert Kind.DISORDERED in story.broken()


def test_what_one_composer_wrote_keeps_its_order(story: Story) -> None:
    without = [x for x in story.happened if not isinstance(x, Wrote) or x.who != "vera"]
    story.happened = [story.wrote("vera", THANKS), story.wrote("vera", HELLO), *without]
    assert story.broken() == {Kind.DISORDERED}


def test_a_gap_in_the_database_is_found(story: Story) -> None:
    del story.rows[1]
    assert Kind.GAP in story.broken()


def test_a_conversation_that_counts_more_than_it_has_is_found(story: Story) -> None:
    story.last_seq = 5
    assert story.broken() == {Kind.GAP}


def test_a_gap_within_a_reading_is_found(story: Story) -> None:
    story.happened += story.reads("ada", 0, [story.rows[0], story.rows[2], story.rows[3]])
    assert Kind.GAP in story.broken()


def test_a_gap_on_a_screen_is_found(story: Story) -> None:
    del story.screens["vera"][1]
    assert Kind.GAP in story.broken()


def test_two_sides_that_see_one_place_differently_are_found(story: Story) -> None:
    story.happened.append(story.told("vera", Entry(seq=4, ref=NOTICE, kind="notice", notice="x")))
    assert Kind.DIFFERENT in story.broken()


def test_other_words_on_one_side_are_found(story: Story) -> None:
    story.happened.append(
        story.told("ada", Entry(seq=4, ref=THANKS, kind="visitor", text=text(THANKS) + "!"))
    )
    assert story.broken() == {Kind.DIFFERENT}


def test_a_message_told_and_never_stored_is_found(story: Story) -> None:
    story.happened.append(story.told("ada", Entry(seq=5, ref=str(uuid.UUID(int=77)), kind="agent")))
    assert story.broken() == {Kind.DIFFERENT}


def test_a_screen_that_lacks_the_end_is_found(story: Story) -> None:
    story.screens["ada"].pop()
    assert story.broken() == {Kind.DIFFERENT}


def test_another_visitors_message_is_a_leak(story: Story) -> None:
    story.happened.append(story.told("vera", story.foreign_rows[0], conversation=OTHER))
    assert Kind.LEAKED in story.broken()


def test_a_leak_is_found_in_whatever_field_it_hides(story: Story) -> None:
    heartbeat = {"type": "heartbeat", "heads": [{"conversation": OTHER, "seq": 1}]}
    story.happened.append(story.heard("vera", heartbeat))
    assert story.broken() == {Kind.LEAKED}


def test_words_of_another_visitor_in_a_refusal_are_a_leak(story: Story) -> None:
    frame = story.refusal("vera", str(uuid.UUID(int=99)), "busy").frame
    frame["message"] = f"Cannot store «{text(FOREIGN)}»."
    story.happened.append(story.heard("vera", frame))
    assert story.broken() == {Kind.LEAKED}


def test_a_note_on_a_visitors_screen_is_a_leak(story: Story) -> None:
    frame = {"type": "ack", "ref": NOTE, "conversation": CONVERSATION, "seq": 1, "at": 1}
    story.happened.append(story.heard("vera", frame))
    assert story.broken() == {Kind.LEAKED}


def test_a_card_for_staff_on_a_visitors_socket_is_a_leak(story: Story) -> None:
    story.happened.append(story.heard("vera", {"type": "card.changed", "card": {}}))
    assert story.broken() == {Kind.LEAKED}


def test_an_account_name_in_a_visitors_frame_is_a_leak(story: Story) -> None:
    heard = story.told("vera", story.rows[2])
    heard.frame["message"]["wrote"] = "ada"
    story.happened.append(heard)
    assert story.broken() == {Kind.LEAKED}


def test_an_agent_of_another_site_hears_nothing_of_this_one(story: Story) -> None:
    story.happened.append(story.told("noor", story.rows[2]))
    assert story.broken() == {Kind.LEAKED}


def test_what_is_never_answered_is_stuck(story: Story) -> None:
    story.happened.append(Pending(who="vera", ref=THANKS))
    assert story.broken() == {Kind.STUCK}


def test_a_row_that_nobody_wrote_is_invented(story: Story) -> None:
    story.foreign_rows.append(Entry(seq=2, ref=str(uuid.UUID(int=78)), kind="visitor", text="?"))
    assert story.broken() == {Kind.INVENTED}


def test_a_message_in_another_visitors_conversation_is_invented(story: Story) -> None:
    ref = str(uuid.UUID(int=79))
    story.happened.append(story.wrote("vera", ref))
    story.foreign_rows.append(Entry(seq=2, ref=ref, kind="visitor", text=text(ref)))
    assert story.broken() == {Kind.INVENTED}


def test_changed_words_are_found(story: Story) -> None:
    story.foreign_rows[0] = Entry(seq=1, ref=FOREIGN, kind="visitor", text="something else")
    assert story.broken() == {Kind.INVENTED}


def test_a_refused_message_that_is_stored_is_found(story: Story) -> None:
    story.happened.append(story.refusal("vera", THANKS, "closed"))
    assert story.broken() == {Kind.REFUSED_YET_STORED}


def test_a_message_refused_for_now_may_be_stored_later(story: Story) -> None:
    story.happened.insert(1, story.refusal("vera", HELLO, "busy"))
    assert story.broken() == set()


def picked_up_again(story: Story) -> Entry:
    second = Entry(seq=5, ref=str(uuid.UUID(int=80)), kind="notice", notice="picked_up")
    story.rows.append(second)
    story.last_seq = 5
    for screen in story.screens.values():
        screen.append(second)
    return second


def test_two_winners_of_one_pick_up_are_found(story: Story) -> None:
    picked_up_again(story)
    assert story.broken() == {Kind.PICKED_UP_TWICE}


@pytest.mark.parametrize(("pause", "found"), [(9.9, {Kind.PICKED_UP_TWICE}), (10.1, set())])
def test_who_was_away_for_long_may_be_relieved(
    story: Story, pause: float, found: set[Kind]
) -> None:
    began = {
        "type": "ready",
        "now": 100_000,
        "available": True,
        "conversation": None,
        "messages": [],
        "more": False,
        "poll_ms": 400,
        "signpost": False,
    }
    first, second = story.told("ada", story.rows[1]), story.told("ada", picked_up_again(story))
    second.frame["message"] |= {"at": 101_000 + round(pause * 1_000), "wrote": "noor"}
    story.happened += [
        story.heard("vera", began),
        msgspec.structs.replace(first, t=1.0),
        # The holder hears of it when back: what counts is when it was.
        msgspec.structs.replace(second, t=30.0),
    ]
    assert story.broken() == found


def test_an_internal_fault_is_found(story: Story) -> None:
    story.happened.append(story.refusal("vera", str(uuid.UUID(int=81)), "internal"))
    assert story.broken() == {Kind.BROKEN}


def test_every_kind_of_violation_has_a_check() -> None:
    assert set(CHECKS) == set(Kind)
