"""The line of a visit: opened by a tab whose visitor agreed to live assistance."""

from __future__ import annotations

from typing import Any, Final

from wagtail_livechat import clock
from wagtail_livechat.conf import configuration
from wagtail_livechat.errors import (
    BadPage,
    IdentityMissing,
    NoConsent,
    RateLimited,
    TooManySockets,
)
from wagtail_livechat.protocol import codec, commands, updates

from . import identity, limits, refusals
from .delivery import VISITOR_BYTES
from .identity import Asked
from .lines import Line, Role
from .live_visit import LiveVisit
from .socket import Socket
from .speakers import VisitSpeaker

TABS_FACTOR: Final = 4
"""People keep more pages open than chats."""


class VisitSocket(Socket):
    """One tab of a visit; key and choice came with the handshake."""

    role = Role.VISIT
    decoder = codec.visit_commands
    most_bytes = VISITOR_BYTES
    speaker: VisitSpeaker | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._site_id = 0
        self._network = ""
        self._seats: list[tuple[str, str]] = []
        self._told_number = 0
        self._early: list[str] = []

    def admit(self, asked: Asked) -> None:
        self._site_id = identity.demand_visitor_site(asked).id
        self._network = identity.network_of(asked)
        if limits.buckets.take(limits.connection_rate(), self._network):
            raise RateLimited

    def arrive(self, asked: Asked) -> None:
        speaker = visit_speaker(asked, self._site_id, self._network)
        if speaker is None:
            self.end(IdentityMissing())
            return
        conf = configuration()
        for seat, most in (
            (("visit", speaker.key_hash), conf.sockets_per_key * TABS_FACTOR),
            # Apart from the chat's: whoever is watched takes no place from who writes.
            (("visits", self._network), conf.sockets_per_network),
        ):
            if not self.process.seats.take(seat, most):
                self.end(TooManySockets())
                return
            self._seats.append(seat)
        self.speaker = speaker
        # Before what stands is read: what is told meanwhile would be missed otherwise.
        self.process.hub.invitations.join(speaker.key_hash, self)

    async def greet(self, command: commands.VisitHello) -> None:
        speaker = self.speaker
        if speaker is None:
            return
        self.language = speaker.language = refusals.known_language(command.language)
        visits = self.process.visits
        try:
            live, opened = await visits.open(speaker.opening, command)
        except NoConsent as error:
            self.end(error)
            return
        try:
            step = await visits.pages.step_of(self._site_id, command)
        except BadPage as error:
            self.tell(refusals.refused(error, self.language))
        else:
            visits.view(live, step, command.view, greeted=True)
        self._attach(speaker, live)
        visits.set_active(live, command.active)
        self.tell(self._ready(live, opened.invitation))
        self.is_greeted = True
        for text in self._early:
            self.outgoing.push(text)
        self._early.clear()
        # What this tab shows already, it need not be told before it may be counted.
        visits.see(live, min(command.seen, self._told_number))

    def _attach(self, speaker: VisitSpeaker, live: LiveVisit) -> None:
        if speaker.live is not live:
            self._detach(speaker)
            speaker.live = live
        self.process.visits.join(live, self)

    def _detach(self, speaker: VisitSpeaker) -> None:
        if speaker.live is not None:
            self.process.visits.leave(speaker.live, self)
            speaker.live = None

    def _ready(self, live: LiveVisit, invitation: Any) -> updates.VisitReady:
        state = live.state
        self._told_number = max(self._told_number, state.number)
        return updates.VisitReady(
            now=clock.now_ms(),
            recorded=state.is_staffed,
            number=state.number,
            watchers=list(state.watchers),
            invitation=invitation,
            poll_ms=configuration().poll_active_ms,
        )

    async def _carry_out(self, line: Line, command: Any) -> None:
        speaker = self.speaker
        live = speaker.live if speaker is not None else None
        if live is None:
            raise NoConsent
        if not await self.process.visits.hear(live, command, told=self._told_number):
            await super()._carry_out(line, command)
        elif isinstance(command, commands.ViewPage):
            self.tell(updates.Acknowledged(ref=command.ref))

    def gone(self) -> None:
        for seat in self._seats:
            self.process.seats.leave(seat)
        if self.speaker is not None:
            self.process.hub.invitations.leave(self.speaker.key_hash, self)
            self._detach(self.speaker)

    # For the visits' registry, and for invitations.

    def tell_watchers(self, number: int, text: str) -> None:
        """Who is watching now."""
        self._told_number = max(self._told_number, number)
        if self.is_greeted:
            self.outgoing.push(text, ("watchers", 0))

    def tell_invitation(self, text: str) -> None:
        if self.is_greeted:
            self.outgoing.push(text)
        else:
            self._early.append(text)

    def over(self, error: Exception) -> None:
        """The permission is gone."""
        speaker = self.speaker
        if speaker is not None and speaker.live is not None:
            self.process.hub.invitations.leave(speaker.key_hash, self)
            speaker.live = None
        self.end(error)


def visit_speaker(asked: Asked, site_id: int, network: str) -> VisitSpeaker | None:
    """Who speaks for a visit, as its cookies say; ``None`` without a key of ours."""
    key_hash = identity.visit_key_hash(asked, site_id)
    if key_hash is None:
        return None
    return VisitSpeaker(
        site_id=site_id,
        key_hash=key_hash,
        network=network,
        choice=identity.choice_cookie(asked, site_id),
        chat_key_hash=identity.visitor_key_hash(asked, site_id),
        session_key=identity.session_key_of(asked),
    )
