"""The lines of the table that are about visits: what a visit's tab says, and what those
who watch ask.

Over a socket, watching is kept by the connection (:mod:`.lookout`), and what a tab tells
of itself by the registry (:mod:`.visits`): both live in the event loop. The actions here
are those that speak with the database, and all of watching over HTTP, where a console
asks again with each request.
"""

from __future__ import annotations

import uuid
from functools import partial
from typing import Final

from wagtail_livechat import clock
from wagtail_livechat.errors import Forbidden, NotFound
from wagtail_livechat.privacy import actions as privacy
from wagtail_livechat.protocol import commands, updates, values
from wagtail_livechat.visitors import presentation, sight, table

from . import board_reading, invitations, limits, process, visit_reading, watching
from .board_reading import Reader
from .lines import Line, Right, Where, constant, nothing
from .lookout import question_of, target_of
from .speakers import StaffSpeaker, VisitSpeaker

_NAMESPACE: Final = uuid.UUID("0b0f4a44-6f0b-4a35-9b39-6f5f0d2a7c10")

# What a visit's tab says.


def _see_invitation(speaker: VisitSpeaker, command: commands.SeeInvitation) -> None:
    invitations.see(speaker.site_id, speaker.key_hash, command)


def _answer_invitation(speaker: VisitSpeaker, command: commands.AnswerInvitation) -> None:
    invitations.answer(speaker.site_id, speaker.key_hash, command, speaker.chat_key_hash)


def show(speaker: VisitSpeaker, command: commands.ShowVisit) -> updates.VisitShown:
    """What the staff see of this visit: the same fields, made by the same functions."""
    row = table.visit_by_key(speaker.site_id, speaker.key_hash, clock.now())
    state = visit_reading.read_sites([speaker.site_id], clock.now()).states[speaker.site_id]
    if row is None:
        return updates.VisitShown(
            visit=_nothing_kept(speaker), steps=[], watchers=list(state.watchers), ref=command.ref
        )
    steps = table.steps_of(row.pk)
    pages = presentation.pages_of([row], [(row.site_id, steps)])
    return updates.VisitShown(
        visit=presentation.row(row, release=True, pages=pages, sight=sight.ALL),
        steps=presentation.trail(row, steps, release=True, pages=pages, sight=sight.ALL),
        watchers=list(state.watchers),
        ref=command.ref,
    )


def _nothing_kept(speaker: VisitSpeaker) -> values.VisitRow:
    """Nobody is there who could see anything: there is no row to show."""
    live = speaker.live
    now = clock.now_ms()
    return values.VisitRow(
        id="",
        label="",
        began_at=now,
        page=None,
        page_since=now,
        pages=0,
        language=speaker.language,
        device=values.Device(live.device) if live else values.Device.DESKTOP,
        origin="",
        returning=live.returning if live else False,
        idle_since=None,
        stuck=[],
        score=0,
        in_conversation=False,
        conversation=None,
        invitation=None,
    )


_act = constant(limits.ACT)

VISIT_LINES: Final[dict[type[commands.Command], Line]] = {
    commands.VisitHello: Line(where=Where.READ, rate=constant(limits.HELLO), act=nothing),
    commands.ViewPage: Line(where=Where.HERE, rate=constant(limits.VIEW), act=nothing),
    commands.SetActive: Line(where=Where.HERE, rate=constant(limits.MARK), act=nothing),
    commands.SeeWatchers: Line(where=Where.HERE, rate=constant(limits.MARK), act=nothing),
    commands.SeeInvitation: Line(
        where=Where.WRITE, rate=constant(limits.MARK), act=_see_invitation
    ),
    commands.AnswerInvitation: Line(where=Where.WRITE, rate=_act, act=_answer_invitation),
    commands.ShowVisit: Line(where=Where.READ, rate=_act, act=show),
    commands.Pong: Line(where=Where.HERE, rate=constant(limits.FREE), act=nothing),
}


# What those who watch ask, over HTTP.


def _key_of(speaker: StaffSpeaker, site_id: int) -> uuid.UUID:
    """A polling console has one watch of a site, however many windows it opens."""
    return uuid.uuid5(_NAMESPACE, f"{speaker.session_hash}.{site_id}")


def _reader(speaker: StaffSpeaker, site_id: int) -> Reader:
    """How this console may read now: it watches, and is announced, from here on."""
    if not speaker.rights.may_watch(site_id):
        raise Forbidden
    number = process.write(
        partial(
            watching.begin,
            site_id=site_id,
            key=_key_of(speaker, site_id),
            user_id=speaker.user_id,
            profile_id=speaker.profile_id,
            alias=speaker.alias,
            session_hash=speaker.session_hash,
        )
    )
    return Reader(number=number, sight=speaker.sight, language=speaker.language)


def _watch(speaker: StaffSpeaker, command: commands.WatchVisitors) -> updates.VisitorsWindow:
    reader = _reader(speaker, command.site)
    [found] = board_reading.read_windows([(question_of(command), reader)])
    return updates.VisitorsWindow(
        window=command.window,
        site=command.site,
        now=clock.now_ms(),
        rows=[row for _, row in found.rows],
        offset=found.offset,
        total=found.total,
        counts=found.counts,
    )


def _leave(
    speaker: StaffSpeaker, command: commands.LeaveVisitors | commands.LeaveVisit
) -> updates.Acknowledged:
    """What is not asked for again is not watched: the watch of a site lapses by itself."""
    return updates.Acknowledged(ref=command.ref)


def _open(speaker: StaffSpeaker, command: commands.OpenVisit) -> updates.VisitTrail:
    visit = board_reading.find_visit(command.visit, speaker.rights.watch)
    if visit is None:
        raise NotFound
    reader = _reader(speaker, visit.site_id)
    process.write(
        partial(
            privacy.record_access,
            user_id=speaker.user_id,
            site_id=visit.site_id,
            look="opened_visit",
            target=target_of(command.visit),
            session_hash=speaker.session_hash,
            alias=speaker.alias,
            # A console that polls asks every other second: that is one look.
            key=uuid.uuid5(_key_of(speaker, visit.site_id), f"{command.visit}.{reader.number}"),
        )
    )
    [found] = board_reading.read_trails([(visit.pk, reader)])
    if found is None:
        raise NotFound
    return updates.VisitTrail(
        visit=found.visit, site=visit.site_id, steps=found.steps, ref=command.ref
    )


_staff_read = constant(limits.STAFF_READ)

WATCH_LINES: Final[dict[type[commands.Command], Line]] = {
    commands.WatchVisitors: Line(where=Where.READ, rate=_staff_read, act=_watch, right=Right.WATCH),
    commands.LeaveVisitors: Line(where=Where.READ, rate=_staff_read, act=_leave, right=Right.WATCH),
    commands.KeepWatching: Line(
        where=Where.READ, rate=constant(limits.STAFF_MARK), act=nothing, right=Right.WATCH
    ),
    commands.OpenVisit: Line(where=Where.READ, rate=_staff_read, act=_open, right=Right.WATCH),
    commands.LeaveVisit: Line(where=Where.READ, rate=_staff_read, act=_leave, right=Right.WATCH),
}
