"""Visitors who wrote, visits that may be watched, and who is watching them."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

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


class PageKind(models.TextChoices):
    """What a visitor has open, where it is not simply a page."""

    PAGE = "page", _("Page")
    SEARCH = "search", _("Search")
    NOT_FOUND = "not_found", _("Page not found")
    OTHER = "other", _("Other")
    HIDDEN = "hidden", _("Hidden page")


class VisitQuerySet(models.QuerySet["Visit"]):
    """Visits, and which of them still count."""

    def live(self, now: datetime) -> VisitQuerySet:
        """Those of a living worker, or with time left."""
        return self.filter(
            Q(expires_at__isnull=True, worker__seen_at__gte=alive_since(now))
            | Q(expires_at__gt=now)
        )


class Visit(models.Model):
    """Somebody who is on the site now, agreed to live assistance, and may be watched.

    It is short-lived: purged at most thirty minutes after its end, and at once on
    withdrawal. No address, no query, no referrer but its origin. ``acknowledged`` is the
    newest :class:`Watch` that this visitor's tab has shown: nobody newer is told a page.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    # The index on the site and the end is enough.
    site = models.ForeignKey(
        "wagtailcore.Site", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    receipt_id = models.UUIDField(null=True, db_index=True)
    worker = models.ForeignKey(Worker, on_delete=models.SET_NULL, null=True, related_name="+")
    expires_at = models.DateTimeField(null=True, db_index=True)
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, db_index=True)
    idle_since = models.DateTimeField(null=True)
    language = models.CharField(max_length=20)
    device = models.CharField(max_length=10)
    origin = models.CharField(max_length=200, blank=True)
    returning = models.BooleanField(default=False)
    page_kind = models.CharField(max_length=10, choices=PageKind.choices, default=PageKind.OTHER)
    # No foreign key: the host may have swapped Wagtail's page model.
    page_id = models.PositiveBigIntegerField(null=True)
    page_since = models.DateTimeField()
    pages = models.PositiveIntegerField(default=0)
    stuck_score = models.PositiveSmallIntegerField(default=0)
    stuck_reasons = models.JSONField(default=list)
    acknowledged = models.PositiveBigIntegerField(default=0)
    visitor = models.ForeignKey(
        Visitor, on_delete=models.SET_NULL, null=True, related_name="visits"
    )
    # The last invitation of this visit, so that lists need not look elsewhere.
    invitation = models.CharField(max_length=10, blank=True)
    silenced = models.BooleanField(default=False)

    objects = VisitQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [
            ("watch_visitors", _("Watch visitors who agreed")),
            ("invite_visitors", _("Invite visitors")),
        ]
        indexes = [models.Index(fields=["site", "ended_at"], name="livechat_visits_of_site")]

    def __str__(self) -> str:
        return f"Visit {self.pk}"


class PageView(models.Model):
    """One step of a visit: the trail. It goes with its visit."""

    # The constraint's index is enough.
    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="steps", db_index=False)
    number = models.PositiveIntegerField()
    page_id = models.PositiveBigIntegerField(null=True)
    kind = models.CharField(max_length=10, choices=PageKind.choices, default=PageKind.PAGE)
    results = models.PositiveIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["visit", "number"], name="livechat_step_number"),
        ]

    def __str__(self) -> str:
        return f"Step {self.number} of visit {self.visit_id}"


class WatchCounter(models.Model):
    """The last number given to a watch of a site; its row's lock keeps the numbers in order."""

    site = models.OneToOneField(
        "wagtailcore.Site", on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    last = models.PositiveBigIntegerField(default=0)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Watches of site {self.site_id}"


class Watch(models.Model):
    """A member of staff can see the visits of a site now. Renewed every few seconds.

    ``number`` grows with each watch of a site, in the order of commits. There is no silent
    watch: whoever is told a page has a row here, superusers included.
    """

    site = models.ForeignKey("wagtailcore.Site", on_delete=models.CASCADE, related_name="+")
    number = models.PositiveBigIntegerField()
    key = models.UUIDField(unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # The agents' table is a stranger to this part.
    profile_id = models.PositiveBigIntegerField()
    alias = models.CharField(max_length=60)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["site", "number"], name="livechat_watch_number"),
        ]

    def __str__(self) -> str:
        return f"Watch {self.number} of site {self.site_id}"


class PageCount(models.Model):
    """How often a page was viewed on a day by those who agreed to statistics: a number."""

    site = models.ForeignKey("wagtailcore.Site", on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    page_id = models.PositiveBigIntegerField(default=0)
    views = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["site", "day", "page_id"], name="livechat_page_count"),
        ]

    def __str__(self) -> str:
        return f"Views of {self.day}"
