"""What the signpost makes of a message: an answer, a word, or a person."""

import pytest

from tests.answers.knowing import knowing
from tests.factories import make_site
from wagtail_livechat.answers import guiding
from wagtail_livechat.answers.answerers import FAILED, Answer, Card, Choice, Expects
from wagtail_livechat.conversations.queries import Unanswered
from wagtail_livechat.protocol.values import HandOver
from wagtail_livechat.site_settings.memory import forget
from wagtail_livechat.site_settings.models import LiveChatSettings, PagePolicy, WidgetText

pytestmark = pytest.mark.django_db

HOURS = Answer(knows=True, text="From ten to six.", source="curated:1")
PAGE = Answer(
    knows=True,
    cards=(Card(page_id=4, title="Opening hours", passage="On Sunday", url="/hours/"),),
    source="pages",
)


@pytest.fixture
def site():
    site = make_site()
    LiveChatSettings.objects.create(site=site, enabled=True, signpost="always")
    forget()
    return site


@pytest.fixture
def asked(site):
    def make(text: str, **facts) -> Unanswered:
        values = {
            "conversation_pk": 1,
            "site_id": site.pk,
            "language": "en",
            "seq": 1,
            "text": text,
            "page_id": None,
            "place": None,
            "failures": 0,
            "asks_about": None,
            "choices": [],
            "asked_before": [],
        }
        return Unanswered(**(values | facts))

    return make


def test_an_answer_is_said_and_whether_it_helped_is_asked(asked):
    with knowing(hours=HOURS) as answerer:
        saying = guiding.decide(asked("hours", page_id=9, language="fr"))
    assert (saying.text, saying.asks, saying.failed) == ("From ten to six.", True, False)
    assert saying.pointing.source == "curated:1"
    [question] = answerer.asked
    assert (question.text, question.language, question.page_id) == ("hours", "fr", 9)


def test_pages_are_introduced_in_the_language_of_the_conversation(asked):
    with knowing(hours=PAGE):
        assert guiding.decide(asked("hours")).text == "These pages may help:"
        saying = guiding.decide(asked("hours", language="fr"))
    assert saying.text != "These pages may help:"
    [page] = saying.pointing.pages
    assert (page.page_id, page.title, page.passage, page.url) == (
        4,
        "Opening hours",
        "On Sunday",
        "/hours/",
    )


def test_it_says_that_it_does_not_know_and_the_second_time_hands_over(asked):
    first = guiding.decide(asked("quantum chromodynamics"))
    assert (first.failed, first.hands_over, first.asks) == (True, None, False)
    assert first.text
    second = guiding.decide(asked("lattice gauge theory", failures=1))
    assert (second.failed, second.hands_over) == (True, HandOver.FAILURES)
    assert second.text and second.text != first.text


@pytest.mark.parametrize(
    "text, facts, reason",
    [
        ("Can I talk to a person?", {}, HandOver.ASKED),
        ("Je veux parler à un libraire", {"language": "fr"}, HandOver.ASKED),
        ("That did not help", {}, HandOver.NOT_HELPED),
        ("non", {"language": "fr", "asks_about": 2}, HandOver.NOT_HELPED),
        ("When are you open?", {"asked_before": ["when are you open"]}, HandOver.REPEATED),
    ],
)
def test_words_open_the_way_to_a_person_without_asking_anybody(asked, text, facts, reason):
    with knowing() as answerer:
        saying = guiding.decide(asked(text, **facts))
    assert saying.hands_over is reason
    assert answerer.asked == []


def test_yes_thanks_and_greetings_cost_nothing(asked):
    with knowing() as answerer:
        yes = guiding.decide(asked("yes", asks_about=2))
        thanks = guiding.decide(asked("thank you"))
        greeting = guiding.decide(asked("Hello!"))
    assert yes.helped is True
    assert all(s.text and not s.failed and not s.hands_over for s in (yes, thanks, greeting))
    assert answerer.asked == []


