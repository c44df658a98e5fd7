"""Reads for visits: the gate, what is written of them, pages, scores, and who may watch.

All of these are synchronous, run in a reading thread, and answer for many at once.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from wagtail_livechat import clock, tokens
from wagtail_livechat.agents import queries as agents
from wagtail_livechat.agents.permissions import user_ids_who_may_watch
from wagtail_livechat.consent.gate import Consent, consents_in, receipts_that_hold
from wagtail_livechat.consent.queries import Ending, endings_of, endings_since
from wagtail_livechat.conversations.presentation import avatar_url
from wagtail_livechat.engagement import presentation as invitations
from wagtail_livechat.engagement.queries import open_invitation_of
from wagtail_livechat.errors import BadCommand, BadPage, NoConsent, SessionEnded
from wagtail_livechat.protocol import values
from wagtail_livechat.protocol.commands import ViewPage, VisitHello
from wagtail_livechat.protocol.values import PageKind
from wagtail_livechat.site_settings.queries import settings_for, stuck_settings_for
from wagtail_livechat.visitors import stuck, table
from wagtail_livechat.visitors.pages import page_fact, page_facts
from wagtail_livechat.visitors.queries import current_watches, holders_of
from wagtail_livechat.visitors.rules import origin_shown
from wagtail_livechat.visitors.stuck import Assessment
from wagtail_livechat.visitors.table import StepFacts, VisitFacts
from wagtail_livechat.visitors.visits import Step

from . import identity

MOST_CHANGES: Final = 10
JUST_NOW = timedelta(minutes=1)
LOOKED_BACK = timedelta(seconds=10)
"""An answer that was committed late is found all the same."""

_LANGUAGE: Final = re.compile(values.LANGUAGE_TAG)


# Opening.


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What a handshake brought: a visit's key, a choice, perhaps the chat's key, perhaps
    the session of somebody who has logged in."""

    site_id: int
    key_hash: str
    choice: str
    chat_key_hash: str | None = None
    session_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What is known of it: what was agreed to, and what is written."""

    consent: Consent
    row: VisitFacts | None = None
    steps: Sequence[StepFacts] = ()
    visitor_id: int | None = None
    invitation: values.Invitation | None = None


def open_all(asked: Sequence[Opening]) -> list[Opened | Exception]:
    """Ask the gate for many who arrive together; :class:`NoConsent` for who is refused."""
    now = clock.now()
    consents: dict[int, Consent] = {}
    for site_id in {each.site_id for each in asked}:
        here = [index for index, each in enumerate(asked) if each.site_id == site_id]
        found = consents_in(site_id, [asked[index].choice for index in here], now)
        consents |= dict(zip(here, found, strict=True))
    holders = holders_of({each.chat_key_hash for each in asked if each.chat_key_hash})
    opened: list[Opened | Exception] = []
    for index, each in enumerate(asked):
        consent = consents[index]
        if not consent.assistance or is_editor(each.session_key):
            opened.append(NoConsent())
            continue
        row = table.visit_by_key(each.site_id, each.key_hash, now)
        invitation = open_invitation_of(each.site_id, each.key_hash) if row else None
        opened.append(
            Opened(
                consent=consent,
                row=row,
                steps=table.steps_of(row.pk) if row else (),
                visitor_id=holders.get((each.site_id, each.chat_key_hash or "")),
                invitation=invitations.invitation(invitation) if invitation else None,
            )
        )
    return opened


def is_editor(session_key: str | None) -> bool:
    """Whether this is somebody who works here: they are no visitor, whatever they agreed to."""
    if session_key is None:
        return False
    try:
        user = identity.user_of_session(session_key)
    except SessionEnded:
        return False
    return bool(user.has_perm("wagtailadmin.access_admin"))


# Pages.


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLook:
    """A page, whether it is live on its site, and whether nobody is ever watched there."""

    page_id: int
    is_live: bool
    is_hidden: bool = False


def look_at_page(site_id: int, page_id: int) -> PageLook:
    """What has to be known of a page before anything of it is noted."""
    facts = page_fact(site_id, page_id)
    if facts is None:
        return PageLook(page_id=page_id, is_live=False)
    return PageLook(page_id=page_id, is_live=True, is_hidden=not facts.rules.may_watch)


def page_named(site_id: int, token: str) -> int:
    """The page that a token names. Raises :class:`BadPage` for one that is not ours to
    name: forged, or of another site."""
    named = tokens.read_page_token(token)
    if named is None or named.site_id != site_id:
        raise BadPage
    return named.page_id


def look_at(site_id: int, token: str | None) -> PageLook | None:
    """The page that a token names, if there is one. Raises :class:`BadPage`."""
    return None if token is None else look_at_page(site_id, page_named(site_id, token))


def language_of(hello: VisitHello) -> str:
    """The language of the page. Raises :class:`BadCommand` for what is no language."""
    if _LANGUAGE.search(hello.language) is None:
        raise BadCommand
    return hello.language


def origin_of(site_id: int, hello: VisitHello) -> str:
    """Where the visitor came from, if that was another site."""
    return origin_shown(hello.origin, identity.origins_of(site_id))


# To look up a member of an enumeration takes longer than all the rest of a step.
_PAGE: Final = PageKind.PAGE
_OTHER: Final = PageKind.OTHER
_SEARCH: Final = PageKind.SEARCH
_HIDDEN: Final = PageKind.HIDDEN


def step_of(command: ViewPage | VisitHello, look: PageLook | None, now: datetime) -> Step:
    """A step of the trail. Of a page where nobody is watched nothing is noted but that.

    Raises :class:`BadPage` for a page that is not live.
    """
    kind, page_id = command.kind, None
    if look is not None:
        if not look.is_live:
            raise BadPage
        if look.is_hidden:
            kind = _HIDDEN
        page_id = look.page_id
    elif kind is _PAGE:
        kind = _OTHER
    if kind is _HIDDEN:
        page_id = None
    results = command.results if kind is _SEARCH else None
    return Step(kind=str(kind), page_id=page_id, results=results, at=now)


# Scores.


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A visit, as far as it matters for whether its visitor seems stuck."""

    site_id: int
    trail: Sequence[stuck.Step]
    idle_since: datetime | None


