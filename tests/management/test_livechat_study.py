"""The study from the command line."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from wagtail.models import Site

from tests.factories import make_site
from tests.study.conversations import HOURS, OPEN, asked
from wagtail_livechat.study import actions
from wagtail_livechat.study.models import StudyRun
from wagtail_livechat.study.rules import RunState

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    return make_site("a.test")


def said(*options: str) -> str:
    out = StringIO()
    call_command("livechat_study", *options, stdout=out)
    return out.getvalue()


def test_every_site_is_studied_and_what_was_found_is_said(site: Site) -> None:
    make_site("b.test")
    asked(site, HOURS, OPEN)

    words = said()

    assert "a.test: 5 conversations, 1 recurring questions, 1 recurring replies." in words
    assert "b.test: 0 conversations" in words


def test_one_site_can_be_named(site: Site) -> None:
    make_site("b.test")
    assert "b.test" not in said("--site", "a.test")
    with pytest.raises(CommandError, match="nowhere.test"):
        said("--site", "nowhere.test")


def test_a_study_that_nobody_has_begun_is_taken_on(site: Site) -> None:
    run, _is_new = actions.queue_study(site.pk)
    said("--site", "a.test")
    run.refresh_from_db()
    assert run.state == RunState.FINISHED


def test_a_study_under_way_is_left_alone(site: Site) -> None:
    run, _is_new = actions.queue_study(site.pk)
    StudyRun.objects.filter(pk=run.pk).update(state=RunState.RUNNING)
    assert "a study is under way" in said("--site", "a.test")
