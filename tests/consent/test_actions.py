"""Answers and their proof; what is published, and what is published again."""

import pytest
from django.db.models import Sum

from tests.consent.conftest import NOON
from tests.factories import choose, let_assist, make_banner, make_site, publish
from wagtail_livechat import __version__
from wagtail_livechat.consent import actions, cookies
from wagtail_livechat.consent.events import BannerPublished, ChoiceMade
from wagtail_livechat.consent.models import Action, Change, Receipt, RefusalCount
from wagtail_livechat.consent.rules import Signals
from wagtail_livechat.errors import Forbidden, ReplayedReceipt, UnknownPurpose, UnknownVersion
from wagtail_livechat.site_settings.memory import forget
from wagtail_livechat.site_settings.models import LiveChatSettings

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(monkeypatch):
    heard = []
    monkeypatch.setattr(actions.bus, "publish", heard.append)
    return heard


def external(site) -> None:
    LiveChatSettings.objects.filter(site=site).update(external_consent=True)
    forget()


def test_a_receipt_says_what_was_agreed_to_where_and_when(site, banner):
    answered = choose(site, statistics=True, signals=Signals(gpc=True))
    receipt = Receipt.objects.get(pk=answered.choice.receipt)
    assert receipt.version == banner.versions.get()
    assert (receipt.assistance, receipt.statistics) == (True, True)
    assert (receipt.action, receipt.interface, receipt.language) == ("given", "banner", "en")
    assert (receipt.gpc, receipt.dnt, receipt.at) == (True, False, NOON)
    assert receipt.software == f"wagtail_livechat {__version__}"


def test_each_answer_names_the_one_that_it_ends(site, banner):
    first = choose(site)
    second = choose(site, statistics=True, cookie=first.cookie)
    third = choose(site, assistance=False, cookie=second.cookie, interface="settings")
    rows = {str(row.pk): row for row in Receipt.objects.all()}
    one, two = rows.pop(str(first.choice.receipt)), rows.pop(str(second.choice.receipt))
    (three,) = rows.values()
    assert [row.action for row in (one, two, three)] == ["given", "changed", "withdrawn"]
    assert (two.previous, three.previous) == (one, two)
    assert third.choice.receipt is None


def test_a_refusal_is_a_number_by_day_and_version(site, banner):
    for _ in range(3):
        choose(site, assistance=False)
    choose(site, assistance=False, interface="settings")
    counts = RefusalCount.objects.filter(version=banner.versions.get(), day=NOON.date())
    assert dict(counts.values_list("interface", "count")) == {"banner": 3, "settings": 1}
    assert not Receipt.objects.exists()


def test_a_refusal_said_twice_by_one_browser_counts_once(site, banner):
    cookie = choose(site, assistance=False).cookie
    choose(site, assistance=False, cookie=cookie)
    assert RefusalCount.objects.aggregate(Sum("count"))["count__sum"] == 1


def test_a_yes_on_an_ended_receipt_is_refused(site, banner):
    yes = choose(site)
    choose(site, assistance=False, cookie=yes.cookie)
    with pytest.raises(ReplayedReceipt):
        choose(site, cookie=yes.cookie)


def test_a_no_on_an_ended_receipt_is_taken_and_writes_nothing(site, banner):
    yes = choose(site)
    choose(site, assistance=False, cookie=yes.cookie)
    again = choose(site, assistance=False, cookie=yes.cookie)
    assert not again.choice.is_yes
    assert Receipt.objects.count() == 2
    assert not RefusalCount.objects.exists()


def test_a_yes_needs_the_question_that_stands(site, banner):
    version = banner.versions.get().pk
    other = let_assist(make_site("b.test"))
    elsewhere = make_banner(other).versions.get().pk
    for wrong in (None, 0, elsewhere, 2**64):
        with pytest.raises(UnknownVersion):
            choose(site, version=wrong)
    banner.unpublish()
    with pytest.raises(UnknownVersion):
        choose(site, version=version)


