"""Oneself as an agent, on Wagtail's account page."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.views.account import BaseSettingsPanel, SettingsTab
from wagtail.images import get_image_model
from wagtail.images.fields import WagtailImageField

from wagtail_livechat.agents.actions import announce, neutral_alias
from wagtail_livechat.agents.models import AgentProfile
from wagtail_livechat.agents.permissions import REPLY, sites_where
from wagtail_livechat.agents.queries import is_alias_free, profile_of
from wagtail_livechat.agents.rules import LONGEST_ALIAS, clean_alias, skeleton

livechat_tab = SettingsTab("livechat", gettext_lazy("Live chat"), order=250)


class AgentProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    """Alias, picture, availability and capacity of one agent."""

    picture = WagtailImageField(
        label=gettext_lazy("Picture"),
        required=False,
        help_text=gettext_lazy("Visitors see it beside your alias."),
    )
    remove_picture = forms.BooleanField(label=gettext_lazy("Remove the picture"), required=False)

    class Meta:
        model = AgentProfile
        fields = ["alias", "availability", "capacity"]

    field_order = ["availability", "capacity", "alias", "picture", "remove_picture"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.avatar_id is None:
            del self.fields["remove_picture"]

    def clean_alias(self) -> str:
        """A name that nobody could take for a colleague's."""
        alias = clean_alias(str(self.cleaned_data["alias"]))
        if not skeleton(alias):
            raise forms.ValidationError(_("Use letters that visitors can see."))
        MaxLengthValidator(LONGEST_ALIAS)(alias)  # one character may stand for many
        if not is_alias_free(alias, besides=self.instance.pk):
            raise forms.ValidationError(_("A colleague has this alias, or one that looks like it."))
        return alias

    @transaction.atomic
    def save(self, commit: bool = True) -> AgentProfile:
        """Store, and tell everybody whom it concerns."""
        profile: AgentProfile = super().save(commit=False)
        profile.alias_skeleton = skeleton(profile.alias)
        uploaded = self.cleaned_data.get("picture")
        if uploaded:
            profile.avatar = get_image_model()._default_manager.create(
                title=profile.alias,
                file=uploaded,
                uploaded_by_user=profile.user,
            )
        elif self.cleaned_data.get("remove_picture"):
            profile.avatar = None
        profile.save()
        announce(profile)
        return profile


class AgentSettingsPanel(BaseSettingsPanel):
    """Our tab on the account page; only for those who reply somewhere."""

    name = "livechat"
    title: Any = gettext_lazy("Answering visitors")
    tab = livechat_tab
    order = 100
    form_class: Any = AgentProfileForm

    def is_active(self) -> bool:
        """Whether this user is an agent at all."""
        return bool(sites_where(self.user, REPLY))

    @cached_property
    def _form(self) -> AgentProfileForm:
        profile = profile_of(self.user.pk) or AgentProfile(user=self.user, alias=neutral_alias())
        posted = (
            {"data": self.request.POST, "files": self.request.FILES}
            if self.request.method == "POST"
            else {}
        )
        return AgentProfileForm(instance=profile, prefix=self.name, **posted)

    def get_form(self) -> AgentProfileForm:
        """The form: bound when the page is posted. Nothing is stored before that."""
        return self._form
