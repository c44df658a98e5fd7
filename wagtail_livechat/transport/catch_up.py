"""Reads that answer a hello, fill a gap, or bring a list up to date.

All of these are synchronous and run in a reading thread.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wagtail_livechat import clock
from wagtail_livechat.agents import queries as agent_queries
from wagtail_livechat.agents.permissions import user_ids_who_may_reply
from wagtail_livechat.conf import configuration
from wagtail_livechat.conversations import presentation, queries
from wagtail_livechat.conversations.guidance import addresses_of
from wagtail_livechat.conversations.states import State
from wagtail_livechat.errors import BadCursor, IdentityMissing, LiveChatError, NotFound
from wagtail_livechat.protocol import codec, updates, values
from wagtail_livechat.protocol.commands import FetchClosed, FetchMessages, OpenConversation
from wagtail_livechat.site_settings.queries import has_signpost, settings_for
from wagtail_livechat.visitors.queries import holders_of

from . import availability
from .audience import Face
from .availability import Place, Standing
from .speakers import StaffSpeaker, VisitorSpeaker

if TYPE_CHECKING:
    from wagtail_livechat.conversations.models import Conversation

# Visitors.


def recognise(speaker: VisitorSpeaker) -> None:
    """Find out who holds this key, and which conversation is theirs.

    Raises :class:`IdentityMissing` for a key that was revoked.
    """
    [refusal] = recognise_all([speaker])
    if refusal is not None:
        raise refusal


def recognise_all(speakers: Sequence[VisitorSpeaker]) -> list[LiveChatError | None]:
    """The same for many in a few queries; a refusal for each of those who are refused."""
    holders = holders_of(speaker.key_hash for speaker in speakers)
    known = {visitor_id for visitor_id in holders.values() if visitor_id is not None}
    conversations = queries.latest_of_visitors(known) if known else {}
    refusals: list[LiveChatError | None] = []
    for speaker in speakers:
        name = speaker.site_id, speaker.key_hash
        visitor_id = holders.get(name)
        if visitor_id is not None:
            speaker.visitor_id = visitor_id
            if visitor_id in conversations:
                speaker.conversation_pk, speaker.conversation_id = conversations[visitor_id]
        is_revoked = name in holders and visitor_id is None
        refusals.append(IdentityMissing() if is_revoked and not speaker.visitor_id else None)
    return refusals


def look_up(speaker: VisitorSpeaker) -> Conversation | None:
    """Recognise the speaker by the conversation itself, in one query in the usual case.

    Raises :class:`IdentityMissing` for a key that was revoked.
    """
    name = speaker.site_id, speaker.key_hash
    row = queries.latest_by_keys([speaker.key_hash]).get(name)
    if row is None:
        recognise(speaker)
    else:
        speaker.visitor_id = row.visitor_id
        speaker.conversation_pk, speaker.conversation_id = row.pk, str(row.public_id)
    return row


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitorState:
    """What a visitor is told first, and how far that goes."""

    ready: updates.Ready
    seq: int
    is_behind: bool
    """The browser's cursor is from another time: it must begin anew."""


def visitor_state(speaker: VisitorSpeaker, since: int) -> VisitorState:
    """The visitor's side as it stands, with the messages after ``since``."""
    return visitor_states([(speaker, since)])[0]


def visitor_states(asked: Sequence[tuple[VisitorSpeaker, int]]) -> list[VisitorState]:
    """The same for many in a few queries."""
    found = queries.latest_by_keys(speaker.key_hash for speaker, _ in asked)
    rows = [found.get((speaker.site_id, speaker.key_hash)) for speaker, _ in asked]
    return _states_of(asked, rows)


def state_of(speaker: VisitorSpeaker, row: Conversation | None, since: int) -> VisitorState:
    """The same for one whose conversation was looked up just now."""
    return _states_of([(speaker, since)], [row])[0]


