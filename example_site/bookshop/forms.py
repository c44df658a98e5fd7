"""What an order asks of a reader."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class AddressForm(forms.Form):
    """Where the parcel goes."""

    name = forms.CharField(
        label=_("Name"), max_length=100, widget=forms.TextInput({"autocomplete": "name"})
    )
    email = forms.EmailField(label=_("E-mail"), widget=forms.EmailInput({"autocomplete": "email"}))
    street = forms.CharField(
        label=_("Street and number"),
        max_length=120,
        widget=forms.TextInput({"autocomplete": "street-address"}),
    )
    postcode = forms.CharField(
        label=_("Postcode"), max_length=12, widget=forms.TextInput({"autocomplete": "postal-code"})
    )
    city = forms.CharField(
        label=_("City"), max_length=80, widget=forms.TextInput({"autocomplete": "address-level2"})
    )


class PaymentForm(forms.Form):
    """How the order would be paid if this were a shop."""

    method = forms.ChoiceField(
        label=_("How would you like to pay?"),
        choices=[
            ("invoice", _("By invoice, within thirty days")),
            ("counter", _("At the counter, when I collect the books")),
            ("gift-card", _("With a gift card")),
        ],
        widget=forms.RadioSelect,
        initial="invoice",
    )
