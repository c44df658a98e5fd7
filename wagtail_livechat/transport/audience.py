"""Who hears what: the one file on secrecy.

An event becomes *calls*. What of a call leaves the process is its :class:`Wake`: a kind,
a topic and ids, never a word that anybody wrote; other processes read what they then tell
from the database. The event itself stays in this process, so that connections that are
here are told without a query.

Topics: a conversation (its visitor, and the staff who have it open), a site's staff, and
everybody (events that are rare). A visitor's connection is told :data:`VisitorUpdate` and
nothing else, made by the functions for visitors below.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from wagtail_livechat.agents.events import AgentChanged, StaffRevoked
from wagtail_livechat.clock import milliseconds
from wagtail_livechat.consent.events import BannerPublished, ChoiceMade
from wagtail_livechat.conversations import presentation
from wagtail_livechat.conversations.events import ConversationChanged, MessageSent, NoteAdded
from wagtail_livechat.engagement.events import InvitationMade, InvitationMoved
from wagtail_livechat.protocol import updates, values
from wagtail_livechat.visitors.events import (
    VisitChanged,
    VisitEnded,
    VisitorForgotten,
    VisitorPresenceChanged,
    WatchersChanged,
)
from wagtail_livechat.visitors.rules import tag_of


class Kind(StrEnum):
    """What a wake is about."""

    MESSAGE = "message"
    CHANGED = "changed"
    NOTE = "note"
    TYPING = "typing"
    CARD = "card"
    PRESENCE = "presence"
    AGENT = "agent"
    NEWCOMER = "newcomer"
    FORGOTTEN = "forgotten"
    REVOKED = "revoked"
    INVITATION = "invitation"
    VISIT = "visit"
    VISIT_OVER = "visit_over"
    WATCHERS = "watchers"
    CHOICE = "choice"
    BANNER = "banner"


VISIT_KINDS = frozenset({Kind.VISIT, Kind.VISIT_OVER, Kind.WATCHERS, Kind.CHOICE, Kind.BANNER})
"""What is about visits: for the processes that hold some, or show some to staff."""


EVERYBODY = "all"
"""The topic of rare events."""

VISITOR = "visitor"
"""Who is typing, when it is the visitor."""


def conversation_topic(conversation_id: str) -> str:
    """Those who follow one conversation."""
    return f"conversation:{conversation_id}"


def staff_topic(site_id: int) -> str:
    """The staff of one site."""
    return f"staff:{site_id}"


def visits_topic(site_id: int) -> str:
    """The visits of one site, and the staff who watch them."""
    return f"visits:{site_id}"


class Wake(NamedTuple):
    """All that travels between processes: look at ``id`` again."""

    kind: str
    topic: str
    id: int
    more: int | str | None = None


class Call(NamedTuple):
    """A wake, and for this process the event that it comes from."""

    wake: Wake
    event: MessageSent | None = None


# From events to calls.


def of_message(event: MessageSent) -> Iterator[Call]:
    """A message: to those who follow the conversation, and to the site's staff as a card."""
    topic = conversation_topic(event.conversation_id)
    yield Call(Wake(Kind.MESSAGE, topic, event.conversation_pk, event.seq), event)
    yield Call(Wake(Kind.CARD, staff_topic(event.site_id), event.conversation_pk))
    if event.seq == 1:
        # The visitor's other tabs were nobody until now.
        yield Call(Wake(Kind.NEWCOMER, EVERYBODY, event.visitor_id))


def of_change(event: ConversationChanged) -> Iterator[Call]:
    """A change: to the visitor, to the site's staff, and to whom the agents' load matters."""
    topic = conversation_topic(event.conversation_id)
    yield Call(Wake(Kind.CHANGED, topic, event.conversation_pk))
    yield Call(Wake(Kind.CARD, staff_topic(event.site_id), event.conversation_pk))
    for profile_id in event.profile_ids:
        yield Call(Wake(Kind.AGENT, EVERYBODY, profile_id))


def of_note(event: NoteAdded) -> Iterator[Call]:
    """A note: to staff who have the conversation open, and as a count on its card."""
    topic = conversation_topic(event.conversation_id)
    yield Call(Wake(Kind.NOTE, topic, event.conversation_pk, event.number))
    yield Call(Wake(Kind.CARD, staff_topic(event.site_id), event.conversation_pk))


def of_agent(event: AgentChanged) -> Iterator[Call]:
    """An agent: to colleagues, and to visitors if it changes whether somebody can answer."""
    yield Call(Wake(Kind.AGENT, EVERYBODY, event.profile_id))


