"""The visits of one process: who is here with permission.

While nobody is there who may watch, nothing is written: the page that is open stays in
memory, and is gone with its tab. What is written, and when, is in :mod:`.visit_writing`.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from time import monotonic
from typing import TYPE_CHECKING, Final

from wagtail_livechat import clock
from wagtail_livechat.consent.queries import Ending
from wagtail_livechat.errors import LiveChatError, NoConsent
from wagtail_livechat.protocol.commands import (
    Command,
    SeeWatchers,
    SetActive,
    ViewPage,
    VisitHello,
)
from wagtail_livechat.protocol.values import PageKind
from wagtail_livechat.visitors import visits
from wagtail_livechat.visitors.rules import LINGER, POLLED_FOR, tag_of
from wagtail_livechat.visitors.visits import Step, Written

from . import visit_reading
from .live_visit import LiveVisit, Polled
from .page_looks import PageLooks
from .together import Together
from .visit_reading import Opened, Opening, SiteState
from .visit_writing import MOST_TOGETHER, VisitWriting

if TYPE_CHECKING:
    from .listeners import VisitListener
    from .process import Process

ASSESSED_EVERY: Final = 5.0
REMEMBERED_SECONDS: Final = 10.0
_POLLED_SECONDS: Final = POLLED_FOR.total_seconds()
_EXPIRY_WRITTEN_AFTER: Final = _POLLED_SECONDS / 2

Name = tuple[int, str]
"""A site, and the hash of a visit's key."""


