"""What one staff connection watches: windows of the table, trails, and under which watch.

While nobody has said for a few seconds that somebody is looking, nothing is told. A page
is told only under a watch of this very connection that is alive.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Protocol

from wagtail_livechat.conversations.rules import normalise
from wagtail_livechat.errors import Forbidden, LiveChatError, NotFound
from wagtail_livechat.privacy import actions as privacy
from wagtail_livechat.protocol import codec, commands, updates
from wagtail_livechat.visitors.rules import WATCH_LEASE, tag_of
from wagtail_livechat.visitors.table import Question

from . import board_reading, watching
from .board_reading import Reader, TrailRead, WindowRead

if TYPE_CHECKING:
    from .process import Process
    from .speakers import StaffSpeaker

MOST_WINDOWS = 10
MOST_TRAILS = 20

_LEASE = WATCH_LEASE.total_seconds()


class Teller(Protocol):
    """The connection, as its lookout uses it."""

    def tell_newest(self, key: tuple[str, object], text: str) -> None:
        """Send soon, in the place of what waits under the same key."""

    def take_back(self, key: tuple[str, object]) -> None:
        """What waits under this key is not sent any more."""


class Window:
    """A window that is open in a console."""

    __slots__ = ("id", "last", "question")

    def __init__(self, name: str, question: Question) -> None:
        self.id = name
        self.question = question
        self.last: WindowRead | None = None


class Trail:
    """A visit that is followed in a console."""

    __slots__ = ("id", "last", "pk", "site_id")

    def __init__(self, name: str, pk: int, site_id: int) -> None:
        self.id = name
        self.pk = pk
        self.site_id = site_id
        self.last: TrailRead | None = None


@dataclass(slots=True)
class _Held:
    """A watch of this connection. ``alive_until`` by this machine's steady clock."""

    number: int
    key: uuid.UUID
    alive_until: float


