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
        number for source in sources for number in re.findall(r"\b[EWI]\d{3}\b", source.read_text())
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


# No test imports these: the tests named beside them go through them, as people do.
COVERED_BY = {
    "apps.py": "every test starts it",
    "models.py": "it only gathers",
    "urls.py": "every test of a view",
    "answers/blocks.py": "console/test_signpost.py",
    "answers/preview.py": "console/test_signpost.py",
    "answers/reactions.py": "answers/test_page_index.py",
    "agents/personal_data.py": "management/test_livechat_housekeeping.py",
    "canned_replies/cards.py": "canned_replies/test_queries.py",
    "canned_replies/personal_data.py": "management/test_livechat_housekeeping.py",
    "canned_replies/preview.py": "console/test_canned_replies.py",
    "canned_replies/reactions.py": "canned_replies/test_queries.py",
    "canned_replies/words.py": "console/test_canned_replies.py",
    "console/action_menu.py": "console/test_action_menu.py",
    "console/explanation.py": "console/test_triggers.py",
    "console/looks.py": "console/test_staff_access.py",
    "console/page_drafts.py": "console/test_drafts.py",
    "console/permissions.py": "console/test_access.py",
    "console/policies.py": "console/test_access.py",
    "console/snippets.py": "console/test_banners.py",
    "console/spreadsheets.py": "console/test_receipts.py",
    "consent/preview.py": "console/test_banners.py",
    "conversations/asking.py": "canned_replies/test_actions.py",
    "conversations/pages.py": "conversations/test_presentation.py",
    "conversations/personal_data.py": "management/test_livechat_housekeeping.py",
    "editorial.py": "console/test_canned_replies.py",
    "engagement/explaining.py": "console/test_triggers.py",
    "engagement/preview.py": "console/test_triggers.py",
    "engagement/words.py": "transport/test_invitations.py",
    "engagement/personal_data.py": "management/test_livechat_housekeeping.py",
    "management/commands/livechat_housekeeping.py": "management/test_livechat_housekeeping.py",
    "management/commands/livechat_study.py": "management/test_livechat_study.py",
    "privacy/personal_data.py": "management/test_livechat_housekeeping.py",
    "site_settings/reactions.py": "site_settings/test_memory.py",
    "study/personal_data.py": "study/test_actions.py",
    "templatetags/livechat_preview.py": "console/test_triggers.py",
    "templatetags/livechat_tags.py": "widget/test_tag.py",
    "transport/admin_views.py": "transport/test_handshake.py",
    "transport/catch_up.py": "transport/test_conversation.py",
    "transport/endpoints.py": "transport/test_fallback.py",
    "transport/farewell.py": "transport/test_silence.py",
    "transport/http.py": "transport/test_fallback.py",
    "transport/listeners.py": "it only names types",
    "transport/page_looks.py": "transport/test_visits.py",
    "transport/refusals.py": "transport/test_frames.py",
    "transport/requests.py": "transport/test_consent.py",
    "transport/staff.py": "transport/test_revocation.py",
    "transport/threads.py": "transport/test_writer.py",
    "transport/upkeep.py": "transport/test_presence.py",
    "transport/visit_socket.py": "transport/test_visits.py",
    "transport/views.py": "transport/test_fallback.py",
    "visitors/inviting.py": "engagement/test_inviting.py",
    "visitors/personal_data.py": "management/test_livechat_housekeeping.py",
    "visitors/rules.py": "visitors/test_actions.py",
    "transport/watched.py": "transport/test_visits_together.py",
    "visitors/reactions.py": "transport/test_withdrawal.py",
    "workers/rules.py": "workers/test_actions.py",
}


def test_every_module_has_its_test() -> None:
    """tests/ mirrors the package: `agents/rules.py` is covered by `agents/test_rules.py`, or
    by another test that imports it, or by one that is named above."""
    tests = {shown(path).removeprefix("tests/"): path for path in tracked_files("tests/*.py")}
    everything = "\n".join(path.read_text() for path in tests.values())
    missing = []
    for path in tracked_files("wagtail_livechat/*.py"):
        inside = path.relative_to(PACKAGE)
        name = inside.as_posix()
        if path.name == "__init__.py" or inside.parts[0] == "migrations" or name in COVERED_BY:
            continue
        package, module = ".".join(("wagtail_livechat", *inside.parent.parts)), path.stem
        imported = re.compile(
            rf"{re.escape(package)}\.{module}\b"
            rf"|from {re.escape(package)} import (?:\([^)]*|[^\n]*)\b{module}\b"
        )
        mirrored = (ROOT / "tests" / inside.parent).glob(f"test_{module}*.py")
        if not any(mirrored) and not imported.search(everything):
            missing.append(name)
    assert missing == []


def test_what_covers_a_module_in_another_way_exists() -> None:
    named = {covers for covers in COVERED_BY.values() if covers.endswith(".py")}
    tests = {shown(path).removeprefix("tests/") for path in tracked_files("tests/*.py")}
    assert named - tests == set()
    modules = {shown(path).removeprefix("wagtail_livechat/") for path in tracked_files("*.py")}
    assert set(COVERED_BY) - modules == set()
