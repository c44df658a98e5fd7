"""Why an invitation was not made, worded for staff."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .rules import Refusal

REFUSALS: Final[Mapping[Refusal, Promise]] = {
    Refusal.GONE: _("the visitor has left."),
    Refusal.NO_CONSENT: _("the visitor has not agreed to live assistance, or not any more."),
    Refusal.POLICY: _("nobody is invited on the page that is open."),
    Refusal.NEVER: _("the visitor asked never to be invited again."),
    Refusal.DECLINED: _("the visitor has said “no thanks” in this visit."),
    Refusal.IN_CONVERSATION: _("a conversation with this visitor is open."),
    Refusal.STANDING: _("an invitation is waiting for an answer already."),
    Refusal.CAP: _("this visit has had as many invitations as the site allows."),
    Refusal.AGAIN: _("this trigger has spoken in this visit before."),
    Refusal.NO_PLACE: _("no agent is available with a free place."),
}
