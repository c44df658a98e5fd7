"""The checker finds a signpost that speaks twice, out of turn, to others, or forgets whom it
handed over."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.faults.checker import Kind, check
from tests.faults.history import AnyRecord, Entry, Heard, Kept, Person, Steered, Wrote

SHOP = "localhost"
CONVERSATION = str(uuid.UUID(int=1))


def ref(number: int) -> str:
    return str(uuid.UUID(int=number))


ASKED = ref(90)
"""Vera's wish for a person."""


class Guided:
    """A history in which the signpost answers Vera, who asks for a person and gets Ada; each
    test spoils one thing."""

    def __init__(self) -> None:
        self.rows: list[Entry] = []
        self.happened: list[AnyRecord] = []
        self.state = "active"
        self.handed_over: str | None = "asked"
        self.told_state: str | None = None
        self.reopened_by_agents: list[int] = []

    # What is stored.

    def asks(self, *, who: str = "vera", guided: bool = True, text: str = "") -> Entry:
        entry = self._add("visitor", text=text or f"{ref(len(self.rows) + 10)} when is noon")
        self.happened.append(Wrote(who=who, ref=entry.ref, text=entry.text, guided=guided))
        ack = {"ref": entry.ref, "conversation": CONVERSATION, "seq": entry.seq}
        self.happened.append(Heard(who=who, tab=who, frame={"type": "ack", **ack}))
        return entry

    def answers(self, about: Entry | None = None, text: str = "I do not know that.") -> Entry:
        return self._add("signpost", text=f"{about.ref} at noon" if about else text)

    def notes(self, notice: str) -> Entry:
        return self._add("notice", notice=notice)

    def replies(self) -> Entry:
        entry = self._add("agent", text=f"{ref(len(self.rows) + 10)} I look")
        self.happened.append(Wrote(who="ada", ref=entry.ref, text=entry.text))
        return entry

    def _add(self, kind: str, *, text: str = "", notice: str | None = None) -> Entry:
        seq = len(self.rows) + 1
        entry = Entry(seq=seq, ref=ref(seq + 9), kind=kind, text=text, notice=notice)
        self.rows.append(entry)
        return entry

    # What is asked without words.

    def steers(self, what: Any, *, name: str = ASKED, seq: int | None = None) -> None:
        self.happened.append(
            Steered(who="vera", ref=name, what=what, conversation=CONVERSATION, seq=seq)
        )

    def thanked(self, *, name: str = ASKED, seq: int | None = None) -> None:
        frame = {"type": "ack", "ref": name, "conversation": CONVERSATION, "seq": seq}
        self.happened.append(Heard(who="vera", tab="vera", frame=frame))

    # The proof.

    def records(self) -> list[AnyRecord]:
        card = {
            "id": CONVERSATION,
            "state": self.told_state or self.state,
            "revision": 2,
            "handed_over": self.handed_over,
        }
        older = {**card, "state": "signpost", "revision": 1, "handed_over": None}
        return [
            Person(who="vera", role="visitor", hosts=[SHOP]),
            Person(who="paul", role="visitor", hosts=[SHOP]),
            Person(who="ada", role="agent", hosts=[SHOP]),
            *self.happened,
            Heard(who="ada", tab="ada", frame={"type": "card.changed", "card": card}),
            Heard(who="ada", tab="ada", frame={"type": "staff.ready", "cards": [older]}),
            Kept(
                conversation=CONVERSATION,
                host=SHOP,
                state=self.state,
                last_seq=len(self.rows),
                entries=self.rows,
                notes=[],
                reopened_by_agents=self.reopened_by_agents,
            ),
        ]

    def broken(self) -> set[Kind]:
        return {violation.kind for violation in check(self.records())}


@pytest.fixture
def guided() -> Guided:
    """Two questions, a person asked for, picked up, given back, and a question again."""
    found = Guided()
    first = found.asks()
    second = found.asks()
    found.answers(first)
    found.answers(second)
    found.steers("person")
    found.notes("handed_over")
    found.thanked(seq=5)
    found.asks()
    found.notes("picked_up")
    found.replies()
    return found


def give_back(guided: Guided) -> None:
    guided.notes("given_back")
    guided.state, guided.handed_over = "signpost", None


def test_a_dialogue_with_a_hand_over_keeps_every_promise(guided: Guided) -> None:
    assert check(guided.records()) == []
    give_back(guided)
    guided.answers(guided.asks())
    assert check(guided.records()) == []


# S1


def test_a_question_left_without_a_word_is_found(guided: Guided) -> None:
    give_back(guided)
    guided.asks()
    assert guided.broken() == {Kind.UNANSWERED}


def test_what_a_person_has_is_not_owed(guided: Guided) -> None:
    guided.asks()
    assert guided.broken() == set()


def test_a_second_answer_to_one_question_is_found(guided: Guided) -> None:
    give_back(guided)
    question = guided.asks()
    guided.answers(question)
    guided.answers(question)
    assert guided.broken() == {Kind.ANSWERED_TWICE}


def test_an_answer_before_any_question_is_found() -> None:
    story = Guided()
    story.notes("handed_over")
    story.state, story.handed_over = "waiting", "asked"
    story.asks()
    story.notes("picked_up")
    story.state = "active"
    give_back(story)
    story.answers()
    assert story.broken() == {Kind.ANSWERED_TWICE}


