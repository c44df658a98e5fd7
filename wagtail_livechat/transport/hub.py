"""The hub of one process: events come in from any thread, connections here are told.

A call that carries its event is delivered at once and without a query; one that came from
another process, or whose words are not here, is read from the database first. Cards and
agents are collected for a moment and read together. What the layer lost is found by
comparing heads: with each heartbeat, and more often while no layer works.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from time import monotonic
from typing import Any, Final

from wagtail_livechat.conversations import queries
from wagtail_livechat.errors import Unavailable
from wagtail_livechat.protocol import codec, updates
from wagtail_livechat.visitors.queries import keys_of

from . import audience, availability, catch_up
from .audience import Call, Face, Kind, Wake
from .availability import Place, Standing
from .following import Following
from .invitations import Invitations
from .listeners import StaffListener, VisitorListener, WatchedListener
from .wakes import Bus

CARDS_EVERY: Final = 0.1
LISTS_REST: Final = 9.0
"""After reading lists they are left alone for so many times as long as that took: with many
conversations in full swing they take a tenth of the time, and messages the rest."""

LISTS_REST_AT_MOST: Final = 1.0
PAUSE_WITHOUT_DATABASE: Final = 1.0
PAUSE_AFTER_A_FAULT: Final = 5.0

logger = logging.getLogger(__name__)

Read = Callable[..., Awaitable[Any]]


class Hub:
    """Who listens here, and what they are told."""

    def __init__(self, loop: asyncio.AbstractEventLoop, read: Read) -> None:
        self._loop = loop
        self._read = read
        self.bus: Bus | None = None
        self._incoming: deque[Call] = deque()
        self._is_scheduled = False
        self.followings: dict[str, Following] = {}
        self._visitors_by_key: dict[str, set[VisitorListener]] = {}
        self._visitors_by_site: dict[int, set[VisitorListener]] = {}
        self._visitors_by_id: dict[int, set[VisitorListener]] = {}
        self._staff_by_site: dict[int, set[StaffListener]] = {}
        self._staff_by_user: dict[int, set[StaffListener]] = {}
        self.invitations = Invitations(loop, read, self._staff_by_site)
        self.watched: WatchedListener | None = None
        self._faces: dict[int, Face | None] = {}
        self._said: dict[Place, Standing] = {}
        self._card_heads: dict[int, tuple[int, int, int, int]] = {}
        self._card_sites: frozenset[int] = frozenset()
        # What must be read again.
        self._stale: set[Following] = set()
        self._stale_views: set[Following] = set()
        self._stale_notes: set[Following] = set()
        self._stale_cards: set[int] = set()
        self._stale_agents: set[int] = set()
        self._stale_presence: set[int] = set()
        self._newcomers: set[int] = set()
        self._forgotten: set[int] = set()
        self._is_availability_stale = False
        self._card_wakes: set[Wake] = set()
        self._reading: asyncio.Task[None] | None = None
        self._listing: asyncio.Task[None] | None = None
        self._list_pause = CARDS_EVERY
        self._is_stopped = False

    # From any thread.

    def announce(self, calls: Iterable[Call]) -> None:
        """Tell whom it concerns, soon."""
        self._incoming.extend(calls)
        if not self._is_scheduled:
            self._is_scheduled = True
            try:
                self._loop.call_soon_threadsafe(self._deliver)
            except RuntimeError:
                pass  # the loop is closed: nobody listens

    # From the layer.

    def hear(self, wakes: Sequence[Wake]) -> None:
        """Another process says that something changed."""
        self._take([Call(wake) for wake in wakes], from_here=False)

    # In the loop.

    def _deliver(self) -> None:
        self._is_scheduled = False
        calls = []
        while self._incoming:
            calls.append(self._incoming.popleft())
        self._take(calls, from_here=True)

    def _take(self, calls: Sequence[Call], *, from_here: bool) -> None:
        wakes: list[Wake] = []
        for call in calls:
            wake = call.wake
            match wake.kind:
                case Kind.CARD:
                    self._stale_cards.add(wake.id)
                    if self.watched is not None:
                        self.watched.card_changed(wake.topic)
                    if from_here:
                        self._card_wakes.add(wake)
                    continue
                case Kind.MESSAGE:
                    self._message(call)
                case Kind.TYPING:
                    self._typing(wake)
                case Kind.CHANGED:
                    self._mark(self._stale_views, wake)
                case Kind.NOTE:
                    self._note(wake)
                case Kind.AGENT:
                    self._stale_agents.add(wake.id)
                    self._faces.pop(wake.id, None)
                    self._is_availability_stale = True
                    if self.watched is not None:
                        self.watched.staff_changed()
                case Kind.PRESENCE if from_here:
                    # Looked up here, told to others as cards.
                    self._stale_presence.add(wake.id)
                    continue
                case Kind.NEWCOMER:
                    self._newcomers.add(wake.id)
                case Kind.FORGOTTEN if from_here:
                    self._forget(wake.id)
                case Kind.FORGOTTEN:
                    # Others share the layer with us: it is looked up before anybody is shown out.
                    self._forgotten.add(wake.id)
                case Kind.REVOKED:
                    for staff in list(self._staff_by_user.get(wake.id, ())):
                        staff.revoked(str(wake.more) if wake.more is not None else None)
                    if self.watched is not None:
                        self.watched.staff_changed()
                case Kind.INVITATION:
                    self.invitations.look_at(wake.id)
                case kind if kind in audience.VISIT_KINDS:
                    if self.watched is not None:
                        self.watched.hear(wake, from_here=from_here)
                case _:
                    continue
            wakes.append(wake)
        if from_here and wakes and self.bus is not None and self.bus.reaches_others:
            self.bus.send(wakes)
        self._read_soon()
        self._list_soon()

    def _forget(self, visitor_id: int) -> None:
        for visitor in list(self._visitors_by_id.get(visitor_id, ())):
            visitor.forgotten()

    def _find(self, wake: Wake) -> Following | None:
        following = self.followings.get(wake.topic.partition(":")[2])
        if following is not None and following.pk is None:
            following.pk = wake.id
        return following

    def _mark(self, stale: set[Following], wake: Wake) -> None:
        following = self._find(wake)
        if following is not None:
            stale.add(following)

    def _message(self, call: Call) -> None:
        following = self._find(call.wake)
        if following is None or not isinstance(call.wake.more, int):
            return
        texts: tuple[str, str] | None = None
        event = call.event
        if event is not None:
            face = self._faces.get(event.profile_id) if event.profile_id else None
            if face is not None or event.profile_id is None:
                texts = (
                    codec.encode(audience.message_for_visitor(event, face))
                    if following.visitors
                    else "",
                    codec.encode(audience.message_for_staff(event, face))
                    if following.staff
                    else "",
                )
        if texts is not None and following.messages.is_next(call.wake.more):
            self._tell_message(following, call.wake.more, texts)
            return
        for number, due in _numbered(following.messages, call.wake.more, texts):
            self._tell_message(following, number, due)
        if following.messages.has_gap:
            self._stale.add(following)

    def _tell_message(self, following: Following, seq: int, texts: tuple[str, str]) -> None:
        for visitor in following.visitors:
            visitor.tell_message(seq, texts[0])
        for staff in following.staff:
            staff.tell_message(following.id, seq, texts[1])

    def _note(self, wake: Wake) -> None:
        following = self._find(wake)
        if following is not None and following.staff and isinstance(wake.more, int):
            following.notes.newest = max(following.notes.newest, wake.more)
            if following.notes.has_gap:
                self._stale_notes.add(following)

    def _typing(self, wake: Wake) -> None:
        following = self._find(wake)
        mark = str(wake.more)
        if following is None or mark[-1:] not in ("+", "-"):
            return
        who = mark[:-1]
        to_visitor = audience.typing_for_visitor(mark)
        if to_visitor is not None:
            text = codec.encode(to_visitor)
            for visitor in following.visitors:
                visitor.tell_typing(text)
        alias = None
        if who != audience.VISITOR:
            face = self._faces.get(int(who)) if who.isdigit() else None
            if face is None:
                if who.isdigit():
                    self._stale_faces_soon(int(who))
                return
            alias = face.alias
        to_staff = audience.typing_for_staff(following.id, mark, alias)
        if to_staff is not None:
            text = codec.encode(to_staff)
            for staff in following.staff:
                if str(staff.profile_id) != who:
                    staff.tell_typing(following.id, who, text)

    def _stale_faces_soon(self, profile_id: int) -> None:
        if profile_id not in self._faces:
            self._faces[profile_id] = None
            self._loop.create_task(self.learn_face(profile_id))

    async def learn_face(self, profile_id: int) -> None:
        """Know how an agent appears, so that what one writes can be told without a query."""
        try:
            self._faces[profile_id] = await self._read(catch_up.face_of, profile_id)
        except Unavailable:
            self._faces.pop(profile_id, None)

    # Reading what is stale: conversations at once, lists after a moment.

    def _is_behind(self) -> bool:
        stale = self._stale or self._stale_views or self._stale_notes
        return bool(stale or self._newcomers or self._forgotten)

    def _read_soon(self) -> None:
        if self._is_behind() and self._reading is None and not self._is_stopped:
            self._reading = self._loop.create_task(self._read_all())

    async def _read_all(self) -> None:
        try:
            while self._is_behind():
                await self._read_once()
        finally:
            self._reading = None

    async def _read_once(self) -> None:
        stale, self._stale = self._stale, set()
        views, self._stale_views = self._stale_views, set()
        notes, self._stale_notes = self._stale_notes, set()
        newcomers, self._newcomers = self._newcomers, set()
        forgotten, self._forgotten = self._forgotten, set()
        wanted = catch_up.Wanted(
            messages={
                f.pk: (f.id, f.messages.known)
                for f in stale
                if f.pk is not None and f.messages.known is not None and not f.is_empty
            },
            notes={
                f.pk: (f.id, f.notes.known)
                for f in notes
                if f.pk is not None and f.notes.known is not None and f.staff
            },
            views=[f.pk for f in views if f.pk is not None and f.visitors],
        )
        heard = {f: (f.messages.newest, f.notes.newest) for f in stale | notes}
        try:
            if wanted.messages or wanted.notes or wanted.views:
                found = await self._read(catch_up.find, wanted)
                self._hand_out(found)
                if not found.more:
                    for following, (newest, newest_note) in heard.items():
                        following.messages.read_up_to(newest)
                        following.notes.read_up_to(newest_note)
            if newcomers and self._visitors_by_key:
                for visitor_id, key_hash in await self._read(keys_of, list(newcomers)):
                    for visitor in list(self._visitors_by_key.get(key_hash, ())):
                        visitor.recognised(visitor_id)
            here = forgotten & self._visitors_by_id.keys()
            if here:
                known = {visitor_id for visitor_id, _ in await self._read(keys_of, list(here))}
                for visitor_id in here - known:
                    self._forget(visitor_id)
        except Exception as error:
            self._stale |= stale
            self._stale_views |= views
            self._stale_notes |= notes
            self._newcomers |= newcomers
            self._forgotten |= forgotten
            await self._pause_after(error)

    async def _pause_after(self, error: Exception) -> None:
        """What could not be read is read another time, whatever the reason was."""
        if isinstance(error, Unavailable):
            await asyncio.sleep(PAUSE_WITHOUT_DATABASE)
        else:
            logger.error("Reading what changed failed: %s", type(error).__name__, exc_info=error)
            await asyncio.sleep(PAUSE_AFTER_A_FAULT)

    def _hand_out(self, found: catch_up.Found) -> None:
        for conversation_id, messages in found.messages.items():
            following = self.followings.get(conversation_id)
            if following is None:
                continue
            for seq, to_visitor, to_staff in messages:
                for number, due in _numbered(following.messages, seq, (to_visitor, to_staff)):
                    self._tell_message(following, number, due)
            if following.messages.has_gap and messages:
                self._stale.add(following)
        for conversation_id, notes in found.notes.items():
            following = self.followings.get(conversation_id)
            if following is None:
                continue
            for number, text in notes:
                for due_number, due in _numbered(following.notes, number, text):
                    for staff in following.staff:
                        staff.tell_note(following.id, due_number, due)
        for conversation_id, (revision, text) in found.views.items():
            following = self.followings.get(conversation_id)
            if following is None:
                continue
            following.revision = max(following.revision, revision)
            for visitor in following.visitors:
                visitor.tell_state(text)

    def _list_soon(self) -> None:
        stale = (
            self._stale_cards
            or self._card_wakes
            or self._stale_agents
            or self._stale_presence
            or self._is_availability_stale
        )
        if stale and self._listing is None and not self._is_stopped:
            self._listing = self._loop.create_task(self._list_all())

    async def _list_all(self) -> None:
        try:
            while True:
                await asyncio.sleep(self._list_pause)
                began = monotonic()
                await self._list_once()
                rest = min(LISTS_REST * (monotonic() - began), LISTS_REST_AT_MOST)
                self._list_pause = max(CARDS_EVERY, rest)
                if not (
                    self._stale_cards
                    or self._card_wakes
                    or self._stale_agents
                    or self._stale_presence
                    or self._is_availability_stale
                ):
                    return
        finally:
            self._listing = None

    async def _list_once(self) -> None:
        presence, self._stale_presence = self._stale_presence, set()
        cards: set[int] = set()
        agents: set[int] = set()
        try:
            if presence:
                for site_id, pk in await self._read(queries.open_of_visitors, presence):
                    self._stale_cards.add(pk)
                    self._card_wakes.add(Wake(Kind.CARD, audience.staff_topic(site_id), pk))
                presence = set()
            if self._card_wakes:
                wakes, self._card_wakes = list(self._card_wakes), set()
                if self.bus is not None and self.bus.reaches_others:
                    self.bus.send(wakes)
            cards, self._stale_cards = self._stale_cards, set()
            if cards and self._staff_by_site:
                for site_id, conversation_id, text in await self._read(
                    catch_up.changed_cards, cards
                ):
                    for staff in list(self._staff_by_site.get(site_id, ())):
                        if staff.may_see(site_id):
                            staff.tell_card(conversation_id, text)
            cards = set()
            agents, self._stale_agents = self._stale_agents, set()
            if agents and self._staff_by_site:
                sites = list(self._staff_by_site)
                for profile_id, text, at_sites in await self._read(
                    catch_up.changed_agents, agents, sites
                ):
                    self._tell_agent(profile_id, text, at_sites)
            agents = set()
            if self._is_availability_stale:
                self._is_availability_stale = False
                availability.forget()
                await self.compare_availability()
        except Exception as error:
            self._stale_presence |= presence
            self._stale_cards |= cards
            self._stale_agents |= agents
            self._is_availability_stale = True
            await self._pause_after(error)

    def _tell_agent(self, profile_id: int, text: str, at_sites: Collection[int]) -> None:
        told: set[StaffListener] = set()
        for site_id in at_sites:
            for staff in self._staff_by_site.get(site_id, ()):
                if staff not in told and staff.may_see(site_id):
                    told.add(staff)
                    staff.tell_agent(profile_id, text)

    # Looking for what was lost.

    async def compare_availability(self) -> None:
        """Tell visitors where the answer to "is somebody here?" is another one now."""
        here: dict[Place, list[VisitorListener]] = {}
        for visitors in self._visitors_by_site.values():
            for visitor in visitors:
                if visitor.place is not None:
                    here.setdefault(visitor.place, []).append(visitor)
        self._said = {place: said for place, said in self._said.items() if place in here}
        if not here:
            return
        for place, standing in (await self._read(catch_up.standings_at, list(here))).items():
            if self._said.get(place) == standing:
                continue
            self._said[place] = standing
            text = codec.encode(updates.AvailabilityChanged(**standing._asdict()))
            for visitor in here[place]:
                visitor.tell_availability(text)

    def note_availability(self, place: Place, standing: Standing) -> None:
        """What a visitor has just been told with the hello."""
        if self._said.setdefault(place, standing) != standing:
            # The others were told something else: say it again to everybody.
            del self._said[place]
            self._is_availability_stale = True
            self._list_soon()

    async def compare(self, conversation_ids: Iterable[str]) -> dict[str, int]:
        """Compare heads, deliver what is missing, and return the heads."""
        followings = [self.followings.get(each) for each in conversation_ids]
        by_pk = {f.pk: f for f in followings if f is not None and f.pk is not None}
        if not by_pk:
            return {}
        heads = {}
        for pk, (seq, number, revision) in (await self._read(queries.heads, by_pk)).items():
            following = by_pk[pk]
            heads[following.id] = seq
            following.messages.newest = max(following.messages.newest, seq)
            following.notes.newest = max(following.notes.newest, number)
            if following.messages.has_gap:
                self._stale.add(following)
            if following.notes.has_gap and following.staff:
                self._stale_notes.add(following)
            if revision > following.revision and following.visitors:
                self._stale_views.add(following)
        self._read_soon()
        return heads

    async def compare_all(self) -> None:
        """Compare everything that anybody here listens to."""
        await self.compare(list(self.followings))
        await self.compare_cards()
        await self.invitations.compare()

    async def learn_cards(self, site_ids: Iterable[int]) -> None:
        """Know how the cards of these sites stand, before their list is read: whatever changes
        later without a word is found by comparing with this."""
        unknown = frozenset(site_ids) - self._card_sites
        if unknown:
            heads = await self._read(queries.open_heads, unknown)
            self._card_heads = heads | self._card_heads
            self._card_sites |= unknown

    async def compare_cards(self) -> None:
        """Find the cards of our staff's sites that changed without a word."""
        sites = frozenset(self._staff_by_site)
        if not sites:
            self._card_heads, self._card_sites = {}, frozenset()
            return
        heads = await self._read(queries.open_heads, sites)
        # Nothing is news of a site of which nothing was known; somebody may have come meanwhile.
        before, known = self._card_heads, self._card_sites
        came = (known & self._staff_by_site.keys()) - sites
        learnt = {pk: head for pk, head in before.items() if head[0] in came}
        self._card_heads, self._card_sites = heads | learnt, sites | came
        for pk in before.keys() | heads.keys():
            head = heads.get(pk) or before[pk]
            if head[0] in known & sites and before.get(pk) != heads.get(pk):
                self._stale_cards.add(pk)
        self._list_soon()

    def all_agents_are_stale(self) -> None:
        """Somebody may have gone without a word: look at all of them."""
        self._stale_agents.add(0)
        self._is_availability_stale = True
        self._list_soon()

    # Who listens.

    def follow(
        self,
        conversation_id: str,
        *,
        visitor: VisitorListener | None = None,
        staff: StaffListener | None = None,
    ) -> Following:
        """Listen to a conversation. The caller reads next, and reports :meth:`caught_up`."""
        following = self.followings.get(conversation_id)
        if following is None:
            following = self.followings[conversation_id] = Following(conversation_id)
            if self.bus is not None:
                self.bus.join(audience.conversation_topic(conversation_id))
        if visitor is not None:
            following.visitors.add(visitor)
        if staff is not None:
            following.staff.add(staff)
        return following

    def caught_up(
        self,
        conversation_id: str,
        *,
        pk: int,
        seq: int,
        number: int | None = None,
        revision: int | None = None,
    ) -> None:
        """A listener was given everything up to here; hand out what came meanwhile."""
        following = self.followings.get(conversation_id)
        if following is None:
            return
        following.pk = pk
        if following.messages.known is None:
            for offset, due in enumerate(following.messages.caught_up(seq), start=1):
                self._tell_message(following, seq + offset, due)
        else:
            following.messages.newest = max(following.messages.newest, seq)
        if following.messages.has_gap:
            self._stale.add(following)
        if number is not None:
            if following.notes.known is None:
                list(following.notes.caught_up(number))
            else:
                following.notes.newest = max(following.notes.newest, number)
            if following.notes.has_gap:
                self._stale_notes.add(following)
        if revision is not None:
            if following.revision and revision != following.revision:
                # Somebody here was told another state than the one that was just read.
                self._stale_views.add(following)
            following.revision = max(following.revision, revision)
        self._read_soon()

    def unfollow(
        self,
        conversation_id: str,
        *,
        visitor: VisitorListener | None = None,
        staff: StaffListener | None = None,
    ) -> None:
        """Stop listening to a conversation."""
        following = self.followings.get(conversation_id)
        if following is None:
            return
        if visitor is not None:
            following.visitors.discard(visitor)
        if staff is not None:
            following.staff.discard(staff)
        if following.is_empty:
            del self.followings[conversation_id]
            if self.bus is not None:
                self.bus.leave(audience.conversation_topic(conversation_id))

    def join_visitor(self, visitor: VisitorListener, *, site_id: int, key_hash: str) -> None:
        """A visitor's connection is here."""
        self._visitors_by_site.setdefault(site_id, set()).add(visitor)
        self._visitors_by_key.setdefault(key_hash, set()).add(visitor)

    def name_visitor(self, visitor: VisitorListener, visitor_id: int) -> None:
        """This connection's visitor is known now."""
        self._visitors_by_id.setdefault(visitor_id, set()).add(visitor)

    def leave_visitor(
        self,
        visitor: VisitorListener,
        *,
        site_id: int,
        key_hash: str,
        visitor_id: int | None,
    ) -> bool:
        """A visitor's connection went; whether it was this visitor's last here."""
        _discard(self._visitors_by_site, site_id, visitor)
        if visitor_id is not None:
            _discard(self._visitors_by_id, visitor_id, visitor)
        return _discard(self._visitors_by_key, key_hash, visitor)

    def join_staff(self, staff: StaffListener, *, user_id: int, site_ids: Iterable[int]) -> None:
        """A staff connection is here."""
        self._staff_by_user.setdefault(user_id, set()).add(staff)
        for site_id in site_ids:
            listeners = self._staff_by_site.get(site_id)
            if listeners is None:
                listeners = self._staff_by_site[site_id] = set()
                if self.bus is not None:
                    self.bus.join(audience.staff_topic(site_id))
            listeners.add(staff)

    def leave_staff(self, staff: StaffListener, *, user_id: int, site_ids: Iterable[int]) -> None:
        """A staff connection went, or is about to join with other sites."""
        _discard(self._staff_by_user, user_id, staff)
        for site_id in site_ids:
            if _discard(self._staff_by_site, site_id, staff) and self.bus is not None:
                self.bus.leave(audience.staff_topic(site_id))

    def join_visits(self, site_id: int) -> None:
        """Visits of this site are here, or are shown here."""
        if self.bus is not None:
            self.bus.join(audience.visits_topic(site_id))

    def leave_visits(self, site_id: int) -> None:
        """One reason less to hear of the visits of this site."""
        if self.bus is not None:
            self.bus.leave(audience.visits_topic(site_id))

    def visitor_changed(self, visitor_id: int) -> None:
        """The card of this visitor's conversation says something else now."""
        self._stale_presence.add(visitor_id)
        self._list_soon()

    async def stop(self) -> None:
        """Tell nobody any more."""
        self._is_stopped = True
        await self.invitations.stop()
        tasks = [task for task in (self._reading, self._listing) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _discard(table: dict[Any, set[Any]], name: Any, member: Any) -> bool:
    """Take ``member`` out; whether it was the last under ``name``."""
    members = table.get(name)
    if members is None or member not in members:
        return False
    members.discard(member)
    if members:
        return False
    del table[name]
    return True


def _numbered(stream: Any, number: int, item: Any) -> Iterable[tuple[int, Any]]:
    """What becomes due by offering one item, each with its number."""
    before = stream.known
    if before is None:
        list(stream.offer(number, item))
        return
    for offset, due in enumerate(stream.offer(number, item), start=1):
        yield before + offset, due
