"""A page's text in pieces."""

from hypothesis import given
from hypothesis import strategies as st

from wagtail_livechat.answers.passages import LONG, MOST_TEXT, one_line, passages_of


def test_short_pieces_are_joined_so_that_a_day_stands_with_its_hours() -> None:
    assert passages_of(["Monday", "closed", "Tuesday", "10:00 to 19:00"]) == [
        "Monday · closed · Tuesday · 10:00 to 19:00"
    ]


def test_a_question_is_joined_to_its_answer_as_a_sentence() -> None:
    assert passages_of(["May I bring my dog?", "Please do."]) == ["May I bring my dog? Please do."]


def test_a_long_text_is_cut_at_the_end_of_sentences() -> None:
    first, second = "A" + "a" * 150 + ".", "B" + "b" * 150 + "."
    assert passages_of([f"{first} {second}"]) == [first, second]


def test_a_sentence_without_an_end_is_cut_between_words() -> None:
    found = passages_of(["word " * 200])
    assert all(len(passage) <= LONG for passage in found)
    assert " ".join(found).split() == ["word"] * 200


def test_line_breaks_and_control_characters_become_spaces() -> None:
    assert one_line(" a\n\tb\x00c\u2028d ") == "a b c d"


def test_a_page_as_long_as_a_book_is_read_up_to_a_limit() -> None:
    found = passages_of(["word. " * MOST_TEXT])
    assert sum(len(passage) for passage in found) <= MOST_TEXT


@given(st.lists(st.text(max_size=600), max_size=8))
def test_no_passage_is_empty_or_long_and_no_letter_is_lost(texts: list[str]) -> None:
    found = passages_of(texts)
    assert all(passage and len(passage) <= LONG for passage in found)
    letters = [c for text in texts for c in one_line(text) if c.isalnum()]
    assert [c for passage in found for c in passage if c.isalnum()] == letters
