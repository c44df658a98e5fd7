"""Canned replies out to spreadsheets and in again: nothing runs there, and nothing is lost."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook, load_workbook
from wagtail.models import Site

from tests.canned_replies.library import make_reply
from tests.console.test_canned_replies import RIGHTS, at, logged_in, words_of
from tests.factories import allow, make_agent, make_locale, make_site, make_user
from wagtail_livechat.canned_replies.models import CannedReply
from wagtail_livechat.console import reply_sheets
from wagtail_livechat.console.reply_sheets import COLUMNS, lines_of, rich_text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_addresses")]


@pytest.fixture
def site() -> Site:
    return make_site("a.example.com")


@pytest.fixture
def edith(site: Site) -> User:
    return allow(make_user("edith"), site, *RIGHTS)


@pytest.fixture
def admin(edith: User) -> Client:
    return logged_in(edith)


def sheet(*rows: dict[str, Any], columns: tuple[str, ...] = (), delimiter: str = ",") -> bytes:
    names = columns or tuple(dict.fromkeys(name for row in rows for name in row))
    out = StringIO()
    writer = csv.DictWriter(out, names, delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def take_in(client: Client, content: bytes, name: str = "replies.csv", **fields: str) -> Any:
    return client.post(at("upload"), {"file": SimpleUploadedFile(name, content), **fields})


def exported(client: Client, kind: str) -> bytes:
    response = client.get(at("list"), {"export": kind})
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def row(**cells: str) -> dict[str, str]:
    return {"title": "Hours", "text": "At nine", "site": "a.example.com"} | cells


# Out.


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "＝"])
def test_what_looks_like_a_formula_is_shown_and_not_run(
    admin: Client, site: Site, first: str
) -> None:
    title = f"{first}HYPERLINK(1)"
    make_reply(title, site=site, tags=("a b", "c"), category=title)
    (line,) = csv.DictReader(StringIO(exported(admin, "csv").decode()))
    assert line["title"] == f"'{title}" and line["category"] == f"'{title}"
    assert line["tags"] == '"a b", c'
    cells = list(load_workbook(BytesIO(exported(admin, "xlsx"))).worksheets[0].values)[1]
    assert f"'{title}" in cells and title not in cells


def test_what_is_exported_comes_in_again_as_it_was(admin: Client, site: Site) -> None:
    make_reply(
        "=1+1",
        "We open at <b>nine</b>, {{visitor.name|dear}}",
        site=site,
        shortcut="hours",
        category="Shop",
        tags=("one word", "two"),
    )
    for kind in ("csv", "xlsx"):
        response = take_in(admin, exported(admin, kind), f"replies.{kind}")
        assert response.status_code == 302, words_of(response)
    reply = CannedReply.objects.get()
    assert reply.title == "=1+1" and reply.revisions.count() == 1


# In.


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_lines_become_drafts(admin: Client, site: Site, delimiter: str) -> None:
    make_locale("fr")
    content = sheet(
        row(shortcut="hours", tags="a, b", valid_until="2030-01-31"),
        row(title="Horaires", text="Bonjour\n\nÀ neuf heures", language="fr"),
        delimiter=delimiter,
    )
    assert take_in(admin, b"\xef\xbb\xbf" + content).status_code == 302
    first, second = CannedReply.objects.order_by("pk")
    assert not first.live and first.site == site and first.shortcut == "hours"
    drafted = first.get_latest_revision_as_object()
    assert sorted(tag.name for tag in drafted.tags.all()) == ["a", "b"]
    assert str(first.valid_until) == "2030-01-31"
    assert second.locale.language_code == "fr"
    assert second.text == "<p>Bonjour</p><p>À neuf heures</p>"


def test_they_are_published_where_one_asks_for_it_and_may(admin: Client, site: Site) -> None:
    take_in(admin, sheet(row()), publish="on")
    assert CannedReply.objects.get().live
    dora = logged_in(allow(make_user("dora"), site, "add_cannedreply", "change_cannedreply"))
    words = words_of(take_in(dora, sheet(row(title="Other")), publish="on"))
    assert "may not publish" in words
    assert CannedReply.objects.count() == 1


def test_a_line_with_a_number_becomes_a_new_version(admin: Client, site: Site) -> None:
    reply = make_reply("Hours", "At nine", site=site)
    take_in(admin, sheet(row(id=str(reply.pk), text="At ten")))
    reply.refresh_from_db()
    assert "At nine" in reply.text and reply.has_unpublished_changes
    assert "At ten" in reply.get_latest_revision_as_object().text
    take_in(admin, sheet(row(id=str(reply.pk), text="At ten")), publish="on")
    assert CannedReply.objects.count() == 1


def test_the_same_file_twice_makes_nothing_twice(admin: Client, site: Site) -> None:
    for _ in range(2):
        take_in(admin, sheet(row(), row(title="Gift")), publish="on")
    assert CannedReply.objects.count() == 2


BAD = {
    "no title": (row(title=""), "title"),
    "no text": (row(text=""), "nothing to send"),
    "unknown placeholder": (row(text="{{settings.SECRET_KEY}}"), "is not a placeholder"),
    "no such site": (row(site="c.example.com"), "no site “c.example.com”"),
    "all sites": (row(site=""), "may not write"),
    "no such language": (row(language="xx"), "no language “xx”"),
    "no such group": (row(group="Nobody"), "no group “Nobody”"),
    "no day": (row(valid_from="soon"), "“soon” is no day"),
    "no card": (row(cards="film:3"), "“film:3” is no card"),
    "no such page": (row(cards="page:99999"), "no page:99999"),
    "no such image": (row(cards="image:99999"), "no image:99999"),
    "not theirs": (row(id="99999"), "no reply 99999"),
    "bad shortcut": (row(shortcut="two words"), "letters and digits"),
    "long title": (row(title="x" * 121), "at most 120"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_line_is_named_with_its_reason_and_nothing_is_taken_in(
    admin: Client, site: Site, name: str
) -> None:
    bad, reason = BAD[name]
    words = words_of(take_in(admin, sheet(row(title="Good"), row() | bad)))
    assert "1 line cannot be taken in" in words and reason in words
    assert "Nothing was taken in" in words and "1 new reply" in words
    assert not CannedReply.objects.exists()


def test_the_good_lines_are_taken_in_where_one_says_so(admin: Client, site: Site) -> None:
    content = sheet(row(title="Good"), row(site="nowhere"), row(title="Good too"))
    words = words_of(take_in(admin, content, only_good="on"))
    assert "no site “nowhere”" in words and "2 new replies" in words
    assert set(CannedReply.objects.values_list("title", flat=True)) == {"Good", "Good too"}


def test_a_shortcut_that_is_there_twice_in_a_file_is_bad(admin: Client, site: Site) -> None:
    content = sheet(row(shortcut="hours"), row(title="Other", shortcut="Hours"))
    assert "Line 2 has the same shortcut" in words_of(take_in(admin, content))


def test_an_agent_takes_in_personal_replies_only(site: Site) -> None:
    alice = make_agent("alice", site)
    client = logged_in(alice.user)
    assert "may not write" in words_of(take_in(client, sheet(row())))
    take_in(client, sheet(row(personal="yes")), publish="on")
    assert CannedReply.objects.get().owner == alice.user


def test_a_locked_reply_and_one_of_others_stay_as_they_are(
    admin: Client, edith: User, site: Site
) -> None:
    locked = make_reply("Hours", site=site)
    CannedReply.objects.filter(pk=locked.pk).update(
        locked=True, locked_by=make_user("root", superuser=True)
    )
    personal = make_reply("Of Alice", site=site, owner=make_agent("alice", site).user)
    for reply, reason in ((locked, "is locked"), (personal, "no reply")):
        words = words_of(take_in(admin, sheet(row(id=str(reply.pk), text="Changed"))))
        assert reason in words
        assert reply.revisions.count() == 1


def test_a_group_is_named_by_its_members_and_by_who_writes_for_all(
    admin: Client, edith: User, site: Site
) -> None:
    group = Group.objects.create(name="Orders")
    assert "no group" in words_of(take_in(admin, sheet(row(group="Orders"))))
    edith.groups.add(group)
    take_in(admin, sheet(row(group="Orders")))
    assert CannedReply.objects.get().group == group


# Files.


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"title,text\n\xff\xfe", "a.csv", "UTF-8"),
        (b"", "a.csv", "empty"),
        (b"title;wrong\n", "a.csv", "“text” is missing"),
        (b"title,text,colour\n", "a.csv", "“colour” is no column"),
        (b"title,text,text\n", "a.csv", "twice"),
        (b"not a workbook", "a.xlsx", "no XLSX"),
        (b"PK\x03\x04 broken", "a.xlsx", "no XLSX"),
        (b"x" * 2_000_001, "a.csv", "too long"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(
    admin: Client, content: bytes, name: str, reason: str
) -> None:
    assert reason in words_of(take_in(admin, content, name))


def test_a_file_has_so_many_lines_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reply_sheets, "MOST_LINES", 2)
    assert len(lines_of(sheet(row(), row()), "a.csv")) == 2
    with pytest.raises(ValidationError):
        lines_of(sheet(row(), row(), row()), "a.csv")


def test_days_and_numbers_of_a_workbook_are_read_as_one_sees_them() -> None:
    from datetime import datetime

    workbook = Workbook()
    workbook.active.append(["id", "title", "text", "valid_from", "personal"])
    workbook.active.append([3.0, "Hours", "At nine", datetime(2030, 1, 31), True])
    out = BytesIO()
    workbook.save(out)
    (line,) = lines_of(out.getvalue(), "A.XLSX")
    assert [line[name] for name in ("id", "valid_from", "personal")] == ["3", "2030-01-31", "yes"]


def test_only_what_an_editor_could_write_is_kept_of_markup() -> None:
    html = '<p>One <b>two</b> <img src="x" onerror="alert(1)"><script>alert(1)</script></p>'
    kept = rich_text_of(html)
    assert "<b>two</b>" in kept and "script" not in kept and "img" not in kept
    assert rich_text_of("a < b\n<script>") == "<p>a &lt; b</p><p>&lt;script&gt;</p>"


def test_every_column_that_goes_out_may_come_in() -> None:
    assert lines_of(sheet(dict.fromkeys(COLUMNS, "1")), "a.csv")
