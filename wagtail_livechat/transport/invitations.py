"""What becomes of invitations, told in this process: to the tabs of the visit that was
invited, and to the staff of its site.

An invitation that somebody heard of is read again, and said as it stands: told late, twice
or out of order it comes to the same. What no wake has told is found by comparing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, Protocol

from wagtail_livechat import clock
from wagtail_livechat.agents.permissions import StaffRights
from wagtail_livechat.engagement import actions, presentation, queries
from wagtail_livechat.engagement.states import OPEN, State
from wagtail_livechat.engagement.words import REFUSALS
from wagtail_livechat.errors import LiveChatError, MayNotInvite, Unavailable
from wagtail_livechat.privacy.actions import record_access
from wagtail_livechat.protocol import codec, commands, updates, values

from .listeners import StaffListener
from .speakers import StaffSpeaker

if TYPE_CHECKING:
    from .process import Process

PAUSE_WITHOUT_DATABASE: Final = 1.0
LATELY: Final = timedelta(minutes=1)
EVERY: Final = 1.0
RESTS: Final = 9.0
"""After looking at many visits they are left alone for so many times as long as that took."""

logger = logging.getLogger(__name__)

Read = Callable[..., Awaitable[Any]]


class InvitedListener(Protocol):
    """A tab of a visit, as far as invitations go."""

    def tell_invitation(self, text: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is said of one invitation: to its visit, and to the staff of its site."""

    pk: int
    invitation_id: str
    site_id: int
    visit_key_hash: str | None
    state: str
    to_visit: str
    to_staff: str


def read_invitations(pks: Iterable[int]) -> list[Told]:
    """These invitations as they stand, worded."""
    found = []
    for row in queries.invitations_by_pk(pks):
        state = State(row.state)
        update: updates.Invited | updates.InvitationEnded
        if state in OPEN:
            update = updates.Invited(invitation=presentation.invitation(row))
        else:
            update = updates.InvitationEnded(
                invitation=str(row.public_id), accepted=state is State.ACCEPTED
            )
        card = updates.InvitationChanged(invitation=presentation.invitation_card(row))
        found.append(
            Told(
                pk=row.pk,
                invitation_id=str(row.public_id),
                site_id=row.site_id,
                visit_key_hash=row.visit.key_hash if row.visit else None,
                state=row.state,
                to_visit=codec.encode(update),
                to_staff=codec.encode(card),
            )
        )
    return found


