"""The HTTP fallback of a visit's line: one request carries what a socket would have.

A visit that this process knows is answered in the event loop, without a thread and without
a query. Under WSGI there is no loop and no memory: everything is read, and written at once.
"""

from __future__ import annotations

import hashlib
import logging
import uuid
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from wagtail_livechat import clock
from wagtail_livechat.conf import configuration
from wagtail_livechat.consent.gate import consent_in
from wagtail_livechat.errors import (
    BadCommand,
    IdentityMissing,
    LiveChatError,
    NoConsent,
    RateLimited,
    TooBig,
    UnknownType,
    UnsupportedVersion,
)
from wagtail_livechat.protocol import codec, commands, updates, values
from wagtail_livechat.protocol.values import VERSION
from wagtail_livechat.visitors import visits as written
from wagtail_livechat.visitors.rules import POLLED_FOR

from . import dispatch, identity, limits, process, refusals, visit_reading
from .limits import buckets
from .lines import Where
from .live_visit import LiveVisit, Polled
from .requests import Request, Response, WrongMethod, demand_post, refusal, told
from .speakers import VisitSpeaker
from .visit_lines import VISIT_LINES
from .visit_reading import Opened, SiteState
from .visit_socket import visit_speaker

if TYPE_CHECKING:
    from .process import Process

MOST_REMEMBERED: Final = 10_000

logger = logging.getLogger(__name__)


def _read(body: bytes) -> tuple[commands.VisitHello, list[Any]]:
    """The greeting, and the commands; a frame that is none of ours stands as its refusal."""
    try:
        parts = codec.decode_exchange(body)
        hello = codec.visit_commands.decode(parts.hello)
    except codec.BadFrame as error:
        raise (TooBig() if error.code == "too_big" else BadCommand()) from error
    if not isinstance(hello, commands.VisitHello):
        raise BadCommand
    if hello.v != VERSION:
        raise UnsupportedVersion
    asked: list[Any] = []
    for frame in parts.commands:
        try:
            asked.append(codec.visit_commands.decode(frame))
        except codec.BadFrame as error:
            asked.append(UnknownType() if error.code == "unknown_type" else BadCommand())
    return hello, asked


def _charge(owner: object) -> None:
    wait = buckets.take(limits.POLL, owner)
    if wait:
        raise RateLimited(retry_ms=wait)


def _charge_command(speaker: VisitSpeaker, command: Any) -> bool:
    """Whether a command may go; one that is over its limit and asks for no answer may not."""
    if isinstance(command, Exception):
        raise command
    if isinstance(command, commands.VisitHello):
        raise BadCommand  # it stands at the head of the body
    wait, is_told = dispatch.charge(VISIT_LINES[type(command)], speaker, command)
    if wait and is_told:
        raise RateLimited(retry_ms=wait)
    return not wait


def _ready(
    state: SiteState, invitation: values.Invitation | None, *, recorded: bool = True
) -> updates.VisitReady:
    conf = configuration()
    is_recorded = recorded and state.is_staffed
    return updates.VisitReady(
        now=clock.now_ms(),
        recorded=is_recorded,
        number=state.number if recorded else 0,
        watchers=list(state.watchers) if recorded else [],
        invitation=invitation,
        # Only where somebody may look is it of any use to be heard often.
        poll_ms=conf.poll_active_ms if is_recorded else conf.poll_idle_ms,
    )


# In the event loop.


async def serve(running: Process, request: Request) -> Response:
    """Answer one request; every refusal has a code, and none a traceback."""
    try:
        if not identity.are_sites_known():
            await running.read(identity.learn_sites)
        if request.method != "POST":
            raise WrongMethod(allowed=["POST"])
        return told(await _exchange(running, request))
    except Exception as error:
        return refusal(error, request.language)


async def _exchange(running: Process, request: Request) -> list[updates.Update]:
    site_id, body = demand_post(request)
    name = _name_of(request)
    speaker = running.visits.speaker_named(name)
    if speaker is None or speaker.site_id != site_id:
        network = identity.network_of(request.asked)
        speaker = visit_speaker(request.asked, site_id, network)
        if speaker is None:
            return await running.read(_count_only, site_id, network, request, body)
    _charge(speaker.key_hash)
    hello, asked = _read(body)
    live = speaker.live
    if live is None or live.is_over or running.visits.find(site_id, speaker.key_hash) is not live:
        live = await _open(running, speaker, hello)
        if live is None:
            return await running.read(_count_only, site_id, speaker.network, request, body)
        running.visits.name_speaker(name, speaker)
    visits = running.visits
    visits.poll(live)
    told_number = visits.state_of(live).number
    answers: list[updates.Update] = []
    await _note(running, live, hello, answers, speaker.language)
    for command in asked:
        answer = await _carry_out(running, speaker, live, command, told_number)
        if answer is not None:
            answers.append(answer)
    visits.see(live, min(hello.seen, told_number))
    answers.append(_ready(visits.state_of(live), visits.polled_of(live).invitation))
    return answers


