"""A site with a consent tool of its own tells us from Python."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from tests.consent.conftest import NOON
from wagtail_livechat import tokens
from wagtail_livechat.consent import cookies
from wagtail_livechat.consent.external import record_choice
from wagtail_livechat.consent.gate import consent_in
from wagtail_livechat.consent.models import Receipt
from wagtail_livechat.errors import Forbidden, NotOffered, UnknownPurpose
from wagtail_livechat.site_settings.memory import forget
from wagtail_livechat.site_settings.models import LiveChatSettings

pytestmark = pytest.mark.django_db


@pytest.fixture
def own_tool(site, today):
    change(site, external_consent=True)
    return site


def change(site, **values) -> None:
    LiveChatSettings.objects.filter(site=site).update(**values)
    forget()


def request_of(kept=None, **headers):
    request = RequestFactory(HTTP_HOST="a.test", **headers).get("/")
    request.COOKIES.update(kept or {})
    return request


def kept_of(response) -> dict[str, str]:
    return {name: morsel.value for name, morsel in response.cookies.items() if morsel.value}


def tell(kept=None, headers=None, **said):
    response = HttpResponse()
    record_choice(request_of(kept, **(headers or {})), response, **said)
    return response


def test_a_yes_of_theirs_is_a_yes(own_tool):
    site = own_tool
    response = tell(assistance=True, reference="tcf:CQ1", headers={"HTTP_SEC_GPC": "1"})
    kept = kept_of(response)
    choice = response.cookies[cookies.choice_name(site.pk, plain=False)]
    visit = response.cookies[cookies.visit_name(site.pk, plain=False)]
    assert (choice["secure"], choice["httponly"], visit["httponly"]) == (True, "", True)
    assert tokens.hash_visit_key(site.pk, visit.value)
    assert "private" in response["Cache-Control"]
    receipt = Receipt.objects.get()
    assert (receipt.interface, receipt.reference) == ("external", "tcf:CQ1")
    assert (receipt.version, receipt.gpc) == (None, True)
    found = consent_in(site.pk, kept[choice.key], NOON)
    assert (found.assistance, found.statistics) == (True, False)


def test_saying_it_on_every_page_writes_nothing_more(own_tool):
    kept = kept_of(tell(assistance=True))
    assert kept_of(tell(kept, assistance=True)).items() <= kept.items()
    assert Receipt.objects.count() == 1


def test_a_withdrawal_of_theirs_ends_everything_at_once(own_tool):
    site = own_tool
    kept = kept_of(tell(assistance=True))
    response = tell(kept)
    assert response.cookies[cookies.visit_name(site.pk, plain=False)]["max-age"] == 0
    assert not consent_in(site.pk, kept[cookies.choice_name(site.pk, plain=False)], NOON).assistance
    assert Receipt.objects.latest("action").action == "withdrawn"


def test_silence_is_a_refusal(own_tool):
    assert not consent_in(own_tool.pk, "", NOON).assistance


def test_only_a_site_that_says_so_has_such_a_tool(site, today):
    with pytest.raises(Forbidden):
        tell(assistance=True)


def test_their_tool_cannot_make_possible_what_is_not(own_tool):
    change(own_tool, child_directed=True)
    for said in ({"assistance": True}, {"statistics": True}):
        with pytest.raises(UnknownPurpose):
            tell(**said)
    assert not Receipt.objects.exists()


def test_without_a_site_there_is_nobody_to_ask(own_tool):
    from wagtail.models import Site

    Site.objects.all().delete()
    forget()
    with pytest.raises(NotOffered):
        tell(assistance=True)
