"""Visitors, known by the hash of a key that only their browser holds."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q

from wagtail_livechat.workers.models import Worker
from wagtail_livechat.workers.rules import alive_since


class Visitor(models.Model):
    """Somebody who wrote to us from one browser on one site.

    There is no name, address or account here: the key is the person. A visitor who was
    forgotten keeps a ``key_hash`` that no key has: see :mod:`.rules`.
    """

    site = models.ForeignKey("wagtailcore.Site", on_delete=models.CASCADE, related_name="+")
    # Null, not blank: unique.
    key_hash = models.CharField(  # noqa: DJ001
        max_length=64, null=True, unique=True, editable=False
    )
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    rotate_key = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Visitor {self.pk}"


class VisitorConnectionQuerySet(models.QuerySet["VisitorConnection"]):
    """Connections, and which of them still count."""

    def live(self, now: datetime) -> VisitorConnectionQuerySet:
        """Those of a living worker, or with time left."""
        return self.filter(
            Q(expires_at__isnull=True, worker__seen_at__gte=alive_since(now))
            | Q(expires_at__gt=now)
        )


class VisitorConnection(models.Model):
    """A connection of a visitor who has a conversation: the socket is the presence.

    A socket hangs on its worker's lease; an HTTP visitor carries an expiry.
    """

    visitor = models.ForeignKey(Visitor, on_delete=models.CASCADE, related_name="connections")
    key = models.UUIDField(unique=True)
    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, null=True, related_name="+")
    expires_at = models.DateTimeField(null=True)

    objects = VisitorConnectionQuerySet.as_manager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Connection of visitor {self.visitor_id}"
