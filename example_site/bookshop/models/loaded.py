"""What the demo loader has already put in, so that a second start changes nothing."""

from __future__ import annotations

from django.db import models


class LoadedPart(models.Model):
    """One part of the demo content that was loaded once; deleting a page afterwards is the owner's right."""

    name = models.CharField(max_length=40, unique=True)
    loaded_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name