def assess_all(cases: Sequence[Case]) -> list[Assessment]:
    """How stuck each of these visitors seems."""
    now = clock.now()
    wanted: dict[int, set[int]] = {}
    for case in cases:
        ids = {step.page_id for step in case.trail if step.page_id is not None}
        wanted.setdefault(case.site_id, set()).update(ids)
    places = {site_id: page_facts(site_id, ids) for site_id, ids in wanted.items()}
    limits = {site_id: stuck_settings_for(site_id) for site_id in wanted}
    return [
        stuck.assess(
            case.trail,
            places[case.site_id],
            limits[case.site_id],
            now,
            idle_since=case.idle_since,
        )
        for case in cases
    ]


# Sites.


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteState:
    """Who may watch a site's visitors, and who does.

    ``is_open``: the site watches at all. ``is_staffed``: somebody is there who may.
    ``number`` is the newest watch that goes on; 0 without any.
    """

    is_open: bool = False
    is_staffed: bool = False
    number: int = 0
    watchers: tuple[values.Watcher, ...] = ()


NOT_WATCHED: Final = SiteState()
"""A site of which nothing else is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SitesRead:
    """Sites as they stand, and the answers that were given there of late."""

    states: Mapping[int, SiteState] = field(default_factory=dict)
    endings: Mapping[uuid.UUID, Ending] = field(default_factory=dict)


def read_sites(site_ids: Collection[int], since: datetime) -> SitesRead:
    """How these sites stand now."""
    watching = [site_id for site_id in site_ids if settings_for(site_id).may_watch]
    present = agents.present_user_ids() if watching else frozenset()
    watches = current_watches(watching)
    ids = {watch.profile_id for found in watches.values() for watch in found}
    profiles = agents.profiles(ids) if ids else {}
    states = {site_id: SiteState() for site_id in site_ids}
    for site_id in watching:
        watchers = {
            watch.alias: values.Watcher(
                alias=watch.alias, avatar=avatar_url(profiles.get(watch.profile_id))
            )
            for watch in watches[site_id]
        }
        states[site_id] = SiteState(
            is_open=True,
            is_staffed=bool(present) and bool(present & user_ids_who_may_watch(site_id)),
            number=max((watch.number for watch in watches[site_id]), default=0),
            watchers=tuple(watchers.values()),
        )
    return SitesRead(states=states, endings=endings_since(site_ids, since - LOOKED_BACK))


def what_followed(receipt_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Ending]:
    """What has taken the place of these receipts, however often that was changed."""
    found = endings_of(receipt_ids)
    for _ in range(MOST_CHANGES):
        later = endings_of({ending.receipt_id for ending in found.values()})
        if not later:
            break
        found = {first: later.get(by.receipt_id, by) for first, by in found.items()}
    return found


def still_agreed(receipts: Mapping[int, Iterable[uuid.UUID]]) -> frozenset[uuid.UUID]:
    """Of these receipts, by site, those that hold now."""
    now = clock.now()
    return frozenset().union(
        *(receipts_that_hold(site_id, ids, now) for site_id, ids in receipts.items())
    )


def written_of(pks: Collection[int]) -> dict[int, tuple[VisitFacts, Sequence[StepFacts]]]:
    """What is written of these visits, by row."""
    rows = table.visits_by_pk(pks, clock.now())
    return {pk: (row, table.steps_of(pk)) for pk, row in rows.items()}


def run_out(site_ids: Collection[int]) -> list[str]:
    """The keys of visits that end, or have just ended, for want of a connection."""
    return table.ending_keys(site_ids, clock.now() - JUST_NOW)
