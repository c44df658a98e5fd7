"""The table of server processes: each holds a lease that it renews while it lives."""

from __future__ import annotations

import uuid

from django.db import models


class Worker(models.Model):
    """One server process. What hangs on it vanishes with its lease."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Worker {str(self.pk)[:4]}"
