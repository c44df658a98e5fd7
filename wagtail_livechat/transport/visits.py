"""The visits of one process: who is here with permission, and what is written of them.

While nobody is there who may watch, nothing is written: the page that is open stays in
memory, and is gone with its tab. Otherwise what happened is written for many at once, a
few times a second, after messages; under load it is the first thing that is dropped.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from functools import partial
from itertools import islice
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from wagtail_livechat import clock
from wagtail_livechat.errors import LiveChatError, NoConsent, Unavailable
from wagtail_livechat.protocol.commands import (
    Command,
    SeeWatchers,
    SetActive,
    ViewPage,
    VisitHello,
)
from wagtail_livechat.visitors import visits
from wagtail_livechat.visitors.personal_data import expire_visits
from wagtail_livechat.visitors.rules import LINGER, POLLED_FOR
from wagtail_livechat.visitors.visits import Sighting, Step, Written

from . import visit_reading
from .live_visit import LiveVisit, Polled
from .together import Together
from .visit_reading import Case, Opened, Opening, PageLook, SiteState

if TYPE_CHECKING:
    from .listeners import VisitListener
    from .process import Process
    from .speakers import VisitSpeaker

WRITTEN_EVERY: Final = 0.25
AGAIN_AFTER: Final = 2.0
MOST_TOGETHER: Final = 200
ASSESSED_EVERY: Final = 5.0
PAGES_KEPT_SECONDS: Final = 5.0
MOST_PAGES: Final = 10_000
MOST_SPEAKERS: Final = 20_000
REMEMBERED_SECONDS: Final = 60.0
PURGED_EVERY: Final = 60.0
PURGED_WITHIN: Final = 0.2
EXPIRY_WRITTEN_AT: Final = POLLED_FOR / 2

logger = logging.getLogger(__name__)

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
        self._speakers: OrderedDict[bytes, VisitSpeaker] = OrderedDict()
        self._polled: dict[LiveVisit, Polled] = {}
        self._named: dict[str, tuple[int, int]] = {}
        self._pages: dict[tuple[int, int], tuple[float, PageLook]] = {}
        self._absent: set[LiveVisit] = set()
        self._linked: set[LiveVisit] = set()
        self._due: dict[LiveVisit, None] = {}
        self._lingering: set[str] = set()
        self._counts: Counter[tuple[int, date, int]] = Counter()
        self._over: dict[int, float] = {}
        self._is_called = False
        self._writing: asyncio.Task[None] | None = None
        self._reading: set[int] = set()
        self._assessed_at = monotonic()
        self._purged_at = 0.0
        self._assessing: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._by_name)

    @property
    def sites(self) -> Collection[int]:
        """The sites of which somebody is here."""
        return list(self._by_site)

    def of_site(self, site_id: int) -> Sequence[LiveVisit]:
        return list(self._by_site.get(site_id, ()))

    def find(self, site_id: int, key_hash: str) -> LiveVisit | None:
        """A visit that is known here and goes on."""
        return self._by_name.get((site_id, key_hash))

    def by_pk(self, pk: int) -> LiveVisit | None:
        """The visit that is written in this row, if it is known here."""
        return self._by_pk.get(pk)

    def is_over(self, tag: int) -> bool:
        """Whether a visit of this name was ended a moment ago: nothing of it may be told."""
        return tag in self._over

    def state_of(self, live: LiveVisit) -> SiteState:
        return self._process.watching.state_of(live.site_id)

    # Coming.

    async def open(self, asked: Opening, hello: VisitHello) -> tuple[LiveVisit, Opened]:
        """Ask the gate, and take over what is written. Raises :class:`NoConsent`."""
        opened = await self._opening.read(asked)
        await self._process.watching.attend(asked.site_id)
        live = self._by_name.get((asked.site_id, asked.key_hash))
        if live is None:
            live = LiveVisit(
                site_id=asked.site_id,
                key_hash=asked.key_hash,
                consent=opened.consent,
                language=hello.language,
                device=hello.device.value,
                origin=visit_reading.origin_of(asked.site_id, hello),
                now=clock.now(),
            )
            self._add(live)
        if not live.listeners:
            live.gone_at = monotonic()  # about to be here
        live.agree(opened.consent)
        live.language = hello.language
        if opened.row is not None:
            live.is_written_as(opened.row, opened.steps)
            self._by_pk[opened.row.pk] = live
        self._recognise(live, opened.visitor_id)
        return live, opened

    def _add(self, live: LiveVisit) -> None:
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
        if self._by_name.pop((live.site_id, live.key_hash), None) is None:
            return
        self._by_tag.pop(live.tag, None)
        if live.pk is not None:
            self._by_pk.pop(live.pk, None)
        self._due.pop(live, None)
        self._absent.discard(live)
        self._linked.discard(live)
        polled = self._polled.pop(live, None)
        if polled is not None:
            self._process.hub.invitations.leave(live.key_hash, polled)
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
        self._lingering.discard(live.key_hash)
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
            self._lingering.add(live.key_hash)
            self._call(WRITTEN_EVERY)

    def poll(self, live: LiveVisit) -> None:
        """Heard over HTTP: here for another while, which is not written at every turn."""
        live.polled_until = monotonic() + POLLED_FOR.total_seconds()
        if live.listeners:
            return
        now = clock.now()
        if live.expires_at is None or live.expires_at - now < EXPIRY_WRITTEN_AT:
            live.expires_at = now + POLLED_FOR
            self.note(live)

    def speaker_named(self, name: bytes) -> VisitSpeaker | None:
        """Who polled with these very cookies before."""
        return self._speakers.get(name)

    def name_speaker(self, name: bytes, speaker: VisitSpeaker) -> None:
        self._speakers[name] = speaker
        while len(self._speakers) > MOST_SPEAKERS:
            self._speakers.popitem(last=False)

    def polled_of(self, live: LiveVisit) -> Polled:
        """What a visit that polls has to be told the next time."""
        polled = self._polled.get(live)
        if polled is None:
            polled = self._polled[live] = Polled()
            self._process.hub.invitations.join(live.key_hash, polled)
        return polled

    # Pages.

    def kept_look(self, site_id: int, page_id: int | None) -> PageLook | None:
        """What is known of a page, if it is known well enough to ask no database."""
        found = self._pages.get((site_id, page_id)) if page_id is not None else None
        return found[1] if found is not None and monotonic() < found[0] else None

    async def look(self, site_id: int, page_id: int | None) -> PageLook | None:
        """What has to be known of a page before it is noted."""
        if page_id is None:
            return None
        kept = self.kept_look(site_id, page_id)
        if kept is not None:
            return kept
        look = await self._process.read(visit_reading.look_at_page, site_id, page_id)
        if len(self._pages) >= MOST_PAGES:
            self._pages.clear()
        self._pages[site_id, page_id] = (monotonic() + PAGES_KEPT_SECONDS, look)
        return look

    async def step_of(self, site_id: int, command: ViewPage | VisitHello) -> Step:
        """The step that a command tells of. Raises :class:`BadPage`."""
        page_id = self._page_named(site_id, command)
        look = await self.look(site_id, page_id)
        return visit_reading.step_of(command, page_id, look, clock.now())

    def _page_named(self, site_id: int, command: ViewPage | VisitHello) -> int | None:
        """The page that a command names; a token that was read once is not read again."""
        if command.page is None:
            return None
        named = self._named.get(command.page)
        if named is None or named[0] != site_id:
            page_id = visit_reading.page_named(site_id, command)
            if page_id is None:
                return None
            if len(self._named) >= MOST_PAGES:
                self._named.clear()
            named = self._named[command.page] = (site_id, page_id)
        return named[1]

    def is_told(self, live: LiveVisit, view: str | None) -> bool:
        """Whether this very view was told before: then there is nothing to be noted."""
        return view is not None and view in live.refs

    def view(self, live: LiveVisit, step: Step, ref: str | None, *, greeted: bool = False) -> None:
        """A page is open."""
        if live.is_over:
            raise NoConsent
        if not live.view(step, ref, greeted=greeted):
            return
        if live.statistics:
            # Pages that nobody is watched on are not counted either.
            if step.kind != "hidden":
                self.count(live.site_id, step.page_id)
        self.note(live)

    async def hear(self, live: LiveVisit, command: Command, *, told: int) -> bool:
        """What a tab tells of itself; whether it was that. ``told``: the newest watch that
        this tab was told of, so that none is acknowledged before. Raises :class:`BadPage`.
        """
        match command:
            case ViewPage():
                self.view(live, await self.step_of(live.site_id, command), command.ref)
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

    # Writing.

    def note(self, live: LiveVisit) -> None:
        """Something is to be written of this visit, if anything is."""
        if live.is_over:
            return
        if not self.state_of(live).is_staffed:
            live.pending.clear()
            return
        self._due[live] = None
        self._call(WRITTEN_EVERY)

    def count(self, site_id: int, page_id: int | None) -> None:
        """One more view, of somebody who agreed to statistics."""
        self._counts[site_id, clock.now().date(), page_id or 0] += 1
        self._call(WRITTEN_EVERY)

    def _call(self, seconds: float) -> None:
        """Write soon, once."""
        if not self._is_called:
            self._is_called = True
            self._process.loop.call_later(seconds, self._write)

    def _write(self) -> None:
        if self._writing is None:
            self._is_called = False
            self._writing = self._process.loop.create_task(self._write_all())
        else:  # it goes on with what has come meanwhile, or not at all
            self._process.loop.call_later(WRITTEN_EVERY, self._write)

    async def _write_all(self) -> None:
        again = WRITTEN_EVERY
        try:
            while self._due:
                await self._write_some()
            self._write_lingering()
            self._write_counts()
        except LiveChatError as error:
            # The database is away, or messages come first.
            logger.debug("Visits wait: %s", error.code)
            again = AGAIN_AFTER
        finally:
            self._writing = None
        if self._due:
            self._call(again)

    async def _write_some(self) -> None:
        batch = list(islice(self._due, MOST_TOGETHER))
        for live in batch:
            del self._due[live]
        batch = [live for live in batch if self.state_of(live).is_staffed and not live.is_over]
        try:
            await self._assess(batch)
            handed: list[tuple[LiveVisit, Sighting]] = []
            for live in batch:
                sighting = None if live.is_over else live.sighting()
                if sighting is not None:
                    handed.append((live, sighting))
            if handed:
                await self._hand_over(handed)
        except LiveChatError:
            for live in batch:
                if not live.is_over:
                    self._due.setdefault(live)
            raise

    async def _hand_over(self, handed: Sequence[tuple[LiveVisit, Sighting]]) -> None:
        write = partial(
            visits.write_visits,
            [sighting for _, sighting in handed],
            worker_id=self._process.worker_id,
        )
        try:
            written: list[Written | None] = await self._after_messages(write)
        except LiveChatError:
            for live, sighting in handed:
                live.was_not_written(sighting.steps)
            raise
        refused: list[LiveVisit] = []
        for (live, sighting), found in zip(handed, written, strict=True):
            if live.is_over:
                # Taken back while it was being written: what has just been stored goes.
                self._erase(live)
            elif found is None:
                live.was_not_written(sighting.steps)
                refused.append(live)
            else:
                live.pk, live.public_id = found.pk, found.public_id
                live.pages = max(live.pages, found.pages)
                self._by_pk[found.pk] = live
                if live in self._linked and live.visitor_id is not None:
                    # The conversation's card now leads to the visit.
                    self._linked.discard(live)
                    self._process.hub.visitor_changed(live.visitor_id)

        if refused:
            await self._ask_again(refused)

    async def _ask_again(self, refused: Sequence[LiveVisit]) -> None:
        """These go on by another receipt than we knew, or not at all."""
        asked = {live: live.receipt_id for live in refused}
        endings = await self._process.read(visit_reading.what_followed, set(asked.values()))
        self.replace_receipts(endings)
        for live, receipt_id in asked.items():
            if live.receipt_id == receipt_id and not live.is_over:
                self.end(live)

    async def _after_messages(self, action: Callable[[], Any]) -> Any:
        future: asyncio.Future[Any] = self._process.loop.create_future()

        def done(result: Any, error: Exception | None) -> None:
            if future.done():
                return
            if error is None:
                future.set_result(result)
            else:
                future.set_exception(error if isinstance(error, LiveChatError) else Unavailable())

        self._process.writer.submit_after(action, done)
        return await future

    def _submit(self, action: Callable[[], Any], again: Callable[[], None]) -> None:
        def done(result: Any, error: Exception | None) -> None:
            if isinstance(error, LiveChatError):
                again()

        try:
            self._process.writer.submit(action, done)
        except LiveChatError:
            again()

    def _write_lingering(self) -> None:
        keys, self._lingering = self._lingering, set()
        if keys:
            self._submit(
                partial(visits.linger, key_hashes=keys, worker_id=self._process.worker_id),
                # The lease is over some time; the row is found to have no connection.
                partial(self._linger_again, keys),
            )

    def _linger_again(self, keys: Iterable[str]) -> None:
        self._lingering |= set(keys)
        self._process.loop.call_later(AGAIN_AFTER, self._write)

    def _write_counts(self) -> None:
        counts, self._counts = self._counts, Counter()
        if counts:
            self._submit(partial(visits.count_pages, dict(counts)), partial(self._recount, counts))

    def _recount(self, counts: Counter[tuple[int, date, int]]) -> None:
        self._counts += counts

    # Scores.

    async def _assess(self, batch: Sequence[LiveVisit]) -> list[LiveVisit]:
        """Find out who seems stuck; of whom the answer is another one now."""
        cases = [
            Case(site_id=live.site_id, trail=list(live.trail), idle_since=live.idle_since)
            for live in batch
        ]
        if not cases:
            return []
        changed = []
        found = await self._process.read(visit_reading.assess_all, cases)
        for live, assessment in zip(batch, found, strict=True):
            if live.assessment != assessment:
                live.assessment = assessment
                changed.append(live)
        return changed

    async def _assess_dwell(self) -> None:
        """Some become stuck by staying where they are."""
        try:
            for site_id in self.sites:
                if not self._process.watching.state_of(site_id).is_staffed:
                    continue
                here = [live for live in self.of_site(site_id) if live.idle_since is None]
                for start in range(0, len(here), MOST_TOGETHER):
                    for live in await self._assess(here[start : start + MOST_TOGETHER]):
                        self.note(live)
        except LiveChatError:
            pass  # the database is away; five seconds later it is asked again
        finally:
            self._assessing = None

    # Ending.

    def end(self, live: LiveVisit, *, is_told: bool = True) -> None:
        """Nobody has agreed to this visit any more: it is over here, and its trail goes."""
        self._forget(live)
        self._erase(live)
        if is_told:
            for listener in list(live.listeners):
                listener.over(NoConsent())
        live.listeners.clear()

    def _forget(self, live: LiveVisit) -> None:
        live.is_over = True
        self._over[live.tag] = monotonic() + REMEMBERED_SECONDS
        live.pending.clear()
        self._lingering.discard(live.key_hash)
        self._remove(live)

    def _erase(self, live: LiveVisit) -> None:
        """Once more, behind whatever of it may be on its way to the database."""
        if live.pk is None and not self._writing:
            return
        erase = partial(visits.erase, site_id=live.site_id, key_hash=live.key_hash)

        def again() -> None:
            self._process.loop.call_later(AGAIN_AFTER, self._submit, erase, again)

        self._submit(erase, again)

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

    def replace_receipts(self, endings: Any) -> None:
        """Receipts were ended by other answers: some go on by a new one, the others are over."""
        if not endings:
            return
        for live in list(self._by_name.values()):
            ending = endings.get(live.receipt_id)
            if ending is None:
                continue
            if ending.assistance:
                live.receipt_id = ending.receipt_id
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
            self._due.pop(live, None)
            live.starts_over()
            if live.visitor_id is not None:
                self._linked.add(live)
        for start in range(0, len(written), MOST_TOGETHER):
            end = partial(visits.end_visits, key_hashes=written[start : start + MOST_TOGETHER])
            self._submit(end, lambda: None)

    def start_recording(self, site_id: int) -> None:
        """Somebody has come who may watch: the pages that are open are written."""
        for live in self.of_site(site_id):
            self.note(live)

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
        now = monotonic()
        if now - self._purged_at >= PURGED_EVERY:
            # Housekeeping does it too; but nothing of a visit waits for a cron job.
            self._purged_at = now
            await self._process.writer.run(partial(expire_visits, seconds=PURGED_WITHIN))
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
        """The process ends: nobody is here any more, and may be elsewhere in a moment."""
        for task in (self._writing, self._assessing):
            if task is not None:
                task.cancel()
        self._lingering |= {live.key_hash for live in self._by_name.values() if live.pk}
        self._write_lingering()
        self._write_counts()
