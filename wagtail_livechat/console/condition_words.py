"""Conditions of triggers in words: for the builder, and for “Why not shown?”."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.apps import apps
from django.utils.formats import time_format
from django.utils.functional import Promise
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from wagtail_livechat.engagement import conditions
from wagtail_livechat.engagement.conditions import BadConditions, Leaf
from wagtail_livechat.engagement.rules import Reach, Reason, Verdict
from wagtail_livechat.protocol.values import Device, StuckReason
from wagtail_livechat.wagtail_versions import page_model

KINDS: Final[Mapping[str, Promise]] = {
    "page": gettext_lazy("The page is …"),
    "page_type": gettext_lazy("The type of the page is …"),
    "locale": gettext_lazy("The language of the page is …"),
    "tags": gettext_lazy("The page is tagged with …"),
    "dwell": gettext_lazy("Seconds on the page, at least …"),
    "hours": gettext_lazy("The time is …"),
    "pages": gettext_lazy("Pages seen in this visit, at least …"),
    "origin": gettext_lazy("The visitor came from …"),
    "returning": gettext_lazy("The visitor was here before"),
    "new": gettext_lazy("The visitor is new here"),
    "stuck_score": gettext_lazy("The visitor seems stuck, with points of at least …"),
    "stuck_reasons": gettext_lazy("The visitor seems stuck because of …"),
    "device": gettext_lazy("The device is …"),
}

STUCK: Final[Mapping[StuckReason, Promise]] = {
    StuckReason.BACK_AND_FORTH: gettext_lazy("going back and forth"),
    StuckReason.SIBLING_LOOP: gettext_lazy("loops among neighbouring pages"),
    StuckReason.NOT_FOUND_SEARCH: gettext_lazy("a missing page, then a search"),
    StuckReason.EMPTY_SEARCH: gettext_lazy("searches without results"),
    StuckReason.FORM_LEFT: gettext_lazy("a form page left unfinished"),
    StuckReason.ORDER_DWELL: gettext_lazy("a long stay in the order funnel"),
    StuckReason.SAME_PAGE: gettext_lazy("coming back to the same page"),
}

DEVICES: Final[Mapping[Device, Promise]] = {
    Device.DESKTOP: gettext_lazy("computer"),
    Device.TABLET: gettext_lazy("tablet"),
    Device.PHONE: gettext_lazy("phone"),
}

WEEKDAYS: Final = (
    gettext_lazy("Monday"),
    gettext_lazy("Tuesday"),
    gettext_lazy("Wednesday"),
    gettext_lazy("Thursday"),
    gettext_lazy("Friday"),
    gettext_lazy("Saturday"),
    gettext_lazy("Sunday"),
)

REACHES: Final[Mapping[Reach, Promise]] = {
    Reach.EVERYBODY: gettext_lazy("Everybody: no consent needed"),
    Reach.PARTLY: gettext_lazy("Everybody in part; the rest with consent"),
    Reach.AGREED: gettext_lazy("Only with consent to live assistance"),
}

_REASONS: Final[Mapping[Reason, Promise]] = {
    Reason.NO_CONSENT: gettext_lazy("Unknown: this visitor has not agreed to live assistance."),
    Reason.NO_PAGE: gettext_lazy("What is open is not a page of the site."),
    Reason.IN_BROWSER: gettext_lazy("Counted by the browser itself: after so long it holds."),
}

_WRONG: Final[Mapping[str, Promise]] = {
    "empty": gettext_lazy("Add at least one condition: a trigger without any never speaks."),
    "no_condition": gettext_lazy("This is not a condition."),
    "bad_group": gettext_lazy("A group holds either all or any of its conditions."),
    "unknown_condition": gettext_lazy("Choose what the condition is about."),
    "bad_value": gettext_lazy("Fill this condition in completely, with values that are possible."),
    "too_deep": gettext_lazy("There are too many groups within groups."),
    "too_many": gettext_lazy("There are too many conditions. Write a second trigger."),
}


def wrong(error: BadConditions) -> str:
    """What is wrong with a tree, with the place as an editor counts it."""
    place = conditions.place_of(error.where)
    if place is None:
        return str(_WRONG[error.code])
    group, number = place
    return _("Group %(group)d, condition %(number)d: %(what)s") % {
        "group": group,
        "number": number,
        "what": _WRONG[error.code],
    }


def _listed(words: list[str]) -> str:
    return get_text_list(words, _("or"))


def type_label(model: str) -> str:
    """What editors call a type of pages."""
    try:
        return str(capfirst(apps.get_model(model)._meta.verbose_name))
    except LookupError:
        return model


def page_title(page_id: int) -> str:
    """What editors call a page; its number if it is gone."""
    title = page_model()._default_manager.filter(pk=page_id).values_list("title", flat=True).first()
    return str(title) if title is not None else _("page %(number)d (deleted)") % {"number": page_id}


def describe(leaf: Leaf) -> str:
    """A condition as a sentence."""
    match leaf:
        case conditions.OnPage(page=page, below=below):
            words = (
                _("The page is “%(title)s”, or below it.")
                if below
                else _("The page is “%(title)s”.")
            )
            return words % {"title": page_title(page)}
        case conditions.OfType(types=types):
            return _("The type of the page is: %(types)s.") % {
                "types": _listed([type_label(each) for each in types])
            }
        case conditions.InLanguage(locales=locales):
            return _("The language of the page is: %(locales)s.") % {
                "locales": _listed(list(locales))
            }
        case conditions.Tagged(tags=tags):
            return _("The page is tagged with: %(tags)s.") % {"tags": _listed(list(tags))}
        case conditions.Dwelt(least=least):
            return ngettext(
                "On the page for at least %(least)d second.",
                "On the page for at least %(least)d seconds.",
                least,
            ) % {"least": least}
        case conditions.WithinHours(ranges=ranges):
            return _("The time is: %(ranges)s.") % {
                "ranges": _listed([_range(each) for each in ranges])
            }
        case conditions.Viewed(least=least):
            return ngettext(
                "At least %(least)d page seen in this visit.",
                "At least %(least)d pages seen in this visit.",
                least,
            ) % {"least": least}
        case conditions.CameFrom(hosts=hosts):
            return _("The visitor came from: %(hosts)s.") % {"hosts": _listed(list(hosts))}
        case conditions.IsReturning():
            return _("The visitor was here before.")
        case conditions.IsNew():
            return _("The visitor is new here.")
        case conditions.Scored(least=least):
            return ngettext(
                "The visitor seems stuck, with at least %(least)d point.",
                "The visitor seems stuck, with at least %(least)d points.",
                least,
            ) % {"least": least}
        case conditions.StuckBecause(reasons=reasons):
            return _("The visitor seems stuck because of: %(reasons)s.") % {
                "reasons": _listed([str(STUCK[each]) for each in reasons])
            }
        case conditions.OnDevice(devices=devices):
            return _("The device is: %(devices)s.") % {
                "devices": _listed([str(DEVICES[each]) for each in devices])
            }
    raise TypeError(leaf.kind)  # pragma: no cover


def _range(hours: conditions.Range) -> str:
    return _("%(days)s, from %(begins)s to %(ends)s") % {
        "days": ", ".join(str(WEEKDAYS[day]) for day in sorted(hours.days)),
        "begins": hours.begins,
        "ends": hours.ends,
    }


def why(verdict: Verdict) -> str:
    """Why a single condition is what it is, with what was found."""
    if verdict.reason is not None and verdict.reason in _REASONS:
        return str(_REASONS[verdict.reason])
    leaf, found = verdict.node, verdict.found
    match leaf:
        case conditions.OfType() if isinstance(found, str):
            return _("It is: %(found)s.") % {"found": type_label(found)}
        case conditions.WithinHours() if isinstance(found, datetime):
            return _("It is %(day)s, %(time)s.") % {
                "day": WEEKDAYS[found.weekday()],
                "time": time_format(found, "H:i"),
            }
        case conditions.StuckBecause() if isinstance(found, list):
            return _("Reasons: %(found)s.") % {
                "found": _listed([str(STUCK[StuckReason(each)]) for each in found]) or _("none")
            }
        case conditions.OnDevice() if found:
            return _("It is: %(found)s.") % {"found": DEVICES[Device(str(found))]}
        case conditions.CameFrom():
            return _("It is: %(found)s.") % {"found": found or _("nowhere else")}
        case conditions.Tagged() if isinstance(found, list):
            return _("Tags: %(found)s.") % {"found": ", ".join(found) or _("none")}
    return "" if found is None else _("It is: %(found)s.") % {"found": found}