def _states_of(
    asked: Sequence[tuple[VisitorSpeaker, int]], rows: Sequence[Conversation | None]
) -> list[VisitorState]:
    cursors = [since for _, since in asked]
    behind = [
        row is not None and since > row.last_seq for row, since in zip(rows, cursors, strict=True)
    ]
    cursors = [0 if late else since for late, since in zip(behind, cursors, strict=True)]
    since_by_pk: dict[int, int] = {}
    for row, since in zip(rows, cursors, strict=True):
        if row is not None and since < row.last_seq:
            # Two tabs of one visitor: the one that knows less decides how far back we read.
            since_by_pk[row.pk] = min(since, since_by_pk.get(row.pk, since))
    messages = presentation.messages_for_visitors(since_by_pk)
    present = presentation.present_agents(row for row in rows if row is not None)
    views = [
        presentation.visitor_view(row, present=present) if row is not None else None for row in rows
    ]
    return [
        _state_of(speaker, row, view, since, messages, is_behind=late)
        for (speaker, _), row, view, since, late in zip(
            asked, rows, views, cursors, behind, strict=True
        )
    ]


def _state_of(
    speaker: VisitorSpeaker,
    row: Conversation | None,
    view: values.VisitorConversation | None,
    since: int,
    messages: Mapping[int, tuple[list[values.Message], bool]],
    *,
    is_behind: bool,
) -> VisitorState:
    read, more = messages.get(row.pk, ([], False)) if row is not None else ([], False)
    read = [message for message in read if message.seq > since]
    last = row.last_seq if row is not None else 0
    conf = configuration()
    active = view is not None and view.state != values.State.CLOSED
    standing = availability.standing_at(speaker.place)
    ready = updates.Ready(
        now=clock.now_ms(),
        available=standing.available,
        signpost=standing.signpost,
        conversation=view,
        messages=read,
        more=more,
        poll_ms=conf.poll_active_ms if active else conf.poll_idle_ms,
    )
    seq = max(last, read[-1].seq) if read else last
    return VisitorState(ready=ready, seq=seq, is_behind=is_behind)


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
    cards, more_waiting = presentation.open_cards(speaker.rights, speaker.profile_id)
    return updates.StaffReady(
        now=clock.now_ms(),
        me=me,
        sites=[
            values.SiteCard(
                id=site_id,
                name=settings_for(site_id).site_name,
                can_reply=speaker.rights.may_reply(site_id),
                can_watch=speaker.rights.may_watch(site_id),
                can_invite=speaker.rights.may_invite(site_id),
                has_signpost=has_signpost(site_id),
            )
            for site_id in sorted(sites)
        ],
        agents=list(agents.values()),
        cards=cards,
        more_waiting=more_waiting,
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
    """A thread after the cursors. Raises :class:`NotFound` for what is not theirs to read.

    Who may only reply reads what is open on their sites; of what has ended, their own.
    """
    row = queries.conversation_by_id(conversation_id, speaker.rights.sites)
    if row is None:
        raise NotFound
    is_over = row.state == State.CLOSED.value and row.agent_id != speaker.profile_id
    if is_over and row.site_id not in speaker.rights.view:
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
    speaker.follow(command.conversation, state.pk, state.site_id)
    return state.thread


def closed_cards(speaker: StaffSpeaker, command: FetchClosed) -> updates.ClosedCards:
    """Closed conversations of the sites whose transcripts this speaker may see."""
    sites = speaker.rights.view
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
        addresses = addresses_of(row.guidance for row in rows)
        found.messages[conversation_id] = [
            (
                row.seq,
                codec.encode(
                    updates.MessageSent(
                        conversation=conversation_id,
                        message=presentation.message_for_visitor(row, addresses),
                    )
                ),
                codec.encode(
                    updates.ThreadMessageSent(
                        conversation=conversation_id,
                        message=presentation.thread_message(row, addresses),
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
    changed = queries.conversations_by_pk(wanted.views)
    present = presentation.present_agents(changed)
    for conversation in changed:
        view = presentation.visitor_view(conversation, present=present)
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


def standings_at(places: Iterable[Place]) -> dict[Place, Standing]:
    """Who answers at these places, read now: of a site once."""
    availability.forget()
    return {place: availability.standing_at(place) for place in places}


def conversation_pk(speaker: StaffSpeaker, conversation_id: str) -> int | None:
    """The key of a conversation to which this speaker may reply; nothing of any other."""
    row = queries.conversation_by_id(conversation_id, speaker.rights.reply)
    return row.pk if row is not None else None
