"""What transport does when something happened: tell those whom it concerns."""

from __future__ import annotations

from wagtail_livechat.agents.events import AgentChanged, StaffRevoked
from wagtail_livechat.answers import actions as answers
from wagtail_livechat.consent.events import BannerPublished, ChoiceMade
from wagtail_livechat.conversations.events import ConversationChanged, MessageSent, NoteAdded
from wagtail_livechat.engagement.events import InvitationMade, InvitationMoved
from wagtail_livechat.visitors.events import (
    VisitChanged,
    VisitEnded,
    VisitorForgotten,
    VisitorPresenceChanged,
    WatchersChanged,
)

from . import audience, process


def tell_message(event: MessageSent) -> None:
    process.announce(audience.of_message(event))


def ask_signpost(event: MessageSent) -> None:
    """Let the signpost answer: in threads of its own, or here where there is no server."""
    if not event.asks_signpost:
        return
    found = process.running()
    if found is not None and not found.loop.is_closed():
        found.answering.look_at(event.conversation_pk)
    else:
        answers.answer_visitor(event.conversation_pk)


def tell_change(event: ConversationChanged) -> None:
    process.announce(audience.of_change(event))


def tell_note(event: NoteAdded) -> None:
    process.announce(audience.of_note(event))


def tell_agent(event: AgentChanged) -> None:
    process.announce(audience.of_agent(event))


def tell_presence(event: VisitorPresenceChanged) -> None:
    process.announce(audience.of_presence(event))


def tell_forgotten(event: VisitorForgotten) -> None:
    process.announce(audience.of_forgotten(event))


def tell_invitation(event: InvitationMade | InvitationMoved) -> None:
    process.announce(audience.of_invitation(event))


def tell_revoked(event: StaffRevoked) -> None:
    process.announce(audience.of_revoked(event))


def tell_visit(event: VisitChanged) -> None:
    process.announce(audience.of_visit(event))


def tell_visit_end(event: VisitEnded) -> None:
    process.announce(audience.of_visit_end(event))


def tell_watchers(event: WatchersChanged) -> None:
    process.announce(audience.of_watchers(event))


def tell_choice(event: ChoiceMade) -> None:
    process.announce(audience.of_choice(event))


def tell_banner(event: BannerPublished) -> None:
    process.announce(audience.of_banner(event))