def test_a_broken_answerer_opens_the_way_to_a_person(asked):
    with knowing(hours=FAILED):
        saying = guiding.decide(asked("hours"))
    assert (saying.hands_over, saying.failed) == (HandOver.FAULT, True)
    assert saying.text


def test_what_breaks_around_the_answerers_is_logged_without_the_text(asked, monkeypatch, caplog):
    def breaks(question):
        raise RuntimeError("no index")

    monkeypatch.setattr("wagtail_livechat.answers.asking.answer", breaks)
    saying = guiding.decide(asked("my secret question"))
    assert saying.hands_over is HandOver.FAULT
    assert "no index" in caplog.text
    assert "secret" not in caplog.text


def test_a_step_of_a_script_is_said_with_its_choices_and_asks_for_no_verdict(asked):
    step = Answer(
        knows=True,
        text="Which?",
        is_step=True,
        choices=(Choice(key="a", label="An order"), Choice(key="b", label="Talk to a person")),
        expects=Expects.CHOICE,
        place={"script": 3, "step": "x"},
    )
    with knowing(start=step):
        saying = guiding.decide(asked("start"))
    assert saying.pointing.choices == ["An order", "Talk to a person"]
    assert (saying.asks, saying.place) == (False, {"script": 3, "step": "x"})


def test_a_choice_goes_to_the_script_whatever_its_words_are(asked):
    with knowing() as answerer:
        guiding.decide(
            asked(
                "Talk to a person",
                choices=["An order", "Talk to a person"],
                place={"script": 3},
                asked_before=["talk to a person"],
            )
        )
    assert [question.place for question in answerer.asked] == [{"script": 3}]


def test_a_script_hands_over_after_its_last_words(asked):
    last = Answer(
        knows=True, text="I fetch somebody.", is_step=True, hands_over=True, email="a@b.c"
    )
    with knowing(go=last):
        saying = guiding.decide(asked("go", place={"script": 3}))
    assert (saying.text, saying.hands_over, saying.email) == (
        "I fetch somebody.",
        HandOver.SCRIPT,
        "a@b.c",
    )


def test_within_a_script_a_person_is_one_word_away(asked):
    saying = guiding.decide(asked("I want to talk to someone", place={"script": 3}))
    assert saying.hands_over is HandOver.ASKED


def test_where_it_was_switched_off_meanwhile_a_person_is_asked(asked, site):
    LiveChatSettings.objects.update(signpost="never")
    forget()
    with knowing(hours=HOURS):
        assert guiding.decide(asked("hours")).hands_over is HandOver.SWITCHED_OFF


def test_that_somebody_came_does_not_cut_it_short(asked):
    LiveChatSettings.objects.update(signpost="absent")
    forget()
    with knowing(hours=HOURS):
        assert guiding.decide(asked("hours")).text == "From ten to six."


@pytest.mark.parametrize(
    "mode, is_somebody_here, first",
    [
        ("always", True, True),
        ("always", False, True),
        ("absent", True, False),
        ("absent", False, True),
        ("never", True, False),
        ("never", False, False),
    ],
)
def test_when_it_answers_first(site, mode, is_somebody_here, first):
    LiveChatSettings.objects.update(signpost=mode)
    forget()
    said = guiding.answers_first(site.pk, language="en", is_somebody_here=is_somebody_here)
    assert said is first


def test_a_language_and_a_section_say_otherwise(site):
    settings = LiveChatSettings.objects.get(site=site)
    WidgetText.objects.create(settings=settings, language="fr", signpost="never")
    PagePolicy.objects.create(page_id=site.root_page_id, signpost="absent")
    forget()
    here = {"is_somebody_here": True}
    assert guiding.answers_first(site.pk, language="en", **here)
    assert not guiding.answers_first(site.pk, language="fr", **here)
    assert not guiding.answers_first(site.pk, language="en", page_id=site.root_page_id, **here)
