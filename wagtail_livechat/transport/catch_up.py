"""Reads that answer a hello, fill a gap, or bring a list up to date.

All of these are synchronous and run in a reading thread.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from wagtail_livechat import clock
from wagtail_livechat.agents import queries as agent_queries
from wagtail_livechat.agents.permissions import user_ids_who_may_reply
from wagtail_livechat.conf import configuration
from wagtail_livechat.conversations import presentation, queries
from wagtail_livechat.errors import BadCursor, IdentityMissing, NotFound
from wagtail_livechat.protocol import codec, updates, values
from wagtail_livechat.protocol.commands import FetchClosed, FetchMessages, OpenConversation
from wagtail_livechat.site_settings.queries import settings_for
from wagtail_livechat.visitors.queries import is_key_revoked, visitor_by_key

from . import availability
from .audience import Face
from .speakers import StaffSpeaker, VisitorSpeaker

# Visitors.


def recognise(speaker: VisitorSpeaker) -> None:
    """Find out who holds this key, and which conversation is theirs.

    Raises :class:`IdentityMissing` for a key that was revoked.
    """
    conversation = queries.latest_of_visitor(speaker.site_id, speaker.key_hash)
    if conversation is not None:
        speaker.visitor_id = conversation.visitor_id
        speaker.conversation_id = str(conversation.public_id)
        speaker.conversation_pk = conversation.pk
    elif speaker.visitor_id is None:
        visitor = visitor_by_key(speaker.site_id, speaker.key_hash)
        speaker.visitor_id = visitor.pk if visitor else None
        if visitor is None and is_key_revoked(speaker.site_id, speaker.key_hash):
            raise IdentityMissing


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitorState:
    """What a visitor is told first, and how far that goes."""

    ready: updates.Ready
    seq: int
    is_behind: bool
    """The browser's cursor is from another time: it must begin anew."""


def visitor_state(speaker: VisitorSpeaker, since: int) -> VisitorState:
    """The visitor's side as it stands, with the messages after ``since``."""
    conf = configuration()
    conversation = queries.latest_of_visitor(speaker.site_id, speaker.key_hash)
    view = None
    messages: list[values.Message] = []
    more = behind = False
    last = 0
    if conversation is not None:
        last = conversation.last_seq
        if since > last:
            behind, since = True, 0
        view = presentation.visitor_view(conversation)
        if since < last:
            messages, more = presentation.messages_for_visitor(conversation.pk, since)
            last = max(last, messages[-1].seq) if messages else last
    active = view is not None and view.state != values.State.CLOSED
    ready = updates.Ready(
        now=clock.now_ms(),
        available=availability.is_available(speaker.site_id),
        conversation=view,
        messages=messages,
        more=more,
        poll_ms=conf.poll_active_ms if active else conf.poll_idle_ms,
    )
    return VisitorState(ready=ready, seq=last, is_behind=behind)


def fetch_messages(speaker: VisitorSpeaker, command: FetchMessages) -> updates.Messages:
    """What follows a cursor. Raises :class:`BadCursor`, :class:`NotFound`."""
    conversation = queries.latest_of_visitor(speaker.site_id, speaker.key_hash)
    if conversation is None:
        raise NotFound
    if command.since > conversation.last_seq:
        raise BadCursor
    messages, more = presentation.messages_for_visitor(conversation.pk, command.since)
    return updates.Messages(
        conversation=str(conversation.public_id), messages=messages, more=more, ref=command.ref
    )


# Staff.


