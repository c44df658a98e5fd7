"""“Chat on this page”: what a page and what is below it say, beside Wagtail's page menu."""

# Wagtail's classes carry no types.
# mypy: no-disallow-untyped-calls

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import Any, Final

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import Button
from wagtail.log_actions import log

from wagtail_livechat.agents.permissions import sites_where
from wagtail_livechat.site_settings.actions import set_page_policy
from wagtail_livechat.site_settings.queries import own_policy, page_decision
from wagtail_livechat.site_settings.rules import Decision
from wagtail_livechat.wagtail_versions import page_model

from .permissions import CHANGE_SETTINGS, SitePermissionMixin

CHANGED: Final = "wagtail_livechat.set_page_policy"
INHERIT, ON, OFF = "inherit", "on", "off"
CHOICES: Final[dict[str, bool | None]] = {INHERIT: None, ON: True, OFF: False}


class PagePolicyForm(forms.Form):
    """Inherit, on or off."""

    policy = forms.ChoiceField(
        label=gettext_lazy("Chat on this page"),
        choices=[
            (INHERIT, gettext_lazy("Inherit from the pages above, or the site")),
            (ON, gettext_lazy("On, here and below")),
            (OFF, gettext_lazy("Off, here and below")),
        ],
        widget=forms.RadioSelect,
    )


class PagePolicyView(SitePermissionMixin, WagtailAdminTemplateMixin, FormView):  # type: ignore[type-arg]
    """``pages/<id>/``: a small form with what holds now, and why."""

    codenames = (CHANGE_SETTINGS,)
    http_method_names = ["get", "head", "options", "post"]
    template_name = "wagtail_livechat/console/page_policy.html"
    page_title: Any = gettext_lazy("Chat on this page")
    header_icon = "livechat"
    form_class = PagePolicyForm

    @cached_property
    def page(self) -> Any:
        """The page; none of a site that this user does not look after."""
        found: Any = page_model()._default_manager.filter(pk=self.kwargs["page_id"]).first()
        site = found and found.get_site()
        if site is None:
            raise Http404
        if site.pk not in self.site_ids:
            raise PermissionDenied
        self.site_id = site.pk
        return found

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The form."""
        _required = self.page
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Keep the choice."""
        _required = self.page
        return super().post(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        """What the page itself says today."""
        said = own_policy(self.page.pk).enabled
        return {"policy": {None: INHERIT, True: ON, False: OFF}[said]}

    def form_valid(self, form: PagePolicyForm) -> HttpResponse:
        """Store, write down, and show what holds now."""
        choice = form.cleaned_data["policy"]
        word = replace(own_policy(self.page.pk), enabled=CHOICES[choice])
        set_page_policy(page_id=self.page.pk, word=word)
        log(
            instance=self.page.specific_deferred,
            action=CHANGED,
            user=self.request.user,
            data={"policy": choice},
        )
        messages.success(self.request, _("The chat on this page has been updated."))
        return redirect("livechat_console:page_policy", self.page.pk)

    def get_page_subtitle(self) -> str:
        """Which page."""
        title: str = self.page.get_admin_display_title()
        return title

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Home, the page where it stands in the explorer, then here."""
        return [
            *super().get_breadcrumbs_items(),
            {
                "url": reverse("wagtailadmin_explore", args=[self.page.pk]),
                "label": self.get_page_subtitle(),
            },
            {"url": "", "label": self.get_page_title()},
        ]

    def _origin(self, decision: Decision) -> Any:
        """The page that decided, if it was not the site."""
        if decision.origin is None:
            return None
        return page_model()._default_manager.filter(path=decision.origin).first()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The form, and the effective value with where it comes from."""
        page = self.page
        decision = page_decision(self.site_id, page.path)
        origin = self._origin(decision)
        return {
            **super().get_context_data(**kwargs),
            "page": page,
            "decision": decision,
            "origin": origin,
            "origin_is_here": origin is not None and origin.pk == page.pk,
            "site_enabled": page_decision(self.site_id, "").enabled,
            "settings_url": reverse(
                "wagtailsettings:edit",
                args=["wagtail_livechat", "livechatsettings", self.site_id],
            ),
        }


def header_buttons(page: Any, user: Any) -> Iterator[Button]:
    """The entry in the page's own menu, for those who may change it."""
    site_ids = sites_where(user, CHANGE_SETTINGS)
    if not site_ids:
        return
    site = page.get_site()
    if site is not None and site.pk in site_ids:
        yield Button(
            _("Chat on this page"),
            reverse("livechat_console:page_policy", args=[page.pk]),
            icon_name="livechat",
            priority=90,
        )
