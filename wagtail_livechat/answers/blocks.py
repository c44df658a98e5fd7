"""What editors put together answers and scripts from. Blocks, so that Wagtail's index knows
which pages are used where, without a foreign key to a page model that a project may replace.
"""

# Wagtail's classes carry no types.
# mypy: no-disallow-untyped-calls

from __future__ import annotations

from typing import Any

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.field_block import CharBlock, PageChooserBlock, TextBlock
from wagtail.fields import StreamField

from .answerers import MOST_CARDS, MOST_CHOICES
from .scripts import MOST_STEPS, Kind

MOST_NAME = 40
MOST_SAID = 1_000
MOST_LABEL = 60

_ONE_LINE = RegexValidator(r"\A[^\x00-\x1f\x7f]*\Z", _("Write one line."))


class _PlainField(StreamField):
    """A plain field to migrations: what may be put in changes no column."""

    def deconstruct(self) -> Any:
        name, _path, _args, kwargs = super().deconstruct()
        kept = {key: kwargs[key] for key in ("blank", "verbose_name") if key in kwargs}
        return name, "django.db.models.JSONField", [], kept


class PagesField(_PlainField):
    """A few pages to point to, in order."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_num", MOST_CARDS)
        kwargs.setdefault("blank", True)
        super().__init__([("page", PageChooserBlock(label=_("Page")))], **kwargs)


def _name() -> CharBlock:
    return CharBlock(
        label=_("Name of this step"),
        max_length=MOST_NAME,
        validators=[_ONE_LINE],
        help_text=_("Other steps go on by this name. Visitors do not see it."),
    )


def _next() -> CharBlock:
    return CharBlock(
        label=_("Goes on with"),
        max_length=MOST_NAME,
        required=False,
        help_text=_("The name of a step. Empty: the script ends here."),
    )


def _said(label: Any = None, **kwargs: Any) -> TextBlock:
    return TextBlock(
        label=label or _("What the visitor reads"), max_length=MOST_SAID, rows=2, **kwargs
    )


def step_blocks() -> list[tuple[str, blocks.Block]]:
    """The kinds of steps of a script."""
    choice = blocks.StructBlock(
        [
            (
                "label",
                CharBlock(label=_("Button"), max_length=MOST_LABEL, validators=[_ONE_LINE]),
            ),
            ("next", CharBlock(label=_("Goes on with"), max_length=MOST_NAME)),
        ],
        label=_("Choice"),
    )
    return [
        (
            Kind.SAY.value,
            blocks.StructBlock(
                [("name", _name()), ("text", _said()), ("next", _next())],
                label=_("Say"),
                icon="comment",
            ),
        ),
        (
            Kind.ASK.value,
            blocks.StructBlock(
                [
                    ("name", _name()),
                    ("text", _said()),
                    (
                        "choices",
                        blocks.ListBlock(
                            choice, label=_("Choices"), min_num=2, max_num=MOST_CHOICES
                        ),
                    ),
                ],
                label=_("Ask with choices"),
                icon="help",
            ),
        ),
        (
            Kind.EMAIL.value,
            blocks.StructBlock(
                [("name", _name()), ("text", _said()), ("next", _next())],
                label=_("Ask for an e-mail address"),
                icon="mail",
            ),
        ),
        (
            Kind.PAGE.value,
            blocks.StructBlock(
                [
                    ("name", _name()),
                    ("text", _said(required=False)),
                    ("page", PageChooserBlock(label=_("Page"))),
                    ("next", _next()),
                ],
                label=_("Point to a page"),
                icon="doc-empty-inverse",
            ),
        ),
        (
            Kind.HAND_OVER.value,
            blocks.StructBlock(
                [("name", _name()), ("text", _said(required=False))],
                label=_("Hand over to a human"),
                icon="user",
            ),
        ),
    ]


class StepsField(_PlainField):
    """The steps of a script; it begins with the first."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_num", MOST_STEPS)
        super().__init__(step_blocks(), **kwargs)
