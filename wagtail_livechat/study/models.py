"""Studies, the groups that they found, and where each was found."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wagtail_livechat.conversations.models import Conversation

from .rules import UNDER_WAY, Kind, RunState


class KindChoice(models.TextChoices):
    """What is grouped, worded for staff."""

    QUESTION = Kind.QUESTION.value, _("Questions")
    REPLY = Kind.REPLY.value, _("Replies")


class RunStateChoice(models.TextChoices):
    """Where a study stands, worded for staff."""

    QUEUED = RunState.QUEUED.value, _("Waiting for a worker")
    RUNNING = RunState.RUNNING.value, _("Under way")
    FINISHED = RunState.FINISHED.value, _("Finished")
    FAILED = RunState.FAILED.value, _("Stopped by a fault")


class StudyRun(models.Model):
    """One study of a site's conversations. While it is under way there is no other.

    What the last one that finished has found is what is shown: a study that is stopped
    half-way changes nothing that anybody sees.
    """

    # Short-lived, and no use of anything that an editor would look for.
    wagtail_reference_index_ignore = True

    site = models.ForeignKey("wagtailcore.Site", on_delete=models.CASCADE, related_name="+")
    state = models.CharField(
        max_length=10, choices=RunStateChoice.choices, default=RunState.QUEUED.value
    )
    conversations = models.PositiveIntegerField(default=0)
    share = models.FloatField(default=0.0)
    queued_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        permissions = [("study_exchanges", _("Study exchanges"))]
        constraints = [
            models.UniqueConstraint(
                fields=["site"],
                condition=Q(state__in=[state.value for state in UNDER_WAY]),
                name="livechat_one_study_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"Study {self.pk}"


class ExchangeGroup(models.Model):
    """What is asked, or answered, again and again.

    It has no words of anybody: its name and its best reply are read from its occurrences,
    and go with them. ``keywords`` are endings-less words that several people used: by them
    it is known again.
    """

    # Short-lived, and no use of anything that an editor would look for.
    wagtail_reference_index_ignore = True

    site = models.ForeignKey("wagtailcore.Site", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=KindChoice.choices)
    language = models.CharField(max_length=20)
    keywords = models.JSONField(default=dict)
    dealt_at = models.DateTimeField(null=True)
    # What was made of it: a key of ``console.drafts.DRAFTS`` and the draft's; or nothing.
    draft_kind = models.CharField(max_length=20, blank=True)
    draft_id = models.PositiveBigIntegerField(null=True)

    class Meta:
        verbose_name = _("group of exchanges")
        verbose_name_plural = _("groups of exchanges")
        default_permissions = ()
        indexes = [models.Index(fields=["site", "kind"], name="livechat_exchange_groups")]

    def __str__(self) -> str:
        return f"Group {self.pk}"


class Occurrence(models.Model):
    """One time that something was asked or answered: a masked excerpt, and what came of it.

    ``rank`` counts from the most typical wording of its group, ``reply_rank`` from the most
    typical reply. It goes with its conversation.
    """

    # Short-lived, and no use of anything that an editor would look for.
    wagtail_reference_index_ignore = True

    run = models.ForeignKey(StudyRun, on_delete=models.CASCADE, related_name="occurrences")
    group = models.ForeignKey(ExchangeGroup, on_delete=models.CASCADE, related_name="occurrences")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    seq = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    page_id = models.PositiveBigIntegerField(null=True)
    text = models.TextField()
    rank = models.PositiveIntegerField()
    answered_by = models.CharField(max_length=10, blank=True)
    seconds = models.PositiveIntegerField(null=True)
    reply = models.TextField(blank=True)
    reply_rank = models.PositiveIntegerField(null=True)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["group", "run", "rank"], name="livechat_occurrences"),
            models.Index(fields=["page_id", "run"], name="livechat_occurrences_of_page"),
        ]

    def __str__(self) -> str:
        return f"Occurrence {self.pk} of group {self.group_id}"
