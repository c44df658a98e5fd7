"""What an agent sends besides words: a page, an image, a document, as it is at this moment.

A card is a snapshot, so that a thread says for ever what was sent. Only what every visitor
of the site may see becomes one; of all else the answer is the same, whether it is private,
a draft, of another site, or not there at all.
"""

# Wagtail's classes carry no types.
# mypy: no-disallow-untyped-calls

from __future__ import annotations

from typing import Any, Final

import msgspec
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models import Model
from django.template.defaultfilters import filesizeformat
from django.utils import translation
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Page

from wagtail_livechat.agents.permissions import StaffRights
from wagtail_livechat.errors import NotFound, Restricted
from wagtail_livechat.protocol.values import Card, CardKind
from wagtail_livechat.wagtail_versions import may_choose

from .models import Conversation, Message
from .rules import excerpt, normalise
from .words import main_language

PICTURE: Final = "max-640x480"
IMAGE: Final = "max-1600x1600"
MOST_TITLE: Final = 255


def card_to_send(
    *,
    rights: StaffRights,
    conversation_id: str,
    ref: str,
    kind: CardKind,
    object_id: int,
    is_attached: bool = False,
) -> Card:
    """The card that this command sends; the one that it sent, if it comes again.

    Where it ``is_attached`` to something that this agent may send, its editor chose it.
    Raises :class:`NotFound` for a conversation that is not theirs, else :class:`Restricted`.
    """
    conversation = Conversation.objects.filter(
        public_id=conversation_id, site_id__in=rights.reply
    ).first()
    if conversation is None:
        raise NotFound
    sent = Message.objects.filter(conversation=conversation, ref=ref).first()
    if sent is not None and sent.card is not None:
        return msgspec.convert(sent.card, Card)
    return _card(
        kind,
        object_id,
        conversation.site_id,
        conversation.language,
        chooser=None if is_attached else rights.user_id,
    )


def card_for_everybody(kind: CardKind, object_id: int, site_id: int, language: str) -> Card | None:
    """How this would be sent to a visitor; ``None`` if nobody may be sent it (any more)."""
    try:
        return _card(kind, object_id, site_id, language)
    except Restricted:
        return None


def _card(
    kind: CardKind, object_id: int, site_id: int, language: str, chooser: int | None = None
) -> Card:
    match kind:
        case CardKind.PAGE:
            return _page_card(object_id, site_id, language)
        case CardKind.IMAGE:
            return _image_card(_chosen(get_image_model(), object_id, chooser))
        case CardKind.DOCUMENT:
            return _document_card(object_id, chooser, language)


def title_to_send(kind: CardKind, object_id: int, site_id: int, language: str) -> str | None:
    """How this would be called as a card; ``None`` if nobody may be sent it (any more)."""
    try:
        match kind:
            case CardKind.PAGE:
                return _page_card(object_id, site_id, language).title
            case CardKind.IMAGE:
                return _title(_chosen(get_image_model(), object_id).title)
            case CardKind.DOCUMENT:
                return _title(_chosen(_documents(), object_id).title)
    except Restricted:
        return None


def address_to_send(page_id: int, site_id: int, language: str) -> str | None:
    """Where a page is, in the visitor's language; ``None`` if nobody may be sent there."""
    card = card_for_everybody(CardKind.PAGE, page_id, site_id, language)
    return card.url if card is not None else None


def stored_card(stored: dict[str, Any] | None) -> Card | None:
    """What lies in ``Message.card``, as it travels."""
    return msgspec.convert(stored, Card) if stored else None


def to_store(card: Card) -> dict[str, Any]:
    """What travels, as it lies in ``Message.card``."""
    stored: dict[str, Any] = msgspec.to_builtins(card)
    return stored


# Pages.


def _page_card(page_id: int, site_id: int, language: str) -> Card:
    page = Page.objects.filter(pk=page_id).select_related("locale").first()
    if page is None:
        raise Restricted
    for candidate in [*_translations_of(page, language), page]:
        address = _address_for_everybody(candidate, site_id)
        if address is not None:
            return Card(
                kind=CardKind.PAGE,
                title=_title(candidate.title),
                url=address,
                text=excerpt(normalise(candidate.search_description)),
            )
    raise Restricted


def _translations_of(page: Page, language: str) -> list[Page]:
    """The page in the visitor's language: in exactly this one, then in one that is near.

    A page that is in the visitor's language already is nobody's translation.
    """
    wanted = language.lower()
    if page.locale.language_code.lower() == wanted:
        return []
    near = [
        each
        for each in page.get_translations().select_related("locale")
        if main_language(each.locale.language_code) == main_language(wanted)
    ]
    near.sort(key=lambda each: each.locale.language_code.lower() != wanted)
    if near and near[0].locale.language_code.lower() == wanted:
        return near
    return [] if main_language(page.locale.language_code) == main_language(wanted) else near


def _address_for_everybody(page: Page, site_id: int) -> str | None:
    """Where the page is, if it is published on this site and for everybody."""
    if not page.live or page.get_view_restrictions().exists():
        return None
    # The model of the page decides where it is.
    parts = page.specific.get_url_parts()
    if parts is None or parts[0] != site_id or parts[2] is None:
        return None
    return f"{parts[1]}{parts[2]}"


# Images and documents.


def _chosen(model: Any, object_id: int, chooser: int | None = None) -> Any:
    """What everybody may see, and this user could have chosen, if it is asked of one."""
    kept = model.objects.filter(pk=object_id).select_related("collection").first()
    if kept is None:
        raise Restricted
    if chooser is not None:
        user = get_user_model()._default_manager.filter(pk=chooser).first()
        if user is None or not may_choose(user, kept):
            raise Restricted
    if kept.collection.get_view_restrictions().exists():
        raise Restricted
    return kept


def _image_card(image: Any) -> Card:
    try:
        picture, whole = image.get_rendition(PICTURE), image.get_rendition(IMAGE)
    except OSError as error:
        # The file is gone.
        raise Restricted from error
    return Card(
        kind=CardKind.IMAGE,
        title=_title(image.title),
        url=whole.url,
        picture=picture.url,
        text=excerpt(normalise(getattr(image, "description", ""))),
    )


def _documents() -> type[Model]:
    if not apps.is_installed("wagtail.documents"):
        raise Restricted
    model: type[Model] = get_document_model()
    return model


def _document_card(object_id: int, chooser: int | None, language: str) -> Card:
    document = _chosen(_documents(), object_id, chooser)
    kind = document.file_extension.upper()
    with translation.override(_known(language)):
        size = filesizeformat(document.get_file_size() or 0)
    return Card(
        kind=CardKind.DOCUMENT,
        title=_title(document.title),
        url=document.url,
        text=f"{kind}, {size}" if kind else size,
    )


def _known(language: str) -> str:
    try:
        return translation.get_supported_language_variant(language)
    except LookupError:
        return translation.get_language() or "en"


def _title(title: str) -> str:
    """One line; never nothing, for a card is its title where no picture is shown."""
    line = " ".join(normalise(title).split())
    return line[:MOST_TITLE] or "–"