class Lookout:
    """What one connection watches; see the module."""

    def __init__(self, process: Process, speaker: StaffSpeaker, teller: Teller) -> None:
        self._process = process
        self._speaker = speaker
        self._teller = teller
        self._held: dict[int, _Held] = {}
        self.windows: dict[str, Window] = {}
        self.trails: dict[str, Trail] = {}
        self.kept_at = 0.0
        self.is_paused = False

    @property
    def keys(self) -> list[uuid.UUID]:
        return [held.key for held in self._held.values()]

    def reader_of(self, site_id: int) -> Reader | None:
        """How this connection may read of a site now; ``None``: not at all."""
        held = self._held.get(site_id)
        if (
            held is None
            or self.is_paused
            or held.alive_until <= monotonic()
            or not self._speaker.rights.may_watch(site_id)
        ):
            return None
        return Reader(
            number=held.number, sight=self._speaker.sight, language=self._speaker.language
        )

    # What is asked.

    async def watch(self, command: commands.WatchVisitors) -> None:
        """Open a window, or move it."""
        self._demand_right(command.site)
        if command.window not in self.windows and len(self.windows) >= MOST_WINDOWS:
            raise Forbidden
        await self._watch_site(command.site)
        before = self.windows.get(command.window)
        if before is not None:
            self._drop_window(command.window)
        window = Window(command.window, question_of(command))
        self.windows[command.window] = window
        self._process.board.add_window(self, window)
        if before is not None:
            self._end_unused()
        try:
            await self._process.board.show([(self, window)], [])
        except Exception:
            # What was refused is not open: nothing of it is read with the others.
            self._drop_window(command.window)
            self._end_unused()
            raise

    def leave(self, command: commands.LeaveVisitors) -> None:
        """Close a window."""
        if command.window in self.windows:
            self._drop_window(command.window)
            self._end_unused()

    async def open(self, command: commands.OpenVisit) -> None:
        """Follow a visit. Raises :class:`NotFound` for one that is over or not theirs."""
        found = await self._process.read(
            board_reading.find_visit, command.visit, self._speaker.rights.watch
        )
        if found is None or self._process.visits.is_over(tag_of(found.key_hash)):
            raise NotFound
        if command.visit not in self.trails and len(self.trails) >= MOST_TRAILS:
            raise Forbidden
        await self._watch_site(found.site_id)
        self._drop_trail(command.visit)
        trail = Trail(command.visit, found.pk, found.site_id)
        self.trails[command.visit] = trail
        self._process.board.add_trail(self, trail)
        await self._process.writer.run(
            partial(
                privacy.record_access,
                user_id=self._speaker.user_id,
                site_id=found.site_id,
                look="opened_visit",
                target=target_of(command.visit),
                session_hash=self._speaker.session_hash,
                alias=self._speaker.alias,
            )
        )
        try:
            await self._process.board.show([], [(self, trail)], ref=command.ref)
        except Exception:
            self._drop_trail(command.visit)
            self._end_unused()
            raise

    def close(self, command: commands.LeaveVisit) -> None:
        """Stop following a visit."""
        self._drop_trail(command.visit)
        self._end_unused()

    async def keep(self) -> None:
        """Somebody is still looking. What had lapsed is begun anew, and announced anew."""
        self.kept_at = monotonic()
        for site_id in self._sites_used():
            held = self._held.get(site_id)
            if held is None or held.alive_until <= self.kept_at:
                if self._speaker.rights.may_watch(site_id):
                    await self._watch_site(site_id)
                    self._process.board.site_changed(site_id)

    # Watches.

    def _demand_right(self, site_id: int) -> None:
        if not self._speaker.rights.may_watch(site_id):
            raise Forbidden

    async def _watch_site(self, site_id: int) -> None:
        """Have a watch of this site that is alive; begun and announced where there is none."""
        self.kept_at = monotonic()
        self._process.watching.join(self)
        held = self._held.get(site_id)
        if held is not None and held.alive_until > self.kept_at:
            return
        if held is not None:
            self._let_go([site_id])
        key = uuid.uuid4()
        number = await self._process.writer.run(
            partial(
                watching.begin,
                site_id=site_id,
                key=key,
                user_id=self._speaker.user_id,
                profile_id=self._speaker.profile_id,
                alias=self._speaker.alias,
                session_hash=self._speaker.session_hash,
            )
        )
        self._held[site_id] = _Held(number, key, self.kept_at + _LEASE)

    def renewed(self, key: uuid.UUID, until: float) -> None:
        """A watch goes on."""
        for held in self._held.values():
            if held.key == key:
                held.alive_until = until

    def lost(self, key: uuid.UUID) -> None:
        """A watch had lapsed before it could be renewed."""
        self._let_go([site_id for site_id, held in self._held.items() if held.key == key])

    def lapse(self) -> None:
        """Nobody looks: the console is there, but in the background, asleep or cut off."""
        self._let_go(list(self._held))

    def _let_go(self, site_ids: Collection[int]) -> None:
        """End these watches: nothing more is told under them, also not what waits."""
        held = [self._held.pop(site_id) for site_id in site_ids]
        for window in self.windows.values():
            if window.question.site_id in site_ids:
                self._teller.take_back(("window", window.id))
                window.last = None
        for trail in self.trails.values():
            if trail.site_id in site_ids:
                self._take_back_trail(trail.id)
                trail.last = None
        if held:
            try:
                self._process.writer.submit(
                    partial(watching.end, [each.key for each in held]), _not_waited_for
                )
            except LiveChatError:
                pass  # the lease runs out by itself
        if not self._held and not self.windows and not self.trails:
            self._process.watching.leave(self)

    def _sites_used(self) -> set[int]:
        return {window.question.site_id for window in self.windows.values()} | {
            trail.site_id for trail in self.trails.values()
        }

    def _end_unused(self) -> None:
        used = self._sites_used()
        self._let_go([site_id for site_id in self._held if site_id not in used])

    # Ends.

    def _drop_window(self, name: str) -> None:
        window = self.windows.pop(name, None)
        if window is not None:
            self._process.board.drop_window(self, window)
            self._teller.take_back(("window", name))

    def _drop_trail(self, name: str) -> None:
        trail = self.trails.pop(name, None)
        if trail is not None:
            self._process.board.drop_trail(self, trail)
            self._take_back_trail(name)

    def _take_back_trail(self, name: str) -> None:
        self._teller.take_back(("trail", name))
        self._teller.take_back(("trail.opened", name))

    def pause(self) -> None:
        """A right may be gone: nothing is told until that was looked at."""
        self.is_paused = True

    def look_again(self) -> None:
        """The rights were read anew: what they do not allow any more ends at once."""
        self.is_paused = False
        may_watch = self._speaker.rights.may_watch
        for name, window in list(self.windows.items()):
            if not may_watch(window.question.site_id):
                self._drop_window(name)
        for name, trail in list(self.trails.items()):
            if not may_watch(trail.site_id):
                self._drop_trail(name)
                self.tell_gone(name)
        self._end_unused()
        for site_id in self._held:
            self._process.board.site_changed(site_id)

    def stop(self) -> None:
        """The connection is over."""
        for name in list(self.windows):
            self._drop_window(name)
        for name in list(self.trails):
            self._drop_trail(name)
        self._let_go(list(self._held))

    # What is told.

    def tell_window(self, window: Window, reader: Reader, found: WindowRead, now: int) -> bool:
        """Tell a window, unless it says what it said before; whether it may be told."""
        if self.windows.get(window.id) is not window:
            return True
        if self.reader_of(window.question.site_id) != reader:
            return False
        is_over = self._process.visits.is_over
        rows = [(tag, row) for tag, row in found.rows if not is_over(tag)]
        found = WindowRead(
            rows=rows,
            offset=found.offset,
            total=found.total - (len(found.rows) - len(rows)),
            counts=found.counts,
        )
        if window.last == found:
            return True
        window.last = found
        told = updates.VisitorsWindow(
            window=window.id,
            site=window.question.site_id,
            now=now,
            rows=[row for _, row in rows],
            offset=found.offset,
            total=found.total,
            counts=found.counts,
        )
        self._teller.tell_newest(("window", window.id), codec.encode(told))
        return True

    def tell_trail(
        self, trail: Trail, reader: Reader, found: TrailRead | None, ref: str | None
    ) -> bool:
        """Tell a trail, unless it says what it said before; whether it may be told."""
        if self.trails.get(trail.id) is not trail:
            return True
        if found is None or self._process.visits.is_over(found.tag):
            self.forget_visit(trail)
            return True
        if self.reader_of(trail.site_id) != reader:
            return False
        if trail.last == found and ref is None:
            return True
        trail.last = found
        told = updates.VisitTrail(visit=found.visit, site=trail.site_id, steps=found.steps, ref=ref)
        # The answer to a question is not replaced by what comes after it.
        kind = "trail" if ref is None else "trail.opened"
        self._teller.tell_newest((kind, trail.id), codec.encode(told))
        return True

    def forget_visit(self, trail: Trail) -> None:
        """A visit that is followed was taken back: it is gone, and so is what waits of it."""
        self._drop_trail(trail.id)
        self.tell_gone(trail.id)
        self._end_unused()

    def forget_tag(self, window: Window, tag: int) -> None:
        """What waits to be told of a window, and has a row of this visit, is not told."""
        if window.last is not None and any(each == tag for each, _ in window.last.rows):
            self._teller.take_back(("window", window.id))
            window.last = None

    def tell_gone(self, name: str) -> None:
        """A visit that was followed is over: nothing of it may stay on the screen."""
        self._teller.tell_newest(("trail", name), codec.encode(updates.VisitGone(visit=name)))


def question_of(command: commands.WatchVisitors) -> Question:
    """What a window shows."""
    return Question(
        site_id=command.site,
        filter=command.filter,
        order=command.order,
        descending=command.descending,
        search=normalise(command.search),
        offset=command.offset,
    )


def target_of(visit_id: str) -> str:
    """How the access log calls a visit: a label, nothing of a person."""
    return f"Visit {visit_id[:4]}"


def _not_waited_for(result: object, error: Exception | None) -> None:
    """The lease runs out by itself."""
