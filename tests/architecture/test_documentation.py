"""What a reader looks up is there: settings, checks, and a test for every module."""

import re

from tests.sources import PACKAGE, ROOT, shown, tracked_files
from wagtail_livechat import conf


def _reference() -> str:
    pages = tracked_files("docs/reference/*.md")
    assert pages
    return "\n".join(page.read_text() for page in pages)


def test_every_setting_is_in_the_reference() -> None:
    reference = _reference()
    assert conf.KEYS
    assert [key for key in sorted(conf.KEYS) if f"`{key}`" not in reference] == []


def test_every_system_check_is_in_the_reference() -> None:
    sources = tracked_files("wagtail_livechat/checks.py", "wagtail_livechat/checks/*.py")
    numbers = {
        number
        for source in sources
        for number in re.findall(r"wagtail_livechat\.([EWI]\d{3})", source.read_text())
    }
    assert numbers
    reference = _reference()
    assert [number for number in sorted(numbers) if number not in reference] == []


def test_a_link_between_pages_leads_somewhere() -> None:
    broken = []
    for page in tracked_files("*.md", "docs/*.md"):
        for target in re.findall(r"\]\(([^)\s#]+)(?:#[^)]*)?\)", page.read_text()):
            if "://" not in target and not (page.parent / target).exists():
                broken.append(f"{shown(page)}: {target}")
    assert broken == []


# Tested by the tests of what uses them; the reason stands beside each.
COVERED_ELSEWHERE: dict[str, str] = {
    "apps.py": "starts with every test",
    "asgi.py": "every socket's test goes through it",
    "models.py": "only gathers",
    "urls.py": "every view's test goes through it",
}
# Facts and tables: they are what the tests of the actions look at.
HELD_BY_ACTIONS = {"events", "models"}


def test_every_module_has_its_test() -> None:
    """tests/ mirrors the package: `agents/rules.py` is covered by `agents/test_rules.py`, or
    by another test of the same folder that imports it."""
    missing = []
    for path in tracked_files("wagtail_livechat/*.py"):
        inside = path.relative_to(PACKAGE)
        if path.name == "__init__.py" or inside.parts[0] == "migrations":
            continue
        if inside.as_posix() in COVERED_ELSEWHERE:
            continue
        if path.stem in HELD_BY_ACTIONS and (path.parent / "actions.py").exists():
            continue
        tests = list((ROOT / "tests" / inside.parent).glob("test_*.py"))
        imported = re.compile(rf"^(?:from|import) .*\b{path.stem}\b", re.MULTILINE)
        if not any(
            test.stem.startswith(f"test_{path.stem}") or imported.search(test.read_text())
            for test in tests
        ):
            missing.append(inside.as_posix())
    assert missing == []