# S2


@pytest.mark.parametrize("ended", [False, True])
def test_an_answer_after_a_hand_over_is_found(guided: Guided, ended: bool) -> None:
    if ended:
        guided.notes("closed_by_visitor")
        guided.notes("reopened")
        guided.state = "waiting"
    guided.answers(guided.asks())
    assert guided.broken() == {Kind.OUT_OF_TURN}


def test_an_answer_after_an_agent_stepped_in_is_found() -> None:
    story = Guided()
    question = story.asks()
    story.notes("picked_up")
    story.answers(question)
    assert story.broken() == {Kind.OUT_OF_TURN}


def test_an_answer_after_an_agent_took_it_up_again_is_found() -> None:
    story = Guided()
    story.answers(story.asks())
    story.notes("closed_by_visitor")
    story.reopened_by_agents = [story.notes("reopened").seq]
    assert story.broken() == set()
    story.answers(story.asks())
    assert story.broken() == {Kind.OUT_OF_TURN}


def test_what_was_never_handed_over_is_answered_again_after_its_end() -> None:
    story = Guided()
    story.answers(story.asks())
    story.notes("closed_by_visitor")
    story.notes("reopened")
    story.answers(story.asks())
    story.state = "signpost"
    assert story.broken() == set()


def test_an_answer_where_it_does_not_answer_first_is_found() -> None:
    story = Guided()
    story.answers(story.asks(guided=False))
    story.state = "waiting"
    assert story.broken() == {Kind.OUT_OF_TURN}


def test_a_second_hand_over_of_what_a_person_has_is_found(guided: Guided) -> None:
    guided.notes("handed_over")
    guided.state = "waiting"
    assert guided.broken() == {Kind.OUT_OF_TURN}


# S3


@pytest.mark.parametrize("state", ["signpost", "waiting", "closed"])
def test_a_state_that_the_thread_does_not_tell_is_found(guided: Guided, state: str) -> None:
    guided.state = state
    assert guided.broken() == {Kind.HAND_OVER_LOST}


def test_a_person_who_was_promised_and_never_asked_for_is_found() -> None:
    story = Guided()
    story.answers(story.asks())
    story.state = "signpost"
    story.steers("person")
    assert story.broken() == set()
    story.thanked(seq=2)
    assert story.broken() == {Kind.HAND_OVER_LOST}


def test_a_no_that_was_stored_and_changed_nothing_is_found() -> None:
    story = Guided()
    answer = story.answers(story.asks())
    story.state = "signpost"
    story.steers("no help", seq=answer.seq)
    assert story.broken() == set()
    story.thanked()
    assert story.broken() == {Kind.HAND_OVER_LOST}


def test_a_no_after_a_yes_changes_nothing() -> None:
    story = Guided()
    answer = story.answers(story.asks())
    story.state = "signpost"
    story.steers("helped", name=ref(91), seq=answer.seq)
    story.steers("no help", seq=answer.seq)
    story.thanked()
    assert story.broken() == set()


def test_an_agent_who_was_not_told_of_a_hand_over_is_found(guided: Guided) -> None:
    guided.told_state = "waiting"
    assert guided.broken() == {Kind.HAND_OVER_LOST}
    guided.told_state, guided.handed_over = None, None
    assert guided.broken() == {Kind.HAND_OVER_LOST}


def test_an_agent_who_never_heard_of_a_hand_over_is_found(guided: Guided) -> None:
    colleague = Person(who="emile", role="agent", hosts=[SHOP])
    assert {v.kind for v in check([colleague, *guided.records()])} == {Kind.HAND_OVER_LOST}


def test_an_agent_of_another_site_need_not_hear_of_it(guided: Guided) -> None:
    stranger = Person(who="noor", role="agent", hosts=["127.0.0.1"])
    assert check([stranger, *guided.records()]) == []


def test_who_asks_for_a_person_without_a_word_has_the_conversation() -> None:
    story = Guided()
    story.steers("person")
    story.notes("handed_over_later")
    story.thanked(seq=1)
    story.state = "waiting"
    assert check(story.records()) == []


# S4


def test_an_answer_about_another_question_is_found(guided: Guided) -> None:
    give_back(guided)
    guided.asks()
    guided.answers(guided.rows[0])
    assert guided.broken() == {Kind.ANSWERED_ANOTHER}


def test_an_answer_to_another_visitor_is_found(guided: Guided) -> None:
    give_back(guided)
    foreign = ref(70)
    text = f"{foreign} when is noon"
    guided.happened.append(Wrote(who="paul", ref=foreign, text=text, guided=True))
    guided.asks()
    guided.answers(text=f"{foreign} at noon")
    assert Kind.ANSWERED_ANOTHER in guided.broken()


def test_an_answer_told_to_another_visitor_is_a_leak(guided: Guided) -> None:
    answer = guided.rows[2]
    message = {
        "seq": 3,
        "ref": answer.ref,
        "kind": "signpost",
        "text": answer.text,
        "at": 1,
        "sender": None,
        "notice": None,
    }
    frame = {"type": "message.sent", "conversation": CONVERSATION, "message": message}
    guided.happened.append(Heard(who="paul", tab="paul", frame=frame))
    assert guided.broken() == {Kind.LEAKED}
