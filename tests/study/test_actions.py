"""A study of a site: what it finds, what it keeps, and what happens when it is stopped."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoCaptureOnCommitCallbacks
from wagtail.models import Site

from tests.factories import make_site
from wagtail_livechat import clock
from wagtail_livechat.conversations.models import Conversation
from wagtail_livechat.privacy.actions import keep_house
from wagtail_livechat.site_settings.memory import forget
from wagtail_livechat.site_settings.models import LiveChatSettings
from wagtail_livechat.study import actions, queries
from wagtail_livechat.study.models import ExchangeGroup, Occurrence, StudyRun
from wagtail_livechat.study.queries import Sought
from wagtail_livechat.study.rules import STALE_AFTER, Kind, RunState
from wagtail_livechat.study.tasks import begin_study

from .conversations import HOURS, OPEN, VOUCHERS, asked, closed

pytestmark = pytest.mark.django_db

ANY = Sought()


@pytest.fixture
def site() -> Site:
    return make_site()


def study(site: Site) -> StudyRun:
    run, _is_new = actions.queue_study(site.pk)
    assert actions.study(run.pk)
    run.refresh_from_db()
    return run


def questions(run: StudyRun, sought: Sought = ANY, **which: bool | None) -> list[ExchangeGroup]:
    return list(queries.groups_found(run, Kind.QUESTION, sought, **which))


def test_what_is_asked_again_and_again_is_found_with_its_reply(site: Site) -> None:
    asked(site, HOURS, OPEN)
    asked(site, VOUCHERS)
    asked(site, ["My cat walked over the keyboard", "is it raining where you are?"])

    run = study(site)

    hours, vouchers = questions(run)
    assert (hours.name, hours.count) == ("What are your opening hours on Sunday?", 5)
    assert queries.best_reply_to(run, hours) == OPEN
    assert (vouchers.name, vouchers.count) == ("Do you sell gift vouchers?", 4)
    assert queries.best_reply_to(run, vouchers) == ""
    figures = queries.figures_of(run, [hours, vouchers])
    assert figures[hours.pk].by_agents == 5
    assert figures[hours.pk].seconds == 10
    assert figures[vouchers.pk].unanswered == 4
    assert figures[vouchers.pk].seconds is None


def test_what_visitors_said_at_the_end_is_counted_by_conversation(site: Site) -> None:
    asked(site, HOURS, OPEN)
    told = list(Conversation.objects.order_by("pk"))
    for conversation, helped in zip(told, (True, True, False), strict=False):
        Conversation.objects.filter(pk=conversation.pk).update(helped=helped)

    run = study(site)

    for group in (*questions(run), *queries.groups_found(run, Kind.REPLY, ANY)):
        figures = queries.figures_of(run, [group])[group.pk]
        assert (figures.helped, figures.not_helped) == (2, 1)


def test_what_agents_reply_again_and_again_is_found(site: Site) -> None:
    asked(site, HOURS, OPEN)

    run = study(site)

    (group,) = queries.groups_found(run, Kind.REPLY, ANY)
    assert (group.name, group.count) == (OPEN, 5)
    assert queries.best_reply_to(run, group) == OPEN


def test_the_pages_and_what_nobody_answered_are_known(site: Site) -> None:
    asked(site, HOURS[:3], page_id=7)
    asked(site, HOURS[3:], OPEN, page_id=8)

    run = study(site)

    (group,) = questions(run)
    assert queries.figures_of(run, [group])[group.pk].pages == ((7, 3), (8, 2))
    assert [one.count for one in queries.unanswered_on(run, 7)] == [3]
    assert list(queries.unanswered_on(run, 8)) == []


def test_filters_look_at_languages_and_periods(site: Site) -> None:
    asked(site, HOURS)
    for text in ["Quels sont vos horaires ?", "vos horaires svp", "les horaires du samedi"]:
        closed(site, ("visitor", text), language="fr", ago=timedelta(days=40))

    run = study(site)

    assert len(questions(run)) == 2
    assert queries.languages_found(run) == ["en", "fr"]
    (french,) = questions(run, Sought(language="fr"))
    assert french.name == "Quels sont vos horaires ?"
    lately = Sought(since=clock.now() - timedelta(days=30))
    assert [group.language for group in questions(run, lately)] == ["en"]


def test_nothing_of_anybody_is_kept_unmasked(site: Site) -> None:
    for number in range(4):
        closed(
            site,
            ("visitor", f"Where is my order 48291{number}? My mail is ann{number}@mail.example"),
            ("agent", f"I write to ann{number}@mail.example about order 48291{number} today"),
        )

    run = study(site)

    kept = [text for row in Occurrence.objects.all() for text in (row.text, row.reply)]
    assert len(kept) == 16
    assert not any("mail.example" in text or "4829" in text for text in kept)
    assert all(
        not any("ann" in word or word.isdigit() for word in group.keywords)
        for group in ExchangeGroup.objects.all()
    )
    assert questions(run)


def test_what_one_conversation_says_again_and_again_is_nobody_elses_business(site: Site) -> None:
    closed(
        site,
        *[("visitor", "opening hours on sunday?"), ("agent", "From eleven to five.")] * 5,
    )
    assert questions(study(site)) == []


def test_only_closed_conversations_of_the_site_within_retention_are_studied(site: Site) -> None:
    LiveChatSettings.objects.create(site=site, retention_days=30)
    forget()
    asked(site, HOURS[:2])
    asked(make_site("b.test"), HOURS)
    still_open = closed(site, ("visitor", HOURS[2]))
    Conversation.objects.filter(pk=still_open.pk).update(state="waiting")
    closed(site, ("visitor", HOURS[3]), ago=timedelta(days=31))

    run = study(site)

    assert run.conversations == 2
    assert questions(run) == []


def test_an_erased_visitor_takes_the_excerpts_along_and_the_name_passes_on(site: Site) -> None:
    conversations = asked(site, HOURS, OPEN)
    run = study(site)
    (group,) = questions(run)
    first = queries.excerpts_of(run, group)[0]

    first.conversation.visitor.delete()

    (group,) = questions(run)
    assert group.count == 4
    assert group.name != first.text and group.name in HOURS
    assert queries.name_of(run, group) == group.name
    for conversation in conversations:
        Conversation.objects.filter(pk=conversation.pk).delete()
    assert questions(run) == []
    assert not Occurrence.objects.exists()
    keep_house()
    assert not ExchangeGroup.objects.exists()


def test_excerpts_expire_with_their_conversations(site: Site) -> None:
    asked(site, HOURS, OPEN)
    study(site)
    Conversation.objects.update(last_at=clock.now() - timedelta(days=200))

    kept = keep_house()

    assert kept.failed == ()
    assert not Occurrence.objects.exists()
    assert not ExchangeGroup.objects.exists()


def test_a_group_that_was_dealt_with_stays_dealt_with(site: Site) -> None:
    asked(site, HOURS, OPEN)
    (group,) = questions(study(site))
    actions.deal_with(group, draft_kind="canned_reply", draft_id=3)

    asked(site, ["opening hours in the holidays?", "your opening hours at Easter"], OPEN)
    run = study(site)

    assert questions(run) == []
    (again,) = questions(run, dealt_with=True)
    assert (again.pk, again.count, again.draft_kind, again.draft_id) == (
        group.pk,
        7,
        "canned_reply",
        3,
    )
    actions.take_up_again(again)
    assert [one.pk for one in questions(run)] == [group.pk]


def test_what_was_dealt_with_is_known_again_after_its_conversations_are_gone(site: Site) -> None:
    asked(site, HOURS)
    (group,) = questions(study(site))
    actions.deal_with(group)
    Conversation.objects.all().delete()
    keep_house()

    asked(site, HOURS[1:])
    run = study(site)

    assert questions(run) == []
    assert [one.pk for one in questions(run, dealt_with=True)] == [group.pk]


def test_a_group_keeps_its_number_from_study_to_study(site: Site) -> None:
    asked(site, HOURS)
    (before,) = questions(study(site))
    asked(site, VOUCHERS)
    after = questions(study(site))

    assert before.pk in {group.pk for group in after}
    assert ExchangeGroup.objects.count() == 2
    assert Occurrence.objects.values("run").distinct().count() == 1


def test_one_study_of_a_site_at_a_time(site: Site) -> None:
    run, is_new = actions.queue_study(site.pk)
    again, is_new_again = actions.queue_study(site.pk)

    assert (is_new, is_new_again) == (True, False)
    assert again == run
    assert actions.queue_study(make_site("b.test").pk)[1]
    assert actions.study(run.pk)
    assert not actions.study(run.pk)


def test_a_study_whose_process_died_is_begun_again(site: Site) -> None:
    asked(site, HOURS)
    lost, _is_new = actions.queue_study(site.pk)
    silent = clock.now() - STALE_AFTER - timedelta(seconds=1)
    StudyRun.objects.filter(pk=lost.pk).update(state=RunState.RUNNING, seen_at=silent)

    run, is_new = actions.queue_study(site.pk)

    assert is_new and run != lost
    lost.refresh_from_db()
    assert lost.state == RunState.FAILED
    assert actions.study(run.pk)


def test_a_study_that_was_taken_over_stops_and_leaves_nothing(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slow, not dead: it learns of the other one when it next says how far it is."""
    asked(site, HOURS)
    run, _is_new = actions.queue_study(site.pk)
    group = actions.group

    def slow(*args, **kwargs):
        StudyRun.objects.filter(pk=run.pk).update(state=RunState.FAILED)
        return group(*args, **kwargs)

    monkeypatch.setattr(actions, "group", slow)
    monkeypatch.setattr(actions, "TOLD_EVERY", timedelta(0))

    assert not actions.study(run.pk)
    assert not Occurrence.objects.exists()


