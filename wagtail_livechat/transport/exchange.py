"""The HTTP fallback: one request carries what a socket would have, and brings its answers.

Pure and synchronous: an identity and a body come in, updates go out. Commands pass the
same table, limits and rights as over a socket.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from time import monotonic
from typing import Any, Final

import msgspec

from wagtail_livechat import clock
from wagtail_livechat.agents import actions as agents
from wagtail_livechat.answers.actions import answer_visitor
from wagtail_livechat.errors import (
    BadCommand,
    BadCursor,
    NotFound,
    RateLimited,
    UnknownType,
)
from wagtail_livechat.protocol import codec, commands, updates
from wagtail_livechat.protocol.values import State
from wagtail_livechat.visitors import actions as visitors
from wagtail_livechat.visitors import visits

from . import availability, catch_up, dispatch, invitations, limits, process, refusals
from .answering import LEFT_AFTER
from .lines import Role, Where
from .speakers import Speaker, StaffSpeaker, VisitorSpeaker

PRESENT_AGAIN_AFTER: Final = 20.0
MOST_REMEMBERED: Final = 10_000

_NAMESPACE: Final = uuid.UUID("6d9f6f0c-5b0e-4f0e-9a53-0d1a6b3c2f11")
_said_present: dict[uuid.UUID, float] = {}

write = process.write


def exchange_as_visitor(speaker: VisitorSpeaker, body: bytes) -> list[updates.Update]:
    """What a visitor's browser sent, carried out and answered, then the state as it stands."""
    parts = codec.visitor_exchanges.decode(body)
    limits.charge(limits.POLL, speaker.key_hash)
    speaker.language = refusals.known_language(parts.hello.language)
    speaker.page_id = availability.page_of(speaker.site_id, parts.hello.page)
    row = catch_up.look_up(speaker)
    if row is not None and row.state == State.SIGNPOST:
        _see_what_is_owed(row.pk, row.waiting_since)
    told = _carry_out_all(Role.VISITOR, codec.visitor_commands, speaker, parts.commands)
    if parts.commands:
        row = catch_up.look_up(speaker)
    if speaker.visitor_id is not None and speaker.conversation_id is not None:
        key = uuid.uuid5(_NAMESPACE, speaker.key_hash)
        _be_present(key, partial(_connect, speaker, speaker.visitor_id, key))
    state = catch_up.state_of(speaker, row, parts.hello.since)
    if state.is_behind:
        told.append(refusals.refused(BadCursor(), speaker.language))
    return [*told, state.ready]


def _see_what_is_owed(conversation_pk: int, since: datetime | None) -> None:
    """Where no server process looks for what the signpost still owes, who polls finds it."""
    if since is not None and process.running() is None and since < clock.now() - LEFT_AFTER:
        answer_visitor(conversation_pk)


def _connect(speaker: VisitorSpeaker, visitor_id: int, key: uuid.UUID) -> None:
    """Somebody polls, who may be making a visit that is watched."""
    visitors.connect(visitor_id=visitor_id, key=key, worker_id=None)
    if speaker.visit_key_hash is not None:
        visits.recognise(
            site_id=speaker.site_id, key_hash=speaker.visit_key_hash, visitor_id=visitor_id
        )


def exchange_as_staff(speaker: StaffSpeaker, body: bytes) -> list[updates.Update]:
    """What a console sent, carried out and answered, then its lists and open threads."""
    parts = codec.agent_exchanges.decode(body)
    limits.charge(limits.POLL, speaker.user_id)
    for cursor in parts.hello.open:
        row = catch_up.conversation_pk(speaker, cursor.conversation)
        if row is not None:
            speaker.followed[cursor.conversation] = row
    told = _carry_out_all(Role.STAFF, codec.agent_commands, speaker, parts.commands)
    key = _polling_key(speaker.session_hash)
    _be_present(
        key,
        partial(
            agents.connect,
            profile_id=speaker.profile_id,
            key=key,
            worker_id=None,
            session_hash=speaker.session_hash,
        ),
    )
    told.append(catch_up.staff_ready(speaker))
    told.extend(invitations.lately(speaker.rights))
    for cursor in parts.hello.open:
        try:
            state = catch_up.thread_state(
                speaker,
                cursor.conversation,
                since=cursor.since,
                notes_since=cursor.notes_since,
            )
        except NotFound as error:
            told.append(refusals.refused(error, speaker.language))
        else:
            told.append(state.thread)
    return told


def _polling_key(session_hash: str) -> uuid.UUID:
    """Under which key a session is present that has no socket."""
    return uuid.uuid5(_NAMESPACE, session_hash)


def _be_present(key: uuid.UUID, connect: Callable[[], None]) -> None:
    """Write down that somebody polls; not at every poll."""
    now = monotonic()
    if now - _said_present.get(key, -PRESENT_AGAIN_AFTER) < PRESENT_AGAIN_AFTER:
        return
    if len(_said_present) >= MOST_REMEMBERED:
        _said_present.clear()
    write(connect)
    _said_present[key] = now


def _carry_out_all(
    role: Role,
    decoder: codec.CommandDecoder,
    speaker: Speaker,
    frames: Sequence[msgspec.Raw],
) -> list[updates.Update]:
    told: list[updates.Update] = []
    for frame in frames:
        try:
            command = decoder.decode(frame)
        except codec.BadFrame as error:
            told.append(refusals.refused(refusals.of_frame(error), speaker.language, ref=error.ref))
            continue
        try:
            update = _carry_out(role, speaker, command)
        except Exception as error:
            ref = getattr(command, "ref", None)
            if getattr(error, "code", None) in refusals.ENDS:
                raise
            told.append(refusals.refused(error, speaker.language, ref=ref))
        else:
            if update is not None:
                told.append(update)
    return told


def _carry_out(role: Role, speaker: Speaker, command: Any) -> updates.Update | None:
    line = dispatch.REGISTRY[role].get(type(command))
    if line is None:
        raise UnknownType
    if isinstance(command, commands.Hello | commands.StaffHello):
        raise BadCommand  # it stands at the head of the body
    wait, is_told = dispatch.charge(line, speaker, command)
    if wait:
        if is_told:
            raise RateLimited(retry_ms=wait)
        return None
    dispatch.demand_right(line, speaker)
    if line.where is not Where.WRITE:
        update: updates.Update | None = line.act(speaker, command)
        return update
    draft = line.draft(speaker, command) if line.draft else None
    act = partial(line.act, speaker, command)
    if line.prepare is not None:
        act = partial(act, line.prepare(speaker, command))
    result = write(act, draft)
    return dispatch.answer(command, result)


def forget_presence() -> None:
    """A fresh start, as a new process has."""
    _said_present.clear()
