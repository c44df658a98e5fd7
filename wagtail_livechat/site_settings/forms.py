"""How an editor's settings are checked."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _
from wagtail.admin.forms import WagtailAdminModelForm

from .rules import (
    INK,
    READABLE,
    WHITE,
    contrast,
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
