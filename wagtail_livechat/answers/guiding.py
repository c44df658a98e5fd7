"""What the signpost makes of a visitor's message: an answer, a word, or a person.

It reads and decides, outside any transaction, and stores nothing; :mod:`.actions` does.
"""

from __future__ import annotations

import logging
from typing import Final

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from wagtail_livechat.conversations.guidance import PagePointer, Pointing
from wagtail_livechat.conversations.queries import Unanswered
from wagtail_livechat.conversations.signpost import Saying
from wagtail_livechat.protocol.values import HandOver
from wagtail_livechat.site_settings.queries import signpost_mode
from wagtail_livechat.site_settings.rules import Signpost

from . import asking
from .answerers import Answer, Expects, Question
from .dialogue import (
    is_asked_again,
    is_greeting,
    is_thanks,
    plain,
    says_help,
    says_no_help,
    wants_person,
)

FAILURES: Final = 2
"""So many answers without help, and a person is asked."""

WORDS: Final[dict[str, Promise]] = {
    "pages": _("These pages may help:"),
    "unknown": _("I do not know that. Try other words, or talk to a person."),
    "unknown_again": _("I do not know that either."),
    "fault": _("I could not look that up just now."),
    "helped": _("Good. Ask again whenever you like."),
    "thanks": _("You are welcome."),
    "greeting": _("Hello! What would you like to know?"),
}

logger = logging.getLogger(__name__)


def answers_first(
    site_id: int, *, language: str, page_id: int | None = None, is_somebody_here: bool
) -> bool:
    """Whether the signpost answers first what is asked here now."""
    mode = signpost_mode(site_id, language=language, page_path=_path(page_id))
    return mode is Signpost.ALWAYS or (mode is Signpost.ABSENT and not is_somebody_here)


def _path(page_id: int | None) -> str:
    if page_id is None:
        return ""
    path: str | None = Page.objects.filter(pk=page_id).values_list("path", flat=True).first()
    return path or ""


def decide(asked: Unanswered) -> Saying:
    """What to say to this message, and whether it is a person's from now on."""
    mode = signpost_mode(asked.site_id, language=asked.language, page_path=_path(asked.page_id))
    if mode is Signpost.NEVER:
        return Saying(hands_over=HandOver.SWITCHED_OFF)
    is_choice = plain(asked.text) in {plain(choice) for choice in asked.choices}
    if not is_choice:
        word = _beside_the_question(asked)
        if word is not None:
            return word
    try:
        answer = asking.answer(
            Question(
                text=asked.text,
                site_id=asked.site_id,
                language=asked.language,
                page_id=asked.page_id,
                place=asked.place,
            )
        )
        return _saying(asked, answer)
    except Exception:
        logger.exception("The signpost could not answer in conversation %s.", asked.conversation_pk)
        return fault(asked)


def fault(asked: Unanswered) -> Saying:
    """Something broke or took too long: the way to a person is open."""
    return Saying(text=_word("fault", asked.language), failed=True, hands_over=HandOver.FAULT)


def _beside_the_question(asked: Unanswered) -> Saying | None:
    """What is no question, or none for the signpost."""
    text, language = asked.text, asked.language
    is_asking = asked.asks_about is not None
    if wants_person(text):
        return Saying(hands_over=HandOver.ASKED)
    if says_no_help(text, asked=is_asking):
        return Saying(helped=False, hands_over=HandOver.NOT_HELPED)
    if asked.place is not None:
        return None  # a script asks for what may look like one of these
    if says_help(text, asked=is_asking):
        return Saying(text=_word("helped", language), helped=True)
    if is_thanks(text):
        return Saying(text=_word("thanks", language))
    if is_greeting(text):
        return Saying(text=_word("greeting", language))
    if is_asked_again(text, asked.asked_before):
        return Saying(hands_over=HandOver.REPEATED)
    return None


def _saying(asked: Unanswered, answer: Answer) -> Saying:
    email = answer.email or ""
    place = dict(answer.place) if answer.place is not None else None
    if answer.failed and not answer.knows:
        return fault(asked)
    if not answer.knows:
        is_enough = asked.failures + 1 >= FAILURES
        return Saying(
            text=_word("unknown_again" if asked.failures else "unknown", asked.language),
            failed=True,
            place=place,
            email=email,
            hands_over=HandOver.FAILURES if is_enough else None,
        )
    text = answer.text
    if not text and answer.cards:
        text = _word("pages", asked.language)
    return Saying(
        text=text,
        pointing=Pointing(
            pages=[
                PagePointer(
                    page_id=card.page_id, title=card.title, passage=card.passage, url=card.url
                )
                for card in answer.cards
            ],
            choices=[choice.label for choice in answer.choices],
            pieces=answer.pieces,
            source=answer.source,
        ),
        asks=not (answer.is_step or answer.hands_over or answer.expects is not Expects.ANYTHING),
        place=place,
        email=email,
        hands_over=HandOver.SCRIPT if answer.hands_over else None,
    )


def _word(key: str, language: str) -> str:
    """One of our own sentences, in the language of the conversation or the nearest we speak."""
    try:
        known = translation.get_supported_language_variant(language)
    except LookupError:
        known = translation.get_language() or "en"
    with translation.override(known):
        return str(WORDS[key])
