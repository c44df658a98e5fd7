"""Answerers of a project's own, for tests: what they know is on the tin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from unittest.mock import patch

from wagtail_livechat.answers.answerers import UNKNOWN, Answer, Question


class Knowing:
    """Knows these questions, and no others; remembers what it was asked."""

    def __init__(self, known: Mapping[str, Answer]) -> None:
        self.known = known
        self.asked: list[Question] = []

    def answer(self, question: Question) -> Answer:
        self.asked.append(question)
        return self.known.get(question.text, UNKNOWN)


@contextmanager
def knowing(**known: Answer) -> Iterator[Knowing]:
    """While it lasts the site knows this; an underscore stands for a blank."""
    answerer = Knowing({question.replace("_", " "): answer for question, answer in known.items()})
    with patch("wagtail_livechat.answers.asking.answer", answerer.answer):
        yield answerer