class Visits:
    """Who is here; see the module."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._by_name: dict[Name, LiveVisit] = {}
        self._by_tag: dict[int, LiveVisit] = {}
        self._by_pk: dict[int, LiveVisit] = {}
        self._by_site: dict[int, set[LiveVisit]] = {}
        self._opening: Together[Opening, Opened] = Together(process.read, visit_reading.open_all)
        self.pages = PageLooks(process.read)
        self._writing = VisitWriting(process, self)
        self._absent: set[LiveVisit] = set()
        self._linked: set[LiveVisit] = set()
        self._over: dict[int, float] = {}
        self._reading: set[int] = set()
        self._assessed_at = monotonic()
        self._assessing: asyncio.Task[None] | None = None

    @property
    def sites(self) -> Collection[int]:
        """The sites of which somebody is here."""
        return list(self._by_site)

    def of_site(self, site_id: int) -> Sequence[LiveVisit]:
        return list(self._by_site.get(site_id, ()))

    def find(self, site_id: int, key_hash: str) -> LiveVisit | None:
        """A visit that is known here and goes on."""
        return self._by_name.get((site_id, key_hash))

    def is_over(self, tag: int) -> bool:
        """Whether a visit of this name was ended a moment ago: nothing of it may be told."""
        return tag in self._over

    def stands(self, site_id: int, state: SiteState) -> None:
        """Who may watch this site, and who does, from now on."""
        for live in self._by_site.get(site_id, ()):
            live.state = state

    # Coming.

    async def open(self, asked: Opening, hello: VisitHello) -> tuple[LiveVisit, Opened]:
        """Ask the gate, and take over what is written. Raises :class:`NoConsent`."""
        language = visit_reading.language_of(hello)
        opened = await self._opening.read(asked)
        if tag_of(asked.key_hash) in self._over:
            # Ended a moment ago: what was read may be from before that.
            opened = await self._opening.read(asked)
        await self._process.watching.attend(asked.site_id)
        live = self._by_name.get((asked.site_id, asked.key_hash))
        if live is None:
            live = LiveVisit(
                site_id=asked.site_id,
                key_hash=asked.key_hash,
                consent=opened.consent,
                language=language,
                device=hello.device.value,
                origin=visit_reading.origin_of(asked.site_id, hello),
                now=clock.now(),
            )
            live.state = self._process.watching.state_of(asked.site_id)
            self._add(live)
        if not live.listeners:
            live.gone_at = monotonic()  # about to be here
        live.agree(opened.consent)
        live.language = language
        if opened.row is not None:
            live.is_written_as(opened.row, opened.steps)
            self._by_pk[opened.row.pk] = live
        self._recognise(live, opened.visitor_id)
        return live, opened

    def _add(self, live: LiveVisit) -> None:
        live.is_here = True
        self._by_name[live.site_id, live.key_hash] = live
        self._by_tag[live.tag] = live
        here = self._by_site.get(live.site_id)
        if here is None:
            here = self._by_site[live.site_id] = set()
            self._process.hub.join_visits(live.site_id)
        here.add(live)
        self._absent.add(live)
        self._over.pop(live.tag, None)

    def _remove(self, live: LiveVisit) -> None:
        if not live.is_here:
            return
        live.is_here = False
        del self._by_name[live.site_id, live.key_hash]
        self._by_tag.pop(live.tag, None)
        if live.pk is not None:
            self._by_pk.pop(live.pk, None)
        self._writing.leave_out(live)
        self._absent.discard(live)
        self._linked.discard(live)
        if live.polled is not None:
            self._process.hub.invitations.leave(live.key_hash, live.polled)
            live.polled = None
        here = self._by_site.get(live.site_id)
        if here is not None:
            here.discard(live)
            if not here:
                del self._by_site[live.site_id]
                self._process.hub.leave_visits(live.site_id)

    def join(self, live: LiveVisit, listener: VisitListener) -> None:
        """A tab is here. Back within a moment, the visitor had not left."""
        was_away = not live.listeners
        live.listeners.add(listener)
        live.gone_at = None
        live.expires_at = None
        self._absent.discard(live)
        self._writing.is_back(live)
        if was_away:
            self.note(live)

    def leave(self, live: LiveVisit, listener: VisitListener) -> None:
        """A tab went. The visitor lingers a moment, as between two pages."""
        live.listeners.discard(listener)
        if live.listeners or live.is_over:
            return
        live.gone_at = monotonic()
        self._absent.add(live)
        if live.pk is not None:
            self._writing.linger(live)

    def poll(self, live: LiveVisit, active: bool, now: datetime, at: float) -> None:
        """Heard over HTTP, at that moment by either clock: here for another while, which is
        not written at every turn."""
        live.polled_until = at + _POLLED_SECONDS
        live.seen_at = now
        is_news = active == (live.idle_since is not None) and live.set_active(active, now)
        if not live.listeners:
            if live.expires_at is None or at >= live.expiry_due:
                live.expires_at = now + POLLED_FOR
                live.expiry_due = at + _EXPIRY_WRITTEN_AFTER
                is_news = True
        if is_news:
            self.note(live)

    def polled_of(self, live: LiveVisit) -> Polled:
        """What a visit that polls has to be told the next time."""
        if live.polled is None:
            live.polled = Polled()
            if live.is_here:  # who left while this was asked is told nothing more
                self._process.hub.invitations.join(live.key_hash, live.polled)
        return live.polled

    # Pages.

    def view(self, live: LiveVisit, step: Step, ref: str | None, greeted: bool = False) -> None:
        """A page is open."""
        if live.is_over:
            raise NoConsent
        is_staffed = live.state.is_staffed
        if not live.view(step, ref, greeted, is_staffed):
            return
        # Pages that nobody is watched on are not counted either.
        if live.statistics and step.kind != PageKind.HIDDEN:
            self._writing.count(live.site_id, live.receipt_id, step.page_id)
        if is_staffed:
            self._writing.note(live)

    async def hear(self, live: LiveVisit, command: Command, *, told: int) -> bool:
        """What a tab tells of itself; whether it was that. ``told``: the newest watch that
        this tab was told of, so that none is acknowledged before. Raises :class:`BadPage`.
        """
        match command:
            case ViewPage():
                self.view(live, await self.pages.step_of(live.site_id, command), command.ref)
            case SetActive():
                self.set_active(live, command.active)
            case SeeWatchers():
                self.see(live, min(command.number, told))
            case _:
                return False
        return True

    def set_active(self, live: LiveVisit, active: bool) -> None:
        if live.set_active(active, clock.now()):
            self.note(live)

    def see(self, live: LiveVisit, number: int) -> None:
        """A tab shows who watches, up to ``number``."""
        if not live.is_over and live.see(number):
            self.note(live)

    def link(self, site_id: int, key_hash: str, visitor_id: int) -> bool:
        """The chat's visitor and the visit are one browser's; whether it is known here."""
        live = self.find(site_id, key_hash)
        if live is None:
            return False
        self._recognise(live, visitor_id)
        return True

    def _recognise(self, live: LiveVisit, visitor_id: int | None) -> None:
        if visitor_id is not None and live.visitor_id != visitor_id:
            live.visitor_id = visitor_id
            self._linked.add(live)
            self.note(live)

    # What is to be written.

    def note(self, live: LiveVisit) -> None:
        """Something is to be written of this visit, if anything is."""
        if live.is_over:
            return
        if live.state.is_staffed:
            self._writing.note(live)

    def was_written(self, live: LiveVisit, found: Written) -> None:
        """The row of a visit stands."""
        live.pk, live.public_id = found.pk, found.public_id
        live.pages = max(live.pages, found.pages)
        self._by_pk[found.pk] = live
        if live in self._linked and live.visitor_id is not None:
            # The conversation's card now leads to the visit.
            self._linked.discard(live)
            self._process.hub.visitor_changed(live.visitor_id)

    async def ask_again(self, refused: Sequence[LiveVisit]) -> None:
        """These go on by another receipt than we knew, or not at all."""
        asked = {live: live.receipt_id for live in refused}
        endings = await self._process.read(visit_reading.what_followed, set(asked.values()))
        self.replace_receipts(endings)
        for live, receipt_id in asked.items():
            if live.receipt_id == receipt_id and not live.is_over:
                self.end(live)

    async def _assess_dwell(self) -> None:
        """Some become stuck by staying where they are."""
        try:
            for site_id in self.sites:
                if not self._process.watching.state_of(site_id).is_staffed:
                    continue
                here = [live for live in self.of_site(site_id) if live.idle_since is None]
                for start in range(0, len(here), MOST_TOGETHER):
                    for live in await self._writing.assess(here[start : start + MOST_TOGETHER]):
                        self.note(live)
        except LiveChatError:
            pass  # the database is away; five seconds later it is asked again
        finally:
            self._assessing = None

    # Ending.

    def end(self, live: LiveVisit) -> None:
        """Nobody has agreed to this visit any more: it is over here, and its trail goes."""
        live.is_over = True
        self._over[live.tag] = monotonic() + REMEMBERED_SECONDS
        live.pending.clear()
        self._remove(live)
        self._writing.erase(live)
        for listener in list(live.listeners):
            listener.over(NoConsent())
        live.listeners.clear()

    def heard_withdrawal(self, tag: int) -> None:
        """A visitor took the permission back, here or in another process."""
        self._over[tag] = monotonic() + REMEMBERED_SECONDS
        live = self._by_tag.get(tag)
        if live is not None:
            self.end(live)

    def heard_end(self, pk: int) -> None:
        """A visit ended for want of a connection that its row knew of.

        If there is one here all the same, it says so.
        """
        live = self._by_pk.pop(pk, None)
        if live is not None:
            live.pk = live.public_id = None
            if live.listeners:
                self.note(live)

    def replace_receipts(self, endings: Mapping[uuid.UUID, Ending]) -> None:
        """Receipts were ended by other answers: some go on by a new one, the others are over."""
        if not endings:
            return
        for live in list(self._by_name.values()):
            ending = endings.get(live.receipt_id)
            if ending is None:
                continue
            if ending.assistance:
                live.receipt_id = ending.receipt_id
                live.statistics = ending.statistics
                self.note(live)
            else:
                self.end(live)

    async def recheck(self, site_id: int) -> None:
        """The site asks something else now: who has not agreed to it is not watched."""
        here = self.of_site(site_id)
        for start in range(0, len(here), MOST_TOGETHER):
            some = here[start : start + MOST_TOGETHER]
            holding = await self._process.read(
                visit_reading.still_agreed, {site_id: {live.receipt_id for live in some}}
            )
            for live in some:
                if live.receipt_id not in holding and not live.is_over:
                    self.end(live)

    def stop_recording(self, site_id: int) -> None:
        """Nobody is there any more who may watch: the record closes, the tabs stay."""
        written = []
        for live in self.of_site(site_id):
            if live.pk is not None:
                written.append(live.key_hash)
                self._by_pk.pop(live.pk, None)
            self._writing.leave_out(live)
            live.starts_over()
            if live.visitor_id is not None:
                self._linked.add(live)
        self._writing.close(written)

    def start_recording(self, site_id: int) -> None:
        """Somebody has come who may watch: the pages that are open are written."""
        for live in self.of_site(site_id):
            live.is_kept_from_now_on()
            self.note(live)

    @property
    def is_at_rest(self) -> bool:
        """Whether all that was noted is written."""
        return self._writing.is_at_rest

    # Keeping up.

    def heard_change(self, pk: int) -> None:
        """Another process, or an invitation, has changed a visit that is known here."""
        if pk in self._by_pk and pk not in self._reading:
            self._reading.add(pk)
            self._process.loop.create_task(self._read_again(pk))

    async def _read_again(self, pk: int) -> None:
        try:
            found = (await self._process.read(visit_reading.written_of, [pk])).get(pk)
        except LiveChatError:
            return
        finally:
            self._reading.discard(pk)
        live = self._by_pk.get(pk)
        if live is not None and found is not None:
            live.is_written_as(*found)

    def tick(self, now: float) -> None:
        """Let go of who has left, and of what was remembered long enough."""
        for live in list(self._absent):
            if live.polled_until is not None and now < live.polled_until:
                continue
            if live.gone_at is not None and now - live.gone_at < LINGER.total_seconds():
                continue
            self._remove(live)
        for tag in [tag for tag, until in self._over.items() if until < now]:
            del self._over[tag]
        if now - self._assessed_at >= ASSESSED_EVERY and self._assessing is None and self._by_name:
            self._assessed_at = now
            self._assessing = self._process.loop.create_task(self._assess_dwell())

    async def renew(self) -> None:
        """Whoever is here is written as being here; who has left, as having left."""
        await self._process.writer.run(visits.end_expired)
        if not self._by_site:
            return
        for key_hash in await self._process.read(visit_reading.run_out, self.sites):
            for site_id in self.sites:
                live = self.find(site_id, key_hash)
                if live is not None and live.listeners:
                    self.note(live)

    def are_present_again(self) -> None:
        """The worker's row was lost: write down everybody anew."""
        for live in self._by_name.values():
            if live.listeners:
                self.note(live)

    async def stop(self) -> None:
        """The process ends: whoever is here may be elsewhere in a moment."""
        if self._assessing is not None:
            self._assessing.cancel()
        await self._writing.stop(self._by_name.values())
