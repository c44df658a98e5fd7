"""Asking the answerers: the public face of this part."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from time import monotonic
from typing import Any, Final

from django.core.signals import setting_changed
from django.utils.module_loading import import_string

from wagtail_livechat.conf import configuration

from .answerers import (
    FAILED,
    LONGEST_QUESTION,
    MOST_CARDS,
    MOST_CHOICES,
    UNKNOWN,
    Answer,
    Answerer,
    Question,
)
from .patience import Busy, TooSlow, within
from .telling import go_on, once_more

logger = logging.getLogger(__name__)

LONGEST_ANSWER: Final = 4_000
OWN: Final = "wagtail_livechat."


def answer(question: Question) -> Answer:
    """What the signpost says to this question. Never raises, and ends within five seconds.

    To be called in a thread that may speak to the database, outside any transaction: it only
    reads. The answerers are asked one after the other, in the order of the setting
    ``ANSWERERS``; the first that knows has answered. A question with a ``place`` goes to the
    script that it belongs to.
    """
    until = monotonic() + configuration().answer_seconds
    question = replace(question, text=_tidy(question.text))
    asked = Asked()
    if question.place is not None:
        step = asked.call("script", lambda: go_on(question))
        if step is not None:
            return shaped(step)
    for one in answerers():
        found = asked.answerer(one, question, until)
        if found is not None and found.knows:
            return shaped(found)
    if question.place is not None:
        step = asked.call("script", lambda: once_more(question))
        if step is not None and step.knows:
            return shaped(step)
    return FAILED if asked.failed else UNKNOWN


class Asked:
    """One round of asking, and whether something broke in it."""

    def __init__(self) -> None:
        self.failed = False

    def answerer(self, one: Answerer, question: Question, until: float) -> Answer | None:
        """What one answerer says; ``None`` if it could not."""
        left = until - monotonic()
        if left <= 0:
            self._fail(one.name, "there was no time left")
            return None
        if type(one).__module__.startswith(OWN):
            # Ours read the database, like all else that happens in this thread.
            return self.call(one.name, lambda: one.answer(question))
        return self.call(one.name, lambda: within(left, one.answer, question))

    def call(self, name: str, ask: Any) -> Answer | None:
        """What ``ask`` returns; ``None`` if it breaks, or returns something else."""
        try:
            found = ask()
        except (TooSlow, Busy) as error:
            self._fail(name, str(error))
            return None
        except Exception as error:
            # Not the error's own words: they may hold the visitor's.
            place = traceback.extract_tb(error.__traceback__)[-1]
            self._fail(name, f"{type(error).__name__} at {place.filename}:{place.lineno}")
            return None
        if found is not None and not isinstance(found, Answer):
            self._fail(name, f"it returned {type(found).__name__}, not an Answer")
            return None
        return found

    def _fail(self, name: str, what: str) -> None:
        self.failed = True
        logger.error("The answerer %s did not answer: %s.", name, what)


def _tidy(text: str) -> str:
    return text[:LONGEST_QUESTION].replace("\x00", " ")


def shaped(found: Answer) -> Answer:
    """What visitors are shown of an answer, whoever made it."""
    return replace(
        found,
        text=str(found.text).replace("\x00", "")[:LONGEST_ANSWER],
        cards=tuple(found.cards)[:MOST_CARDS],
        choices=tuple(found.choices)[:MOST_CHOICES],
        confidence=min(1.0, max(0.0, float(found.confidence))),
    )


@cache
def answerers() -> Sequence[Answerer]:
    """Those of the setting, in its order, one of each for the whole process."""
    made = []
    for path in configuration().answerers:
        one = import_string(path)()
        made.append(one)
    return tuple(made)


def _forget(*, setting: str, **kwargs: Any) -> None:
    if setting == "WAGTAIL_LIVECHAT":
        answerers.cache_clear()


setting_changed.connect(_forget, dispatch_uid="wagtail_livechat.answers.asking")
