"""The sockets: one task each, no layer channel, no thread hop for what needs none.

They keep the face of Channels' consumers (``as_asgi()``, routing), but run a loop of their
own: the stock ``dispatch`` costs a thread hop for every message.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from time import monotonic
from typing import Any, ClassVar, Final

from channels.generic.websocket import AsyncWebsocketConsumer

from wagtail_livechat.agents import actions as agents
from wagtail_livechat.conf import configuration
from wagtail_livechat.errors import (
    BadCommand,
    BadCursor,
    Forbidden,
    Gone,
    IdentityMissing,
    Internal,
    LiveChatError,
    RateLimited,
    SessionEnded,
    Silent,
    TooBig,
    TooManySockets,
    Unavailable,
    UnknownType,
    UnsupportedVersion,
)
from wagtail_livechat.protocol import codec, commands, updates
from wagtail_livechat.protocol.values import MAX_FRAME, VERSION, Head
from wagtail_livechat.visitors import actions as visitors

from . import catch_up, dispatch, identity, limits, process, refusals, staff
from .delivery import STAFF_BYTES, VISITOR_BYTES, Outgoing
from .dispatch import Line, Role, Where
from .identity import Asked
from .speakers import StaffSpeaker, VisitorSpeaker

HELLO_WITHIN: Final = 10.0
MOST_UNACKED: Final = 16
STRIKES: Final = 3
MOST_TOO_BIG: Final = 10
FAR_TOO_BIG: Final = 4 * MAX_FRAME
MOST_OVER_THE_LIMIT: Final = 200
CLOSED_WITHIN: Final = 10.0
RIGHTS_KEPT_SECONDS: Final = 5.0
SESSION_KEPT_SECONDS: Final = 25.0

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Socket(AsyncWebsocketConsumer):
    """What both sides' sockets have in common."""

    role: ClassVar[Role]
    decoder: ClassVar[codec.CommandDecoder]
    most_bytes: ClassVar[int]

    process: process.Process
    outgoing: Outgoing
    speaker: Any = None
    language = "en"
    is_greeted = False
    heard_at = 0.0
    beat_at = 0.0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[no-untyped-call]
        self._unacked = 0
        self._room: asyncio.Future[None] | None = None
        self._strikes = 0
        self._too_big = 0
        self._over_the_limit = 0
        self._hello_timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[Any] | None = None
        self._side_tasks: set[asyncio.Task[Any]] = set()

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Serve one connection from its handshake to its end."""
        self.scope = scope
        if (await receive())["type"] != "websocket.connect":
            return
        asked = identity.asked_in(scope)
        self.process = await process.current()
        try:
            if not identity.are_sites_known():
                await self.process.read(identity.learn_sites)
            self.admit(asked)
        except LiveChatError:
            await send({"type": "websocket.close", "code": refusals.FORBIDDEN})
            return
        await send({"type": "websocket.accept"})
        self._task = asyncio.current_task()
        self.outgoing = Outgoing(send, self.most_bytes, self._lost)
        self.heard_at = self.beat_at = monotonic()
        self._hello_timer = self.process.loop.call_later(HELLO_WITHIN, self._no_hello)
        self.process.upkeep.connections.add(self)
        try:
            self.arrive(asked)
            await self._listen(receive)
        except asyncio.CancelledError:
            pass  # we let go of it ourselves, or the server ends
        finally:
            self._hello_timer.cancel()
            self.process.upkeep.connections.discard(self)
            self.outgoing.stop()
            for task in self._side_tasks:
                task.cancel()
            self.gone()

    # What each side does in its own way.

    def admit(self, asked: Asked) -> None:
        """Look at the handshake. Raises to refuse it."""
        raise NotImplementedError

    def arrive(self, asked: Asked) -> None:
        """The connection is open, and its speaker not yet greeted."""
        raise NotImplementedError

    async def greet(self, command: Any) -> None:
        """Answer a hello."""
        raise NotImplementedError

    async def freshen(self) -> None:
        """Read again what the speaker may do, if that was read long ago."""

    def done(self, command: commands.Command, result: Any) -> None:
        """A command was carried out and answered."""

    def gone(self) -> None:
        """The connection is over."""
        raise NotImplementedError

    # Reading.

    async def _listen(self, receive: Receive) -> None:
        while True:
            message = await receive()
            kind = message["type"]
            if kind == "websocket.receive":
                self.heard_at = monotonic()
                if not self.outgoing.is_closing:
                    await self._hear(message.get("text"))
                if self._unacked >= MOST_UNACKED:
                    await self._wait_for_room()
            elif kind == "websocket.disconnect":
                return

    async def _hear(self, text: str | None) -> None:
        try:
            command = self.decoder.decode(text)
        except codec.BadFrame as error:
            self._strike(error.code, text)
            return
        line = dispatch.REGISTRY[self.role].get(type(command))
        if line is None:
            self._strike("unknown_type", text)
            return
        is_hello = isinstance(command, commands.Hello | commands.StaffHello)
        if not self.is_greeted and not is_hello:
            if not isinstance(command, commands.Pong):
                self._strike("bad_frame", text)
            return
        if self.speaker is not None:
            wait, is_told = dispatch.charge(line, self.speaker, command)
            if wait:
                self._over(wait, command, is_told=is_told)
                return
        try:
            if is_hello:
                await self._greet(command)
                return
            await self.freshen()
            if self.speaker is not None:
                await self._carry_out(line, command)
        except Exception as error:
            self.refuse(error, command)

    async def _greet(self, command: commands.Hello | commands.StaffHello) -> None:
        if command.v != VERSION:
            self.end(UnsupportedVersion())
            return
        await self.greet(command)
        if self._hello_timer is not None:
            self._hello_timer.cancel()

    async def _carry_out(self, line: Line, command: Any) -> None:
        dispatch.demand_right(line, self.speaker)
        match line.where:
            case Where.HERE:
                self.tell(line.act(self.speaker, command))
                self.done(command, None)
            case Where.READ:
                self.tell(await self.process.read(line.act, self.speaker, command))
                self.done(command, None)
            case Where.WRITE:
                draft = line.draft(self.speaker, command) if line.draft else None
                self.process.writer.submit(
                    partial(line.act, self.speaker, command),
                    partial(self._written, command),
                    draft=draft,
                )
                self._unacked += 1

    def _written(self, command: commands.Command, result: Any, error: Exception | None) -> None:
        """The commit is done, or the command was refused; called in the loop."""
        self._unacked -= 1
        if self._room is not None and not self._room.done():
            self._room.set_result(None)
        if error is not None:
            self.refuse(error, command)
            return
        self.tell(dispatch.answer(command, result))
        self.done(command, result)

    async def _wait_for_room(self) -> None:
        """Read no more until something was stored: the server then stops reading, too."""
        while self._unacked >= MOST_UNACKED:
            self._room = self.process.loop.create_future()
            try:
                await self._room
            finally:
                self._room = None

    def _strike(self, code: str, text: str | None) -> None:
        """Not a command: say so; too often, and it is over."""
        if code == "too_big":
            self._too_big += 1
            if self._too_big > MOST_TOO_BIG or len(text or "") > FAR_TOO_BIG:
                self.end(TooBig())
            else:
                self.tell(refusals.refused(TooBig(), self.language))
            return
        error = UnknownType() if code == "unknown_type" else BadCommand()
        self.tell(refusals.refused(error, self.language))
        self._strikes += 1
        if self._strikes >= STRIKES:
            self.end(error, refusals.BAD_FRAMES)

    def _over(self, wait: int, command: commands.Command, *, is_told: bool) -> None:
        """Faster than the limit."""
        self._over_the_limit += 1
        error = RateLimited(retry_ms=wait)
        if self._over_the_limit > MOST_OVER_THE_LIMIT:
            self.end(error)
        elif is_told:
            self.refuse(error, command)

    # Telling.

    def tell(self, update: updates.Update | None) -> None:
        """Send an update soon."""
        if update is not None:
            self.outgoing.push(codec.encode(update))

    def refuse(self, error: Exception, command: commands.Command) -> None:
        """Say that a command was not done, and end the connection where nothing can follow."""
        if getattr(error, "code", None) in refusals.ENDS:
            self.end(error)
        else:
            ref = getattr(command, "ref", None)
            self.tell(refusals.refused(error, self.language, ref=ref))

    def end(self, error: Exception, code: int | None = None) -> None:
        """Say why, close, and let go of a peer that does not answer the closing."""
        if self.outgoing.is_closing:
            return
        last = refusals.failed(error, self.language, code)
        self.tell(last)
        self.outgoing.close(last.close_code)
        self.process.loop.call_later(CLOSED_WITHIN, self.abort)

    def abort(self) -> None:
        """Let go at once."""
        if self._task is not None and not self._task.done():
            self._task.cancel()

    def _lost(self) -> None:
        """Sending failed: the peer is gone, whether or not we were told."""
        self.process.loop.call_later(CLOSED_WITHIN, self.abort)

    def _no_hello(self) -> None:
        if not self.is_greeted:
            self.end(Silent())

    def aside(self, work: Any) -> None:
        """Do something beside reading, and end it with the connection."""
        task = self.process.loop.create_task(work)
        self._side_tasks.add(task)
        task.add_done_callback(self._aside_done)

    def _aside_done(self, task: asyncio.Task[Any]) -> None:
        self._side_tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            if isinstance(error, Unavailable):
                self.tell(updates.Resync())  # ask again when the database is back
            else:
                self.end(error if isinstance(error, Exception) else Internal())

    def write_down(self, action: Callable[[], Any]) -> None:
        """Write something that nobody waits for, such as who is present."""
        try:
            self.process.writer.submit(action, _not_waited_for)
        except LiveChatError:
            pass  # the lease and the next hello put it right

    # For the upkeep.

    def is_stuck(self, now: float) -> bool:
        return self.outgoing.is_stuck(now)

    def heads_wanted(self) -> list[str]:
        return []

    def beat(self, heads: dict[str, int]) -> None:
        self.tell(
            updates.Heartbeat(
                heads=[
                    Head(conversation=name, seq=heads[name])
                    for name in self.heads_wanted()
                    if name in heads
                ]
            )
        )

    def look_again(self, now: float) -> None:
        """Visitors carry their proof in the key."""

    def is_present_again(self) -> None:
        """Write down the connection anew."""

    def say_goodbye(self, retry_ms: int) -> None:
        self.tell(updates.Bye(retry_ms=retry_ms))
        self.outgoing.close(refusals.RESTART)


def _not_waited_for(result: Any, error: Exception | None) -> None:
    """Presence is written down again sooner or later."""


class VisitorSocket(Socket):
    """A visitor's connection; the key came with the handshake."""

    role = Role.VISITOR
    decoder = codec.visitor_commands
    most_bytes = VISITOR_BYTES
    speaker: VisitorSpeaker | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._site_id = 0
        self._network = ""
        self._seats: list[tuple[str, str]] = []
        self._followed: str | None = None
        self._floor = 0
        self._early: list[tuple[int, str]] | None = None
        self._is_present = False

    def admit(self, asked: Asked) -> None:
        self._site_id = identity.demand_visitor_site(asked).id
        self._network = identity.network_of(asked)
        if limits.buckets.take(limits.connection_rate(), self._network):
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
            site_id=self._site_id, key_hash=key_hash, network=self._network
        )
        self.process.hub.join_visitor(self, site_id=self._site_id, key_hash=key_hash)

    async def greet(self, command: commands.Hello) -> None:
        if self.speaker is None:
            return
        self.language = self.speaker.language = refusals.known_language(command.language)
        state = await self._catch_up(command.since)
        if state.is_behind:
            self.tell(refusals.refused(BadCursor(), self.language))
        self.tell(state.ready)
        self.process.hub.note_availability(self._site_id, state.ready.available)
        self._caught_up(state)
        self.is_greeted = True
        self._be_present()

    async def _catch_up(self, since: int) -> catch_up.VisitorState:
        """Listen first, then read: what is sent in between is kept, and nothing falls between."""
        speaker = self.speaker
        assert speaker is not None
        if speaker.conversation_id is None:
            await self.process.read(catch_up.recognise, speaker)
        if speaker.visitor_id is not None:
            self.process.hub.name_visitor(self, speaker.visitor_id)
        if speaker.conversation_id is not None:
            self._follow(speaker.conversation_id)
        return await self.process.read(catch_up.visitor_state, speaker, since)

    def _follow(self, conversation_id: str) -> None:
        self._early = []
        if self._followed != conversation_id:
            if self._followed is not None:
                self.process.hub.unfollow(self._followed, visitor=self)
            self._followed = conversation_id
            self.process.hub.follow(conversation_id, visitor=self)

    def _caught_up(self, state: catch_up.VisitorState) -> None:
        self._floor = state.seq
        early, self._early = self._early or [], None
        speaker = self.speaker
        view = state.ready.conversation
        if (
            speaker is not None
            and view is not None
            and self._followed is not None
            and speaker.conversation_pk is not None
        ):
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
        state = await self._catch_up(0)
        view = state.ready.conversation
        if view is None:
            return
        self.tell(updates.ConversationChanged(conversation=view))
        for message in state.ready.messages:
            self.tell(updates.MessageSent(conversation=view.id, message=message))
        self._caught_up(state)
        self._be_present()

    def _be_present(self) -> None:
        """Only who has written is written down."""
        speaker = self.speaker
        if speaker is None or speaker.visitor_id is None or speaker.conversation_id is None:
            return
        if not self._is_present:
            self._is_present = True
            self.is_present_again()

    def is_present_again(self) -> None:
        speaker = self.speaker
        if self._is_present and speaker is not None and speaker.visitor_id is not None:
            self.write_down(
                partial(
                    visitors.connect,
                    visitor_id=speaker.visitor_id,
                    key=speaker.connection,
                    worker_id=self.process.worker_id,
                )
            )

    def done(self, command: commands.Command, result: Any) -> None:
        speaker = self.speaker
        if (
            isinstance(command, commands.SendMessage)
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
        if self._is_present and speaker.visitor_id is not None:
            self.write_down(
                partial(
                    visitors.disconnect,
                    visitor_id=speaker.visitor_id,
                    key=speaker.connection,
                )
            )

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
        self._is_looking = False

    def admit(self, asked: Asked) -> None:
        identity.demand_staff_origin(asked)
        self._session_key = identity.session_key_of(asked)

    def arrive(self, asked: Asked) -> None:
        if self._session_key is None:
            self.end(SessionEnded())

    async def greet(self, command: commands.StaffHello) -> None:
        if self._session_key is None:
            return
        try:
            if self.speaker is None:
                self.speaker = await self.process.writer.run(
                    partial(staff.enter, self._session_key, command.ticket)
                )
            else:
                await self.process.read(staff.look_again, self.speaker)
        except Forbidden as error:
            self.end(error)
            return
        speaker = self.speaker
        assert speaker is not None
        self.language = speaker.language
        self._looked_at = monotonic()
        self._join()
        await self.process.hub.learn_face(speaker.profile_id)
        for cursor in command.open:
            self._listen_to(cursor.conversation)
        self.tell(await self.process.read(catch_up.staff_ready, speaker))
        self.is_greeted = True
        for cursor in command.open:
            await self._open_thread(
                cursor.conversation, since=cursor.since, notes_since=cursor.notes_since
            )
        self.is_present_again()

    def _join(self) -> None:
        """Listen to the sites of this member of staff, as they are now."""
        speaker = self.speaker
        assert speaker is not None
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
        self, conversation_id: str, *, since: int, notes_since: int, ref: str | None = None
    ) -> None:
        """Listen first, then read: what is sent in between is kept, and nothing falls between."""
        speaker = self.speaker
        assert speaker is not None
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
        speaker.followed[conversation_id] = state.pk
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
        if isinstance(command, commands.OpenConversation) and self.speaker is not None:
            dispatch.demand_right(line, self.speaker)
            await self._open_thread(
                command.conversation,
                since=command.since,
                notes_since=command.notes_since,
                ref=command.ref,
            )
            return
        await super()._carry_out(line, command)

    def done(self, command: commands.Command, result: Any) -> None:
        if isinstance(command, commands.LeaveConversation):
            self._stop_listening_to(command.conversation)

    # Who may be here.

    async def freshen(self) -> None:
        speaker = self.speaker
        if speaker is not None and monotonic() - speaker.read_at > RIGHTS_KEPT_SECONDS:
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
        if speaker.rights != before:
            self._join()
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
            self.aside(self._look_beside())
        elif session_hash == speaker.session_hash:
            self.end(SessionEnded())

    def is_present_again(self) -> None:
        speaker = self.speaker
        if speaker is not None:
            self.write_down(
                partial(
                    agents.connect,
                    profile_id=speaker.profile_id,
                    key=speaker.connection,
                    worker_id=self.process.worker_id,
                )
            )

    def gone(self) -> None:
        speaker = self.speaker
        if speaker is None:
            return
        for conversation_id in list(self._open):
            self._stop_listening_to(conversation_id)
        self._leave()
        self.write_down(partial(agents.disconnect, key=speaker.connection))

    def heads_wanted(self) -> list[str]:
        return list(self._open)

    # For the hub.

    @property
    def profile_id(self) -> int:
        return self.speaker.profile_id if self.speaker is not None else 0

    def may_see(self, site_id: int) -> bool:
        return (
            self.is_greeted and self.speaker is not None and self.speaker.rights.may_view(site_id)
        )

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
        self.outgoing.push(text, ("card", conversation_id))

    def tell_agent(self, profile_id: int, text: str) -> None:
        if self.is_greeted:
            self.outgoing.push(text, ("agent", profile_id))

    def tell_typing(self, conversation_id: str, who: str, text: str) -> None:
        held = self._open.get(conversation_id)
        if held is not None and held.early is None:
            self.outgoing.push(text, ("typing", (conversation_id, who)))
