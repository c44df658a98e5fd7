"""A trigger as a visitor would see it, in the states that an editor wants to try."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .conditions import BadConditions, parse
from .rules import Reach, reach

if TYPE_CHECKING:
    from .models import Trigger

FREE, FULL, REFUSED = "free", "full", "refused"

MODES: Final[tuple[tuple[str, Promise], ...]] = (
    (FREE, _("An agent is free")),
    (FULL, _("No agent is free")),
    (REFUSED, _("Without consent")),
)


def shown(trigger: Trigger, mode: str) -> dict[str, Any]:
    """What a visitor would see, and a sentence where that is nothing."""
    if mode == FULL:
        return {"invitation": None, "note": _("Nothing is shown: nobody could answer.")}
    if mode == REFUSED and not _reaches_anybody(trigger):
        return {
            "invitation": None,
            "note": _("Nothing is shown: these conditions need consent to live assistance."),
        }
    return {
        "invitation": {
            "id": "preview",
            "text": trigger.text,
            "sender": None,
            "automatic": True,
            "expires_at": 0,
        },
        "note": "",
    }


def _reaches_anybody(trigger: Trigger) -> bool:
    try:
        return reach(parse(trigger.conditions)) is not Reach.AGREED
    except BadConditions:
        return False
