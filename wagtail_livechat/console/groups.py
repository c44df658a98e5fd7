"""Who may do what on which site: our panels on Wagtail's group form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from wagtail.models import GroupSitePermission, Site

from wagtail_livechat.agents.permissions import (
    APP_LABEL,
    INVITE,
    STUDY,
    VIEW_ACCESS,
    VIEW_RECEIPTS,
    WATCH,
)

from .permissions import REPLY, VIEW_TRANSCRIPT


def _sites(
    label: str | Promise, help_text: str | Promise = ""
) -> forms.ModelMultipleChoiceField[Site]:
    return forms.ModelMultipleChoiceField(
        queryset=Site.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=label,
        help_text=help_text,
    )


class SitesForm(forms.Form):
    """A list of sites for each of some rights. A field may stand for several of ours."""

    template_name = "wagtailsettings/permissions/includes/site_permission_form.html"
    icon = "livechat"
    grants: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    heading: ClassVar[str | Promise]
    panel: ClassVar[str]

    def __init__(self, *args: Any, instance: Group | None = None, **kwargs: Any) -> None:
        self.instance = instance if instance is not None else Group()
        kwargs.setdefault("prefix", self.panel.replace("-", "_"))
        if self.instance.pk is not None:
            kwargs["initial"] = {
                field: Site.objects.filter(pk__in=self._granted(codenames))
                for field, codenames in self.grants.items()
            }
        super().__init__(*args, **kwargs)

    def _rights(self, codenames: tuple[str, ...]) -> list[Permission]:
        return list(
            Permission.objects.filter(codename__in=codenames, content_type__app_label=APP_LABEL)
        )

    def _granted(self, codenames: tuple[str, ...]) -> set[int]:
        """The sites on which the group holds every one of these."""
        held = [
            set(
                GroupSitePermission.objects.filter(
                    group=self.instance, permission=right
                ).values_list("site_id", flat=True)
            )
            for right in self._rights(codenames)
        ]
        return set.intersection(*held) if held else set()

    def as_admin_panel(self) -> str:
        """How Wagtail shows it among the panels of the group."""
        return render_to_string(
            self.template_name,
            {
                "heading": str(self.heading),
                "form": self,
                "panel_id": f"{self.panel}-permissions",
            },
        )

    @transaction.atomic
    def save(self) -> None:
        """Grant what is ticked, take away what is not."""
        for field, codenames in self.grants.items():
            wanted = {site.pk for site in self.cleaned_data[field]}
            for right in self._rights(codenames):
                rows = GroupSitePermission.objects.filter(group=self.instance, permission=right)
                for site_id in wanted - set(rows.values_list("site_id", flat=True)):
                    GroupSitePermission.objects.get_or_create(
                        group=self.instance, site_id=site_id, permission=right
                    )
                rows.exclude(site_id__in=wanted).delete()


class ConversationSitesForm(SitesForm):
    """The sites on which a group replies, and those of which it reads transcripts or studies
    what is said again and again."""

    grants = {REPLY: (REPLY,), VIEW_TRANSCRIPT: (VIEW_TRANSCRIPT,), STUDY: (STUDY,)}
    heading = gettext_lazy("Live chat: conversations")
    panel = "livechat-conversations"

    reply_conversation = _sites(gettext_lazy("Reply to visitors on"))
    view_transcript = _sites(gettext_lazy("See transcripts of"))
    study_exchanges = _sites(
        gettext_lazy("Study the exchanges of"),
        gettext_lazy("Masked excerpts of what several visitors asked; no transcripts."),
    )


class WatchingSitesForm(SitesForm):
    """The sites whose visitors a group watches and invites, and where it sees who looked."""

    grants = {WATCH: (WATCH,), INVITE: (INVITE,), VIEW_ACCESS: (VIEW_ACCESS,)}
    heading = gettext_lazy("Live chat: watching with permission")
    panel = "livechat-watching"

    watch_visitors = _sites(gettext_lazy("Watch visitors who agreed on"))
    invite_visitors = _sites(
        gettext_lazy("Invite visitors on"),
        gettext_lazy("It takes the rights to watch and to reply as well."),
    )
    view_staff_access = _sites(
        gettext_lazy("See who of the staff looked at what on"),
        gettext_lazy("Not for those who watch: it is there to keep an eye on them."),
    )


class ConsentSitesForm(SitesForm):
    """The sites whose consent banners a group writes or publishes, and whose receipts it sees."""

    grants = {
        "write_banners": ("add_consentbanner", "change_consentbanner"),
        "publish_banners": (
            "publish_consentbanner",
            "lock_consentbanner",
            "unlock_consentbanner",
            "delete_consentbanner",
        ),
        VIEW_RECEIPTS: (VIEW_RECEIPTS,),
    }
    heading = gettext_lazy("Live chat: consent")
    panel = "livechat-consent"

    write_banners = _sites(gettext_lazy("Write consent banners of"))
    publish_banners = _sites(gettext_lazy("Publish, lock and delete consent banners of"))
    view_consent_receipt = _sites(gettext_lazy("See consent receipts of"))


class SignpostSitesForm(SitesForm):
    """The sites whose curated answers and scripts a group writes or publishes."""

    grants = {
        "write_answers": (
            "add_curatedanswer",
            "change_curatedanswer",
            "add_signpostscript",
            "change_signpostscript",
        ),
        "publish_answers": (
            "publish_curatedanswer",
            "lock_curatedanswer",
            "unlock_curatedanswer",
            "delete_curatedanswer",
            "publish_signpostscript",
            "lock_signpostscript",
            "unlock_signpostscript",
            "delete_signpostscript",
        ),
    }
    heading = gettext_lazy("Live chat: signpost")
    panel = "livechat-signpost"

    write_answers = _sites(gettext_lazy("Write curated answers and scripts of"))
    publish_answers = _sites(
        gettext_lazy("Publish, lock and delete curated answers and scripts of")
    )


class TriggerSitesForm(SitesForm):
    """The sites whose triggers a group writes or publishes."""

    grants = {
        "write_triggers": ("add_trigger", "change_trigger"),
        "publish_triggers": (
            "publish_trigger",
            "lock_trigger",
            "unlock_trigger",
            "delete_trigger",
        ),
    }
    heading = gettext_lazy("Live chat: triggers")
    panel = "livechat-triggers"

    write_triggers = _sites(gettext_lazy("Write triggers of"))
    publish_triggers = _sites(gettext_lazy("Publish, lock and delete triggers of"))


class CannedReplySitesForm(SitesForm):
    """The sites whose canned replies a group writes or publishes."""

    grants = {
        "write_canned_replies": ("add_cannedreply", "change_cannedreply"),
        "publish_canned_replies": (
            "publish_cannedreply",
            "lock_cannedreply",
            "unlock_cannedreply",
            "delete_cannedreply",
        ),
    }
    heading = gettext_lazy("Live chat: canned replies")
    panel = "livechat-canned-replies"

    write_canned_replies = _sites(
        gettext_lazy("Write canned replies of"),
        gettext_lazy("Whoever replies to visitors may keep personal ones without this."),
    )
    publish_canned_replies = _sites(gettext_lazy("Publish, lock and delete canned replies of"))
