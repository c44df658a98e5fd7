"""Agents: staff who answer, by the name that visitors see."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from wagtail.images import get_image_model_string

from wagtail_livechat.workers.models import Worker
from wagtail_livechat.workers.rules import alive_since


class AvailabilityChoice(models.TextChoices):
    """What an agent chooses; whether one is present is another fact."""

    AVAILABLE = "available", _("Available")
    BUSY = "busy", _("Busy")
    AWAY = "away", _("Away")


class AgentProfile(models.Model):
    """A member of staff as an agent. Visitors meet the alias, never the account."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="livechat_agent"
    )
    alias = models.CharField(_("alias"), max_length=60, help_text=_("The name that visitors see."))
    alias_skeleton = models.CharField(max_length=120, unique=True, editable=False)
    avatar = models.ForeignKey(
        get_image_model_string(),
        verbose_name=_("picture"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    availability = models.CharField(
        _("availability"),
        max_length=10,
        choices=AvailabilityChoice.choices,
        default=AvailabilityChoice.AWAY,
    )
    capacity = models.PositiveSmallIntegerField(
        _("capacity"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(50)],
        help_text=_("How many conversations you can take at once."),
    )

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.alias


class AgentConnectionQuerySet(models.QuerySet["AgentConnection"]):
    """Connections, and which of them still count."""

    def live(self, now: datetime) -> AgentConnectionQuerySet:
        """Those of a living worker, or with time left."""
        return self.filter(
            Q(expires_at__isnull=True, worker__seen_at__gte=alive_since(now))
            | Q(expires_at__gt=now)
        )


class AgentConnection(models.Model):
    """One browser of an agent that is there now: the lease that presence is read from."""

    profile = models.ForeignKey(AgentProfile, on_delete=models.CASCADE, related_name="connections")
    key = models.UUIDField(unique=True)
    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, null=True, related_name="+")
    session_hash = models.CharField(max_length=64, default="")
    expires_at = models.DateTimeField(null=True)

    objects = AgentConnectionQuerySet.as_manager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Connection of agent {self.profile_id}"


class StaffTicket(models.Model):
    """A one-time proof that a socket was asked for from inside the admin."""

    hash = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    session_hash = models.CharField(max_length=64)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Ticket of user {self.user_id}"


class HeldPlace(models.Model):
    """A place of an agent that is kept for an invitation until it is answered or its time is over."""

    key = models.UUIDField(unique=True)
    profile = models.ForeignKey(AgentProfile, on_delete=models.CASCADE, related_name="held_places")
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Held place of agent {self.profile_id}"
