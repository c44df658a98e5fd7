"""How an editor's settings are checked."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.validators import MinValueValidator
from django.utils.translation import gettext as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.models import get_page_models

from .rules import (
    INK,
    READABLE,
    WHITE,
    contrast,
    model_names,
    nearest_readable,
    normalise_colour,
    text_colour_on,
)


class LiveChatSettingsForm(WagtailAdminModelForm):
    """Refuses a colour on which nobody could read, and says which one would do."""

    def clean_accent(self) -> str:
        """A colour in its long form, readable with white or dark text."""
        accent = normalise_colour(self.cleaned_data["accent"])
        if accent is None:
            raise forms.ValidationError(
                _("Write the colour as six hexadecimal digits, such as #0a5f55.")
            )
        if text_colour_on(accent) is None:
            best = max(contrast(accent, WHITE), contrast(accent, INK))
            raise forms.ValidationError(
                _(
                    "Neither white nor dark text can be read on %(accent)s: the "
                    "contrast is %(contrast).2f, and %(least)s is needed. "
                    "The nearest shade that works is %(nearest)s."
                )
                % {
                    "accent": accent,
                    # Cut, not rounded: 4.499 must not read as 4.50.
                    "contrast": int(best * 100) / 100,
                    "least": READABLE,
                    "nearest": nearest_readable(accent),
                }
            )
        return accent


class StuckSettingsForm(WagtailAdminModelForm):
    """Refuses thresholds that mean nothing, and types of pages that do not exist."""

    LEAST: ClassVar[dict[str, int]] = {
        "back_and_forth_times": 2,
        "sibling_loop_times": 2,
        "not_found_search_seconds": 1,
        "empty_search_times": 1,
        "form_left_seconds": 1,
        "order_dwell_seconds": 1,
        "same_page_times": 1,
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[no-untyped-call]
        for name, least in self.LEAST.items():
            self.fields[name].validators.append(MinValueValidator(least))
            self.fields[name].widget.attrs["min"] = least

    def clean_funnel_pages(self) -> str:
        """Names of types of pages of this project."""
        return self._known("funnel_pages")

    def clean_form_pages(self) -> str:
        """Names of types of pages of this project."""
        return self._known("form_pages")

    def _known(self, name: str) -> str:
        text: str = self.cleaned_data[name]
        labels = {model._meta.label_lower: model._meta.label for model in get_page_models()}
        asked = model_names(text)
        unknown = sorted(asked - labels.keys())
        if unknown:
            raise forms.ValidationError(
                _("There is no type of pages called %(names)s. Write it as in %(example)s.")
                % {
                    "names": ", ".join(unknown),
                    "example": ", ".join(sorted(labels.values())[:3]),
                }
            )
        return ", ".join(sorted(labels[one] for one in asked))