def _name_of(request: Request) -> bytes:
    """What tells one browser's requests from another's, without a look at its keys."""
    asked = request.asked
    text = "\n".join((*asked.hosts, *asked.origins, asked.cookie))
    return hashlib.sha256(text.encode("latin-1")).digest()


async def _open(
    running: Process, speaker: VisitSpeaker, hello: commands.VisitHello
) -> LiveVisit | None:
    """Ask the gate; ``None`` for who did not agree to be seen."""
    speaker.language = refusals.known_language(hello.language)
    # What is told while the visit is read is newer than what was read.
    meanwhile = Polled()
    running.hub.invitations.join(speaker.key_hash, meanwhile)
    try:
        live, opened = await running.visits.open(speaker.opening, hello)
    except NoConsent:
        return None
    finally:
        running.hub.invitations.leave(speaker.key_hash, meanwhile)
    speaker.live = live
    stands = meanwhile.invitation if meanwhile.is_told else opened.invitation
    running.visits.polled_of(live).invitation = stands
    return live


async def _note(
    running: Process,
    live: LiveVisit,
    hello: commands.VisitHello,
    answers: list[updates.Update],
    language: str,
) -> None:
    running.visits.set_active(live, hello.active)
    if running.visits.is_told(live, hello.view):
        return
    try:
        step = await running.visits.step_of(live.site_id, hello)
    except LiveChatError as error:
        answers.append(refusals.refused(error, language, ref=hello.view))
    else:
        running.visits.view(live, step, hello.view, greeted=True)


async def _carry_out(
    running: Process, speaker: VisitSpeaker, live: LiveVisit, command: Any, told_number: int
) -> updates.Update | None:
    ref = getattr(command, "ref", None)
    try:
        if not _charge_command(speaker, command):
            return None
        if await running.visits.hear(live, command, told=told_number):
            return updates.Acknowledged(ref=ref) if ref else None
        return await running.read(_ask, speaker, command)
    except NoConsent:
        raise
    except Exception as error:
        return refusals.refused(error, speaker.language, ref=ref)


def _ask(speaker: VisitSpeaker, command: Any) -> updates.Update | None:
    """What the database is spoken to for."""
    line = VISIT_LINES[type(command)]
    if line.where is not Where.WRITE:
        update: updates.Update | None = line.act(speaker, command)
        return update
    result = process.write(partial(line.act, speaker, command))
    return dispatch.answer(command, result)


# Who agreed to statistics and not to be seen: a number, and nothing else.


def _count_only(site_id: int, network: str, request: Request, body: bytes) -> list[updates.Update]:
    """Count a page view. Raises :class:`NoConsent` unless that was agreed to."""
    choice = identity.choice_cookie(request.asked, site_id)
    consent = consent_in(site_id, choice, clock.now())
    if visit_reading.is_editor(identity.session_key_of(request.asked)):
        raise NoConsent
    if consent.assistance:
        raise IdentityMissing  # a key for the visit is to be had
    if not consent.statistics:
        raise NoConsent
    _charge(consent.receipt_id or network)
    hello, _ = _read(body)
    page_id = visit_reading.page_named(site_id, hello)
    look = visit_reading.look_at_page(site_id, page_id) if page_id is not None else None
    step = visit_reading.step_of(hello, page_id, look, clock.now())
    if step.kind != values.PageKind.HIDDEN:
        _count(site_id, consent.receipt_id, step)
    return [_ready(SiteState(), None, recorded=False)]


def _count(site_id: int, receipt_id: uuid.UUID | None, step: written.Step) -> None:
    if receipt_id is not None:
        view = written.PageViewed(site_id, receipt_id, step.at.date(), step.page_id or 0)
        process.write(partial(written.count_pages, [view]))


# Under WSGI.

_refs: OrderedDict[str, dict[str, None]] = OrderedDict()
"""The page views that were told of late, by visit: a poll tells its own again."""