def test_a_study_that_fails_half_way_changes_nothing_that_is_shown(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(site, HOURS)
    shown = study(site)
    asked(site, VOUCHERS)
    store = actions._store

    def fails(rows):
        store(rows)
        raise OSError("no space left")

    monkeypatch.setattr(actions, "_store", fails)
    run, _is_new = actions.queue_study(site.pk)
    with pytest.raises(OSError):
        actions.study(run.pk)

    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert queries.last_run(site.pk) == shown
    assert [group.count for group in questions(shown)] == [5]
    assert Occurrence.objects.filter(run=run).exists()
    keep_house()
    assert not Occurrence.objects.filter(run=run).exists()
    monkeypatch.undo()
    assert len(questions(study(site))) == 2


def test_a_conversation_that_is_erased_while_it_is_studied_leaves_nothing(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversations = asked(site, HOURS)
    group = actions.group

    def erasing(*args, **kwargs):
        Conversation.objects.filter(pk=conversations[0].pk).delete()
        return group(*args, **kwargs)

    monkeypatch.setattr(actions, "group", erasing)

    (found,) = questions(study(site))
    assert found.count == 4


def test_housekeeping_takes_nothing_of_a_study_under_way(site: Site) -> None:
    run, _is_new = actions.queue_study(site.pk)
    StudyRun.objects.filter(pk=run.pk).update(state=RunState.RUNNING)
    group = ExchangeGroup.objects.create(site=site, kind=Kind.QUESTION, language="en")
    (conversation,) = asked(site, HOURS[:1])
    Occurrence.objects.create(
        run=run,
        group=ExchangeGroup.objects.create(site=site, kind=Kind.QUESTION, language="en"),
        conversation=conversation,
        seq=1,
        at=clock.now(),
        text="",
        rank=0,
    )

    keep_house()

    assert ExchangeGroup.objects.filter(pk=group.pk).exists()
    assert Occurrence.objects.filter(run=run).exists()
    assert StudyRun.objects.filter(pk=run.pk).exists()


def test_how_far_it_is_can_be_seen_while_it_goes_on(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(site, HOURS, OPEN)
    monkeypatch.setattr(actions, "TOLD_EVERY", timedelta(0))
    with CaptureQueriesContext(
        connection,
    ) as captured:
        run = study(site)
    told = [q["sql"] for q in captured if '"share"' in q["sql"] and q["sql"].startswith("UPDATE")]

    assert len(told) >= 5
    assert (run.share, run.conversations) == (1.0, 5)
    assert run.finished_at is not None


def test_a_site_without_conversations_has_nothing_to_find(site: Site) -> None:
    run = study(site)
    assert (run.state, run.conversations) == (RunState.FINISHED, 0)
    assert questions(run) == []
    assert queries.groups_found(None, Kind.QUESTION, ANY).count() == 0


def test_hostile_texts_are_studied_like_any_other(site: Site) -> None:
    for text in [
        "\x01" * 50,
        "=HYPERLINK(1)",
        "<script>alert(1)</script>",
        "' OR 1=1 --",
        "ا" * 4_000,
    ]:
        for _ in range(3):
            closed(site, ("visitor", text), ("agent", text))
    assert study(site).state == RunState.FINISHED


def test_more_texts_than_are_held_in_memory_are_studied_from_the_newest(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MOST_TEXTS", 4)
    asked(site, VOUCHERS, OPEN)
    asked(site, HOURS, OPEN)

    (group,) = questions(study(site))
    assert group.name in HOURS


def test_the_background_does_what_was_put_down(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    site = make_site()
    asked(site, HOURS)

    with django_capture_on_commit_callbacks(execute=True):
        run, is_new = begin_study(site.pk)

    assert is_new
    run.refresh_from_db()
    assert run.state == RunState.FINISHED
    assert len(questions(run)) == 1
