"""Visitors and agents as their browsers behave, with shorter times.

Each tab keeps a line to the server: a socket, or HTTP requests after two sockets that got
nowhere. It says what lies in its outbox again until it is answered, follows its
conversations by `seq`, asks for what is missing, and comes back whatever happens. Everything
that it writes, asks and hears goes into the history.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Final, Literal
from urllib.parse import urlencode

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from tests.faults.history import Heard, History, Pending, Remark, Role, Shown, Wrote
from tests.faults.outbox import Outbox
from tests.faults.screen import Screen
from tests.faults.web import Answer, Browser
from wagtail_livechat.protocol import commands, updates, values
from wagtail_livechat.protocol.codec import MAX_COMMANDS

# A browser waits 5, 9, 40 and 60 seconds. What runs out of time gets more of it the next
# time: the machine may be busy, rather than the line dead.
READY_WITHIN: Final = 3.0
ANSWER_WITHIN: Final = 4.0
SILENCE: Final = 4.0
MOST_PATIENT: Final = 8.0
SOCKET_AGAIN: Final = 3.0
SOCKETS_BEFORE_POLL: Final = 2
ASK_AGAIN: Final = 1.0
LONGEST_HOLD: Final = 1.0
REFUSED_FOR_NOW: Final = frozenset({"rate_limited", "busy", "unavailable"})
NO_RETURN: Final = frozenset({4403, 4410, 4426})
RENEW: Final = 4401

Broken = (OSError, TimeoutError, WebSocketException)
"""What a bad network looks like from inside a browser."""


class Admission(Exception):
    """The server would not give a key, a session or a ticket this time."""


class Dismissed(Exception):
    """The server said its last words on this line, and may have said when to return."""

    def __init__(self, close_code: int, retry_after: float = 0.0) -> None:
        super().__init__(close_code)
        self.close_code = close_code
        self.retry_after = retry_after


def new_ref(dice: random.Random) -> str:
    return str(uuid.UUID(int=dice.getrandbits(128), version=4))


class Tab(ABC):
    """One page of one person."""

    role: Role
    _line: Literal["chat", "visit"] = "chat"
    _update_type: Any

    def __init__(
        self,
        *,
        who: str,
        name: str,
        browser: Browser,
        history: History,
        dice: random.Random,
        outbox: Outbox,
        prefers_http: bool = False,
    ) -> None:
        self.who = who
        self.name = name
        self.browser = browser
        self.history = history
        self.dice = dice
        self.outbox = outbox
        self.screens: dict[str, Screen] = {}
        self.is_open = False
        self.turned_away: str | None = None
        self._prefers_http = prefers_http
        self._admitted = False
        self._socket: ClientConnection | None = None
        self._wake = asyncio.Event()
        self._questions: dict[str, int] = {}
        self._asked_at: dict[str, float] = {}
        self._poll_after = 0.4
        self._patience = 1.0
        self._life: asyncio.Task[None] | None = None
        # Refs that only this tab's protocol needs, so that they do not change what is written.
        self._own_refs = random.Random(f"{name} {dice.random()}")

    # Life.

    def start(self) -> None:
        self._life = asyncio.create_task(self._live(), name=self.name)

    async def vanish(self) -> None:
        """The page is gone from one moment to the next, without a word."""
        if self._life is not None:
            self._life.cancel()
            await asyncio.wait([self._life])
            self._life = None
        self._drop_socket()

    async def _live(self) -> None:
        attempt = dead_sockets = 0
        while True:
            attempt += 1
            pause = self.dice.uniform(0.05, min(1.0, 0.1 * 2 ** min(attempt, 5)))
            try:
                if not self._admitted:
                    await self._admit()
                    self._admitted = True
                if self._prefers_http or dead_sockets >= SOCKETS_BEFORE_POLL:
                    dead_sockets = 0
                    await self._poll()
                    continue
                await self._hold_socket()
            except Dismissed as dismissal:
                pause = max(pause, dismissal.retry_after)
                if dismissal.close_code in NO_RETURN:
                    self.turned_away = str(dismissal.close_code)
                    self._remark(f"turned away with {dismissal.close_code}")
                    return
                if dismissal.close_code == RENEW:
                    self._admitted = False
            except Admission as error:
                self._remark(f"not admitted: {error}")
            except Broken as error:
                if isinstance(error, TimeoutError):
                    self._patience = min(MOST_PATIENT, self._patience * 2)
                    pause *= self._patience
                self._remark(f"cut: {type(error).__name__} {error}"[:200])
            finally:
                was_open, self.is_open = self.is_open, False
                self._drop_socket()
            dead_sockets = 0 if was_open else dead_sockets + 1
            attempt = 0 if was_open else attempt
            await asyncio.sleep(pause)

    def _drop_socket(self) -> None:
        if self._socket is not None:
            self._socket.transport.abort()
            self._socket = None

    def _remark(self, what: str) -> None:
        self.history.add(Remark(who=self.name, what=what))

    # The socket.

    async def _hold_socket(self) -> None:
        self._questions.clear()
        self._asked_at.clear()
        async with asyncio.timeout(READY_WITHIN * self._patience):
            self._socket = await connect(
                f"ws://{self.browser.host}{await self._socket_path()}",
                host="127.0.0.1",
                port=self.browser.port,
                origin=self.browser.origin,  # type: ignore[arg-type]
                additional_headers={"Cookie": self.browser.cookie_header},
                compression=None,
                proxy=None,
                ping_interval=None,
                open_timeout=None,
            )
            await self._send(await self._hello(by_socket=True))
            while not self.is_open:
                await self._hear(await self._socket.recv())
        self._remark("open by socket")
        self.outbox.reopened()
        tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._pump())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                raise result

    async def _listen(self) -> None:
        while True:
            assert self._socket is not None
            async with asyncio.timeout(SILENCE * self._patience):
                text = await self._socket.recv()
            await self._hear(text)

    async def _pump(self) -> None:
        """Send what is due, and ask for what is missing."""
        while True:
            self._wake.clear()
            for command in self.outbox.take():
                await self._send(command)
            for command in self._wishes():
                await self._send(command)
            due = self.outbox.next_due()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(ASK_AGAIN if due is None else min(due, ASK_AGAIN)):
                    await self._wake.wait()

    async def _send(self, command: commands.Command) -> None:
        assert self._socket is not None
        await self._socket.send(msgspec.json.encode(command).decode())

    # HTTP.

    async def _poll(self) -> None:
        """Carry the same frames by requests, and after a while try a socket again."""
        until = time.monotonic() + SOCKET_AGAIN
        self.outbox.reopened()
        self._remark("polls")
        while self._prefers_http or time.monotonic() < until:
            self._questions.clear()
            self._asked_at.clear()
            asked = self.outbox.take(MAX_COMMANDS)
            body = msgspec.json.encode(
                {"hello": await self._hello(by_socket=False), "commands": asked}
            )
            answer = await self._exchange(body)
            for frame in self._frames_of(answer):
                await self._hear(frame)
            if not self.is_open:
                raise Dismissed(1006)
            pause = 0.02 if self._wants_more() else self.dice.uniform(0.5, 1.0) * self._poll_after
            due = self.outbox.next_due()
            if due is not None:
                pause = min(pause, max(due, 0.02))
            pause = max(pause, self._told_to_wait(answer))
            # Answers wake whoever waits for them; they are no reason to ask again at once.
            self._wake.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._wake.wait()

    def _told_to_wait(self, answer: Answer) -> float:
        """How many seconds a request that was too much has to be kept back."""
        if answer.status != 429:
            return 0.0
        told = [msgspec.json.decode(frame) for frame in self._frames_of(answer)]
        return max(((frame.get("retry_ms") or 0) / 1_000 for frame in told), default=0.0)

    def _frames_of(self, answer: Answer) -> list[bytes]:
        try:
            found = msgspec.json.decode(answer.body, type=dict[str, list[msgspec.Raw]])
            return [bytes(raw) for raw in found["updates"]]
        except (msgspec.DecodeError, KeyError):
            raise Admission(f"HTTP {answer.status}: {answer.body[:200]!r}") from None

    # What comes.

    async def _hear(self, text: str | bytes) -> None:
        frame = msgspec.json.decode(text)
        try:
            update = msgspec.convert(frame, self._update_type)
        except msgspec.ValidationError:
            # Not for this person at all: the checker will say so.
            self.history.add(Heard(who=self.who, tab=self.name, frame=frame, line=self._line))
            return
        answers = self._question_of(update)
        self.history.add(
            Heard(who=self.who, tab=self.name, frame=frame, answers=answers, line=self._line)
        )
        await self._take_in(update)
        self._wake.set()

    async def _take_in(self, update: Any) -> None:
        match update:
            case updates.Acknowledged():
                self.outbox.settle(update.ref)
                if update.conversation is not None and update.seq is not None:
                    self._acknowledged(update)
            case updates.Refused():
                self._refused(update)
            case updates.Failed():
                raise Dismissed(update.close_code, min((update.retry_ms or 0) / 1_000, 0.5))
            case updates.Bye():
                raise Dismissed(1012, self.dice.uniform(0, 0.5))
            case updates.Heartbeat():
                for head in update.heads:
                    self._know_head(head.conversation, head.seq)
                if self._socket is not None:
                    await self._send(commands.Pong())
            case updates.Resync():
                if self._socket is not None:
                    await self._send(await self._hello(by_socket=True))
            case _:
                await self._take_in_own(update)

    def _refused(self, update: updates.Refused) -> None:
        if update.ref is None:
            return
        if update.code in REFUSED_FOR_NOW:
            wait = min((update.retry_ms or 1_000) / 1_000, LONGEST_HOLD)
            self.outbox.hold(update.ref, wait * self.dice.uniform(0.5, 1.0))
        else:
            self.outbox.settle(update.ref)

    def _acknowledged(self, update: updates.Acknowledged) -> None:
        assert update.conversation is not None and update.seq is not None
        self._know_head(update.conversation, update.seq)

    def _know_head(self, conversation: str, seq: int) -> None:
        if conversation in self.screens:
            self.screens[conversation].know_head(seq)

    def _screen(self, conversation: str) -> Screen:
        return self.screens.setdefault(conversation, Screen())

    def _ask(self, key: str, since: int, conversation: str | None) -> None:
        """Note that we ask now; ``key`` finds the question when the answer comes."""
        self._questions[key] = self.history.ask(self.who, since, conversation)

    def _may_ask(self, what: str) -> bool:
        """Whether it is long enough since we asked for this."""
        now = time.monotonic()
        if now - self._asked_at.get(what, 0.0) < ASK_AGAIN:
            return False
        self._asked_at[what] = now
        return True

    # What is written.

    def write(
        self,
        text: str,
        *,
        lane: str,
        conversation: str | None = None,
        note: bool = False,
        guided: bool = False,
        plain: bool = False,
        make: Callable[[str, str], commands.Command],
    ) -> str:
        ref = new_ref(self.dice)
        # So that it is known wherever it is quoted; but for words that must be just these.
        text = text if plain else f"{ref} {text}"
        in_order = self.outbox.in_order and not note
        self.history.add(
            Wrote(
                who=self.who,
                ref=ref,
                text=text,
                note=note,
                conversation=conversation,
                lane=f"{self.name.split('/')[0]} {lane}" if in_order else None,
                guided=guided,
            )
        )
        self.outbox.add(ref, lane, make(ref, text))
        self._wake.set()
        return ref

    def ask_for(self, lane: str, make: Callable[[str], commands.Command]) -> str:
        """A command that is sent until it is answered, and stores no words."""
        ref = new_ref(self._own_refs)
        self.outbox.add(ref, lane, make(ref))
        self._wake.set()
        return ref

    def moment(self, command: commands.Command) -> None:
        """Sent if the line is open, else forgotten."""
        socket = self._socket
        if self.is_open and socket is not None:
            task = asyncio.create_task(self._send_if_it_goes(command))
            _moments.add(task)
            task.add_done_callback(_moments.discard)

    async def _send_if_it_goes(self, command: commands.Command) -> None:
        with contextlib.suppress(*Broken, AssertionError):
            await self._send(command)

    # The end.

    def is_quiet(self) -> bool:
        """Nothing waits for an answer, and nothing is missing."""
        return (
            self.is_open
            and not self.outbox
            and not any(screen.is_behind for screen in self.screens.values())
        )

    def report(self) -> None:
        """What is on the screen, and what still has no answer."""
        for conversation, screen in self.screens.items():
            self.history.add(
                Shown(
                    who=self.who,
                    tab=self.name,
                    conversation=conversation,
                    entries=list(screen.entries),
                )
            )
        for ref in self.outbox.items:
            self.history.add(Pending(who=self.who, ref=ref))

    # What differs.

    @abstractmethod
    async def _admit(self) -> None: ...

    @abstractmethod
    async def _socket_path(self) -> str: ...

    @abstractmethod
    async def _hello(self, *, by_socket: bool) -> commands.Command: ...

    @abstractmethod
    async def _exchange(self, body: bytes) -> Answer: ...

    @abstractmethod
    def _wants_more(self) -> bool: ...

    @abstractmethod
    def _wishes(self) -> list[commands.Command]: ...

    @abstractmethod
    def _question_of(self, update: Any) -> int | None: ...

    @abstractmethod
    async def _take_in_own(self, update: Any) -> None: ...


_moments: set[asyncio.Task[None]] = set()


class VisitorTab(Tab):
    """A page of the site with the chat open."""

    role = "visitor"
    _update_type = updates.VisitorUpdate
    conversation: str | None = None
    state: values.State | None = None
    _revision = 0
    _more = False

    def say(self, text: str) -> str:
        return self.write(
            text, lane="out", make=lambda ref, text: commands.SendMessage(ref=ref, text=text)
        )

    def end(self) -> None:
        self.ask_for("out", lambda ref: commands.EndConversation(ref=ref))

    @property
    def _last(self) -> int:
        return self.screens[self.conversation].last if self.conversation else 0

    async def _admit(self) -> None:
        answer = await self.browser.post_json(
            "/livechat/start/", b"{}", within=ANSWER_WITHIN * self._patience
        )
        if answer.status != 200:
            raise Admission(f"start: HTTP {answer.status}: {answer.body[:200]!r}")

    async def _socket_path(self) -> str:
        return "/livechat/ws/"

    async def _hello(self, *, by_socket: bool) -> commands.Command:
        self._ask("hello", self._last, self.conversation)
        return commands.Hello(v=values.VERSION, language="en", since=self._last)

    async def _exchange(self, body: bytes) -> Answer:
        return await self.browser.post_json(
            "/livechat/exchange/", body, within=ANSWER_WITHIN * self._patience
        )

    def _wants_more(self) -> bool:
        return self._more

    def _wishes(self) -> list[commands.Command]:
        if self.conversation is None:
            return []
        screen = self.screens[self.conversation]
        if not (screen.is_behind or self._more) or not self._may_ask(f"after {screen.last}"):
            return []
        ref = new_ref(self._own_refs)
        self._ask(ref, screen.last, self.conversation)
        return [commands.FetchMessages(ref=ref, since=screen.last)]

    def _question_of(self, update: Any) -> int | None:
        match update:
            case updates.Ready():
                return self._questions.pop("hello", None)
            case updates.Messages(ref=str(ref)):
                return self._questions.pop(ref, None)
            case _:
                return None

    async def _take_in_own(self, update: Any) -> None:
        match update:
            case updates.Ready():
                self._poll_after = update.poll_ms / 1_000
                if update.conversation is not None:
                    self._is(update.conversation)
                    self._screen(update.conversation.id).receive(update.messages)
                self._more = update.more
                self.is_open = True
            case updates.Messages():
                self._screen(update.conversation).receive(update.messages)
                self._more = update.more
            case updates.MessageSent():
                self._begin(update.conversation)
                self._screen(update.conversation).receive([update.message])
            case updates.ConversationChanged():
                self._is(update.conversation)
            case _:
                pass

    def _acknowledged(self, update: updates.Acknowledged) -> None:
        assert update.conversation is not None
        self._begin(update.conversation)
        super()._acknowledged(update)

    def _begin(self, conversation: str) -> None:
        self.conversation = conversation
        self._screen(conversation)

    def _is(self, conversation: values.VisitorConversation) -> None:
        self._begin(conversation.id)
        self._know_head(conversation.id, conversation.last_seq)
        if conversation.revision >= self._revision:
            self._revision = conversation.revision
            self.state = conversation.state


class AgentTab(Tab):
    """The console of one agent, who follows all conversations of the site."""

    role = "agent"
    _update_type = updates.AgentUpdate
    username = ""
    password = ""
    eager = True
    """Whether this agent picks up whatever waits, at once."""
    hesitant = False
    """Whether it lets wait what the signpost has handed over."""
    me: int | None = None
    _path = "/livechat/staff/ws/"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.cards: dict[str, values.ConversationCard] = {}
        self._followed: set[str] = set()
        self._more: set[str] = set()
        self._notes: dict[str, int] = {}
        self._tried: set[tuple[str, int]] = set()
        self._session_ended = False
        self.wanted: set[str] = set()
        """What this agent tried to pick up."""

    # What an agent does.

    def mine(self) -> list[str]:
        return [
            conversation
            for conversation, card in self.cards.items()
            if card.state is values.State.ACTIVE and card.agent and card.agent.id == self.me
        ]

    def reply(self, conversation: str, text: str) -> str:
        return self.write(
            text,
            lane=conversation,
            conversation=conversation,
            make=lambda ref, text: commands.SendReply(
                ref=ref, conversation=conversation, text=text
            ),
        )

    def note(self, conversation: str, text: str) -> str:
        return self.write(
            text,
            lane=conversation,
            conversation=conversation,
            note=True,
            make=lambda ref, text: commands.AddNote(ref=ref, conversation=conversation, text=text),
        )

    def pick_up(self, conversation: str) -> None:
        self.wanted.add(conversation)
        self.ask_for(conversation, lambda ref: commands.PickUp(ref=ref, conversation=conversation))

    def end(self, conversation: str) -> None:
        self.ask_for(
            conversation, lambda ref: commands.CloseConversation(ref=ref, conversation=conversation)
        )

    def reopen(self, conversation: str) -> None:
        self.ask_for(
            conversation,
            lambda ref: commands.ReopenConversation(ref=ref, conversation=conversation),
        )

    def give_back(self, conversation: str) -> str:
        return self.ask_for(
            conversation, lambda ref: commands.GiveBack(ref=ref, conversation=conversation)
        )

    def be_available(self) -> None:
        self.ask_for(
            "me",
            lambda ref: commands.SetAvailability(
                ref=ref, availability=values.Availability.AVAILABLE, capacity=50
            ),
        )

    # How the console speaks.

    async def _admit(self) -> None:
        if "sessionid" in self.browser.cookies and not self._session_ended:
            return
        self.browser.cookies.pop("sessionid", None)
        form = await self.browser.get("/admin/login/", within=2 * ANSWER_WITHIN * self._patience)
        token = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', form.body)
        if token is None:
            raise Admission(f"login: HTTP {form.status}")
        fields = {
            "csrfmiddlewaretoken": token[1].decode(),
            "username": self.username,
            "password": self.password,
        }
        answer = await self.browser.post_form(
            "/admin/login/", urlencode(fields).encode(), within=2 * ANSWER_WITHIN * self._patience
        )
        if "sessionid" not in self.browser.cookies:
            raise Admission(f"login: HTTP {answer.status}")
        self._session_ended = False

    async def _post(self, path: str, body: bytes) -> Answer:
        answer = await self.browser.post_json(
            path,
            body,
            within=ANSWER_WITHIN * self._patience,
            headers={"X-CSRFToken": self.browser.cookies.get("csrftoken", "")},
        )
        if answer.status in (301, 302, 401):
            self._admitted = False
            self._session_ended = True
        return answer

    async def _get_ticket(self) -> str:
        answer = await self._post("/admin/livechat/ticket/", b"{}")
        if answer.status != 200:
            raise Admission(f"ticket: HTTP {answer.status}")
        given = msgspec.json.decode(answer.body)
        self._path = given["socket"]
        return str(given["ticket"])

    async def _socket_path(self) -> str:
        return self._path

    async def _hello(self, *, by_socket: bool) -> commands.Command:
        ticket = await self._get_ticket() if by_socket else ""
        cursors = []
        for conversation, screen in self.screens.items():
            self._ask(conversation, screen.last, conversation)
            notes = self._notes.get(conversation, 0)
            cursors.append(
                values.Cursor(conversation=conversation, since=screen.last, notes_since=notes)
            )
        self._followed.clear()
        return commands.StaffHello(v=values.VERSION, ticket=ticket, open=cursors)

    async def _exchange(self, body: bytes) -> Answer:
        return await self._post("/admin/livechat/exchange/", body)

    def _wants_more(self) -> bool:
        return bool(self._more) or any(name not in self._followed for name in self.screens)

    def _wishes(self) -> list[commands.Command]:
        found: list[commands.Command] = []
        for conversation, screen in self.screens.items():
            behind = screen.is_behind or conversation in self._more
            if conversation in self._followed and not behind:
                continue
            if not self._may_ask(f"{conversation} {screen.last}"):
                continue
            ref = new_ref(self._own_refs)
            self._ask(ref, screen.last, conversation)
            found.append(
                commands.OpenConversation(
                    ref=ref,
                    conversation=conversation,
                    since=screen.last,
                    notes_since=self._notes.get(conversation, 0),
                )
            )
        return found

    def _question_of(self, update: Any) -> int | None:
        match update:
            case updates.Thread(ref=str(ref)):
                return self._questions.pop(ref, None)
            case updates.Thread():
                return self._questions.pop(update.card.id, None)
            case _:
                return None

    async def _take_in_own(self, update: Any) -> None:
        match update:
            case updates.StaffReady():
                self.me = update.me.id
                self._poll_after = update.poll_ms / 1_000
                for card in update.cards:
                    self._learn(card)
                self.is_open = True
            case updates.CardChanged():
                self._learn(update.card)
            case updates.Thread():
                self._followed.add(update.card.id)
                self._screen(update.card.id).receive(update.messages)
                self._more.discard(update.card.id)
                if update.more:
                    self._more.add(update.card.id)
                for note in update.notes:
                    self._see_note(update.card.id, note)
                self._learn(update.card)
            case updates.ThreadMessageSent():
                self._screen(update.conversation).receive([update.message])
            case updates.NoteAdded():
                self._see_note(update.conversation, update.note)
            case _:
                pass

    def _see_note(self, conversation: str, note: values.Note) -> None:
        self._notes[conversation] = max(self._notes.get(conversation, 0), note.number)

    def _learn(self, card: values.ConversationCard) -> None:
        known = self.cards.get(card.id)
        if known is not None and card.revision < known.revision:
            return
        self.cards[card.id] = card
        self._screen(card.id).know_head(card.last_seq)
        tried = (card.id, card.revision)
        is_for_later = self.hesitant and card.handed_over is not None
        waits = card.state is values.State.WAITING and not is_for_later
        if self.eager and waits and tried not in self._tried:
            self._tried.add(tried)
            self.pick_up(card.id)

    def _acknowledged(self, update: updates.Acknowledged) -> None:
        # The seq of a note's acknowledgement counts notes.
        pass
