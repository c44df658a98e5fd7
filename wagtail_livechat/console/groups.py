"""Who may answer and read on which site: our panel on Wagtail's group form."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib.auth.models import Group
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext, gettext_lazy
from wagtail.models import GroupSitePermission, Site

from wagtail_livechat.agents.permissions import permission

from .permissions import REPLY, VIEW_TRANSCRIPT

CODENAMES: Final = (REPLY, VIEW_TRANSCRIPT)


class ConversationSitesForm(forms.Form):
    """The sites on which a group replies, and those of which it reads transcripts."""

    template_name = "wagtailsettings/permissions/includes/site_permission_form.html"
    icon = "livechat"

    reply_conversation = forms.ModelMultipleChoiceField(
        queryset=Site.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("Reply to visitors on"),
    )
    view_transcript = forms.ModelMultipleChoiceField(
        queryset=Site.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("See transcripts of"),
    )

    def __init__(self, *args: Any, instance: Group | None = None, **kwargs: Any) -> None:
        self.instance = instance if instance is not None else Group()
        kwargs.setdefault("prefix", "livechat_conversations")
        if self.instance.pk is not None:
            kwargs["initial"] = {
                codename: Site.objects.filter(pk__in=self._granted(codename))
                for codename in CODENAMES
            }
        super().__init__(*args, **kwargs)

    def _granted(self, codename: str) -> set[int]:
        return set(
            GroupSitePermission.objects.filter(
                group=self.instance, permission=permission(codename)
            ).values_list("site_id", flat=True)
        )

    def as_admin_panel(self) -> str:
        """How Wagtail shows it among the panels of the group."""
        return render_to_string(
            self.template_name,
            {
                "heading": gettext("Live chat: conversations"),
                "form": self,
                "panel_id": "livechat-conversations-permissions",
            },
        )

    @transaction.atomic
    def save(self) -> None:
        """Grant what is ticked, take away what is not."""
        for codename in CODENAMES:
            right = permission(codename)
            wanted = {site.pk for site in self.cleaned_data[codename]}
            granted = self._granted(codename)
            for site_id in wanted - granted:
                GroupSitePermission.objects.get_or_create(
                    group=self.instance, site_id=site_id, permission=right
                )
            GroupSitePermission.objects.filter(
                group=self.instance, permission=right, site_id__in=granted - wanted
            ).delete()
