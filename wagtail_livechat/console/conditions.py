"""The builder of conditions: a field of a form, as plain fieldsets, two levels deep.

What stands in a row travels under the row's own names and becomes the tree that is stored.
Scripts only add rows, hide what a row does not ask, and open Wagtail's chooser of pages.
A tree that is deeper than two levels is shown, and changed, as its JSON.
"""

# Wagtail's classes carry no types.
# mypy: no-disallow-untyped-calls

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminPageChooser
from wagtail.coreutils import get_content_languages
from wagtail.models import get_page_models

from wagtail_livechat.assets import asset
from wagtail_livechat.engagement import conditions
from wagtail_livechat.engagement.conditions import BadConditions
from wagtail_livechat.wagtail_versions import page_model

from .condition_words import DEVICES, KINDS, STUCK, WEEKDAYS, page_title, wrong

NUMBERED: Final = ("dwell", "pages", "stuck_score")
"""Conditions that ask for a number, and for nothing else."""

LISTED: Final = {
    "page_type": "types",
    "locale": "locales",
    "stuck_reasons": "reasons",
    "device": "devices",
}
"""Conditions that ask for some of a list, and under which name these are stored."""

SPARE_RANGES: Final = 1


def page_types() -> list[tuple[str, str]]:
    """The types of the project's pages, by name."""
    found = [
        (model._meta.label_lower, str(capfirst(model._meta.verbose_name)))
        for model in get_page_models()
        if model is not page_model()
    ]
    return sorted(found, key=lambda each: each[1].casefold())


def choices_of(kind: str) -> list[tuple[str, Any]]:
    """What can be ticked for a condition that asks for some of a list."""
    match kind:
        case "page_type":
            return list(page_types())
        case "locale":
            return [(code, str(name)) for code, name in get_content_languages().items()]
        case "stuck_reasons":
            return [(each.value, words) for each, words in STUCK.items()]
        case "device":
            return [(each.value, words) for each, words in DEVICES.items()]
    raise KeyError(kind)


# From what a browser sends to a tree.


def tree_from(data: Any, name: str) -> Any:
    """The tree that the fields under ``name`` say; ``None`` if there are none of them."""
    if (raw := data.get(f"{name}-raw")) is not None:
        try:
            return json.loads(raw)
        except ValueError:
            return raw
    if data.get(f"{name}-join") is None:
        return None
    groups: dict[int, list[Any]] = {}
    pattern = re.compile(rf"{re.escape(name)}-(\d{{1,3}})-(\d{{1,3}})-is\Z")
    rows = sorted(
        (int(found[1]), int(found[2])) for key in data if (found := pattern.match(str(key)))
    )
    for group, row in rows:
        leaf = _leaf_from(data, f"{name}-{group}-{row}")
        if leaf is not None:
            groups.setdefault(group, []).append(leaf)
    trees = [{_join(data.get(f"{name}-{group}-join")): leaves} for group, leaves in groups.items()]
    if len(trees) == 1:
        return trees[0]
    return {_join(data.get(f"{name}-join")): trees} if trees else {}


def _join(word: Any) -> str:
    return "any" if word == "any" else "all"


def _leaf_from(data: Any, prefix: str) -> dict[str, Any] | None:
    kind = data.get(f"{prefix}-is")
    if not kind or data.get(f"{prefix}-remove"):
        return None
    leaf: dict[str, Any] = {"is": kind}
    if kind == "page":
        leaf["page"] = _number(data.get(f"{prefix}-page"))
        leaf["below"] = bool(data.get(f"{prefix}-below"))
    elif kind in LISTED:
        leaf[LISTED[kind]] = _all_of(data, f"{prefix}-{kind}")
    elif kind in NUMBERED:
        leaf["least"] = _number(data.get(f"{prefix}-{kind}"))
    elif kind == "tags":
        leaf["tags"] = _words(data.get(f"{prefix}-tags"))
    elif kind == "origin":
        leaf["hosts"] = [conditions.host_of(each) for each in _words(data.get(f"{prefix}-origin"))]
    elif kind == "hours":
        leaf["ranges"] = _ranges(data, prefix)
    return leaf