def staff_ready(speaker: StaffSpeaker) -> updates.StaffReady:
    """The console as it stands."""
    sites = speaker.rights.sites
    agents = presentation.agents_of_sites(sites)
    me = agents.get(speaker.profile_id)
    if me is None:
        profile = agent_queries.profile_of(speaker.user_id)
        if profile is None:
            raise NotFound
        me = presentation.agent_cards([profile])[profile.pk]
    return updates.StaffReady(
        now=clock.now_ms(),
        me=me,
        sites=[
            values.SiteCard(
                id=site_id,
                name=settings_for(site_id).site_name,
                can_reply=speaker.rights.may_reply(site_id),
            )
            for site_id in sorted(sites)
        ],
        agents=list(agents.values()),
        cards=presentation.open_cards(speaker.rights),
        poll_ms=configuration().poll_active_ms,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadState:
    """A thread as staff are given it, and how far that goes."""

    thread: updates.Thread
    pk: int
    site_id: int
    seq: int
    number: int


def thread_state(
    speaker: StaffSpeaker,
    conversation_id: str,
    *,
    since: int,
    notes_since: int,
    ref: str | None = None,
) -> ThreadState:
    """A thread after the cursors. Raises :class:`NotFound` for what is not on their sites."""
    row = queries.conversation_by_id(conversation_id, speaker.rights.sites)
    if row is None:
        raise NotFound
    if since > row.last_seq:
        since = 0  # a cursor from another time: everything, and the browser merges
    if notes_since > row.last_note:
        notes_since = 0
    # In this order the card is never older than the entries that come with it.
    messages, more = presentation.thread_messages(row.pk, since)
    notes = presentation.notes(row.pk, notes_since)
    cards = presentation.cards(queries.cards_by_pk([row.pk]))
    if not cards:
        raise NotFound
    return ThreadState(
        thread=updates.Thread(card=cards[0], messages=messages, more=more, notes=notes, ref=ref),
        pk=row.pk,
        site_id=row.site_id,
        seq=messages[-1].seq if messages and not more else max(row.last_seq, since),
        number=notes[-1].number if notes else notes_since,
    )


def open_thread(speaker: StaffSpeaker, command: OpenConversation) -> updates.Thread:
    """The answer to ``conversation.open``."""
    state = thread_state(
        speaker,
        command.conversation,
        since=command.since,
        notes_since=command.notes_since,
        ref=command.ref,
    )
    speaker.followed[command.conversation] = state.pk
    return state.thread


def closed_cards(speaker: StaffSpeaker, command: FetchClosed) -> updates.ClosedCards:
    """Closed conversations, for those who may see transcripts or answered them."""
    sites = speaker.rights.sites
    if command.site is not None:
        sites = sites & {command.site}
    before = clock.moment(command.before) if command.before is not None else None
    rows, more = queries.closed_conversations(sites, before=before)
    return updates.ClosedCards(cards=presentation.cards(rows), more=more, ref=command.ref)


def face_of(profile_id: int) -> Face | None:
    """How an agent appears."""
    row = agent_queries.profile_with_account(profile_id)
    if row is None:
        return None
    return Face(
        alias=row.alias, avatar=presentation.avatar_url(row), account=row.user.get_username()
    )


# For the hub: what changed, as the texts that its listeners are sent.


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the hub asks for in one go, by conversation."""

    messages: dict[int, tuple[str, int]] = field(default_factory=dict)
    notes: dict[int, tuple[str, int]] = field(default_factory=dict)
    views: Collection[int] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the hub is given: numbered texts by conversation, for visitors and for staff."""

    messages: dict[str, list[tuple[int, str, str]]] = field(default_factory=dict)
    notes: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    views: dict[str, tuple[int, str]] = field(default_factory=dict)
    more: bool = False


def find(wanted: Wanted) -> Found:
    """Read all that is wanted."""
    found = Found()
    more = False
    for pk, (conversation_id, since) in wanted.messages.items():
        rows, is_more = queries.messages_after(pk, since)
        more = more or is_more
        found.messages[conversation_id] = [
            (
                row.seq,
                codec.encode(
                    updates.MessageSent(
                        conversation=conversation_id,
                        message=presentation.message_for_visitor(row),
                    )
                ),
                codec.encode(
                    updates.ThreadMessageSent(
                        conversation=conversation_id, message=presentation.thread_message(row)
                    )
                ),
            )
            for row in rows
        ]
    for pk, (conversation_id, since) in wanted.notes.items():
        found.notes[conversation_id] = [
            (
                row.number,
                codec.encode(
                    updates.NoteAdded(conversation=conversation_id, note=presentation.note(row))
                ),
            )
            for row in queries.notes_after(pk, since)
        ]
    for conversation in queries.conversations_by_pk(wanted.views):
        view = presentation.visitor_view(conversation)
        found.views[view.id] = (
            view.revision,
            codec.encode(updates.ConversationChanged(conversation=view)),
        )
    return Found(messages=found.messages, notes=found.notes, views=found.views, more=more)


def changed_cards(pks: Iterable[int]) -> list[tuple[int, str, str]]:
    """Cards as site, conversation and text."""
    return [
        (card.site, card.id, codec.encode(updates.CardChanged(card=card)))
        for card in presentation.cards(queries.cards_by_pk(pks))
    ]


def changed_agents(
    profile_ids: Collection[int], site_ids: Collection[int]
) -> list[tuple[int, str, frozenset[int]]]:
    """These agents (all, if 0 is among them): id, text, and on which of the sites they reply."""
    user_ids = {site_id: user_ids_who_may_reply(site_id) for site_id in site_ids}
    everybody = frozenset().union(*user_ids.values()) if user_ids else frozenset()
    profiles = agent_queries.profile_ids_of_users(everybody)
    if 0 not in profile_ids:
        profiles = {pk: row for pk, row in profiles.items() if pk in profile_ids}
    cards = presentation.agent_cards(profiles.values())
    return [
        (
            pk,
            codec.encode(updates.AgentChanged(agent=card)),
            frozenset(s for s, ids in user_ids.items() if profiles[pk].user_id in ids),
        )
        for pk, card in cards.items()
    ]


def availability_of(site_ids: Iterable[int]) -> dict[int, bool]:
    """Whether somebody can answer, by site, read now."""
    return {site_id: availability.is_available(site_id, fresh=True) for site_id in site_ids}


def conversation_pk(speaker: StaffSpeaker, conversation_id: str) -> int | None:
    """The key of a conversation on this speaker's sites; nothing of any other."""
    row = queries.conversation_by_id(conversation_id, speaker.rights.sites)
    return row.pk if row is not None else None