class Invitations:
    """Who is to hear of invitations here, and what they were told last."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        read: Read,
        staff_by_site: Mapping[int, set[StaffListener]],
    ) -> None:
        self._loop = loop
        self._read = read
        self._staff_by_site = staff_by_site
        self._visits: dict[str, set[InvitedListener]] = {}
        self._open: dict[int, str] = {}
        self._stale: set[int] = set()
        self._reading: asyncio.Task[None] | None = None
        self._is_stopped = False

    def join(self, key_hash: str, visit: InvitedListener) -> None:
        """A tab of this visit is here."""
        self._visits.setdefault(key_hash, set()).add(visit)

    def leave(self, key_hash: str, visit: InvitedListener) -> None:
        """A tab of this visit went."""
        listeners = self._visits.get(key_hash)
        if listeners is not None:
            listeners.discard(visit)
            if not listeners:
                del self._visits[key_hash]

    def look_at(self, pk: int) -> None:
        """Something happened to this invitation."""
        self._stale.add(pk)
        if self._reading is None and not self._is_stopped:
            self._reading = self._loop.create_task(self._read_all())

    async def _read_all(self) -> None:
        try:
            while self._stale:
                stale, self._stale = self._stale, set()
                if not self._visits and not self._staff_by_site:
                    continue
                try:
                    for told in await self._read(read_invitations, stale):
                        self._tell(told)
                except Unavailable:
                    self._stale |= stale
                    await asyncio.sleep(PAUSE_WITHOUT_DATABASE)
        finally:
            self._reading = None

    def _tell(self, told: Told) -> None:
        if told.state in OPEN:
            self._open[told.pk] = told.state
        else:
            self._open.pop(told.pk, None)
        if told.visit_key_hash is not None:
            for visit in list(self._visits.get(told.visit_key_hash, ())):
                visit.tell_invitation(told.to_visit)
        for staff in list(self._staff_by_site.get(told.site_id, ())):
            if staff.may_watch(told.site_id):
                staff.tell_invitation(told.invitation_id, told.to_staff)

    async def compare(self) -> None:
        """Find the invitations that changed without a word."""
        if not self._visits and not self._staff_by_site:
            self._open.clear()
            return
        standing = await self._read(queries.open_states)
        changed = {pk for pk, state in standing.items() if self._open.get(pk) != state}
        for pk in changed | (self._open.keys() - standing.keys()):
            self.look_at(pk)

    async def stop(self) -> None:
        """Tell nobody any more."""
        self._is_stopped = True
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)


# What staff ask, and what a visit's line says.


def invite(speaker: StaffSpeaker, command: commands.Invite) -> Any:
    """An agent asks a visitor. Who did is written down; so is what was refused, and why."""
    made = actions.invite(
        rights=speaker.rights,
        profile_id=speaker.profile_id,
        visit_id=command.visit,
        text=command.text,
        ref=command.ref,
    )
    if isinstance(made, actions.NotMade):
        # Handed back and not raised: what was written down shall stay.
        return MayNotInvite(reason=REFUSALS[made.refusal])
    if not made.repeated:
        record_access(
            user_id=speaker.user_id,
            site_id=made.site_id,
            look="invited",
            target=f"Visit {made.visit_id[:4]}",
            session_hash=speaker.session_hash,
            alias=speaker.alias,
        )
    return made


def lately(rights: StaffRights) -> list[updates.InvitationChanged]:
    """What staff who have just come, or only poll, are told: what stands, and what was decided
    a moment ago."""
    rows = queries.late_invitations(rights.watch, clock.now() - LATELY) if rights.watch else []
    return [
        updates.InvitationChanged(invitation=card) for card in presentation.invitation_cards(rows)
    ]


def cancel(speaker: StaffSpeaker, command: commands.CancelInvitation) -> None:
    """Take back what was not answered yet."""
    actions.cancel(rights=speaker.rights, invitation_id=command.invitation)


def see(site_id: int, visit_key_hash: str, command: commands.SeeInvitation) -> None:
    """This tab shows the invitation."""
    actions.see(site_id=site_id, visit_key_hash=visit_key_hash, invitation_id=command.invitation)


def answer(
    site_id: int,
    visit_key_hash: str,
    command: commands.AnswerInvitation,
    chat_key_hash: str | None = None,
) -> None:
    """No thanks, or never again; and a yes, if the browser has a key of the chat already.

    Without one it is refused as ``key_missing``, and said again over HTTP: see
    :mod:`.greetings`.
    """
    actions.answer(
        site_id=site_id,
        visit_key_hash=visit_key_hash,
        invitation_id=command.invitation,
        answer=command.answer.value,
        chat_key_hash=chat_key_hash,
    )


def standing(site_id: int, visit_key_hash: str) -> values.Invitation | None:
    """The invitation that a tab which has just come shall show."""
    row = queries.open_invitation_of(site_id, visit_key_hash)
    return presentation.invitation(row) if row is not None else None


# By the clock.


class Clockwork:
    """What one process does for invitations every second or so: triggers are tried for the
    visits that it looks after, and what has run out is ended."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to tick."""
        self._task = self._process.loop.create_task(self._run(), name="livechat-invitations")

    async def stop(self) -> None:
        """Tick no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        pause = EVERY
        while True:
            await asyncio.sleep(pause)
            began = monotonic()
            try:
                await self.tick_once()
            except LiveChatError:
                pass  # the database is away; the next tick looks again
            except Exception:
                logger.exception("Invitations could not be looked after.")
            pause = max(EVERY, RESTS * (monotonic() - began))

    async def tick_once(self) -> None:
        """End what is over, then let triggers speak."""
        process = self._process
        if await process.read(queries.is_anything_over):
            await process.writer.run(actions.retract_lost)
            await process.writer.run(actions.run_out)
        for candidate in await process.read(actions.candidates, process.worker_id):
            await process.writer.run(partial(actions.try_rules, candidate))
