"""The sockets: one task each, no layer channel, no thread hop for what needs none.

They keep the face of Channels' consumers (``as_asgi()``, routing), but run a loop of their
own: the stock ``dispatch`` costs a thread hop for every message.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from functools import partial
from time import monotonic
from typing import Any, ClassVar, Final

from channels.generic.websocket import AsyncWebsocketConsumer

from wagtail_livechat.conf import configuration
from wagtail_livechat.errors import (
    BadCommand,
    Internal,
    LiveChatError,
    RateLimited,
    Silent,
    TooBig,
    Unavailable,
    UnknownType,
    UnsupportedVersion,
)
from wagtail_livechat.protocol import codec, commands, updates
from wagtail_livechat.protocol.values import MAX_FRAME, VERSION, Head

from . import dispatch, identity, process, refusals
from .delivery import Outgoing
from .identity import Asked
from .lines import Line, Role, Where

HELLO_WITHIN: Final = 10.0
MOST_UNACKED: Final = 16
STRIKES: Final = 3
MOST_TOO_BIG: Final = 10
FAR_TOO_BIG: Final = 4 * MAX_FRAME
MOST_OVER_THE_LIMIT: Final = 200
CLOSED_WITHIN: Final = 10.0

_HEARTBEAT: Final = codec.encode(updates.Heartbeat(heads=[]))
_HELLOS: Final = (commands.Hello, commands.StaffHello, commands.VisitHello)

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
    turn = 0
    _network = ""
    _side_tasks: frozenset[asyncio.Task[Any]] = frozenset()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[no-untyped-call]
        self._lines = dispatch.REGISTRY[self.role]
        self._unacked = 0
        # By `ref`: a copy that comes meanwhile must not outlive the refusal of the first.
        self._being_written: dict[str, commands.Command] = {}
        self._room: asyncio.Future[None] | None = None
        self._strikes = 0
        self._too_big = 0
        self._over_the_limit = 0
        self._over_since = 0.0
        self._hello_timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[Any] | None = None

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
        except LiveChatError as error:
            self._log("refused", error.code, identity.network_of(asked))
            await send({"type": "websocket.close", "code": refusals.FORBIDDEN})
            return
        await send({"type": "websocket.accept"})
        self._task = asyncio.current_task()
        self.outgoing = Outgoing(send, self.most_bytes, self._lost, self.process.post)
        self.heard_at = monotonic()
        # Connections that came together are not asked for a sign together.
        self.beat_at = self.heard_at - random.random() * configuration().heartbeat_seconds  # noqa: S311
        self._network = identity.network_of(asked)
        self._await_hello()
        self.process.upkeep.add(self)
        try:
            self.arrive(asked)
            del asked  # what an idle connection need not hold, it does not hold
            await self._listen(receive)
        except asyncio.CancelledError:
            pass  # we let go of it ourselves, or the server ends
        finally:
            self._stop_hello_timer()
            self.process.upkeep.discard(self)
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

    def is_fresh(self) -> bool:
        """Whether what the speaker may do was read lately."""
        return True

    async def freshen(self) -> None:
        """Read again what the speaker may do."""

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
            self._strike(error.code, text, error.ref)
            return
        line = self._lines.get(type(command))
        if line is None:
            self._strike("unknown_type", text, getattr(command, "ref", None))
            return
        is_hello = isinstance(command, _HELLOS)
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
            if not self.is_fresh():
                await self.freshen()
            if self.speaker is not None and not self.outgoing.is_closing:
                await self._carry_out(line, command)
        except Exception as error:
            self.refuse(error, command)

    async def _greet(
        self, command: commands.Hello | commands.StaffHello | commands.VisitHello
    ) -> None:
        if command.v != VERSION:
            self.end(UnsupportedVersion())
            return
        # Whoever said hello has done their part, however long ours takes.
        self._stop_hello_timer()
        try:
            await self.greet(command)
        finally:
            if not self.is_greeted and not self.outgoing.is_closing:
                self._await_hello()

    def _await_hello(self) -> None:
        self._stop_hello_timer()
        self._hello_timer = self.process.loop.call_later(HELLO_WITHIN, self._no_hello)

    def _stop_hello_timer(self) -> None:
        if self._hello_timer is not None:
            self._hello_timer.cancel()
            self._hello_timer = None

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
                ref = getattr(command, "ref", None)
                if ref is not None and self._being_written.get(ref) == command:
                    return  # sent again: the answer to the first is the answer to both
                draft = line.draft(self.speaker, command) if line.draft else None
                act = partial(line.act, self.speaker, command)
                if line.prepare is not None:
                    act = partial(act, await self.process.read(line.prepare, self.speaker, command))
                self.process.writer.submit(
                    act,
                    partial(self._written, command),
                    draft=draft,
                )
                self._unacked += 1
                if ref is not None:
                    self._being_written[ref] = command

    def _written(self, command: commands.Command, result: Any, error: Exception | None) -> None:
        """The commit is done, or the command was refused; called in the loop."""
        self._unacked -= 1
        ref = getattr(command, "ref", None)
        if ref is not None and self._being_written.get(ref) is command:
            del self._being_written[ref]
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

    def _strike(self, code: str, text: str | None, ref: str | None = None) -> None:
        """Not a command: say so; too often, and it is over."""
        if code == "too_big":
            self._too_big += 1
            if self._too_big > MOST_TOO_BIG or len(text or "") > FAR_TOO_BIG:
                self.end(TooBig())
            else:
                self.tell(refusals.refused(TooBig(), self.language, ref=ref))
            return
        error = UnknownType() if code == "unknown_type" else BadCommand()
        self.tell(refusals.refused(error, self.language, ref=ref))
        self._strikes += 1
        if self._strikes >= STRIKES:
            self.end(error, refusals.BAD_FRAMES)

    def _over(self, wait: int, command: commands.Command, *, is_told: bool) -> None:
        """Faster than the limit; for how long, is counted anew each minute."""
        now = monotonic()
        if now - self._over_since > 60:
            self._over_since, self._over_the_limit = now, 0
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
        self._log("ended", last.code, self._network)
        self.tell(last)
        self.outgoing.close(last.close_code)
        self.process.loop.call_later(CLOSED_WITHIN, self.abort)

    def _log(self, what: str, code: str, network: str) -> None:
        refusals.log(what, code, role=self.role.value, site=self.site_name(), network=network)

    def site_name(self) -> str:
        """For the log: which site is spoken to."""
        return "-"

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
        self._side_tasks |= {task}
        task.add_done_callback(self._aside_done)

    def _aside_done(self, task: asyncio.Task[Any]) -> None:
        self._side_tasks -= {task}
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
        if not heads:
            self.outgoing.push(_HEARTBEAT)
            return
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
