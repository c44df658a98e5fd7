"""What says the same is put together: how well, on messages with a label."""

from __future__ import annotations

import random

import pytest

from tests.study.exchanges.labelled import CHAT, LANGUAGES, questions, replies
from tests.study.exchanges.many import many
from tests.study.exchanges.measure import best_naive, exact, ours, quality
from wagtail_livechat.study import grouping
from wagtail_livechat.study.grouping import LEAST, bags_of, group, likeness, most_typical

MARGIN = 0.25
"""So much better, in F1, than the best that counting words can do."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_groups_are_pure_and_whole_by_a_margin_over_counting_words(
    language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    messages = questions(language)
    mine, naive = quality(messages, ours(messages, language)), best_naive(messages)

    with capsys.disabled():
        print(
            f"\nGroups of {len(messages)} messages ({language}): purity {mine.purity:.3f}, "
            f"recall {mine.recall:.3f}, F1 {mine.f1:.3f}; counting words at its best: "
            f"{naive.purity:.3f}, {naive.recall:.3f}, {naive.f1:.3f}"
        )
    assert mine.purity >= 0.85, mine
    assert mine.recall >= 0.65, mine
    assert mine.f1 >= naive.f1 + MARGIN, (mine, naive)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_holds_for_questions_that_were_not_looked_at_when_it_was_tuned(language: str) -> None:
    messages = questions(language)
    held = [message for message in messages if message.held or message.label == CHAT]

    alone, naive = quality(held, ours(held, language)), best_naive(held)

    assert alone.f1 >= naive.f1 + MARGIN, (alone, naive)
    assert quality(messages, ours(messages, language), held=True).recall >= 0.65


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_messages_enough_of_every_kind(language: str) -> None:
    messages = questions(language)

    assert len(messages) >= 150
    assert len({message.text for message in messages}) == len(messages)
    assert sum(message.label == CHAT for message in messages) >= 30
    assert len({message.label for message in messages if message.held}) >= 5
    # The same words are never there twice: nothing is won by comparing letter by letter.
    assert quality(messages, exact(messages)).recall < 0.1


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_agents_answer_again_and_again_is_put_together(language: str) -> None:
    messages = replies(language)
    mine = quality(messages, ours(messages, language))

    assert mine.purity == 1.0
    assert mine.recall >= 0.9


def test_a_group_is_named_by_a_wording_without_slips() -> None:
    texts = [
        "quels horraires ??",
        "horaires du samedi",
        "Quels sont vos horaires le samedi ?",
        "Quels sont vos horaires le samedi ?",
        "les horaires merci",
    ]
    (found,) = group(texts, language="fr")

    assert texts[found.members[0]] == "Quels sont vos horaires le samedi ?"
    assert sorted(found.members) == [0, 1, 2, 3, 4]


def test_a_wording_with_something_masked_is_no_name() -> None:
    texts = [
        "Where is my order •••?",
        "Where is my order then?",
        "Where is my order ••• please?",
        "my order, where is it",
    ]
    assert "•••" not in texts[most_typical(texts, language="en")[0]]


def test_two_people_make_no_group() -> None:
    texts = ["Is there parking near the shop?", "parking near the shop"]
    assert group(texts, language="en") == []
    assert len(group([*texts, "any parking at the shop?"], language="en")) == 1
    assert LEAST == 3


def test_what_one_person_says_three_times_does_not_recur() -> None:
    texts = ["parking at the shop?", "any parking near the shop", "is there parking please"]
    assert group(texts, language="en", by=[7, 7, 8]) == []
    assert len(group(texts, language="en", by=[7, 8, 9])) == 1


def test_the_words_of_one_alone_are_no_words_of_the_group() -> None:
    texts = ["horaires Dorothée", "horaires samedi", "vos horaires samedi", "horaires lundi"]
    (found,) = group(texts, language="fr")
    assert set(found.keywords) == {"horair", "samed"}

    by = [1, 2, 2, 3]
    texts = ["horaires lundi", "horaires Dorothée", "vos horaires Dorothée", "horaires lundi"]
    (found,) = group(texts, language="fr", by=by)
    assert set(found.keywords) == {"horair", "lund"}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_order_in_which_people_wrote_changes_little(seed: int) -> None:
    messages = list(questions("fr"))
    random.Random(seed).shuffle(messages)

    assert quality(messages, ours(messages, "fr")).f1 >= best_naive(questions("fr")).f1 + 0.2


def test_the_same_texts_give_the_same_groups() -> None:
    texts = [message.text for message in questions("en")]
    assert group(texts, language="en") == group(texts, language="en")


def test_nothing_that_recurs_gives_no_groups() -> None:
    assert group([], language="en") == []
    assert group(["", "???", "ok", "👍"] * 3, language="en") == []
    assert most_typical([], language="en") == []


def test_hostile_texts_are_grouped_like_any_other() -> None:
    texts = ["<script>alert(1)</script>"] * 3 + ["=HYPERLINK(1)"] * 3 + ["\x00" * 10, "ا" * 4_000]
    found = group(texts, language="en")
    assert [len(one.members) for one in found] == [3, 3]


@pytest.mark.parametrize("bound", [grouping.MOST_GATHERINGS, 200])
def test_how_far_it_is_only_grows_and_ends_at_the_end(
    bound: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grouping, "MOST_GATHERINGS", bound)
    monkeypatch.setattr(grouping, "EVERY", 50)
    heard: list[float] = []
    group(many(1_500, language="en"), language="en", tell=heard.append)

    assert heard == sorted(heard)
    assert heard[-1] == 1.0
    assert len(heard) > 4


def test_more_gatherings_than_are_held_are_given_to_the_groups(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What does not fit is not joined any more, and still counted where it belongs."""
    texts = many(600, language="en")
    whole = group(texts, language="en")
    monkeypatch.setattr(grouping, "MOST_GATHERINGS", 40)
    bounded = group(texts, language="en")

    assert bounded
    counted = sum(len(one.members) for one in bounded)
    assert counted >= 0.6 * sum(len(one.members) for one in whole)


def test_likeness_is_that_of_the_words_that_weigh() -> None:
    one, same, other = bags_of(
        ["delivery time", "the delivery time please", "gift wrapping"], language="en"
    )
    assert likeness(one, same) == pytest.approx(1.0)
    assert likeness(one, other) == 0.0
    assert likeness({}, one) == 0.0
