"""Rows become what the wire carries: one wording for visitors, one for staff.

A visitor's values are built here from an explicit list of fields and from nothing else;
no function for visitors takes a note or an account.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from wagtail_livechat import clock
from wagtail_livechat.agents import queries as agent_queries
from wagtail_livechat.agents.permissions import StaffRights, user_ids_who_may_reply
from wagtail_livechat.clock import milliseconds
from wagtail_livechat.protocol import values
from wagtail_livechat.protocol.values import MAX_BATCH
from wagtail_livechat.visitors.queries import present_visitor_ids
from wagtail_livechat.visitors.table import visits_of_visitors

from . import queries
from .cards import stored_card
from .events import MessageSent
from .guidance import Addresses, addresses_of, guidance_of
from .models import Conversation, Message, Note
from .pages import PageFacts, page_facts
from .rules import excerpt, label, may_be_rated

if TYPE_CHECKING:
    from wagtail_livechat.agents.models import AgentProfile

AVATAR_FILTER = "fill-96x96"


def avatar_url(profile: AgentProfile | None) -> str | None:
    """Where the picture of an agent is, small and square."""
    if profile is None or profile.avatar is None:
        return None
    try:
        return str(profile.avatar.get_rendition(AVATAR_FILTER).url)
    except OSError:
        # The file is gone: an agent without a picture is better than no answer.
        return None


def sender(profile: AgentProfile | None, alias: str | None = None) -> values.Sender | None:
    """An agent, to a visitor."""
    name = alias or (profile.alias if profile else None)
    return values.Sender(alias=name, avatar=avatar_url(profile)) if name else None


# For visitors.


def present_agents(rows: Iterable[Conversation]) -> frozenset[int]:
    """Which of the agents who answer these are here: for :func:`visitor_view` of each."""
    agents = {row.agent_id for row in rows if row.agent_id and row.state == "active"}
    return agent_queries.present_profile_ids(agents) if agents else frozenset()


def visitor_view(
    conversation: Conversation, *, present: Collection[int]
) -> values.VisitorConversation:
    """A conversation, to its visitor. ``present`` are agents who are here."""
    return values.VisitorConversation(
        id=str(conversation.public_id),
        state=values.State(conversation.state),
        revision=conversation.revision,
        last_seq=conversation.last_seq,
        read_by_staff=conversation.read_by_staff,
        read_by_visitor=conversation.read_by_visitor,
        agent=sender(conversation.agent) if conversation.state == "active" else None,
        agent_present=conversation.state == "active" and conversation.agent_id in present,
        page_shared=conversation.shared_page_id is not None,
        asks=conversation.asks_about if conversation.state == "signpost" else None,
        asks_at_end=conversation.helped is None
        and may_be_rated(state=conversation.state, agent_id=conversation.agent_id),
    )


def message_for_visitor(row: Message, addresses: Addresses) -> values.Message:
    """One entry, to its visitor; ``addresses`` are of the pages that it may point to."""
    return values.Message(
        seq=row.seq,
        ref=str(row.ref),
        kind=values.Kind(row.kind),
        text=row.text,
        at=milliseconds(row.at),
        sender=sender(row.agent, row.alias),
        notice=values.NoticeCode(row.notice) if row.notice else None,
        card=stored_card(row.card),
        guidance=guidance_of(row.guidance, addresses),
    )


def messages_for_visitor(conversation_pk: int, since: int) -> tuple[list[values.Message], bool]:
    """Entries after ``since``, to their visitor, and whether more follow."""
    rows, more = queries.messages_after(conversation_pk, since)
    addresses = addresses_of(row.guidance for row in rows)
    return [message_for_visitor(row, addresses) for row in rows], more


def messages_for_visitors(
    since_by_pk: Mapping[int, int],
) -> dict[int, tuple[list[values.Message], bool]]:
    """The same for many conversations, each after its own cursor."""
    found = queries.messages_of_many_after(since_by_pk)
    addresses = addresses_of(entry.guidance for entries in found.values() for entry in entries)
    ids = {entry.agent_id for entries in found.values() for entry in entries if entry.agent_id}
    agents = agent_queries.profiles(ids) if ids else {}
    avatars = {pk: avatar_url(profile) for pk, profile in agents.items()}
    return {
        pk: (
            [
                values.Message(
                    seq=entry.seq,
                    ref=str(entry.ref),
                    kind=values.Kind(entry.kind),
                    text=entry.text,
                    at=milliseconds(entry.at),
                    sender=_sender_of(entry, agents, avatars),
                    notice=values.NoticeCode(entry.notice) if entry.notice else None,
                    card=stored_card(entry.card),
                    guidance=guidance_of(entry.guidance, addresses),
                )
                for entry in entries[:MAX_BATCH]
            ],
            len(entries) > MAX_BATCH,
        )
        for pk, entries in found.items()
    }


def _sender_of(
    entry: queries.Entry,
    agents: Mapping[int, AgentProfile],
    avatars: Mapping[int, str | None],
) -> values.Sender | None:
    profile = agents.get(entry.agent_id) if entry.agent_id else None
    name = entry.alias or (profile.alias if profile else None)
    avatar = avatars[profile.pk] if profile else None
    return values.Sender(alias=name, avatar=avatar) if name else None


# For staff.


def thread_message(row: Message, addresses: Addresses) -> values.ThreadMessage:
    """One entry, to staff: with the account that wrote it."""
    return values.ThreadMessage(
        seq=row.seq,
        ref=str(row.ref),
        kind=values.Kind(row.kind),
        text=row.text,
        at=milliseconds(row.at),
        sender=sender(row.agent, row.alias),
        notice=values.NoticeCode(row.notice) if row.notice else None,
        card=stored_card(row.card),
        guidance=guidance_of(row.guidance, addresses),
        wrote=row.agent.user.get_username() if row.agent else None,
    )


def thread_messages(conversation_pk: int, since: int) -> tuple[list[values.ThreadMessage], bool]:
    """Entries after ``since``, to staff, and whether more follow."""
    rows, more = queries.messages_after(conversation_pk, since)
    addresses = addresses_of(row.guidance for row in rows)
    return [thread_message(row, addresses) for row in rows], more


def note(row: Note) -> values.Note:
    """An internal note, to staff."""
    return values.Note(
        number=row.number,
        ref=str(row.ref),
        text=row.text,
        at=milliseconds(row.at),
        author=(row.author.get_full_name() or row.author.get_username()) if row.author else "–",
    )


def notes(conversation_pk: int, since: int) -> list[values.Note]:
    """Internal notes after ``since``, to staff."""
    return [note(row) for row in queries.notes_after(conversation_pk, since)]


def agent_cards(profiles: Iterable[AgentProfile]) -> dict[int, values.AgentCard]:
    """Agents, to colleagues, by profile id."""
    profiles = list(profiles)
    ids = [profile.pk for profile in profiles]
    present = agent_queries.present_profile_ids(ids)
    active = queries.loads(ids)
    return {
        profile.pk: values.AgentCard(
            id=profile.pk,
            alias=profile.alias,
            avatar=avatar_url(profile),
            availability=values.Availability(profile.availability),
            capacity=profile.capacity,
            active=active.get(profile.pk, 0),
            present=profile.pk in present,
        )
        for profile in profiles
    }


def agents_of_sites(site_ids: Iterable[int]) -> dict[int, values.AgentCard]:
    """All agents who may reply on one of these sites."""
    user_ids: set[int] = set()
    for site_id in site_ids:
        user_ids |= user_ids_who_may_reply(site_id)
    return agent_cards(agent_queries.profile_ids_of_users(user_ids).values())


def cards(
    rows: Sequence[Conversation], *, may_see_page: Callable[[int], bool] | None = None
) -> list[values.ConversationCard]:
    """Conversations, to staff.

    ``may_see_page`` says of a private page's id whether this reader may know its title;
    without it private pages stay unnamed.
    """
    agents = agent_cards({row.agent.pk: row.agent for row in rows if row.agent}.values())
    visitor_ids = [row.visitor_id for row in rows]
    present = present_visitor_ids(visitor_ids)
    # It names the visit and tells nothing of it: where the visitor is, is told to who watches.
    visits = visits_of_visitors(visitor_ids, clock.now())
    pages = page_facts({row.shared_page_id for row in rows if row.shared_page_id})
    guided = [row.pk for row in rows if row.guided_to]
    failed = queries.failed_answers(guided) if guided else {}
    return [
        values.ConversationCard(
            id=str(row.public_id),
            site=row.site_id,
            state=values.State(row.state),
            revision=row.revision,
            label=label(row.visitor_id),
            language=row.language,
            agent=agents.get(row.agent_id) if row.agent_id else None,
            waiting_since=milliseconds(row.waiting_since) if row.waiting_since else None,
            started_at=milliseconds(row.started_at),
            last_at=milliseconds(row.last_at),
            last_seq=row.last_seq,
            last_kind=values.Kind(getattr(row, "last_kind", None) or "notice"),
            excerpt=excerpt(getattr(row, "last_text", None) or ""),
            unread=getattr(row, "unread", 0),
            read_by_staff=row.read_by_staff,
            read_by_visitor=row.read_by_visitor,
            visitor_present=row.visitor_id in present,
            page=_shared_page(row, pages, may_see_page),
            note_count=row.last_note,
            initiator=values.Initiator(row.initiator),
            began_by=row.began_by,
            visit=visits.get(row.visitor_id),
            handed_over=values.HandOver(row.handed_over) if row.handed_over else None,
            failed=failed.get(row.pk, []),
            email=row.email,
        )
        for row in rows
    ]


def _shared_page(
    row: Conversation,
    pages: dict[int, PageFacts],
    may_see_page: Callable[[int], bool] | None,
) -> values.SharedPage | None:
    if row.shared_page_id is None or row.shared_at is None:
        return None
    at = milliseconds(row.shared_at)
    facts = pages.get(row.shared_page_id)
    if facts is None or not facts.public:
        if facts is None or may_see_page is None or not may_see_page(row.shared_page_id):
            return values.SharedPage(title=None, url=None, at=at)
    return values.SharedPage(title=facts.title, url=facts.url, at=at)


def open_cards(
    rights: StaffRights, profile_id: int | None = None
) -> tuple[list[values.ConversationCard], int]:
    """What is not closed on the sites of this user, and how many more wait than are listed."""
    rows, more_waiting = queries.open_conversations(rights.sites, profile_id)
    return cards(rows), more_waiting


# From events, so that the commonest update costs no query.


def message_of_event(event: MessageSent, avatar: str | None) -> values.Message:
    """A message just stored, to its visitor."""
    return values.Message(
        seq=event.seq,
        ref=event.ref,
        kind=values.Kind(event.kind),
        text=event.text,
        at=milliseconds(event.at),
        sender=values.Sender(alias=event.alias, avatar=avatar) if event.alias else None,
        notice=values.NoticeCode(event.notice) if event.notice else None,
        card=event.card,
        guidance=event.guidance,
    )
