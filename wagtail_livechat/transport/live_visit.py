"""One visit as a process knows it: where its visitor is, and what is still to be written.

Nothing here speaks with a database or a network. Several tabs are one visit.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec

from wagtail_livechat.consent.gate import Consent
from wagtail_livechat.protocol import values
from wagtail_livechat.protocol.values import PageKind
from wagtail_livechat.visitors import stuck
from wagtail_livechat.visitors.rules import tag_of
from wagtail_livechat.visitors.stuck import Assessment
from wagtail_livechat.visitors.visits import Sighting, Step

from .limits import POLL, Bucket
from .visit_reading import NOT_WATCHED

if TYPE_CHECKING:
    from wagtail_livechat.visitors.table import StepFacts, VisitFacts

    from .listeners import VisitListener

MOST_STEPS: Final = 60
"""How far back it is remembered where somebody was: what is older says nothing of now."""

MOST_PENDING: Final = 20
REFS_TOGETHER: Final = 20


def _seen(step: Step | StepFacts) -> stuck.Step:
    """A step as it is judged whether somebody seems stuck."""
    return stuck.Step(
        kind=PageKind(step.kind), at=step.at, page_id=step.page_id, results=step.results
    )


class Refs:
    """The views that were told of late: twenty at least, forty at most."""

    __slots__ = ("_before", "lately")

    def __init__(self) -> None:
        self.lately: set[str] = set()
        self._before: Collection[str] = ()

    def add(self, ref: str) -> bool:
        """Remember it; whether that was news. Nothing is to be done for one of ``lately``."""
        if ref in self.lately:
            return False
        is_news = ref not in self._before
        if len(self.lately) == REFS_TOGETHER:
            # One by one they would leave holes behind, which a look for the oldest has to pass.
            self._before, self.lately = self.lately, set()
        self.lately.add(ref)
        return is_news


class LiveVisit:
    """A visit that goes on."""

    __slots__ = (
        "acknowledged",
        "assessment",
        "began_at",
        "device",
        "expires_at",
        "expiry_due",
        "gone_at",
        "here",
        "idle_since",
        "is_here",
        "is_over",
        "key_hash",
        "language",
        "listeners",
        "never",
        "origin",
        "pages",
        "pending",
        "pk",
        "polled",
        "polled_until",
        "polls",
        "public_id",
        "receipt_id",
        "refs",
        "returning",
        "seen_at",
        "site_id",
        "state",
        "statistics",
        "tag",
        "trail",
        "visitor_id",
    )

    def __init__(
        self,
        *,
        site_id: int,
        key_hash: str,
        consent: Consent,
        language: str,
        device: str,
        origin: str,
        now: datetime,
    ) -> None:
        if consent.receipt_id is None:
            raise ValueError("A visit needs a receipt.")
        self.site_id = site_id
        self.key_hash = key_hash
        self.tag = tag_of(key_hash)
        self.receipt_id: uuid.UUID = consent.receipt_id
        self.statistics = consent.statistics
        self.returning = consent.returning
        self.never = consent.never
        self.language = language
        self.device = device
        self.origin = origin
        self.began_at = self.seen_at = now
        self.here: Step | None = None
        self.trail: list[stuck.Step] = []
        self.pending: list[Step] = []
        self.refs = Refs()
        self.pages = 0
        self.idle_since: datetime | None = None
        self.acknowledged = 0
        self.assessment = Assessment()
        self.visitor_id: int | None = None
        self.state = NOT_WATCHED
        self.pk: int | None = None
        self.public_id: str | None = None
        self.listeners: set[VisitListener] = set()
        self.polled: Polled | None = None
        self.polled_until: float | None = None
        self.polls = Bucket(POLL, 0.0)
        self.expires_at: datetime | None = None
        self.expiry_due = 0.0
        self.gone_at: float | None = None
        self.is_here = False
        self.is_over = False

    def agree(self, consent: Consent) -> None:
        """What the visitor has agreed to, as the newest handshake says it."""
        if consent.receipt_id is not None:
            self.receipt_id = consent.receipt_id
        self.statistics = consent.statistics
        self.returning = self.returning or consent.returning
        self.never = self.never or consent.never

    def is_written_as(self, row: VisitFacts, steps: Sequence[StepFacts]) -> None:
        """Take over what is written: another process, or an earlier connection, saw it.

        ``steps`` come newest first. What waits to be written stays on top of it.
        """
        self.pk, self.public_id = row.pk, str(row.public_id)
        self.began_at = row.began_at
        self.pages = row.pages
        self.origin = row.origin
        self.idle_since = self.idle_since or row.idle_since
        self.acknowledged = max(self.acknowledged, row.acknowledged)
        self.visitor_id = row.visitor_id or self.visitor_id
        written = [_seen(step) for step in reversed(steps)]
        if not self.trail or len(self.trail) < len(written):
            waiting = [step for step in self.trail if not written or step.at > written[-1].at]
            self.trail = (written + waiting)[-MOST_STEPS:]
        if not self.pending and (self.here is None or row.page_since > self.here.at):
            self.here = Step(
                kind=row.page_kind, page_id=row.page_id, results=None, at=row.page_since
            )

    # What the visitor does.

    def view(
        self, step: Step, ref: str | None, greeted: bool = False, is_kept: bool = True
    ) -> bool:
        """Another page is open; whether that was news.

        A view that was told before counts once. A tab that greets (``greeted``) with the
        page that is open already has only come back. Without ``is_kept`` nothing stays but
        the page that is open.
        """
        self.seen_at = step.at
        if ref is not None and not self.refs.add(ref):
            return False
        here = self.here
        if greeted and here is not None:
            if here.page_id == step.page_id and here.kind == step.kind:
                return False
        if self.idle_since is not None:
            self._be_here(step.at)
        self.here = step
        if not is_kept:
            self.pages = 1
            if self.trail or self.pending:
                self.pending.clear()
                self.trail.clear()
            return True
        self.pages += 1
        self.pending.append(step)
        if len(self.pending) > MOST_PENDING:
            del self.pending[0]
        self.trail.append(_seen(step))
        if len(self.trail) > MOST_STEPS:
            del self.trail[0]
        return True

    def _be_here(self, now: datetime) -> None:
        """Turned back: the time with the page in the background is put down as such."""
        if self.idle_since is None:
            return
        if self.trail:
            last = self.trail[-1]
            away = last.away + (now - max(self.idle_since, last.at))
            self.trail[-1] = msgspec.structs.replace(last, away=away)
        self.idle_since = None

    def set_active(self, active: bool, now: datetime) -> bool:
        """The visitor is here again, or has turned away; whether that was news."""
        self.seen_at = now
        if active == (self.idle_since is None):
            return False
        if active:
            self._be_here(now)
        else:
            self.idle_since = now
        return True

    def see(self, number: int) -> bool:
        """A tab shows who is watching, up to this number; whether that was news."""
        if number <= self.acknowledged:
            return False
        self.acknowledged = number
        return True

    # Writing.

    def sighting(self) -> Sighting | None:
        """What is to be written, which then counts as handed over; ``None``: nothing yet."""
        here = self.here
        if here is None:
            return None
        steps, self.pending = self.pending, []
        return Sighting(
            site_id=self.site_id,
            key_hash=self.key_hash,
            receipt_id=self.receipt_id,
            language=self.language,
            device=self.device,
            origin=self.origin,
            returning=self.returning,
            silenced=self.never,
            began_at=self.began_at,
            seen_at=self.seen_at,
            idle_since=self.idle_since,
            here=here,
            steps=steps,
            score=self.assessment.score,
            # Reasons that do not yet come to anything are nobody's business.
            reasons=[reason.value for reason in self.assessment.reasons]
            if self.assessment.stuck
            else [],
            acknowledged=self.acknowledged,
            visitor_id=self.visitor_id,
            expires_at=None if self.listeners else self.expires_at,
        )

    def was_not_written(self, steps: Sequence[Step]) -> None:
        """Put back what could not be written; the oldest of too much is let go."""
        self.pending = [*steps, *self.pending][-MOST_PENDING:]

    def is_kept_from_now_on(self) -> None:
        """Somebody may watch: the page that is open is the first one of the trail."""
        if self.here is not None and not self.trail:
            self.trail.append(_seen(self.here))

    def starts_over(self) -> None:
        """Nothing is kept any more, but for the page that is open."""
        self.pk = self.public_id = None
        self.pending = []
        self.trail = []
        self.pages = 1 if self.here else 0
        self.acknowledged = 0
        self.assessment = Assessment()


class Polled:
    """A visit that polls, as invitations know it: what stands is said with each answer."""

    def __init__(self) -> None:
        self.invitation: values.Invitation | None = None
        self.is_told = False

    def tell_invitation(self, text: str) -> None:
        self.is_told = True
        update = msgspec.json.decode(text)
        self.invitation = None
        if update["type"] == "invitation.made":
            self.invitation = msgspec.convert(update["invitation"], values.Invitation)
