"""Decisions about consent: how a choice is spelled, how long it holds, when to ask."""

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest

from wagtail_livechat.consent.rules import (
    Choice,
    Numbers,
    Purpose,
    Signals,
    Standing,
    given_before,
    has_lapsed,
    hash_of,
    holds_for,
    last_day,
    months_later,
    next_numbers,
    proved_before,
    read_choice,
    seconds_left,
    standing,
    write_choice,
)

RECEIPT = uuid.UUID("0b6b6c1e-6a5f-4a53-9d53-8f4f3b1c2d3e")
DAY = date(2027, 3, 1)


def choice(**more) -> Choice:
    return Choice(**{"version": 12, "assistance": False, "statistics": False, "day": DAY} | more)


def test_a_choice_is_written_as_it_is_documented():
    assert write_choice(choice()) == "1.12.nn.20270301.-.-"
    agreed = choice(assistance=True, returning=True, never=True, receipt=RECEIPT)
    assert write_choice(agreed) == f"1.12.yn.20270301.rq.{RECEIPT}"


@pytest.mark.parametrize(
    "made",
    [
        choice(),
        choice(version=0, never=True),
        choice(statistics=True, receipt=RECEIPT, returning=True),
        choice(assistance=True, statistics=True, receipt=RECEIPT, never=True),
    ],
)
def test_what_is_written_is_read(made):
    assert read_choice(write_choice(made)) == made


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1.12.nn.20270301.-",
        "2.12.nn.20270301.-.-",
        "1.012.nn.20270301.-.-",
        "1.-1.nn.20270301.-.-",
        "1.12.NN.20270301.-.-",
        "1.12.nn.20270231.-.-",
        "1.12.nn.20270301.qr.-",
        "1.12.nn.20270301..-",
        "1.12.nn.20270301.-.-\n",
        "1.12.nn.٢٠٢٧٠٣٠١.-.-",
        "1.12.yn.20270301.-.-",  # a yes without its proof
        f"1.12.nn.20270301.-.{RECEIPT}",  # a no that could be recognised
        f"1.12.yn.20270301.-.{str(RECEIPT).upper()}",
        "1.12.yn.20270301.-." + "-" * 36,
        "1.12.yn.20270301.-." + "0" * 10_000,
    ],
)
def test_any_other_spelling_says_nothing(text):
    assert read_choice(text) is None


@pytest.mark.parametrize(
    ("answered", "last"),
    [
        (date(2027, 3, 1), date(2027, 9, 1)),
        (date(2027, 8, 31), date(2028, 2, 29)),
        (date(2026, 8, 31), date(2027, 2, 28)),
        (date(2027, 12, 31), date(2028, 6, 30)),
    ],
)
def test_an_answer_holds_for_six_months(answered, last):
    assert last_day(answered) == last
    assert not has_lapsed(answered, last)
    assert has_lapsed(answered, last + timedelta(days=1))


def test_five_months_and_29_days_are_not_over_and_six_months_and_a_day_are():
    for start in (date(2027, 1, 1) + timedelta(days=n) for n in range(366)):
        if start.day < 29:
            assert not has_lapsed(start, months_later(start, 5) + timedelta(days=27))
        assert has_lapsed(start, months_later(start, 6) + timedelta(days=1))


def test_an_answer_from_the_future_is_none():
    assert not has_lapsed(DAY + timedelta(days=1), DAY)  # a clock may be a little ahead
    assert has_lapsed(DAY + timedelta(days=2), DAY)


def test_a_browser_keeps_an_answer_until_its_last_day_has_ended():
    now = datetime(2027, 9, 1, 23, 59, tzinfo=UTC)
    assert seconds_left(choice(), now) == 60
    assert seconds_left(choice(), now + timedelta(minutes=1)) == 0
    assert seconds_left(choice(), now + timedelta(days=100)) == 0


