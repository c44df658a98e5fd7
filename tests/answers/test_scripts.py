"""Scripts: the check, and the walk."""

from __future__ import annotations

from typing import Any

import pytest

from wagtail_livechat.answers.scripts import (
    SKIP,
    Kind,
    Place,
    Script,
    Step,
    Turn,
    Wrong,
    again,
    begin,
    is_email,
    problems,
    reply,
)


def say(name: str, following: str = "", **more: Any) -> Step:
    return Step(name=name, kind=Kind.SAY, text=f"{name}!", next=following, **more)


def ask(name: str, **choices: str) -> Step:
    return Step(name=name, kind=Kind.ASK, text=f"{name}?", choices=tuple(choices.items()))


def email(name: str, following: str = "") -> Step:
    return Step(name=name, kind=Kind.EMAIL, text="Your address?", next=following)


def hand_over(name: str) -> Step:
    return Step(name=name, kind=Kind.HAND_OVER, text="A moment.")


TREE = Script(
    [
        say("hello", "what"),
        ask("what", Book="book", Order="mail"),
        Step(name="book", kind=Kind.PAGE, text="Here.", page_id=7),
        email("mail", "human"),
        hand_over("human"),
    ]
)


def wrongs(*steps: Step) -> list[tuple[Wrong, tuple[str, ...]]]:
    return [(problem.wrong, problem.steps) for problem in problems(Script(steps))]


# The check.


def test_a_tree_has_no_problems() -> None:
    assert problems(TREE) == []


def test_a_script_without_steps_is_named() -> None:
    assert wrongs() == [(Wrong.NO_STEPS, ())]


def test_a_loop_is_named_with_its_steps_and_only_once() -> None:
    found = wrongs(say("a", "b"), ask("b", On="c", Out="end"), say("c", "a"), say("end"))
    assert found == [(Wrong.LOOP, ("a", "b", "c", "a"))]


def test_a_step_that_goes_on_with_itself_is_a_loop() -> None:
    assert wrongs(say("a", "a")) == [(Wrong.LOOP, ("a", "a"))]


def test_each_of_two_loops_is_named() -> None:
    found = wrongs(ask("top", One="a", Two="b"), say("a", "top"), say("b", "b"))
    assert {steps for _wrong, steps in found} == {("top", "a", "top"), ("b", "b")}


def test_two_ways_to_the_same_step_are_no_loop() -> None:
    assert wrongs(ask("top", One="a", Two="b"), say("a", "end"), say("b", "end"), say("end")) == []


def test_steps_that_are_never_reached_are_named_also_in_a_ring_of_their_own() -> None:
    found = wrongs(say("a"), say("lost", "too"), say("too"))
    assert found == [(Wrong.NEVER_REACHED, ("lost", "too"))]
    ring = wrongs(say("a"), say("x", "y"), say("y", "x"))
    assert (Wrong.NEVER_REACHED, ("x", "y")) in ring
    assert (Wrong.LOOP, ("x", "y", "x")) in ring


def test_a_step_that_is_not_there_and_two_of_one_name_are_named() -> None:
    assert wrongs(say("a", "nowhere")) == [(Wrong.NO_SUCH_STEP, ("a", "nowhere"))]
    assert wrongs(say("a"), say("a")) == [(Wrong.SAME_NAME, ("a",))]


# The walk.


def at(step: str, tries: int = 0) -> Place:
    return Place(step=step, tries=tries)


def after(place: Place, text: str, choice: str | None = None) -> Turn:
    turn = reply(TREE, place, text=text, choice=choice)
    assert turn is not None
    return turn


def test_what_needs_no_answer_is_said_in_one_turn() -> None:
    assert begin(TREE) == Turn(
        texts=("hello!", "what?"), choices=(("1", "Book"), ("2", "Order")), place=at("what")
    )


def test_a_button_or_its_words_lead_on() -> None:
    assert after(at("what"), "whatever", choice="1").page_ids == (7,)
    assert after(at("what"), " order ").asks_email
    assert after(at("what"), "BOOK!").place is None


def test_words_that_are_no_choice_are_left_to_others_and_the_step_comes_once_more() -> None:
    assert reply(TREE, at("what"), text="Do you like cats?") is None
    assert reply(TREE, at("what"), text="Book", choice="9") is None
    once = again(TREE, at("what"))
    assert once is not None
    assert (once.texts, once.was_wrong, once.place) == (("what?",), True, at("what", 1))
    assert again(TREE, at("what", 1)) is None


def test_an_address_leads_on_and_is_told_once() -> None:
    turn = after(at("mail"), " <ada@example.org> ")
    assert (turn.email, turn.hands_over, turn.place) == ("ada@example.org", True, None)
    assert turn.texts == ("A moment.",)


def test_a_wrong_address_keeps_the_step_and_after_two_going_on_without_is_offered() -> None:
    first = after(at("mail"), "ada@")
    assert (first.was_wrong, first.may_skip, first.place) == (True, False, at("mail", 1))
    assert first.place is not None
    second = after(first.place, "no")
    assert (second.may_skip, second.place) == (True, at("mail", 2))
    assert second.place is not None
    third = after(second.place, "still not")
    assert (third.may_skip, third.place) == (True, at("mail", 3))


def test_going_on_without_is_not_to_be_had_before_it_is_offered() -> None:
    assert after(at("mail", 1), "x", choice=SKIP).place == at("mail", 2)
    skipped = after(at("mail", 2), "Go on without", choice=SKIP)
    assert (skipped.email, skipped.hands_over) == (None, True)


@pytest.mark.parametrize("text", ["a@b.fr", "Ada.L+x@mail.example.co.uk", "o'hara@example.org"])
def test_addresses_as_people_have_them_are_taken(text: str) -> None:
    assert is_email(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a@b",
        "@b.fr",
        "a b@c.fr",
        "a@b..fr",
        "a..b@c.fr",
        "a@-b.fr",
        "a@b.fr, c@d.fr",
        "a@b.fr\nBcc: c@d.fr",
        "x" * 65 + "@b.fr",
        "a@" + "b." * 200 + "fr",
        "é@b.fr",
    ],
)
def test_what_is_no_single_address_is_not_taken(text: str) -> None:
    assert not is_email(text)


def test_a_place_is_kept_as_json_and_nothing_else_is_one() -> None:
    assert Place.read(at("mail", 2).stored()) == at("mail", 2)
    assert Place.read({"step": 3}) is None
    assert Place.read({}) is None
    assert Place.read({"step": "mail", "tries": "2"}) is None


def test_a_place_that_is_not_there_any_more_leads_nowhere() -> None:
    assert reply(TREE, at("gone"), text="Book") is None
    assert reply(TREE, at("hello"), text="Book") is None
    assert again(TREE, at("gone")) is None


def test_a_loop_that_got_in_all_the_same_ends() -> None:
    assert begin(Script([say("a", "b"), say("b", "a")])) == Turn(texts=("a!", "b!"))
    assert begin(Script([])) == Turn()
