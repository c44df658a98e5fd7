"""What may be asked, what may be answered, and the class that other answerers are.

A project plugs its own in with the setting ``ANSWERERS``; see ``docs/reference/answerers.md``.
Nothing here touches the database: these are values that may cross threads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

MOST_CARDS = 3
MOST_CHOICES = 8
LONGEST_QUESTION = 4_000


class Expects(StrEnum):
    """What the visitor is to do next: anything, choose, or write an e-mail address."""

    ANYTHING = "anything"
    CHOICE = "choice"
    EMAIL = "email"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a visitor wrote or chose, and where.

    ``language`` is that of the conversation (a locale's code). ``place`` is the ``place`` of
    the last :class:`Answer` of this conversation, as it was (after JSON, if need be), or
    ``None``. ``choice`` is the ``key`` of the :class:`Choice` that was pressed; ``text`` is then
    its label. A text that equals a label is taken for the choice.
    """

    text: str
    site_id: int
    language: str
    page_id: int | None = None
    choice: str | None = None
    place: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A live page that everybody may view, as it was when the answer was made.

    ``passage`` is plain text from the page's own searchable text. ``url`` is absolute.
    """

    page_id: int
    title: str
    passage: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of the buttons below a message of the signpost."""

    key: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the signpost says: text, or cards, or a step of a script, or nothing that it knows.

    - ``knows``: whether the visitor is shown this. If not, it has neither text nor cards:
      say so, and offer a human.
    - ``failed``: an answerer broke or took too long and no other knew: open the way to a human.
    - ``hands_over``: a script says so: say ``text`` (if any), then hand over.
    - ``place``: not ``None`` while a script goes on. Keep it with the conversation (plain JSON)
      and give it back with the next :class:`Question`; replace it by that of the next answer,
      also by ``None``.
    - ``email``: the address that the visitor has just given to a script. Personal data: keep it
      with the conversation and nowhere else; it is never logged.
    - ``is_step``: a message of a script: do not ask "did this help?" after it.
    - ``text`` is plain, with line breaks. ``pieces`` is the same with its paragraphs, lists,
      bold, italic and links (``consent.rich_text``'s pieces), empty where it is plain anyway.
    - ``source`` says what answered (``curated:12``, ``pages``, ``script:3``), for staff and logs.
    """

    knows: bool
    confidence: float = 0.0
    text: str = ""
    pieces: tuple[Any, ...] = ()
    cards: tuple[Card, ...] = ()
    choices: tuple[Choice, ...] = ()
    expects: Expects = Expects.ANYTHING
    is_step: bool = False
    hands_over: bool = False
    failed: bool = False
    email: str | None = field(default=None, repr=False)
    place: Mapping[str, Any] | None = field(default=None, repr=False)
    source: str = ""


UNKNOWN = Answer(knows=False)
"""An honest "I do not know"."""

FAILED = Answer(knows=False, failed=True)
"""Nobody knew, and somebody could not say."""


class Answerer:
    """Something that may know. One instance serves a whole process, from several threads.

    ``answer`` gets a :class:`Question` whose text is at most 4,000 characters of whatever a
    visitor wrote, and returns an :class:`Answer`; :data:`UNKNOWN` where it does not know. It
    may raise and it may be slow: after ``ANSWER_SECONDS`` nobody waits any longer, the failure
    is logged without the text, and the visitor is offered a human. What it returns is cut to
    what visitors are shown: three cards, plain text.
    """

    name: ClassVar[str] = ""
    """Short and stable, for ``Answer.source`` and logs; by default the class's name."""

    def __init_subclass__(cls) -> None:
        if "name" not in cls.__dict__:
            cls.name = cls.__name__

    def answer(self, question: Question) -> Answer:
        """What is known about this question."""
        raise NotImplementedError
