"""Who looked at what, and when the house was last kept."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Look(models.TextChoices):
    """What was done with what is known of people."""

    WATCHED = "watched", _("Watched the visitors")
    OPENED_VISIT = "opened_visit", _("Opened a visitor's trail")
    READ_TRANSCRIPT = "read_transcript", _("Read a transcript")
    READ_EXCERPTS = "read_excerpts", _("Read excerpts of exchanges")
    INVITED = "invited", _("Invited a visitor")
    EXPORTED = "exported", _("Exported")
    VIEWED_LOG = "viewed_log", _("Viewed this log")


class AccessEntry(models.Model):
    """One look of a member of staff at what is known of people. Added, never changed.

    ``target`` is a neutral label (``Visit 7f3a``); ``session`` tells apart those who share
    a login. ``until`` is set once, when a look that lasts is over.
    """

    site = models.ForeignKey(
        "wagtailcore.Site", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    account = models.CharField(max_length=150)
    alias = models.CharField(max_length=60, blank=True)
    session = models.CharField(max_length=16, blank=True)
    look = models.CharField(max_length=20, choices=Look.choices)
    target = models.CharField(max_length=80, blank=True)
    key = models.UUIDField(null=True, unique=True)
    at = models.DateTimeField(db_index=True)
    until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("staff access")
        verbose_name_plural = _("staff access")
        default_permissions = ()
        permissions = [("view_staff_access", _("See who looked at what"))]
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"Look {self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add it. What is written stays as it is: only the end of a look is added, once,
        by :func:`.actions.end_access`."""
        if not self._state.adding:
            raise TypeError("What was written down of a look cannot be changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Nobody takes out a single entry: time does, see :mod:`.personal_data`."""
        raise TypeError("What was written down of a look cannot be taken out.")


class HousekeepingRun(models.Model):
    """When the house was last kept: one row for each task of it."""

    task = models.CharField(max_length=60, unique=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    erased = models.PositiveBigIntegerField(default=0)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.task