def test_an_older_wording_of_the_same_meaning_can_still_be_answered(site, banner):
    version = banner.versions.get().pk
    banner.heading, banner.change = "May we see your pages, please?", Change.MINOR
    publish(banner)
    receipt = Receipt.objects.get(pk=choose(site, version=version).choice.receipt)
    assert receipt.version_id == version  # what was shown, not what stands now


def test_only_what_was_asked_can_be_agreed_to(site, today):
    make_banner(site, asks_statistics=False)
    with pytest.raises(UnknownPurpose):
        choose(site, statistics=True)


@pytest.mark.parametrize("interface", ["signal", "indicator"])
def test_some_places_can_only_say_no(site, banner, interface):
    with pytest.raises(Forbidden):
        choose(site, interface=interface)
    assert not choose(site, assistance=False, interface=interface).choice.is_yes


def test_the_sites_own_tool_repeats_itself_without_a_row(site, banner):
    external(site)
    yes = choose(site, interface="external", reference="cmp:1")
    again = choose(site, interface="external", reference="cmp:1", cookie=yes.cookie)
    assert again.cookie == yes.cookie
    assert Receipt.objects.get().reference == "cmp:1"
    no = choose(site, interface="external", assistance=False, cookie=yes.cookie)
    choose(site, interface="external", assistance=False, cookie=no.cookie)
    assert Receipt.objects.count() == 2
    back = choose(site, interface="external", cookie=no.cookie)
    assert back.choice.receipt not in (None, yes.choice.receipt)


def test_a_reference_is_kept_of_the_sites_own_tool_alone(site, banner):
    assert Receipt.objects.get(pk=choose(site, reference="me").choice.receipt).reference == ""


def test_everybody_hears_of_a_choice(site, banner, told):
    yes = choose(site, visit_key_hash="ab" * 32)
    assert told == [
        ChoiceMade(
            site_id=site.pk,
            assistance=True,
            statistics=False,
            visit_key_hash="ab" * 32,
            previous=None,
            receipt=str(yes.choice.receipt),
        )
    ]
    choose(site, assistance=False, cookie=yes.cookie)
    assert (told[-1].assistance, told[-1].previous) == (False, str(yes.choice.receipt))


def test_a_flag_is_remembered_through_later_answers(site, banner):
    flagged = actions.flag(site_id=site.pk, cookie=choose(site).cookie, never=True)
    later = choose(site, assistance=False, cookie=flagged.cookie)
    assert cookies.read(site.pk, later.cookie).never
    assert actions.flag(site_id=site.pk, cookie="", never=True) is None


def test_what_is_published_is_a_version_once(site, banner, told):
    version = banner.versions.get()
    assert (version.number, version.major, version.language) == (1, 1, "en")
    assert version.revision_id == banner.live_revision_id
    again = actions.publish_version(banner_id=banner.pk, revision_id=banner.live_revision_id)
    assert again == version
    assert banner.versions.count() == 1
    assert told == [BannerPublished(site_id=site.pk)]


def test_the_same_words_again_ask_nobody_again(site, banner):
    banner.name = "Another name, for editors"
    publish(banner)
    banner.unpublish()
    publish(banner)
    assert banner.versions.count() == 1


def test_a_draft_is_no_version(site, banner):
    banner.heading = "A draft"
    banner.save_revision()
    assert banner.versions.count() == 1


def test_what_asks_for_more_is_major_whatever_the_editor_says(site, today):
    banner = make_banner(site, asks_statistics=False)
    banner.asks_statistics, banner.change = True, Change.MINOR
    publish(banner)
    assert list(banner.versions.order_by("number").values_list("major", flat=True)) == [1, 2]


def test_a_banner_that_moves_to_another_site_asks_there_anew(site, banner):
    cookie = choose(site).cookie
    banner.site, banner.change = let_assist(make_site("b.test")), Change.MINOR
    publish(banner)
    newest = banner.versions.latest("number")
    assert (newest.site, newest.major) == (banner.site, 2)
    with pytest.raises(UnknownVersion):
        choose(site, cookie=cookie, version=newest.pk)


def test_the_actions_of_receipts_are_those_of_the_screen():
    assert {action.value for action in Action} == {"given", "changed", "withdrawn", "expired"}
