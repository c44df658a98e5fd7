"""“Why not shown?”: a trigger, and all that it depends on; and to let a paused one speak again."""

# Wagtail's classes carry no types.
# mypy: no-disallow-untyped-calls

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final, cast

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic import PermissionCheckedMixin, WagtailAdminTemplateMixin
from wagtail.admin.widgets import AdminPageChooser

from wagtail_livechat.assets import asset
from wagtail_livechat.engagement.conditions import All, AnyOf, Leaf, page_ids
from wagtail_livechat.engagement.counting import resume
from wagtail_livechat.engagement.explaining import Check, Explanation, Said, explain
from wagtail_livechat.engagement.models import Trigger
from wagtail_livechat.engagement.queries import rule_of
from wagtail_livechat.engagement.rules import Truth, Verdict
from wagtail_livechat.engagement.words import REFUSALS
from wagtail_livechat.privacy.models import Look
from wagtail_livechat.visitors.inviting import live_visits
from wagtail_livechat.visitors.models import Visit
from wagtail_livechat.visitors.queries import current_watches
from wagtail_livechat.visitors.rules import is_released
from wagtail_livechat.wagtail_versions import page_model

from .condition_words import describe, why
from .looks import note_look
from .permissions import WATCH, sites_of

CHECKS: Final[Mapping[Check, Promise]] = {
    Check.LIVE: gettext_lazy("It is published."),
    Check.PAUSE: gettext_lazy("It is not paused."),
    Check.READABLE: gettext_lazy("Its conditions can be read."),
    Check.LANGUAGE: gettext_lazy("It speaks the language of the page."),
    Check.POLICY: gettext_lazy("Site and page let triggers speak."),
    Check.CONSENT: gettext_lazy("The visitor’s consent to live assistance stands."),
    Check.PAST: gettext_lazy("Nothing in this visit forbids it."),
    Check.PLACE: gettext_lazy("An agent is available with a free place."),
}

TRUTHS: Final[Mapping[Truth, Promise]] = {
    Truth.TRUE: gettext_lazy("true"),
    Truth.FALSE: gettext_lazy("false"),
    Truth.UNKNOWN: gettext_lazy("unknown"),
}


class WhyForm(forms.Form):
    """For whom, and where."""

    visit = forms.ChoiceField(label=gettext_lazy("Visitor"), required=False)
    page = forms.ModelChoiceField(
        queryset=page_model()._default_manager.none(),
        label=gettext_lazy("Page"),
        required=False,
        widget=AdminPageChooser(),
    )

    def __init__(self, data: Any, *, visits: list[Visit], **kwargs: Any) -> None:
        if data is not None:
            # Wagtail's chooser shows the page of the value that it is given, or fails.
            data = {**data.dict(), "page": _number_of_page(data.get("page", ""))}
        super().__init__(data, **kwargs)
        page: Any = self.fields["page"]
        page.queryset = page_model()._default_manager.all()
        choices: list[tuple[str, str]] = [("", _("Somebody of whom nothing is known"))]
        choices += [(str(v.public_id), _("Visit %(label)s") % {"label": label(v)}) for v in visits]
        cast(forms.ChoiceField, self.fields["visit"]).choices = choices


def _number_of_page(value: str) -> str:
    """The number that was chosen, if there is such a page."""
    is_number = value.isascii() and value.isdecimal() and len(value) < 19
    pages = page_model()._default_manager
    return value if is_number and pages.filter(pk=value).exists() else ""


def _page_of(trigger: Trigger) -> int | None:
    """The page that a trigger is about: what its editor will ask for first."""
    rule = rule_of(trigger)
    return min(page_ids(rule.conditions), default=None) if rule is not None else None


def label(visit: Visit) -> str:
    """How staff call a visit."""
    return str(visit.public_id)[:4]


