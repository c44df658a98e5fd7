"""What editors write and approve as snippets: draft, preview, workflow, lock, history,
translations. One base for all of ours.
"""

# Wagtail's classes carry no types.
# mypy: no-disallow-untyped-calls

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from wagtail.models import (
    DraftStateMixin,
    Locale,
    LockableMixin,
    PreviewableMixin,
    RevisionMixin,
    TranslatableMixin,
    WorkflowMixin,
)
from wagtail.search import index


class Editorial(
    WorkflowMixin,
    DraftStateMixin,
    LockableMixin,
    RevisionMixin,
    PreviewableMixin,
    TranslatableMixin,
    index.Indexed,
    models.Model,
):
    """A snippet with everything that an editor expects of one."""

    _revisions = GenericRelation(
        "wagtailcore.Revision",
        content_type_field="base_content_type",
        object_id_field="object_id",
        related_query_name="livechat_%(class)s",
        for_concrete_model=False,
    )
    workflow_states = GenericRelation(
        "wagtailcore.WorkflowState",
        content_type_field="base_content_type",
        object_id_field="object_id",
        related_query_name="livechat_%(class)s",
        for_concrete_model=False,
    )

    OUTSIDE_REVISIONS: ClassVar[tuple[str, ...]] = ()
    """Fields that stay as they are whatever a revision says."""

    class Meta(TranslatableMixin.Meta):
        abstract = True

    @property
    def revisions(self) -> Any:
        return self._revisions

    @property
    def language(self) -> str:
        """The language that it is written in; the site's first one while it is new."""
        locale = self.locale if self.locale_id else Locale.get_default()
        return str(locale.language_code)

    def with_content_json(self, content: Any) -> Any:
        """What a revision says, but for what does not belong to revisions."""
        made = super().with_content_json(content)
        for name in self.OUTSIDE_REVISIONS:
            setattr(made, name, getattr(self, name))
        return made