def _number(text: Any) -> Any:
    """A whole number; what is none stays as it was typed, to be shown again."""
    text = str(text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else text


def _words(text: Any) -> list[str]:
    return [word for part in str(text or "").split(",") if (word := part.strip())]


def _all_of(data: Any, name: str) -> list[str]:
    found = data.getlist(name) if hasattr(data, "getlist") else data.get(name, [])
    return [str(each) for each in found]


def _ranges(data: Any, prefix: str) -> list[dict[str, Any]]:
    ranges = []
    for number in range(20):
        days = _all_of(data, f"{prefix}-hours-{number}-days")
        begins = str(data.get(f"{prefix}-hours-{number}-begins") or "")[:5]
        ends = str(data.get(f"{prefix}-hours-{number}-ends") or "")[:5]
        if days or begins or ends:
            # A field for a time knows no end of the day but midnight.
            ends = "24:00" if ends == "00:00" else ends
            ranges.append({"days": [_number(day) for day in days], "begins": begins, "ends": ends})
    return ranges


# From a tree to what a browser is shown.


def groups_of(tree: Any) -> tuple[str, list[tuple[str, list[Any]]]] | None:
    """How the groups are joined, and the groups; ``None`` for what two levels cannot say."""
    if not tree:
        return "all", []
    if not isinstance(tree, dict):
        return None
    if "is" in tree:
        return "all", [("all", [tree])]
    join = next((word for word in ("all", "any") if isinstance(tree.get(word), list)), None)
    if join is None or len(tree) != 1:
        return None
    parts = tree[join]
    if all(_is_leaf(part) for part in parts):
        return "all", [(join, parts)]
    groups = []
    for part in parts:
        if _is_leaf(part):
            groups.append(("all", [part]))
            continue
        inner = groups_of(part)
        if inner is None or len(inner[1]) != 1:
            return None
        groups += inner[1]
    return join, groups


def _is_leaf(part: Any) -> bool:
    return isinstance(part, dict) and isinstance(part.get("is"), str)


def _row(leaf: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """What one row shows."""
    kind = str(leaf.get("is", ""))
    page = leaf.get("page", "")
    ticked = {str(each) for each in leaf.get(LISTED.get(kind, ""), None) or ()}
    ranges = [each for each in leaf.get("ranges") or () if isinstance(each, dict)]
    return {
        "prefix": prefix,
        "kind": kind,
        "page": page,
        "page_title": page_title(page) if isinstance(page, int) else "",
        "below": bool(leaf.get("below")),
        "lists": [
            {
                "kind": each,
                "label": KINDS[each],
                "options": [
                    (value, words, kind == each and value in ticked)
                    for value, words in choices_of(each)
                ],
            }
            for each in LISTED
        ],
        "numbers": [
            {
                "kind": each,
                "label": KINDS[each],
                "value": leaf.get("least", "") if kind == each else "",
            }
            for each in NUMBERED
        ],
        "tags": ", ".join(str(each) for each in leaf.get("tags") or ()),
        "hosts": ", ".join(str(each) for each in leaf.get("hosts") or ()),
        "ranges": [
            {
                "number": number,
                "days": [
                    (day, words, day in (each.get("days") or ()))
                    for day, words in enumerate(WEEKDAYS)
                ],
                "begins": each.get("begins", ""),
                "ends": "00:00" if each.get("ends") == "24:00" else each.get("ends", ""),
            }
            for number, each in enumerate([*ranges, *([{}] * SPARE_RANGES)])
        ],
    }


class ConditionsWidget(forms.Widget):
    """Groups of conditions as fieldsets."""

    template_name = "wagtail_livechat/console/conditions/builder.html"

    @property
    def media(self) -> forms.Media:
        """Our script, and those of Wagtail's chooser of pages."""
        ours = forms.Media(js=[asset("triggers.js")], css={"all": [asset("triggers.css")]})
        chooser: forms.Media = AdminPageChooser().media
        return chooser + ours

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return tree_from(data, name)

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}-join" not in data and f"{name}-raw" not in data

    def id_for_label(self, id_: str) -> str:
        """A group of fields is labelled by its legend."""
        return ""

    use_fieldset = True

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, None, attrs)
        shown = groups_of(value)
        context["kinds"] = self._kinds()
        context["blank"] = _row({}, f"{name}-__g__-__r__")
        context["chooser"] = {
            "url": reverse("wagtailadmin_choose_page"),
            "model": page_model()._meta.label_lower,
        }
        if shown is None:
            context["raw"] = value if isinstance(value, str) else json.dumps(value, indent=2)
            return context
        join, groups = shown
        context["join"] = join
        context["groups"] = [
            self._group(name, number, word, leaves)
            for number, (word, leaves) in enumerate([*groups, ("all", [])])
        ]
        return context

    def _kinds(self) -> list[tuple[Any, list[tuple[str, Any]]]]:
        about_visitor = {kind for kind, leaf in conditions.KINDS.items() if leaf.needs_consent()}
        return [
            (
                _("About the page and the clock: no consent needed"),
                [(kind, words) for kind, words in KINDS.items() if kind not in about_visitor],
            ),
            (
                _("About the visitor: only with consent to live assistance"),
                [(kind, words) for kind, words in KINDS.items() if kind in about_visitor],
            ),
        ]

    def _group(self, name: str, number: int, join: str, leaves: list[Any]) -> dict[str, Any]:
        prefix = f"{name}-{number}"
        return {
            "prefix": prefix,
            "number": number + 1,
            "join": join,
            "is_spare": not leaves,
            # One row more than there are: where no script runs, a condition is added there.
            "rows": [_row(leaf, f"{prefix}-{row}") for row, leaf in enumerate([*leaves, {}])],
        }


class ConditionsFormField(forms.Field):
    """A tree of conditions that makes sense."""

    widget = ConditionsWidget

    def to_python(self, value: Any) -> Any:
        """The tree; refused with words and a place if it is none."""
        tree = value or {}
        try:
            return conditions.dump(conditions.parse(tree))
        except BadConditions as error:
            raise ValidationError(wrong(error), code=error.code) from error

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether another tree was sent."""
        return bool((initial or {}) != (data or {}))
