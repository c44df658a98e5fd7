"""“Chat on this page”: what a page and what is below it say, beside Wagtail's page menu."""

# Wagtail's classes carry no types.
# mypy: no-disallow-untyped-calls

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
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
from wagtail_livechat.site_settings.queries import language_of, own_policy, page_rules
from wagtail_livechat.site_settings.rules import PROACTIVE, REACTIVE, Ruled, Signpost, Word
from wagtail_livechat.wagtail_versions import page_model

from .permissions import CHANGE_SETTINGS, SitePermissionMixin

CHANGED: Final = "wagtail_livechat.set_page_policy"
INHERIT, YES, NO = "inherit", "yes", "no"
INHERITS: Final = gettext_lazy("Inherit from the pages above, or the site")
SIGNPOST: Final[dict[Signpost, Any]] = {
    Signpost.ALWAYS: gettext_lazy("Always"),
    Signpost.ABSENT: gettext_lazy("When nobody is there"),
    Signpost.NEVER: gettext_lazy("Never"),
}
SAID: Final[dict[str, bool | None]] = {INHERIT: None, YES: True, NO: False}


def _aspect(label: Any, yes: Any, no: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=[(INHERIT, INHERITS), (YES, yes), (NO, no)],
        widget=forms.RadioSelect,
    )


class PagePolicyForm(forms.Form):
    """Five aspects: each is inherited, or said for this page and what is below it."""

    enabled = _aspect(
        gettext_lazy("Chat"),
        gettext_lazy("On, here and below"),
        gettext_lazy("Off, here and below"),
    )
    mode = _aspect(
        gettext_lazy("Live assistance"),
        gettext_lazy("On: staff see who agreed, and may invite, here and below"),
        gettext_lazy("Off: only visitors begin, here and below"),
    )
    triggers_allowed = _aspect(
        gettext_lazy("Triggers"),
        gettext_lazy("May invite, here and below"),
        gettext_lazy("May not invite, here and below"),
    )
    never_track = _aspect(
        gettext_lazy("Watching"),
        gettext_lazy("Never, here and below: nothing says who is on these pages"),
        gettext_lazy("Of those who agreed, here and below"),
    )
    signpost = forms.ChoiceField(
        label=gettext_lazy("The signpost answers first"),
        choices=[
            (INHERIT, INHERITS),
            (Signpost.ALWAYS.value, gettext_lazy("Always, here and below")),
            (
                Signpost.ABSENT.value,
                gettext_lazy("When nobody is there, here and below"),
            ),
            (Signpost.NEVER.value, gettext_lazy("Never, here and below")),
        ],
        widget=forms.RadioSelect,
    )

    @staticmethod
    def filled_in(word: Word) -> dict[str, str]:
        """What the page says today."""
        names: dict[bool | None, str] = {said: name for name, said in SAID.items()}
        mode = None if word.mode is None else word.mode == PROACTIVE
        return {
            "enabled": names[word.enabled],
            "mode": names[mode],
            "triggers_allowed": names[word.triggers_allowed],
            "never_track": names[word.never_track],
            "signpost": word.signpost or INHERIT,
        }

    @property
    def word(self) -> Word:
        """What the page says from now on."""
        mode = SAID[self.cleaned_data["mode"]]
        signpost = self.cleaned_data["signpost"]
        return Word(
            enabled=SAID[self.cleaned_data["enabled"]],
            mode=None if mode is None else PROACTIVE if mode else REACTIVE,
            triggers_allowed=SAID[self.cleaned_data["triggers_allowed"]],
            never_track=SAID[self.cleaned_data["never_track"]],
            signpost=None if signpost == INHERIT else Signpost(signpost),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Holds:
    """What holds on a page in one aspect, worded, and which page said so (none: the site)."""

    aspect: Any
    value: Any
    origin: Any
    is_here: bool
    capped: bool


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
        return dict(PagePolicyForm.filled_in(own_policy(self.page.pk)))

    def form_valid(self, form: PagePolicyForm) -> HttpResponse:
        """Store, write down, and show what holds now."""
        set_page_policy(page_id=self.page.pk, word=form.word)
        log(
            instance=self.page.specific_deferred,
            action=CHANGED,
            user=self.request.user,
            data=form.cleaned_data,
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

    def _holding(self) -> list[Holds]:
        """What holds here, aspect by aspect."""
        rules = page_rules(self.site_id, self.page.path, language_of(self.page.locale_id))
        worded: list[tuple[Any, Ruled[Any], Any]] = [
            (_("Chat"), rules.enabled, _("On") if rules.enabled.value else _("Off")),
            (
                _("Live assistance"),
                rules.mode,
                _("On") if rules.mode.value == PROACTIVE else _("Off"),
            ),
            (
                _("Triggers"),
                rules.triggers_allowed,
                _("May invite") if rules.triggers_allowed.value else _("May not invite"),
            ),
            (
                _("Watching"),
                rules.never_track,
                _("Never") if rules.never_track.value else _("Of those who agreed"),
            ),
            (_("The signpost answers first"), rules.signpost, SIGNPOST[rules.signpost.value]),
        ]
        paths = {ruled.origin for _aspect, ruled, _value in worded if ruled.origin}
        pages: Any = page_model()._default_manager.filter(path__in=paths)
        origins = {page.path: page for page in pages}
        return [
            Holds(
                aspect=aspect,
                value=value,
                origin=origins.get(ruled.origin or ""),
                is_here=ruled.origin == self.page.path,
                capped=ruled.capped,
            )
            for aspect, ruled, value in worded
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The form, and what holds with where it comes from."""
        return {
            **super().get_context_data(**kwargs),
            "page": self.page,
            "holding": self._holding(),
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
