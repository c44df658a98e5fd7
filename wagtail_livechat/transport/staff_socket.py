"""A staff connection."""

from __future__ import annotations

from functools import partial
from time import monotonic
from typing import Any, Final

from wagtail_livechat.agents import actions as agents
from wagtail_livechat.errors import (
    Forbidden,
    NotFound,
    RateLimited,
    SessionEnded,
    TooManySockets,
    Unavailable,
)
from wagtail_livechat.protocol import codec, commands, updates

from . import catch_up, dispatch, identity, invitations, limits, refusals, staff
from .delivery import STAFF_BYTES
from .identity import Asked
from .lines import Line, Role
from .lookout import Lookout
from .socket import Socket
from .speakers import StaffSpeaker
from .visit_lines import WATCH_LINES

RIGHTS_KEPT_SECONDS: Final = 5.0
SESSION_KEPT_SECONDS: Final = 25.0
MOST_PER_SESSION: Final = 20


class _Open:
    """How far a console has been told of one conversation that it has open."""

    __slots__ = ("early", "floor", "notes_floor")

    def __init__(self) -> None:
        self.floor = 0
        self.notes_floor = 0
        self.early: list[tuple[str, int, str]] | None = []


class StaffSocket(Socket):
    """A staff connection; a one-time ticket in the first frame proves where it comes from."""

    role = Role.STAFF
    decoder = codec.agent_commands
    most_bytes = STAFF_BYTES
    speaker: StaffSpeaker | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._session_key: str | None = None
        self._sites: frozenset[int] = frozenset()
        self._open: dict[str, _Open] = {}
        self._looked_at = 0.0
        self._early: dict[tuple[str, object], str] = {}
        self._seats: list[tuple[str, object]] = []
        self._is_looking = False
        self._lookout: Lookout | None = None
        self._has_left = False

    def admit(self, asked: Asked) -> None:
        identity.demand_staff_origin(asked)
        if limits.buckets.take(limits.staff_connection_rate(), identity.network_of(asked)):
            raise RateLimited
        self._session_key = identity.session_key_of(asked)

    def arrive(self, asked: Asked) -> None:
        if self._session_key is None:
            self.end(SessionEnded())

    async def greet(self, command: commands.StaffHello) -> None:
        try:
            speaker = await self._enter(command.ticket)
        except (Forbidden, TooManySockets) as error:
            self.end(error)
            return
        self.speaker = speaker
        if self._lookout is None:
            self._lookout = Lookout(self.process, speaker, self)
        self.language = speaker.language
        self._looked_at = monotonic()
        self._join(speaker)
        await self.process.hub.learn_face(speaker.profile_id)
        for cursor in command.open:
            self._listen_to(cursor.conversation)
        await self.process.hub.learn_cards(self._sites)
        ready = await self.process.read(catch_up.staff_ready, speaker)
        standing = await self.process.read(invitations.lately, speaker.rights)
        self.tell(ready)
        for card in standing:
            if ("invitation", card.invitation.id) not in self._early:
                self.tell(card)
        self.is_greeted = True
        early, self._early = self._early, {}
        known = {codec.encode(updates.CardChanged(card=card)) for card in ready.cards}
        for key, text in early.items():
            if text not in known:
                self.outgoing.push(text, key)
        for cursor in command.open:
            try:
                await self._open_thread(
                    speaker, cursor.conversation, since=cursor.since, notes_since=cursor.notes_since
                )
            except NotFound as error:  # erased, or not theirs: the others are opened all the same
                self.tell(refusals.refused(error, self.language))

    async def _enter(self, ticket: str) -> StaffSpeaker:
        """Prove who this is: by the ticket the first time, by the session each time."""
        if self.speaker is not None:
            await self.process.read(staff.look_again, self.speaker)
            return self.speaker
        if self._session_key is None:
            raise SessionEnded
        seat = ("session", self._session_key)
        if not self.process.seats.take(seat, MOST_PER_SESSION):
            raise TooManySockets
        self._seats.append(seat)
        enter = partial(staff.enter, self._session_key, ticket, self.process.worker_id)
        speaker: StaffSpeaker = await self.process.writer.run(enter)
        return speaker

    def _join(self, speaker: StaffSpeaker) -> None:
        """Listen to the sites of this member of staff, as they are now."""
        if self._sites != speaker.rights.sites:
            self._leave()
            self._sites = speaker.rights.sites
            self.process.hub.join_staff(self, user_id=speaker.user_id, site_ids=self._sites)

    def _leave(self) -> None:
        if self.speaker is not None and self._sites:
            self.process.hub.leave_staff(self, user_id=self.speaker.user_id, site_ids=self._sites)
            self._sites = frozenset()

    def _listen_to(self, conversation_id: str) -> _Open:
        held = self._open.get(conversation_id)
        if held is None:
            held = self._open[conversation_id] = _Open()
            self.process.hub.follow(conversation_id, staff=self)
        elif held.early is None:
            held.early = []
        return held

    def _stop_listening_to(self, conversation_id: str) -> None:
        if self._open.pop(conversation_id, None) is not None:
            self.process.hub.unfollow(conversation_id, staff=self)
        if self.speaker is not None:
            self.speaker.followed.pop(conversation_id, None)

    async def _open_thread(
        self,
        speaker: StaffSpeaker,
        conversation_id: str,
        *,
        since: int,
        notes_since: int,
        ref: str | None = None,
    ) -> None:
        """Listen first, then read: what is sent in between is kept, and nothing falls between."""
        held = self._listen_to(conversation_id)
        try:
            state = await self.process.read(
                partial(
                    catch_up.thread_state,
                    speaker,
                    conversation_id,
                    since=since,
                    notes_since=notes_since,
                    ref=ref,
                )
            )
        except Exception:
            self._stop_listening_to(conversation_id)
            raise
        speaker.follow(conversation_id, state.pk, state.site_id)
        self.tell(state.thread)
        held.floor, held.notes_floor = state.seq, state.number
        early, held.early = held.early or [], None
        self.process.hub.caught_up(conversation_id, pk=state.pk, seq=state.seq, number=state.number)
        for kind, number, text in early:
            if kind == "message":
                self.tell_message(conversation_id, number, text)
            else:
                self.tell_note(conversation_id, number, text)

    async def _carry_out(self, line: Line, command: Any) -> None:
        if type(command) in WATCH_LINES and self.speaker is not None and self._lookout is not None:
            dispatch.demand_right(line, self.speaker)
            await self._watch(self._lookout, command)
            return
        if isinstance(command, commands.OpenConversation) and self.speaker is not None:
            dispatch.demand_right(line, self.speaker)
            await self._open_thread(
                self.speaker,
                command.conversation,
                since=command.since,
                notes_since=command.notes_since,
                ref=command.ref,
            )
            return
        await super()._carry_out(line, command)

    async def _watch(self, lookout: Lookout, command: Any) -> None:
        """Watching is kept by this connection, as long as it is open."""
        match command:
            case commands.WatchVisitors():
                await lookout.watch(command)
                self.tell(updates.Acknowledged(ref=command.ref))
            case commands.LeaveVisitors():
                lookout.leave(command)
                self.tell(updates.Acknowledged(ref=command.ref))
            case commands.OpenVisit():
                await lookout.open(command)
            case commands.LeaveVisit():
                lookout.close(command)
                self.tell(updates.Acknowledged(ref=command.ref))
            case commands.KeepWatching():
                await lookout.keep()

    def done(self, command: commands.Command, result: Any) -> None:
        if isinstance(command, commands.LeaveConversation):
            self._stop_listening_to(command.conversation)

    # Who may be here.

    def is_fresh(self) -> bool:
        speaker = self.speaker
        return speaker is None or monotonic() - speaker.read_at <= RIGHTS_KEPT_SECONDS

    async def freshen(self) -> None:
        await self._look()

    async def _look(self) -> None:
        """Load the session and the rights anew, and bring what is heard into line."""
        speaker = self.speaker
        if speaker is None:
            return
        before = speaker.rights
        try:
            await self.process.read(staff.look_again, speaker)
        except Forbidden as error:
            self.end(error)
            return
        self._looked_at = monotonic()
        if self._lookout is not None:
            self._lookout.look_again()
        if speaker.rights != before:
            self._join(speaker)
            for conversation_id in list(self._open):
                self._stop_listening_to(conversation_id)
            self.tell(updates.Resync())

    def look_again(self, now: float) -> None:
        if (
            self.speaker is not None
            and not self._is_looking
            and now - self._looked_at > SESSION_KEPT_SECONDS
        ):
            self._is_looking = True
            self.aside(self._look_beside())

    async def _look_beside(self) -> None:
        try:
            await self._look()
        except Unavailable:
            pass  # nobody is shown the door because the database is away
        finally:
            self._is_looking = False

    def revoked(self, session_hash: str | None) -> None:
        speaker = self.speaker
        if speaker is None:
            return
        if session_hash is None:
            speaker.read_at = 0.0
            if self._lookout is not None:
                self._lookout.pause()
            self.aside(self._look_beside())
        elif session_hash == speaker.session_hash:
            self.end(SessionEnded())

    def end(self, error: Exception, code: int | None = None) -> None:
        """Whoever logged out is gone at once; all others may come back within the grace."""
        if isinstance(error, SessionEnded | Forbidden) and self.speaker is not None:
            if not self._has_left:
                self._has_left = True
                self.write_down(partial(agents.leave, key=self.speaker.connection))
        super().end(error, code)

    def is_present_again(self) -> None:
        speaker = self.speaker
        if speaker is not None and not self._has_left:
            self.write_down(
                partial(
                    agents.connect,
                    profile_id=speaker.profile_id,
                    key=speaker.connection,
                    session_hash=speaker.session_hash,
                    worker_id=self.process.worker_id,
                )
            )

    def gone(self) -> None:
        for seat in self._seats:
            self.process.seats.leave(seat)
        speaker = self.speaker
        if speaker is None:
            return
        if self._lookout is not None:
            self._lookout.stop()
        for conversation_id in list(self._open):
            self._stop_listening_to(conversation_id)
        self._leave()
        if not self._has_left:
            self.write_down(partial(agents.disconnect, key=speaker.connection))

    def site_name(self) -> str:
        return ",".join(str(site_id) for site_id in sorted(self._sites)[:5]) or "-"

    def heads_wanted(self) -> list[str]:
        return list(self._open)

    # For the hub.

    @property
    def profile_id(self) -> int:
        return self.speaker.profile_id if self.speaker is not None else 0

    def may_see(self, site_id: int) -> bool:
        return self.speaker is not None and self.speaker.rights.may_view(site_id)

    def may_watch(self, site_id: int) -> bool:
        return self.speaker is not None and self.speaker.rights.may_watch(site_id)

    def tell_invitation(self, invitation_id: str, text: str) -> None:
        self._tell_newest(("invitation", invitation_id), text)

    def tell_message(self, conversation_id: str, seq: int, text: str) -> None:
        held = self._open.get(conversation_id)
        if held is None:
            return
        if held.early is not None:
            held.early.append(("message", seq, text))
        elif seq > held.floor and text:
            self.outgoing.push(text)

    def tell_note(self, conversation_id: str, number: int, text: str) -> None:
        held = self._open.get(conversation_id)
        if held is None:
            return
        if held.early is not None:
            held.early.append(("note", number, text))
        elif number > held.notes_floor:
            self.outgoing.push(text)

    def tell_card(self, conversation_id: str, text: str) -> None:
        self._tell_newest(("card", conversation_id), text)

    def tell_agent(self, profile_id: int, text: str) -> None:
        self._tell_newest(("agent", profile_id), text)

    def _tell_newest(self, key: tuple[str, object], text: str) -> None:
        """What comes while the lists are being read follows them."""
        if self.is_greeted:
            self.outgoing.push(text, key)
        else:
            self._early[key] = text

    # For the lookout.

    def tell_newest(self, key: tuple[str, object], text: str) -> None:
        self.outgoing.push(text, key)

    def take_back(self, key: tuple[str, object]) -> None:
        self.outgoing.take_back(key)

    def tell_typing(self, conversation_id: str, who: str, text: str) -> None:
        held = self._open.get(conversation_id)
        if held is not None and held.early is None:
            self.outgoing.push(text, ("typing", (conversation_id, who)))
