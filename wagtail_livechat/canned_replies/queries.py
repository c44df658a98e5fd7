"""What an agent is offered in a conversation: found, filled in, with the cards that can be sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from django.contrib.auth.models import Group
from django.utils import timezone
from wagtail.models import Site

from wagtail_livechat import clock
from wagtail_livechat.agents.permissions import StaffRights
from wagtail_livechat.conversations.asking import unanswered_words
from wagtail_livechat.conversations.cards import address_to_send, title_to_send
from wagtail_livechat.conversations.pages import page_facts
from wagtail_livechat.conversations.queries import conversation_by_id
from wagtail_livechat.errors import NotFound
from wagtail_livechat.protocol.canned import CannedCard, CannedReply, Placeholder
from wagtail_livechat.protocol.values import CardKind

from . import matching, models
from .cards import attached_in
from .library import library
from .placeholders import Facts, fill
from .rules import Asking, is_offered
from .writing import plain_text

if TYPE_CHECKING:
    from wagtail_livechat.conversations.models import Conversation

LAST_WORDS: Final = 3
"""How many messages of the visitor in a row are taken for one question."""


def found(
    *, rights: StaffRights, alias: str, conversation_id: str, query: str
) -> list[CannedReply]:
    """The replies that fit what was typed, best first.

    Raises :class:`NotFound` for a conversation in which this agent may not reply.
    """
    conversation = _demand_conversation(rights, conversation_id)
    asking = asking_in(conversation, rights.user_id)
    shelf = library()
    offered = shelf.offered(asking, conversation.language)
    keys = matching.search(offered, query, uses=lambda key: shelf.uses[key])
    return _offer(keys, conversation, asking, alias)


def suggested(
    *, rights: StaffRights, alias: str, conversation_id: str
) -> tuple[int, list[CannedReply]]:
    """Which of the visitor's messages is the newest, and the replies that may answer it."""
    conversation = _demand_conversation(rights, conversation_id)
    seq, question = unanswered_words(conversation.pk, LAST_WORDS)
    if not question:
        return seq, []
    asking = asking_in(conversation, rights.user_id)
    shelf = library()
    offered = {each.entry.key for each in shelf.offered(asking, conversation.language)}
    stems = matching.stems_of(question, conversation.language)
    keys = matching.suggest(stems, past=shelf.past, own=shelf.own, offered=frozenset(offered))
    return seq, _offer(keys, conversation, asking, alias)


def asking_in(conversation: Conversation, user_id: int) -> Asking:
    """Who looks for a reply, where and when."""
    groups = Group.objects.filter(user=user_id).values_list("pk", flat=True)
    return Asking(
        site_id=conversation.site_id,
        user_id=user_id,
        group_ids=frozenset(groups),
        today=timezone.localdate(clock.now()),
    )


def is_attached(
    *, rights: StaffRights, conversation_id: str, reply_id: int, kind: CardKind, object_id: int
) -> bool:
    """Whether a reply that this agent is offered there has this card."""
    conversation = _demand_conversation(rights, conversation_id)
    reply = models.CannedReply.objects.filter(pk=reply_id, live=True).first()
    if reply is None or not is_offered(reply.reach, asking_in(conversation, rights.user_id)):
        return False
    return any(each.kind == kind and each.id == object_id for each in attached_in(reply.cards))


def _demand_conversation(rights: StaffRights, conversation_id: str) -> Conversation:
    conversation = conversation_by_id(conversation_id, rights.reply)
    if conversation is None:
        raise NotFound
    return conversation


def _offer(
    keys: Sequence[int], conversation: Conversation, asking: Asking, alias: str
) -> list[CannedReply]:
    """These replies as they are now, in this order; what is gone meanwhile is not offered."""
    rows = models.CannedReply.objects.filter(pk__in=keys, live=True).select_related("locale")
    there = {row.pk: row for row in rows if is_offered(row.reach, asking)}
    facts = facts_of(conversation, alias) if there else {}
    return [_presented(there[key], conversation, facts) for key in keys if key in there]


def _presented(reply: models.CannedReply, conversation: Conversation, facts: Facts) -> CannedReply:
    def address_of(page_id: int) -> str | None:
        return address_to_send(page_id, conversation.site_id, conversation.language)

    filled = fill(plain_text(reply.text, address_of), facts)
    return CannedReply(
        id=reply.pk,
        title=reply.title,
        shortcut=reply.shortcut,
        category=reply.category,
        language=reply.language,
        text=filled.text,
        missing=list(filled.missing),
        cards=list(_cards(reply, conversation)),
        personal=reply.owner_id is not None,
    )


def _cards(reply: models.CannedReply, conversation: Conversation) -> Iterable[CannedCard]:
    """Those that can be sent: a page that was unpublished is not offered any more."""
    for each in attached_in(reply.cards):
        title = title_to_send(each.kind, each.id, conversation.site_id, conversation.language)
        if title is not None:
            yield CannedCard(kind=each.kind, id=each.id, title=title)


def facts_of(conversation: Conversation, alias: str) -> Facts:
    """What can be filled in now. Of the page only what everybody may see; of the visitor's
    name nothing, since nobody is asked for one."""
    site = Site.objects.filter(pk=conversation.site_id).first()
    facts = {
        Placeholder.AGENT_ALIAS: alias,
        Placeholder.SITE_NAME: (site.site_name or site.hostname) if site else "",
    }
    page_id = conversation.shared_page_id
    page = page_facts([page_id]).get(page_id) if page_id is not None else None
    if page is not None and page.public:
        facts[Placeholder.PAGE_TITLE] = page.title
        facts[Placeholder.PAGE_LINK] = page.url or ""
    return facts
