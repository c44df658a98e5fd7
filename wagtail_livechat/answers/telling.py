"""Scripts as they are stored, and what a visitor reads of them."""

# Wagtail's classes carry no types.
# mypy: no-disallow-untyped-calls

from __future__ import annotations

from typing import Any, ClassVar

from django.utils import translation
from django.utils.translation import gettext as _

from wagtail_livechat.consent.publishing import words_language

from .answerers import UNKNOWN, Answer, Answerer, Choice, Expects, Question
from .curated import cards_for
from .models import SignpostScript
from .scripts import SKIP, Kind, Place, Script, Step, Turn, again, begin, reply
from .wordings import most_alike
from .words import words_in


class ScriptAnswerer(Answerer):
    """Begins the published script whose wordings are most like the question."""

    name: ClassVar[str] = "script"

    def answer(self, question: Question) -> Answer:
        """The first step."""
        alike = most_alike(
            SignpostScript,
            text=question.text,
            site_id=question.site_id,
            language=question.language,
        )
        if not alike:
            return UNKNOWN
        row = SignpostScript.objects.filter(pk=alike[0].pk, live=True).first()
        if row is None:
            return UNKNOWN
        turn = begin(script_in(row.steps))
        return told(row.pk, turn, question, confidence=alike[0].confidence)


def go_on(question: Question) -> Answer | None:
    """The next step of the script that a question has its place in; ``None`` if the visitor
    speaks of something else, or the script is not published any more."""
    row, place = _where(question)
    if row is None or place is None:
        return None
    choice = question.choice
    with translation.override(words_language(question.language)):
        # Whoever writes a button's words has pressed it.
        if choice is None and words_in(question.text) == words_in(_("Go on without")):
            choice = SKIP
    turn = reply(script_in(row.steps), place, text=question.text, choice=choice)
    return None if turn is None else told(row.pk, turn, question)


def once_more(question: Question) -> Answer:
    """The same step, for somebody who spoke of something that nobody knows; only once."""
    row, place = _where(question)
    if row is None or place is None:
        return UNKNOWN
    turn = again(script_in(row.steps), place)
    return UNKNOWN if turn is None else told(row.pk, turn, question)


def _where(question: Question) -> tuple[SignpostScript | None, Place | None]:
    stored = question.place or {}
    pk = stored.get("script")
    if type(pk) is not int:
        return None, None
    row = SignpostScript.objects.filter(pk=pk, live=True, site_id=question.site_id).first()
    return row, Place.read(stored)


def told(pk: int, turn: Turn, question: Question, confidence: float = 1.0) -> Answer:
    """A turn of a script in the visitor's language; nothing, if there is nothing left to say."""
    texts = list(turn.texts)
    choices = [Choice(key=key, label=label) for key, label in turn.choices]
    with translation.override(words_language(question.language)):
        if turn.was_wrong and turn.asks_email:
            texts.insert(
                0, _("That does not look like an e-mail address. Please write it once more.")
            )
        elif turn.was_wrong:
            texts.insert(0, _("Please choose one of these."))
        if turn.may_skip:
            choices.append(Choice(key=SKIP, label=_("Go on without")))
    cards = cards_for(question, turn.page_ids)
    if not (texts or cards or turn.hands_over or turn.email):
        return UNKNOWN
    return Answer(
        knows=True,
        confidence=confidence,
        text="\n\n".join(texts),
        cards=cards,
        choices=tuple(choices),
        expects=_expects(turn),
        is_step=True,
        hands_over=turn.hands_over,
        email=turn.email,
        place={"script": pk, **turn.place.stored()} if turn.place else None,
        source=f"{ScriptAnswerer.name}:{pk}",
    )


def _expects(turn: Turn) -> Expects:
    if turn.asks_email:
        return Expects.EMAIL
    return Expects.CHOICE if turn.choices else Expects.ANYTHING


def script_in(stream: Any) -> Script:
    """A script as it lies in its column, without a query; what cannot be read is left out."""
    steps = (_step(block) for block in (stream.raw_data if stream else ()))
    return Script([step for step in steps if step is not None])


def _step(block: dict[str, Any]) -> Step | None:
    value = block.get("value")
    if not isinstance(value, dict) or block["type"] not in set(Kind):
        return None
    page = value.get("page")
    return Step(
        name=_text(value.get("name")),
        kind=Kind(block["type"]),
        text=_text(value.get("text")),
        next=_text(value.get("next")),
        choices=tuple(_choices(value.get("choices"))),
        page_id=page if isinstance(page, int) else None,
    )


def _choices(items: Any) -> list[tuple[str, str]]:
    # A list block holds its items with an id each, or (written before) as they are.
    values = [item.get("value", item) for item in items or () if isinstance(item, dict)]
    return [(_text(value.get("label")), _text(value.get("next"))) for value in values]


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