def serve_plainly(request: Request) -> Response:
    """The same, in one thread, with nothing remembered but which views were told."""
    site_id, body = demand_post(request)
    network = identity.network_of(request.asked)
    speaker = visit_speaker(request.asked, site_id, network)
    if speaker is None:
        return told(_count_only(site_id, network, request, body))
    _charge(speaker.key_hash)
    hello, asked = _read(body)
    [opened] = visit_reading.open_all([speaker.opening])
    if isinstance(opened, Exception):
        return told(_count_only(site_id, network, request, body))
    return told(_exchange_plainly(speaker, hello, asked, opened))


def _exchange_plainly(
    speaker: VisitSpeaker, hello: commands.VisitHello, asked: Sequence[Any], opened: Opened
) -> list[updates.Update]:
    now = clock.now()
    speaker.language = refusals.known_language(hello.language)
    live = LiveVisit(
        site_id=speaker.site_id,
        key_hash=speaker.key_hash,
        consent=opened.consent,
        language=hello.language,
        device=hello.device.value,
        origin=visit_reading.origin_of(speaker.site_id, hello),
        now=now,
    )
    live.refs = _refs.pop(speaker.key_hash, {})
    live.visitor_id = opened.visitor_id
    if opened.row is not None:
        live.is_written_as(opened.row, opened.steps)
    speaker.live = live
    state = visit_reading.read_sites([speaker.site_id], now).states[speaker.site_id]
    before = (live.acknowledged, live.idle_since, live.visitor_id)
    answers: list[updates.Update] = []
    counted = _try(answers, speaker, hello.view, partial(_view, live, hello, hello.view, True))
    live.set_active(hello.active, now)
    for command in asked:
        ref = getattr(command, "ref", None)
        counted += _try(
            answers, speaker, ref, partial(_hear_plainly, speaker, live, command, state, answers)
        )
    live.see(min(hello.seen, state.number))
    _remember(live)
    if counted and live.statistics:
        for step in live.pending:
            if step.kind != values.PageKind.HIDDEN:
                _count(live.site_id, live.receipt_id, step)
    if state.is_staffed:
        _write_plainly(live, opened, is_changed=before != _marks(live))
    answers.append(_ready(state, opened.invitation))
    return answers


def _marks(live: LiveVisit) -> tuple[Any, ...]:
    return (live.acknowledged, live.idle_since, live.visitor_id)


def _try(
    answers: list[updates.Update], speaker: VisitSpeaker, ref: str | None, act: Callable[[], int]
) -> int:
    try:
        return act()
    except NoConsent:
        raise
    except Exception as error:
        answers.append(refusals.refused(error, speaker.language, ref=ref))
        return 0


def _view(
    live: LiveVisit,
    command: commands.ViewPage | commands.VisitHello,
    ref: str | None,
    greeted: bool,
) -> int:
    page_id = visit_reading.page_named(live.site_id, command)
    look = visit_reading.look_at_page(live.site_id, page_id) if page_id is not None else None
    step = visit_reading.step_of(command, page_id, look, clock.now())
    return int(live.view(step, ref, greeted=greeted) and step.kind != values.PageKind.HIDDEN)


def _hear_plainly(
    speaker: VisitSpeaker,
    live: LiveVisit,
    command: Any,
    state: SiteState,
    answers: list[updates.Update],
) -> int:
    if not _charge_command(speaker, command):
        return 0
    match command:
        case commands.ViewPage():
            counted = _view(live, command, command.ref, False)
            answers.append(updates.Acknowledged(ref=command.ref))
            return counted
        case commands.SetActive():
            live.set_active(command.active, clock.now())
        case commands.SeeWatchers():
            live.see(min(command.number, state.number))
        case _:
            answer = _ask(speaker, command)
            if answer is not None:
                answers.append(answer)
    return 0


def _remember(live: LiveVisit) -> None:
    _refs[live.key_hash] = live.refs
    while len(_refs) > MOST_REMEMBERED:
        _refs.popitem(last=False)


def _write_plainly(live: LiveVisit, opened: Opened, *, is_changed: bool) -> None:
    """Write what is news; that somebody is still here, twice a minute."""
    now = clock.now()
    row = opened.row
    if row is not None and not live.pending and not is_changed:
        if row.expires_at is None or row.expires_at - now > POLLED_FOR / 2:
            return
    live.expires_at = now + POLLED_FOR
    [live.assessment] = visit_reading.assess_all(
        [visit_reading.Case(site_id=live.site_id, trail=live.trail, idle_since=live.idle_since)]
    )
    sighting = live.sighting()
    if sighting is not None:
        write = partial(written.write_visits, [sighting], worker_id=None)
        if process.write(write) == [None]:
            raise NoConsent
