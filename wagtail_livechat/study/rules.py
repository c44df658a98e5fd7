"""What counts as a question and as a reply, and when a study is given up for lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from wagtail_livechat.conversations.words import words_of

VISITOR: Final = "visitor"
AGENT: Final = "agent"
NOTICE: Final = "notice"

MOST_QUESTIONS: Final = 20
"""Of one conversation: nobody fills the study alone."""
STALE_AFTER: Final = timedelta(minutes=3)
"""A study of which nothing was heard for so long is over: its process died."""
RUNS_KEPT: Final = timedelta(days=30)


class Kind(StrEnum):
    """What is grouped."""

    QUESTION = "question"
    REPLY = "reply"


class RunState(StrEnum):
    """Where a study stands."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"


UNDER_WAY: Final = (RunState.QUEUED, RunState.RUNNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One entry of a thread, as it is studied. A card has words of its own kind, and no reply.

    ``helped``: what became of it, where the signpost said it and the visitor was asked.
    """

    seq: int
    kind: str
    text: str
    at: datetime
    page_id: int | None = None
    is_card: bool = False
    helped: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a visitor wrote in one go, and what came of it.

    ``answered_by`` is the kind of the first entry that answered: an agent's, or that of
    whatever answers by itself; empty where nobody did. ``seconds`` is how long that took,
    ``reply`` what an agent then said.
    """

    seq: int
    at: datetime
    text: str
    page_id: int | None
    answered_by: str
    seconds: int | None
    reply: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Replied:
    """What an agent wrote."""

    seq: int
    at: datetime
    text: str


def questions_in(lines: Iterable[Line]) -> list[Asked]:
    """What was asked in a thread: each turn of the visitor that is about something."""
    asked = (_asked(turn, answers) for turn, answers in _turns(lines))
    return [one for one in asked if words_of(one.text)][:MOST_QUESTIONS]


def replies_in(lines: Iterable[Line]) -> list[Replied]:
    """What agents replied in words that are about something."""
    return [
        Replied(seq=line.seq, at=line.at, text=line.text)
        for line in lines
        if line.kind == AGENT and not line.is_card and words_of(line.text)
    ]


def is_stale(seen_at: datetime, now: datetime) -> bool:
    """Whether a study that was under way is not any more."""
    return now - seen_at > STALE_AFTER


def _turns(lines: Iterable[Line]) -> Iterator[tuple[list[Line], list[Line]]]:
    """What the visitor wrote in one go, and what was answered before the visitor wrote again."""
    turn: list[Line] = []
    answers: list[Line] = []
    for line in lines:
        if line.kind == NOTICE:
            continue
        if line.kind != VISITOR:
            answers.append(line)
            continue
        if turn and answers:
            yield turn, answers
            turn = []
        # What was said before the visitor wrote (an invitation, say) answers nothing.
        answers = []
        turn.append(line)
    if turn:
        yield turn, answers


def _asked(turn: list[Line], answers: list[Line]) -> Asked:
    # What did not help is no answer: whoever comes after it gives one, or nobody.
    first = next((line for line in answers if line.helped is not False), None)
    pages = [line.page_id for line in turn if line.page_id is not None]
    return Asked(
        seq=turn[0].seq,
        at=turn[0].at,
        text="\n".join(line.text for line in turn),
        page_id=pages[-1] if pages else None,
        answered_by=first.kind if first else "",
        seconds=max(0, int((first.at - turn[0].at).total_seconds())) if first else None,
        reply="\n".join(reply.text for reply in replies_in(answers)),
    )
