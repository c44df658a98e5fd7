"""What a visitor asked, for whoever looks for an answer to it."""

from __future__ import annotations

from collections.abc import Iterable

from .models import Message


def unanswered_words(conversation_pk: int, most: int) -> tuple[int, str]:
    """What the visitor wrote since somebody answered, the last ``most`` messages of it, and
    the place of the newest one; 0 and nothing if the last word is not the visitor's."""
    said = Message.objects.filter(conversation_id=conversation_pk, kind__in=("visitor", "agent"))
    words: list[str] = []
    newest = 0
    for message in said.order_by("-seq")[:most]:
        if message.kind != "visitor":
            break
        newest = max(newest, message.seq)
        words.append(message.text)
    return newest, "\n".join(reversed(words))


def question_before(conversation_pk: int) -> int | None:
    """The place of the visitor's newest message before the agent's newest one."""
    said = Message.objects.filter(conversation_id=conversation_pk).order_by("-seq")
    answer = said.filter(kind="agent").values_list("seq", flat=True).first()
    asked = said.filter(kind="visitor")
    if answer is not None:
        asked = asked.filter(seq__lt=answer)
    return asked.values_list("seq", flat=True).first()


def visitors_words(places: Iterable[tuple[int, int]]) -> dict[tuple[int, int], str]:
    """What visitors wrote at these places: a conversation's key and a ``seq`` each."""
    wanted = set(places)
    rows = Message.objects.filter(
        conversation_id__in={conversation for conversation, _seq in wanted},
        seq__in={seq for _conversation, seq in wanted},
        kind="visitor",
    ).values_list("conversation_id", "seq", "text")
    return {
        (conversation, seq): text
        for conversation, seq, text in rows
        if (conversation, seq) in wanted
    }