def of_presence(event: VisitorPresenceChanged) -> Iterator[Call]:
    """A visitor came or went: on the card of the conversation."""
    yield Call(Wake(Kind.PRESENCE, EVERYBODY, event.visitor_id))


def of_forgotten(event: VisitorForgotten) -> Iterator[Call]:
    """A key was revoked: to its own connections, which end."""
    yield Call(Wake(Kind.FORGOTTEN, EVERYBODY, event.visitor_id))


def of_revoked(event: StaffRevoked) -> Iterator[Call]:
    """A right or a session went: to this user's own connections."""
    yield Call(Wake(Kind.REVOKED, EVERYBODY, event.user_id, event.session_hash))


def of_invitation(event: InvitationMade | InvitationMoved) -> Iterator[Call]:
    """An invitation: to the visit that was invited, and to the site's staff who may watch."""
    yield Call(Wake(Kind.INVITATION, EVERYBODY, event.invitation_pk))


def of_visit(event: VisitChanged) -> Iterator[Call]:
    """A visit moved: to the staff who watch the site, by the rule of release."""
    yield Call(Wake(Kind.VISIT, visits_topic(event.site_id), event.visit_pk))


def of_visit_end(event: VisitEnded) -> Iterator[Call]:
    """A visit is over. One that was taken back is named by its tag: there is no row."""
    tag = tag_of(event.key_hash) if event.withdrawn else None
    yield Call(Wake(Kind.VISIT_OVER, visits_topic(event.site_id), event.visit_pk, tag))


def of_watchers(event: WatchersChanged) -> Iterator[Call]:
    """Somebody began or stopped to watch: to every tab of the site."""
    yield Call(Wake(Kind.WATCHERS, visits_topic(event.site_id), event.site_id, event.number))


def of_choice(event: ChoiceMade) -> Iterator[Call]:
    """Somebody chose: the processes that hold visits look who has agreed to what."""
    yield Call(Wake(Kind.CHOICE, visits_topic(event.site_id), event.site_id))


def of_banner(event: BannerPublished) -> Iterator[Call]:
    """The site asks something else: whether its visits may go on is asked again."""
    yield Call(Wake(Kind.BANNER, visits_topic(event.site_id), event.site_id))


def of_typing(conversation_id: str, pk: int, *, who: str, active: bool) -> Call:
    """Somebody writes or stopped. ``who`` is :data:`VISITOR` or an agent's profile id."""
    mark = f"{who}{'+' if active else '-'}"
    return Call(Wake(Kind.TYPING, conversation_topic(conversation_id), pk, mark))


# From calls to updates.


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """How an agent appears: to visitors by alias and picture, to colleagues by account too."""

    alias: str
    avatar: str | None
    account: str


def message_for_visitor(event: MessageSent, face: Face | None) -> updates.MessageSent:
    """A message just stored, to its visitor."""
    return updates.MessageSent(
        conversation=event.conversation_id,
        message=presentation.message_of_event(event, face.avatar if face else None),
    )


def message_for_staff(event: MessageSent, face: Face | None) -> updates.ThreadMessageSent:
    """The same, to staff who have the conversation open."""
    return updates.ThreadMessageSent(
        conversation=event.conversation_id,
        message=values.ThreadMessage(
            seq=event.seq,
            ref=event.ref,
            kind=values.Kind(event.kind),
            text=event.text,
            at=milliseconds(event.at),
            sender=(
                values.Sender(alias=event.alias, avatar=face.avatar if face else None)
                if event.alias
                else None
            ),
            notice=values.NoticeCode(event.notice) if event.notice else None,
            card=event.card,
            guidance=event.guidance,
            wrote=face.account if face else None,
        ),
    )


def typing_for_visitor(mark: str) -> updates.Typing | None:
    """To the visitor: that the agent writes. One's own typing is no news."""
    return None if mark[:-1] == VISITOR else updates.Typing(active=mark[-1] == "+")


def typing_for_staff(
    conversation_id: str, mark: str, alias: str | None
) -> updates.ThreadTyping | None:
    """To staff: that the visitor, or a colleague called ``alias``, writes."""
    if mark[:-1] != VISITOR and alias is None:
        return None
    return updates.ThreadTyping(
        conversation=conversation_id,
        active=mark[-1] == "+",
        alias=None if mark[:-1] == VISITOR else alias,
    )
