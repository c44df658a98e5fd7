"""The HTTP fallback of a visit's line: one request carries what a socket would have.

A visit that this process knows is answered in the event loop, without a thread and without
a query. Under WSGI there is no loop and no memory: everything is read, and written at once.
"""

from __future__ import annotations

import uuid
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Mapping
from functools import cache, partial
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

import msgspec
from django.core.signals import setting_changed

from wagtail_livechat import clock
from wagtail_livechat.conf import configuration
from wagtail_livechat.consent.gate import consent_in
from wagtail_livechat.errors import (
    BadCommand,
    BadPage,
    IdentityMissing,
    LiveChatError,
    NoConsent,
    RateLimited,
)
from wagtail_livechat.protocol import codec, commands, updates, values
from wagtail_livechat.visitors import visits as written
from wagtail_livechat.visitors.rules import POLLED_FOR

from . import dispatch, identity, limits, process, refusals, visit_reading
from .lines import Where
from .live_visit import LiveVisit, Polled, Refs
from .pollers import name_of
from .requests import (
    NO_CONTENT,
    Request,
    Response,
    WrongMethod,
    demand_post,
    request_in,
    told,
)
from .speakers import VisitSpeaker
from .visit_lines import VISIT_LINES
from .visit_reading import NOT_WATCHED, Opened, SiteState
from .visit_socket import visit_speaker

if TYPE_CHECKING:
    from .process import Process

MOST_REMEMBERED: Final = 10_000


def _decoded(frame: msgspec.Raw) -> Any:
    """A command; what is none of ours stands as its refusal."""
    try:
        return codec.visit_commands.decode(frame)
    except codec.BadFrame as error:
        return refusals.of_frame(error)


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


def _told(
    answers: list[updates.Update],
    state: SiteState,
    invitation: values.Invitation | None,
    wants_little: bool,
) -> Response:
    """The answers, then how things stand. That nobody watches and nothing is to be shown, as
    nearly always, is said to who knows it by an empty answer."""
    if wants_little and not answers and invitation is None and not state.number:
        return _nothing_stands(state.is_staffed)
    answers.append(
        updates.VisitReady(
            now=clock.now_ms(),
            recorded=state.is_staffed,
            number=state.number,
            watchers=list(state.watchers),
            invitation=invitation,
            poll_ms=_poll_ms(state.is_staffed),
        )
    )
    return told(answers)


def _poll_ms(is_staffed: bool) -> int:
    """Only where somebody may look is it of any use to be heard often."""
    conf = configuration()
    return conf.poll_active_ms if is_staffed else conf.poll_idle_ms


@cache
def _nothing_stands(is_staffed: bool) -> Response:
    poll_ms = _poll_ms(is_staffed)
    # A server looks at each header twice for what could break a line: there is one at most.
    said = [] if poll_ms == values.POLL_MS else [f"poll={poll_ms}"]
    if is_staffed:
        said.append("recorded")
    headers = {"Livechat-Visit": ", ".join(said)} if said else {}
    return Response(status=NO_CONTENT, body=b"", headers=headers)


def _say_anew(**kwargs: object) -> None:
    """How often to poll is a setting."""
    _nothing_stands.cache_clear()


setting_changed.connect(_say_anew, dispatch_uid="wagtail_livechat.say_anew")


# In the event loop.


def serve(
    running: Process, scope: Mapping[str, Any], body: bytes | None, are_sites_learnt: bool = False
) -> Response | Coroutine[Any, Any, Response]:
    """The answer to one request, or what has to be awaited for it. Raises what refuses it.

    Nearly all that is asked is asked by a visit that is known here, of a page that is known:
    that is answered without a wait, and in as few steps as there can be.
    """
    at, visits, kept = monotonic(), running.visits, identity.kept
    if at >= kept.until and not are_sites_learnt:
        return _learn_sites(running, scope, body)
    speaker = running.pollers.known(name_of(scope))
    if speaker is None or speaker.let_in_by is not kept.sites:
        return _come(running, scope, body)
    live = speaker.live
    if live is None or not live.is_here or body is None or scope["method"] != "POST":
        return _come(running, scope, body)
    wait = live.polls.take(limits.POLL, at)
    if wait:
        raise RateLimited(retry_ms=wait)
    asked = codec.visit_exchanges.decode(body)
    hello = asked.hello
    if asked.commands:
        return _exchange(running, speaker, live, asked)
    now = clock.now()
    if hello.view in live.refs.lately:
        visits.poll(live, hello.active, now, at)
    else:
        try:
            step = visits.pages.step_at_once(live.site_id, hello, now, at)
        except BadPage:
            step = None
        if step is None:
            return _exchange(running, speaker, live, asked)
        visits.poll(live, hello.active, now, at)
        visits.view(live, step, hello.view, True)
    if hello.seen:
        visits.see(live, min(hello.seen, live.state.number))
    state, polled = live.state, live.polled or visits.polled_of(live)
    if speaker.wants_little and polled.invitation is None and not state.number:
        return _nothing_stands(state.is_staffed)
    return _told([], state, polled.invitation, False)


async def _learn_sites(running: Process, scope: Mapping[str, Any], body: bytes | None) -> Response:
    """Ask again once the table of sites is read; or as it was, while it cannot be read."""
    await running.read(identity.learn_sites)
    made = serve(running, scope, body, True)
    return made if isinstance(made, Response) else await made