def test_the_moment_before_which_answers_have_lapsed_is_exact():
    for today in (date(2027, 1, 1) + timedelta(days=n) for n in range(800)):
        edge = given_before(today).date()
        assert not has_lapsed(edge, today)
        assert has_lapsed(edge - timedelta(days=1), today)


def test_proof_is_kept_for_two_years():
    assert proved_before(datetime(2029, 3, 1, 12, tzinfo=UTC)) == datetime(
        2027, 3, 1, 12, tzinfo=UTC
    )
    assert proved_before(datetime(2028, 2, 29, tzinfo=UTC)).date() == date(2026, 2, 28)


def test_a_signal_is_a_refusal_until_the_visitor_answers():
    gpc, dnt, silent = Signals(gpc=True), Signals(dnt=True), Signals()
    assert standing(None, silent, (12,), DAY) is Standing.UNASKED
    assert standing(None, gpc, (12,), DAY) is Standing.REFUSED_BY_SIGNAL
    assert standing(None, dnt, (12,), DAY) is Standing.REFUSED_BY_SIGNAL
    agreed = choice(assistance=True, receipt=RECEIPT)
    for answered in (agreed, choice()):
        assert standing(answered, gpc, (12,), DAY) is Standing.ANSWERED


def test_nobody_is_asked_again_before_the_question_changes_or_six_months_have_gone():
    assert standing(choice(), Signals(), (11, 12), DAY) is Standing.ANSWERED
    assert standing(choice(), Signals(), (13,), DAY) is Standing.UNASKED
    assert standing(choice(), Signals(), (12,), date(2027, 9, 1)) is Standing.ANSWERED
    assert standing(choice(), Signals(), (12,), date(2027, 9, 2)) is Standing.UNASKED


def test_versions_are_numbered_by_what_the_editor_says_of_a_change():
    first = next_numbers(None, says_minor=True, purposes=["assistance"])
    assert first == Numbers(number=1, major=1)
    minor = next_numbers(
        first, says_minor=True, purposes=["assistance"], previous_purposes=["assistance"]
    )
    assert minor == Numbers(number=2, major=1)
    major = next_numbers(
        minor, says_minor=False, purposes=["assistance"], previous_purposes=["assistance"]
    )
    assert major == Numbers(number=3, major=2)


def test_asking_for_more_is_never_minor_and_asking_for_less_may_be():
    before = Numbers(number=1, major=1)
    both = ["assistance", "statistics"]
    more = next_numbers(before, says_minor=True, purposes=both, previous_purposes=both[:1])
    assert more.major == 2
    less = next_numbers(before, says_minor=True, purposes=both[:1], previous_purposes=both)
    assert less.major == 1


def test_a_hash_names_a_version_by_its_content():
    words = {"heading": "May we?", "body": [{"t": "p", "c": ["é"]}]}
    one = hash_of(language="en", purposes=["assistance"], texts=words)
    assert one == hash_of(
        language="en", purposes=["assistance"], texts=dict(reversed(words.items()))
    )
    others = {
        hash_of(language="fr", purposes=["assistance"], texts=words),
        hash_of(language="en", purposes=["statistics"], texts=words),
        hash_of(language="en", purposes=["assistance"], texts=words | {"heading": "May we"}),
    }
    assert len(others | {one}) == 4


def test_a_yes_counts_only_while_everything_it_rests_on_stands():
    stands = {
        "agreed": True,
        "answered_major": 2,
        "newest_major": 2,
        "newest_purposes": ["assistance"],
        "is_live": True,
    }
    assert holds_for(Purpose.ASSISTANCE, **stands)
    assert not holds_for(Purpose.STATISTICS, **stands)
    for otherwise in (
        {"agreed": False},
        {"newest_major": 3},
        {"newest_major": None},
        {"newest_purposes": []},
        {"is_live": False},
    ):
        assert not holds_for(Purpose.ASSISTANCE, **(stands | otherwise))
