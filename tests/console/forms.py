"""Posting a form as a browser would: with everything that is already in it."""

from __future__ import annotations

from bs4 import BeautifulSoup, Tag


def filled_in_from(html: str, **fields: str) -> dict[str, list[str]]:
    """What a browser sends of the page's form after ``fields`` are filled in."""
    soup = BeautifulSoup(html, "html.parser")
    form = soup.select_one("main form[data-edit-form]") or soup.select_one(
        "main form[method=POST], main form[method=post]"
    )
    assert isinstance(form, Tag)
    data: dict[str, list[str]] = {}
    for control in form.select("input[name], textarea[name], select[name]"):
        name, kind = str(control["name"]), control.get("type")
        if kind in ("file", "submit", "button"):
            continue
        if kind in ("checkbox", "radio"):
            if control.has_attr("checked"):
                data.setdefault(name, []).append(str(control.get("value", "on")))
        elif control.name == "select":
            chosen = control.select("option[selected]") or control.select("option")[:1]
            data.setdefault(name, []).extend(str(option["value"]) for option in chosen)
        elif control.name == "textarea":
            data.setdefault(name, []).append(control.get_text().removeprefix("\n"))
        else:
            data.setdefault(name, []).append(str(control.get("value", "")))
    return data | {name: [value] for name, value in fields.items()}