async def _come(running: Process, scope: Mapping[str, Any], body: bytes | None) -> Response:
    """Somebody asks who is not known here: by headers that were never judged, or in vain."""
    if scope["method"] != "POST":
        raise WrongMethod(allowed=["POST"])
    request = request_in(scope, body)
    speaker = _let_in(request)
    if speaker is None:
        return await running.read(_count_only, request)
    limits.charge(limits.POLL, speaker.key_hash)
    asked = codec.visit_exchanges.decode(body or b"")
    live = await _open(running, speaker, asked.hello)
    if live is None:
        return await running.read(_count_only, request)
    running.pollers.remember(name_of(scope), speaker)
    return await _exchange(running, speaker, live, asked)


async def _exchange(
    running: Process,
    speaker: VisitSpeaker,
    live: LiveVisit,
    asked: codec.Exchange[commands.VisitHello],
) -> Response:
    """What a visit asks that is known here."""
    visits, hello, told_number = running.visits, asked.hello, live.state.number
    answers: list[updates.Update] = []
    visits.poll(live, hello.active, clock.now(), monotonic())
    if hello.view not in live.refs.lately:
        try:
            step = await visits.pages.step_of(live.site_id, hello)
        except LiveChatError as error:
            answers.append(refusals.refused(error, speaker.language, ref=hello.view))
        else:
            visits.view(live, step, hello.view, True)
    for frame in asked.commands:
        answer = await _carry_out(running, speaker, live, _decoded(frame), told_number)
        if answer is not None:
            answers.append(answer)
    if hello.seen:
        visits.see(live, min(hello.seen, told_number))
    polled = live.polled or visits.polled_of(live)
    return _told(answers, live.state, polled.invitation, speaker.wants_little)


def _let_in(request: Request) -> VisitSpeaker | None:
    """Who asks; ``None`` without a key of ours. Raises what refuses the request."""
    site_id, _ = demand_post(request)
    speaker = visit_speaker(request.asked, site_id, identity.network_of(request.asked))
    if speaker is not None:
        speaker.let_in_by = identity.kept.sites
        speaker.wants_little = request.wants_little
    return speaker


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


def _count_only(request: Request) -> Response:
    """Count a page view. Raises :class:`NoConsent` unless that was agreed to."""
    site_id, body = demand_post(request)
    choice = identity.choice_cookie(request.asked, site_id)
    consent = consent_in(site_id, choice, clock.now())
    if visit_reading.is_editor(identity.session_key_of(request.asked)):
        raise NoConsent
    if consent.assistance:
        raise IdentityMissing  # a key for the visit is to be had
    if not consent.statistics:
        raise NoConsent
    limits.charge(limits.POLL, consent.receipt_id or identity.network_of(request.asked))
    hello = codec.visit_exchanges.decode(body).hello
    step = visit_reading.step_of(hello, visit_reading.look_at(site_id, hello.page), clock.now())
    if step.kind != values.PageKind.HIDDEN:
        _count(site_id, consent.receipt_id, step)
    return _told([], NOT_WATCHED, None, request.wants_little)


def _count(site_id: int, receipt_id: uuid.UUID | None, step: written.Step) -> None:
    if receipt_id is not None:
        view = written.PageViewed(site_id, receipt_id, step.at.date(), step.page_id or 0)
        process.write(partial(written.count_pages, [view]))


# Under WSGI.

_refs: OrderedDict[str, Refs] = OrderedDict()
"""The page views that were told of late, by visit: a poll tells its own again."""


def serve_plainly(request: Request) -> Response:
    """The same, in one thread, with nothing remembered but which views were told."""
    speaker = _let_in(request)
    if speaker is None:
        return _count_only(request)
    limits.charge(limits.POLL, speaker.key_hash)
    asked = codec.visit_exchanges.decode(request.body or b"")
    [opened] = visit_reading.open_all([speaker.opening])
    if isinstance(opened, Exception):
        return _count_only(request)
    return _exchange_plainly(speaker, asked, opened)


def _exchange_plainly(
    speaker: VisitSpeaker, asked: codec.Exchange[commands.VisitHello], opened: Opened
) -> Response:
    now, hello = clock.now(), asked.hello
    speaker.language = refusals.known_language(hello.language)
    live = LiveVisit(
        site_id=speaker.site_id,
        key_hash=speaker.key_hash,
        consent=opened.consent,
        language=visit_reading.language_of(hello),
        device=hello.device.value,
        origin=visit_reading.origin_of(speaker.site_id, hello),
        now=now,
    )
    live.refs = _refs.pop(speaker.key_hash, Refs())
    live.visitor_id = opened.visitor_id
    if opened.row is not None:
        live.is_written_as(opened.row, opened.steps)
    speaker.live = live
    state = visit_reading.read_sites([speaker.site_id], now).states[speaker.site_id]
    before = (live.acknowledged, live.idle_since, live.visitor_id)
    answers: list[updates.Update] = []
    counted = _try(answers, speaker, hello.view, partial(_view, live, hello, hello.view, True))
    live.set_active(hello.active, now)
    for command in map(_decoded, asked.commands):
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
    return _told(answers, state, opened.invitation, speaker.wants_little)


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
    look = visit_reading.look_at(live.site_id, command.page)
    step = visit_reading.step_of(command, look, clock.now())
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
