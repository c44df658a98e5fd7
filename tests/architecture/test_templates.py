"""Our pages run under `script-src 'self'; style-src 'self'`, and show icons that exist."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from wagtail import hooks

from tests.sources import shown, tracked_files

TEMPLATES = tracked_files("wagtail_livechat/templates/*.html")
FRONT_END = [
    path
    for path in tracked_files(
        "wagtail_livechat/static_src/*.ts", "wagtail_livechat/static_src/*.tsx"
    )
    if path.name != "protocol.ts"
]


class Inline(HTMLParser):
    """Collects what a strict content security policy refuses."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        if tag == "style" or (
            tag == "script" and "src" not in names and names.get("type") != "application/json"
        ):
            self.found.append(f"<{tag}> in line {self.getpos()[0]}")
        self.found += [
            f"{name}= in line {self.getpos()[0]}"
            for name in names
            if name == "style" or name.startswith("on")
        ]


def _without_template_tags(text: str) -> str:
    return re.sub(r"{%.*?%}|{{.*?}}|{#.*?#}", "", text, flags=re.DOTALL)


@pytest.mark.parametrize("template", TEMPLATES, ids=shown)
def test_a_template_has_no_inline_script_or_style(template: Path) -> None:
    parser = Inline()
    parser.feed(_without_template_tags(template.read_text()))
    assert parser.found == []


def test_there_are_templates() -> None:
    assert TEMPLATES


def test_the_front_end_makes_no_html_of_text() -> None:
    pattern = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|document\.write"
        r"|\beval\(|new Function|setAttribute\(\s*[\"']style"
    )
    assert FRONT_END
    found = {shown(path): pattern.findall(path.read_text()) for path in FRONT_END}
    assert {name: uses for name, uses in found.items() if uses} == {}


def test_only_the_connection_opens_connections() -> None:
    pattern = re.compile(r"new (?:WebSocket|EventSource|XMLHttpRequest)\b")
    free = "wagtail_livechat/static_src/connection/"
    comments = re.compile(r"/\*.*?\*/|^\s*//.*?$", re.DOTALL | re.MULTILINE)
    found = [
        shown(path) for path in FRONT_END if pattern.search(comments.sub("", path.read_text()))
    ]
    assert found
    assert [name for name in found if not name.startswith(free)] == []


def test_every_icon_that_we_use_exists() -> None:
    registered: list[str] = []
    for hook in hooks.get_hooks("register_icons"):
        registered = hook(registered)
    known = {path.rpartition("/")[2].removesuffix(".svg") for path in registered}
    used = {
        (shown(path), name)
        for pattern, paths in (
            (r"{% icon (?:name=)?[\"']([\w-]+)", TEMPLATES),
            (r"\bicon(?:_name)?\s*=\s*[\"']([\w-]+)[\"']", tracked_files("wagtail_livechat/*.py")),
            (r"<Icon name=[\"']([\w-]+)", [path for path in FRONT_END if "console" in path.parts]),
        )
        for path in paths
        for name in re.findall(pattern, path.read_text())
    }
    assert used
    assert {(where, name) for where, name in used if name not in known} == set()


def test_every_user_facing_template_can_be_translated() -> None:
    """A word between tags that stands in no translation tag was forgotten."""
    forgotten = {}
    for path in TEMPLATES:
        text = re.sub(
            r"{%\s*(?:blocktrans|blocktranslate)\b.*?{%\s*end(?:blocktrans|blocktranslate)\s*%}"
            r"|{%\s*comment\b.*?{%\s*endcomment\s*%}|<!--.*?-->|<script.*?</script>",
            "",
            path.read_text(),
            flags=re.DOTALL,
        )
        words = re.findall(r">\s*([A-Za-z][^<>]*?)\s*<", _without_template_tags(text))
        if words:
            forgotten[shown(path)] = words
    assert forgotten == {}


def test_an_icon_in_a_button_is_as_tall_as_its_words() -> None:
    """Wagtail gives a picture in a button no size, unless the button says that it has one."""
    bare = [
        f"{shown(path)}: {classes}"
        for path in TEMPLATES
        for classes, within in re.findall(
            r'<(?:a|button)\b[^>]*class="([^"]*\bbutton\b[^"]*)"[^>]*>(.*?)</(?:a|button)>',
            path.read_text(),
            re.DOTALL,
        )
        if "{% icon" in within and "button--icon" not in classes.split()
    ]
    assert bare == []
