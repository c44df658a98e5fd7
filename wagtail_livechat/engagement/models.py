"""Triggers that editors write, invitations that were made, and what was not shown."""

# Wagtail's classes carry no types.
# mypy: no-disallow-untyped-calls

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from wagtail.models import TranslatableMixin
from wagtail.search import index

from wagtail_livechat.agents.models import AgentProfile
from wagtail_livechat.conversations.models import Conversation
from wagtail_livechat.editorial import Editorial
from wagtail_livechat.visitors.models import Visit
from wagtail_livechat.wagtail_versions import page_model

from . import preview
from .conditions import BadConditions, page_ids, parse
from .states import State


class ConditionsField(models.JSONField):
    """A tree of conditions. The pages that it names know that they are used here."""

    def extract_references(self, value: Any) -> Iterator[tuple[type[models.Model], str, str, str]]:
        """For Wagtail's index of what uses what."""
        try:
            named = page_ids(parse(value))
        except BadConditions:
            return
        for page_id in sorted(named):
            yield page_model(), str(page_id), "page", f"page.{page_id}"

    def deconstruct(self) -> Any:
        """A plain field to migrations: what is stored is plain."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs


class Trigger(Editorial):
    """A rule that invites: a question, and the conditions under which it is asked.

    ``conditions`` is a tree of ``{"all": [...]}``, ``{"any": [...]}`` and leaves such as
    ``{"is": "dwell", "least": 30}``; see :mod:`.rules`.
    """

    site = models.ForeignKey(
        "wagtailcore.Site", verbose_name=_("site"), on_delete=models.CASCADE, related_name="+"
    )
    name = models.CharField(_("name"), max_length=80, help_text=_("Only staff see it."))
    text = models.CharField(
        _("question"), max_length=300, help_text=_("What the visitor is asked.")
    )
    conditions = ConditionsField(_("conditions"), default=dict, blank=True)
    sort_order = models.IntegerField(null=True, blank=True, editable=False)
    pause_percent = models.PositiveSmallIntegerField(
        _("pause at this share of dismissals"),
        default=80,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("In percent, among the last that were answered."),
    )
    pause_after = models.PositiveSmallIntegerField(
        _("but not before so many answers"),
        default=20,
        validators=[MinValueValidator(5), MaxValueValidator(1000)],
    )
    # Set by the system, never by a revision, and never copied: see ``pausing``.
    paused_at = models.DateTimeField(null=True, editable=False)
    pause_reason = models.CharField(max_length=200, blank=True, editable=False)
    recent_answers = models.PositiveIntegerField(default=0, editable=False)
    recent_dismissals = models.PositiveIntegerField(default=0, editable=False)

    OF_THE_SYSTEM: ClassVar = ("paused_at", "pause_reason", "recent_answers", "recent_dismissals")
    OUTSIDE_REVISIONS: ClassVar = ("sort_order", *OF_THE_SYSTEM)
    exclude_fields_in_copy: ClassVar = list(OF_THE_SYSTEM)

    search_fields = [
        index.SearchField("name"),
        index.AutocompleteField("name"),
        index.SearchField("text"),
        index.FilterField("site_id"),
        index.FilterField("locale_id"),
    ]

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("trigger")
        verbose_name_plural = _("triggers")

    def __str__(self) -> str:
        return self.name

    @property
    def preview_modes(self) -> list[tuple[str, Any]]:
        """The states in which an editor can try it."""
        return list(preview.MODES)

    def get_preview_template(self, request: Any, mode_name: str) -> str:
        """A page with nothing on it but the invitation."""
        return "wagtail_livechat/previews/trigger.html"

    def get_preview_context(self, request: Any, mode_name: str) -> dict[str, Any]:
        """The invitation in one of the states."""
        shown = preview.shown(self, mode_name)
        return {
            **super().get_preview_context(request, mode_name),
            "language": self.language,
            "note": shown.pop("note"),
            "shown": shown,
        }


class Invitation(models.Model):
    """The offer to talk that was made to one visit, and what became of it.

    A visit has one that is open at most. Without a visit (nobody agreed, the conditions
    are about the page alone) there is no row: only a count.
    """

    # Short-lived, and no use of anything that an editor would look for.
    wagtail_reference_index_ignore = True

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey("wagtailcore.Site", on_delete=models.CASCADE, related_name="+")
    visit = models.ForeignKey(
        Visit, on_delete=models.SET_NULL, null=True, related_name="invitations"
    )
    trigger = models.ForeignKey(
        Trigger, on_delete=models.SET_NULL, null=True, related_name="invitations"
    )
    agent = models.ForeignKey(AgentProfile, on_delete=models.SET_NULL, null=True, related_name="+")
    alias = models.CharField(max_length=60)
    text = models.CharField(max_length=300)
    state = models.CharField(max_length=10, default=State.QUEUED.value)
    page_id = models.PositiveBigIntegerField(null=True)
    place = models.UUIDField(null=True)
    queued_at = models.DateTimeField()
    shown_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(db_index=True)
    conversation = models.OneToOneField(
        Conversation, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["visit"],
                condition=Q(state__in=["queued", "shown"]),
                name="livechat_one_open_invitation",
            ),
        ]
        indexes = [models.Index(fields=["site", "queued_at"], name="livechat_invitations")]

    def __str__(self) -> str:
        return f"Invitation {str(self.public_id)[:8]}"


class TriggerCount(models.Model):
    """How a trigger did on a day: numbers, also of those who are known to nobody."""

    # Short-lived, and no use of anything that an editor would look for.
    wagtail_reference_index_ignore = True

    trigger = models.ForeignKey(Trigger, on_delete=models.CASCADE, related_name="counts")
    day = models.DateField()
    shown = models.PositiveIntegerField(default=0)
    accepted = models.PositiveIntegerField(default=0)
    declined = models.PositiveIntegerField(default=0)
    ignored = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["trigger", "day"], name="livechat_trigger_count"),
        ]

    def __str__(self) -> str:
        return f"Trigger {self.trigger_id} on {self.day}"


class InvitationRefusal(models.Model):
    """An invitation that was not made, and why: by which rule, of which visit."""

    # Short-lived, and no use of anything that an editor would look for.
    wagtail_reference_index_ignore = True

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="refusals")
    trigger = models.ForeignKey(Trigger, on_delete=models.CASCADE, null=True, related_name="+")
    agent = models.ForeignKey(AgentProfile, on_delete=models.SET_NULL, null=True, related_name="+")
    code = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Refused invitation {self.pk}"
