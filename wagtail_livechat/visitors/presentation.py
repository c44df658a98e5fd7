"""Visits become what the wire carries.

``release`` decides whether a reader is told where a visitor is and was. Without it, a row
says that somebody is there, and nothing that moves with the visitor's clicks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from wagtail_livechat.clock import milliseconds
from wagtail_livechat.protocol import values

from .pages import PageFacts, page_facts
from .sight import Sight
from .table import StepFacts, VisitFacts

Pages = Mapping[tuple[int, int], PageFacts]
"""What is known of pages, by site and page."""


def pages_of(
    visits: Iterable[VisitFacts], trails: Iterable[tuple[int, Sequence[StepFacts]]] = ()
) -> Pages:
    """The pages that these rows, and these trails of a site each, speak of."""
    wanted: dict[int, set[int]] = {}
    for visit in visits:
        if visit.page_id is not None:
            wanted.setdefault(visit.site_id, set()).add(visit.page_id)
    for site_id, steps in trails:
        ids = {step.page_id for step in steps if step.page_id is not None}
        wanted.setdefault(site_id, set()).update(ids)
    return {
        (site_id, page_id): facts
        for site_id, ids in wanted.items()
        for page_id, facts in page_facts(site_id, ids).items()
    }


def page_card(
    *, site_id: int, kind: str, page_id: int | None, pages: Pages, sight: Sight
) -> values.PageCard:
    """A page, to whoever may know its name: a private one and a draft stay unnamed."""
    facts = pages.get((site_id, page_id)) if page_id is not None else None
    if facts is None or not sight.may_see(facts):
        return values.PageCard(kind=values.PageKind(kind))
    return values.PageCard(
        kind=values.PageKind(kind),
        title=facts.title,
        type=facts.type_label,
        section=facts.section,
        url=facts.url,
    )


def row(visit: VisitFacts, *, release: bool, pages: Pages, sight: Sight) -> values.VisitRow:
    """A visit as staff see it in the table."""
    page = None
    if release:
        page = page_card(
            site_id=visit.site_id,
            kind=visit.page_kind,
            page_id=visit.page_id,
            pages=pages,
            sight=sight,
        )
    return values.VisitRow(
        id=str(visit.public_id),
        label=str(visit.public_id)[:4],
        began_at=milliseconds(visit.began_at),
        page=page,
        page_since=milliseconds(visit.page_since if release else visit.began_at),
        pages=visit.pages if release else 0,
        language=visit.language,
        device=values.Device(visit.device),
        origin=visit.origin,
        returning=visit.returning,
        idle_since=milliseconds(visit.idle_since) if visit.idle_since else None,
        stuck=[values.StuckReason(reason) for reason in visit.stuck_reasons] if release else [],
        score=visit.stuck_score if release else 0,
        in_conversation=visit.conversation is not None,
        conversation=str(visit.conversation) if visit.conversation else None,
        invitation=values.InvitationState(visit.invitation) if visit.invitation else None,
        left_at=milliseconds(visit.ended_at) if visit.ended_at else None,
    )


def trail(
    visit: VisitFacts, steps: Sequence[StepFacts], *, release: bool, pages: Pages, sight: Sight
) -> list[values.TrailStep]:
    """The pages of a visit, the current one first; none of them before they are released."""
    if not release:
        return []
    return [
        values.TrailStep(
            number=step.number,
            at=milliseconds(step.at),
            page=page_card(
                site_id=visit.site_id,
                kind=step.kind,
                page_id=step.page_id,
                pages=pages,
                sight=sight,
            ),
            results=step.results,
        )
        for step in steps
    ]
