"""A visitor's connection."""

from __future__ import annotations

import uuid
from functools import partial
from typing import Any

from wagtail_livechat.conf import configuration
from wagtail_livechat.errors import (
    BadCursor,
    Gone,
    IdentityMissing,
    RateLimited,
    TooManySockets,
)
from wagtail_livechat.protocol import codec, commands, updates
from wagtail_livechat.protocol.values import State
from wagtail_livechat.visitors import visits

from . import availability, catch_up, identity, limits, refusals
from .availability import Place, Standing
from .delivery import VISITOR_BYTES
from .identity import Asked
from .lines import Role
from .socket import Socket
from .speakers import VisitorSpeaker


class VisitorSocket(Socket):
    """A visitor's connection; the key came with the handshake."""

    role = Role.VISITOR
    decoder = codec.visitor_commands
    most_bytes = VISITOR_BYTES
    speaker: VisitorSpeaker | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._site_id = 0
        self._seats: list[tuple[str, str]] = []
        self._followed: str | None = None
        self._floor = 0
        self._early: list[tuple[int, str]] | None = None
        self._presence: uuid.UUID | None = None
        self.place: Place | None = None

    def admit(self, asked: Asked) -> None:
        self._site_id = identity.demand_visitor_site(asked).id
        if limits.buckets.take(limits.connection_rate(), identity.network_of(asked)):
            raise RateLimited

    def arrive(self, asked: Asked) -> None:
        key_hash = identity.visitor_key_hash(asked, self._site_id)
        if key_hash is None:
            self.end(IdentityMissing())
            return
        conf = configuration()
        for seat, most in (
            (("key", key_hash), conf.sockets_per_key),
            (("network", self._network), conf.sockets_per_network),
        ):
            if not self.process.seats.take(seat, most):
                self.end(TooManySockets())
                return
            self._seats.append(seat)
        self.speaker = VisitorSpeaker(
            site_id=self._site_id,
            key_hash=key_hash,
            network=self._network,
            visit_key_hash=identity.visit_key_hash(asked, self._site_id),
        )
        self.process.hub.join_visitor(self, site_id=self._site_id, key_hash=key_hash)

    async def greet(self, command: commands.Hello) -> None:
        speaker = self.speaker
        if speaker is None:
            return
        self.language = speaker.language = refusals.known_language(command.language)
        speaker.page_id = availability.page_of(speaker.site_id, command.page)
        self.place = speaker.place
        state = await self._catch_up(speaker, command.since)
        if state.is_behind:
            self.tell(refusals.refused(BadCursor(), self.language))
        self.tell(state.ready)
        standing = Standing(state.ready.available, state.ready.signpost)
        self.process.hub.note_availability(self.place, standing)
        self._caught_up(speaker, state)
        self.is_greeted = True
        self._be_present()
        self._see_what_is_owed(speaker, state)

    async def _catch_up(self, speaker: VisitorSpeaker, since: int) -> catch_up.VisitorState:
        """Listen first, then read: what is sent in between is kept, and nothing falls between."""
        if speaker.conversation_id is None:
            await self.process.recognising.read(speaker)
        if speaker.visitor_id is not None:
            self.process.hub.name_visitor(self, speaker.visitor_id)
        if speaker.conversation_id is not None:
            self._follow(speaker.conversation_id)
        return await self.process.greeting.read((speaker, since))

    def _follow(self, conversation_id: str) -> None:
        self._early = []
        if self._followed != conversation_id:
            if self._followed is not None:
                self.process.hub.unfollow(self._followed, visitor=self)
            self._followed = conversation_id
            self.process.hub.follow(conversation_id, visitor=self)

    def _caught_up(self, speaker: VisitorSpeaker, state: catch_up.VisitorState) -> None:
        self._floor = state.seq
        early, self._early = self._early or [], None
        view = state.ready.conversation
        if view is not None and self._followed is not None and speaker.conversation_pk is not None:
            self.process.hub.caught_up(
                self._followed,
                pk=speaker.conversation_pk,
                seq=state.seq,
                revision=view.revision,
            )
        for seq, text in early:
            self.tell_message(seq, text)

    async def _adopt(self) -> None:
        """The conversation has just begun: listen to it, and tell what was said before we did."""
        speaker = self.speaker
        if speaker is None or self._followed is not None:
            return
        state = await self._catch_up(speaker, 0)
        view = state.ready.conversation
        if view is None:
            return
        self.tell(updates.ConversationChanged(conversation=view))
        for message in state.ready.messages:
            self.tell(updates.MessageSent(conversation=view.id, message=message))
        self._caught_up(speaker, state)
        self._be_present()

    def _see_what_is_owed(self, speaker: VisitorSpeaker, state: catch_up.VisitorState) -> None:
        """Who comes back need not wait until somebody finds what the signpost still owes."""
        view = state.ready.conversation
        if view is not None and view.state is State.SIGNPOST and speaker.conversation_pk:
            self.process.answering.look_at(speaker.conversation_pk)

    def _be_present(self) -> None:
        """Only who has written is written down."""
        speaker = self.speaker
        if speaker is None or speaker.visitor_id is None or speaker.conversation_id is None:
            return
        if self._presence is None:
            self._presence = uuid.uuid4()
            self.is_present_again()
            self._link(speaker, speaker.visitor_id)

    def _link(self, speaker: VisitorSpeaker, visitor_id: int) -> None:
        """Where the visitor may be watched, this is the same one."""
        visit = speaker.visit_key_hash
        if visit is None or self.process.visits.link(speaker.site_id, visit, visitor_id):
            return
        self.write_down(
            partial(
                visits.recognise,
                site_id=speaker.site_id,
                key_hash=visit,
                visitor_id=visitor_id,
            )
        )

    def is_present_again(self) -> None:
        speaker = self.speaker
        if self._presence and speaker is not None and speaker.visitor_id is not None:
            self.process.presence.came(self._presence, speaker.visitor_id)

    def done(self, command: commands.Command, result: Any) -> None:
        speaker = self.speaker
        if (
            isinstance(command, commands.SendMessage | commands.AskForPerson)
            and speaker is not None
            and speaker.conversation_id != result.conversation_id
        ):
            speaker.visitor_id = result.visitor_id
            speaker.conversation_id = result.conversation_id
            speaker.conversation_pk = result.conversation_pk
            self.aside(self._adopt())

    def gone(self) -> None:
        for seat in self._seats:
            self.process.seats.leave(seat)
        speaker = self.speaker
        if speaker is None:
            return
        if self._followed is not None:
            self.process.hub.unfollow(self._followed, visitor=self)
        self.process.hub.leave_visitor(
            self,
            site_id=speaker.site_id,
            key_hash=speaker.key_hash,
            visitor_id=speaker.visitor_id,
        )
        if self._presence and speaker.visitor_id is not None:
            self.process.presence.left(self._presence, speaker.visitor_id)

    def site_name(self) -> str:
        return str(self._site_id or "-")

    def heads_wanted(self) -> list[str]:
        return [self._followed] if self._followed is not None else []

    # For the hub.

    def tell_message(self, seq: int, text: str) -> None:
        if self._early is not None:
            self._early.append((seq, text))
        elif seq > self._floor and text:
            self.outgoing.push(text)

    def tell_state(self, text: str) -> None:
        if self.is_greeted:
            self.outgoing.push(text, ("state", 0))

    def tell_typing(self, text: str) -> None:
        if self.is_greeted:
            self.outgoing.push(text, ("typing", 0))

    def tell_availability(self, text: str) -> None:
        if self.is_greeted:
            self.outgoing.push(text, ("availability", 0))

    def recognised(self, visitor_id: int) -> None:
        if self.is_greeted and self._followed is None:
            self.aside(self._recognise())

    async def _recognise(self) -> None:
        if self.speaker is not None:
            await self.process.read(catch_up.recognise, self.speaker)
            await self._adopt()

    def forgotten(self) -> None:
        self.end(Gone())