class _OfTrigger(PermissionCheckedMixin, WagtailAdminTemplateMixin):
    """A screen about one trigger."""

    model = Trigger
    header_icon = "livechat-trigger"
    _show_breadcrumbs = True
    kwargs: Mapping[str, Any]

    @cached_property
    def trigger(self) -> Trigger:
        """The trigger; that it is of a site of this user was asked before."""
        return get_object_or_404(
            Trigger.objects.select_related("site", "locale"), pk=self.kwargs["pk"]
        )

    def get_page_subtitle(self) -> str:
        """Which trigger."""
        return self.trigger.name

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Home, the list, the trigger, here."""
        return [
            *super().get_breadcrumbs_items(),
            {"url": reverse("livechat_triggers:list"), "label": _("Triggers")},
            {
                "url": reverse("livechat_triggers:edit", args=[self.trigger.pk]),
                "label": self.trigger.name,
            },
            {"url": "", "label": self.get_page_title()},
        ]


class WhyView(_OfTrigger, TemplateView):
    """Each condition true, false or unknown, with its reason, and all else that counts.

    A visit can be chosen only by somebody who is announced to it: what holds for a visitor
    says where the visitor is.
    """

    any_permission_required: Any = ("add", "change", "publish", "view")
    http_method_names = ["get", "head", "options"]
    template_name = "wagtail_livechat/console/triggers/why.html"
    page_title: Any = gettext_lazy("Why not shown?")
    request: HttpRequest

    @cached_property
    def visits(self) -> list[Visit]:
        """The visits whose tabs show that this very user is watching now."""
        site_id = self.trigger.site_id
        if site_id not in sites_of(self.request, WATCH):
            return []
        numbers = [
            watch.number
            for watch in current_watches([site_id])[site_id]
            if watch.user_id == self.request.user.pk
        ]
        return [
            visit
            for visit in live_visits([site_id])
            if any(is_released(acknowledged=visit.acknowledged, number=n) for n in numbers)
        ][:200]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The form, and (where something was chosen) the explanation."""
        asked = "visit" in self.request.GET or "page" in self.request.GET
        form = WhyForm(
            self.request.GET if asked else None,
            visits=self.visits,
            initial={"page": _page_of(self.trigger)},
        )
        explanation = None
        if asked and form.is_valid():
            explanation = self._explain(form.cleaned_data)
        return {
            **super().get_context_data(**kwargs),
            "trigger": self.trigger,
            "form": form,
            "may_watch": self.trigger.site_id in sites_of(self.request, WATCH),
            "has_visits": bool(self.visits),
            "explanation": explanation and shown(explanation),
            "page_title_chosen": self._page_title(form) if explanation else "",
            "form_media": form.media,
            "triggers_css": asset("triggers.css"),
        }

    def _explain(self, chosen: Mapping[str, Any]) -> Explanation:
        visit = next((v for v in self.visits if str(v.public_id) == chosen["visit"]), None)
        if visit is not None:
            note_look(
                self.request,
                site_id=visit.site_id,
                look=Look.OPENED_VISIT,
                target=f"Visit {label(visit)}",
            )
        page = chosen["page"]
        return explain(self.trigger, visit=visit, page_id=page.pk if page else None)

    def _page_title(self, form: WhyForm) -> str:
        page = form.cleaned_data.get("page")
        return str(page.title) if page else ""


def shown(explanation: Explanation) -> dict[str, Any]:
    """An explanation, as the template shows it."""
    return {
        **_truth(explanation.truth),
        "checks": [_check(said) for said in explanation.checks],
        "tree": _node(explanation.verdict) if explanation.verdict else None,
    }


def _truth(truth: Truth) -> dict[str, Any]:
    return {"truth": truth.value, "truth_words": TRUTHS[truth]}


def _check(said: Said) -> dict[str, Any]:
    return {
        **_truth(said.truth),
        "words": CHECKS[said.check],
        "why": REFUSALS[said.refusal] if said.refusal else "",
    }


def _node(verdict: Verdict) -> dict[str, Any]:
    match verdict.node:
        case All():
            words, reason = _("All of these:"), ""
        case AnyOf():
            words, reason = _("One of these:"), ""
        case Leaf() as leaf:
            words, reason = describe(leaf), why(verdict)
    return {
        **_truth(verdict.truth),
        "words": words,
        "why": reason,
        "parts": [_node(part) for part in verdict.parts],
    }


class ResumeView(_OfTrigger, TemplateView):
    """Ask once, then let a paused trigger speak again."""

    permission_required: Any = "publish"
    http_method_names = ["get", "head", "options", "post"]
    template_name = "wagtail_livechat/console/triggers/resume.html"
    page_title: Any = gettext_lazy("Let it speak again")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What it was dismissed for."""
        dismissed, _slash, answered = self.trigger.pause_reason.partition("/")
        return {
            **super().get_context_data(**kwargs),
            "trigger": self.trigger,
            "dismissed": dismissed,
            "answered": answered,
        }

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Begin to count anew."""
        if resume(trigger_pk=self.trigger.pk, user_id=cast(int, request.user.pk)):
            messages.success(request, _("“%(name)s” speaks again.") % {"name": self.trigger.name})
        return redirect("livechat_triggers:list")
