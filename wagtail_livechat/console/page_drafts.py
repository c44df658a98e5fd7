"""A page drafted from what was found: which types can be made below a page, and where the
words go.
"""

# Wagtail's classes carry no types.
# mypy: no-disallow-untyped-calls

from __future__ import annotations

from typing import Any

from django.db.models import CharField, Field, TextField
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from wagtail.blocks import StreamBlock
from wagtail.blocks.field_block import RichTextBlock, TextBlock
from wagtail.fields import RichTextField, StreamField
from wagtail.rich_text import RichText

from wagtail_livechat.wagtail_versions import page_model


def types_below(parent: Any, user: Any) -> list[type[Any]]:
    """The types of pages that this user may make below the page, and that we can fill."""
    if not parent.permissions_for_user(user).can_add_subpage():
        return []
    found = [
        model
        for model in parent.specific_class.creatable_subpage_models()
        if model.can_create_at(parent) and body_of(model) is not None and _may_be_empty(model)
    ]
    return sorted(found, key=lambda model: str(model.get_verbose_name()))


def body_of(model: type[Any]) -> Field[Any, Any] | None:
    """The field that the words of a page go into: its first for prose; a stream before rich
    text before plain, since what stands beside a stream is an introduction."""
    fields = [field for field in _own_fields(model) if field.editable and not field.choices]
    streams = [field for field in fields if _prose_block(field) is not None]
    rich = [field for field in fields if isinstance(field, RichTextField)]
    plain = [field for field in fields if isinstance(field, TextField)]
    return next(iter([*streams, *rich, *plain]), None)


def draft_page(
    *, parent: Any, model: type[Any], title: str, text: str, user: Any, locale: Any
) -> Any:
    """Make an unpublished page below the parent, as Wagtail's own form does, with the words in
    its body."""
    page = model(title=title, live=False, has_unpublished_changes=True, owner=user, locale=locale)
    field = body_of(model)
    if field is not None:
        setattr(page, field.name, _filled(field, text))
    parent.add_child(instance=page)
    page.save_revision(user=user, log_action=True, clean=False)
    return page


def paragraphs(text: str) -> SafeString:
    """Plain words as rich text: each line a paragraph, nothing in it a tag."""
    lines = (line.strip() for line in text.splitlines())
    return format_html_join("", "<p>{}</p>", ((line,) for line in lines if line))


def _filled(field: Field[Any, Any], text: str) -> Any:
    if isinstance(field, RichTextField):
        return str(paragraphs(text))
    prose = _prose_block(field)
    if prose is None:
        return text
    name, block = prose
    value = RichText(str(paragraphs(text))) if isinstance(block, RichTextBlock) else text
    return [(name, value)] if text else []


def _prose_block(field: Field[Any, Any]) -> tuple[str, Any] | None:
    """The block of a stream that takes prose; rich text before plain."""
    if not isinstance(field, StreamField):
        return None
    stream: StreamBlock = field.stream_block
    for kind in (RichTextBlock, TextBlock):
        for name, block in stream.child_blocks.items():
            if isinstance(block, kind):
                return name, block
    return None


def _own_fields(model: type[Any]) -> list[Field[Any, Any]]:
    """What the type has beyond every page's fields."""
    every_pages = {field.name for field in page_model()._meta.get_fields()}
    return [field for field in model._meta.concrete_fields if field.name not in every_pages]


def _may_be_empty(model: type[Any]) -> bool:
    """Whether a draft can be stored before anybody has filled in the rest."""
    return all(
        field.primary_key
        or field.null
        or field.has_default()
        or isinstance(field, (CharField, TextField, StreamField))
        for field in _own_fields(model)
    )
