"""Whether conditions hold, and who may be invited: decisions, in milliseconds."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_livechat.engagement.conditions import parse
from wagtail_livechat.engagement.rules import (
    Facts,
    PageSeen,
    Past,
    Reach,
    Reason,
    Refusal,
    Score,
    Truth,
    VisitSeen,
    counted,
    evaluate,
    must_pause,
    reach,
    refusal,
    seconds_until,
    speaks,
)

PARIS = ZoneInfo("Europe/Paris")
WEDNESDAY = datetime(2026, 3, 4, 10, 30, tzinfo=PARIS)
BOOK = PageSeen(
    page_id=9,
    path="0001000100020003",
    model="bookshop.bookpage",
    language="en",
    tags=frozenset({"poetry", "sea"}),
)
PLACES = {5: ("000100010002",), 9: ("0001000100020003", "0001000500020003"), 7: ()}
VISIT = VisitSeen(
    pages=4,
    origin="https://news.example.org",
    returning=True,
    score=3,
    reasons=frozenset({"back_and_forth"}),
    device="phone",
)


def facts(**changed) -> Facts:
    given = {"at": WEDNESDAY, "page": BOOK, "visit": VISIT, "dwell": 40.0, "places": PLACES}
    return Facts(**given | changed)


def judge(tree, **changed) -> Truth:
    return evaluate(parse(tree), facts(**changed)).truth


HOLDING = [
    {"is": "page", "page": 9},
    {"is": "page", "page": 9, "below": True},
    {"is": "page", "page": 5, "below": True},
    {"is": "page_type", "types": ["bookshop.homepage", "bookshop.bookpage"]},
    {"is": "locale", "locales": ["en"]},
    {"is": "tags", "tags": ["Sea", "war"]},
    {"is": "dwell", "least": 40},
    {"is": "pages", "least": 4},
    {"is": "origin", "hosts": ["example.org"]},
    {"is": "origin", "hosts": ["news.example.org"]},
    {"is": "returning"},
    {"is": "stuck_score", "least": 3},
    {"is": "stuck_reasons", "reasons": ["form_left", "back_and_forth"]},
    {"is": "device", "devices": ["phone", "tablet"]},
    {"is": "hours", "ranges": [{"days": [2], "begins": "10:30", "ends": "10:31"}]},
]
NOT_HOLDING = [
    {"is": "page", "page": 5},
    {"is": "page", "page": 7, "below": True},
    {"is": "page", "page": 404, "below": True},
    {"is": "page_type", "types": ["bookshop.homepage"]},
    {"is": "locale", "locales": ["fr"]},
    {"is": "tags", "tags": ["war"]},
    {"is": "dwell", "least": 41},
    {"is": "pages", "least": 5},
    {"is": "origin", "hosts": ["ample.org"]},
    {"is": "new"},
    {"is": "stuck_score", "least": 4},
    {"is": "stuck_reasons", "reasons": ["form_left"]},
    {"is": "device", "devices": ["desktop"]},
    {"is": "hours", "ranges": [{"days": [2], "begins": "10:31", "ends": "12:00"}]},
    {"is": "hours", "ranges": [{"days": [1], "begins": "10:00", "ends": "12:00"}]},
]


@pytest.mark.parametrize("leaf", HOLDING)
def test_a_condition_that_holds_is_true(leaf):
    verdict = evaluate(parse(leaf), facts())
    assert (verdict.truth, verdict.reason) == (Truth.TRUE, Reason.MET)


@pytest.mark.parametrize("leaf", NOT_HOLDING)
def test_a_condition_that_does_not_hold_is_false(leaf):
    verdict = evaluate(parse(leaf), facts())
    assert (verdict.truth, verdict.reason) == (Truth.FALSE, Reason.NOT_MET)


@pytest.mark.parametrize("leaf", [*HOLDING, *NOT_HOLDING])
def test_what_is_about_a_visitor_who_did_not_agree_is_unknown_and_never_false(leaf):
    tree = parse(leaf)
    verdict = evaluate(tree, facts(visit=None))
    if tree.asks_consent:
        assert (verdict.truth, verdict.reason) == (Truth.UNKNOWN, Reason.NO_CONSENT)
    else:
        assert verdict.truth is not Truth.UNKNOWN


def test_where_no_page_is_open_conditions_about_pages_say_so():
    verdict = evaluate(parse({"is": "page", "page": 9}), facts(page=None))
    assert (verdict.truth, verdict.reason) == (Truth.FALSE, Reason.NO_PAGE)


def test_the_time_on_a_page_is_unknown_where_only_the_browser_counts_it():
    verdict = evaluate(parse({"is": "dwell", "least": 1}), facts(dwell=None, visit=None))
    assert (verdict.truth, verdict.reason) == (Truth.UNKNOWN, Reason.IN_BROWSER)


def test_a_verdict_tells_what_was_found():
    found = [
        verdict.found
        for verdict in evaluate(
            parse({"all": [{"is": "dwell", "least": 90}, {"is": "pages", "least": 9}]}), facts()
        ).leaves()
    ]
    assert found == [40, 4]


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (WEDNESDAY.replace(hour=21, minute=59), False),
        (WEDNESDAY.replace(hour=22, minute=0), True),
        (WEDNESDAY.replace(hour=23, minute=59), True),
        (WEDNESDAY.replace(hour=0, minute=30) + timedelta(days=1), True),
        (WEDNESDAY.replace(hour=6, minute=0) + timedelta(days=1), False),
        (WEDNESDAY.replace(hour=0, minute=30), False),
    ],
)
def test_hours_may_pass_midnight(moment, is_open):
    night = {"is": "hours", "ranges": [{"days": [2], "begins": "22:00", "ends": "06:00"}]}
    assert judge(night, at=moment) is (Truth.TRUE if is_open else Truth.FALSE)


T, F = {"is": "returning"}, {"is": "new"}
U = {"is": "dwell", "least": 5}  # unknown without a dwell


@pytest.mark.parametrize(
    ("tree", "truth"),
    [
        ({"all": [T, T]}, Truth.TRUE),
        ({"all": [T, U]}, Truth.UNKNOWN),
        ({"all": [F, U]}, Truth.FALSE),
        ({"any": [F, F]}, Truth.FALSE),
        ({"any": [F, U]}, Truth.UNKNOWN),
        ({"any": [T, U]}, Truth.TRUE),
        ({"all": [T, {"any": [F, U]}]}, Truth.UNKNOWN),
        ({"any": [F, {"all": [T, T]}]}, Truth.TRUE),
    ],
)
def test_unknown_stays_unknown_unless_the_rest_decides(tree, truth):
    assert judge(tree, dwell=None) is truth


LEAF = st.sampled_from([*HOLDING, *NOT_HOLDING])
TREE = st.recursive(
    LEAF,
    lambda parts: st.one_of(
        st.lists(parts, min_size=1, max_size=3).map(lambda of: {"all": of}),
        st.lists(parts, min_size=1, max_size=3).map(lambda of: {"any": of}),
    ),
    max_leaves=8,
)


def _depth(tree) -> int:
    of = tree.get("all") or tree.get("any")
    return 1 + max(map(_depth, of)) if of else 1


@given(TREE.filter(lambda tree: _depth(tree) <= 4))
def test_consent_only_ever_makes_more_known(tree):
    """What is decided without consent stays decided with it."""
    node = parse(tree)
    without, with_it = evaluate(node, facts(visit=None)).truth, evaluate(node, facts()).truth
    if without is not Truth.UNKNOWN:
        assert with_it is without
    assert with_it is not Truth.UNKNOWN


@given(TREE.filter(lambda tree: _depth(tree) <= 4), st.integers(0, 60))
def test_the_browser_waits_exactly_until_the_tree_holds(tree, dwelt):
    node = parse(tree)
    needed = seconds_until(node, facts(visit=None, dwell=None))
    holds = evaluate(node, facts(visit=None, dwell=float(dwelt))).truth is Truth.TRUE
    assert holds == (needed is not None and dwelt >= needed)


@given(TREE.filter(lambda tree: _depth(tree) <= 4))
def test_who_did_not_agree_is_reached_by_no_tree_that_is_for_those_who_did(tree):
    node = parse(tree)
    if reach(node) is Reach.AGREED:
        assert evaluate(node, facts(visit=None)).truth is not Truth.TRUE


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        ({"all": [{"is": "page", "page": 9}, U]}, Reach.EVERYBODY),
        ({"any": [{"is": "page", "page": 9}, T]}, Reach.PARTLY),
        ({"all": [{"is": "page", "page": 9}, T]}, Reach.AGREED),
        ({"all": [{"any": [U, T]}, {"any": [T, F]}]}, Reach.AGREED),
    ],
)
def test_a_tree_says_whom_it_can_reach(tree, expected):
    assert reach(parse(tree)) is expected


def test_a_trigger_speaks_to_pages_in_its_own_language_unless_it_names_languages():
    plain = parse({"is": "page", "page": 9})
    assert speaks(plain, own="en", page_language="en")
    assert not speaks(plain, own="en", page_language="fr")
    named = parse({"all": [{"is": "locale", "locales": ["fr"]}]})
    assert speaks(named, own="en", page_language="fr")


@pytest.mark.parametrize(
    ("past", "expected"),
    [
        (Past(), None),
        (Past(invitations=1), None),
        (Past(invitations=2), Refusal.CAP),
        (Past(declined=True), Refusal.DECLINED),
        (Past(never=True, declined=True), Refusal.NEVER),
        (Past(in_conversation=True), Refusal.IN_CONVERSATION),
        (Past(has_open=True, invitations=1), Refusal.STANDING),
        (Past(triggers=frozenset({7}), invitations=1), Refusal.AGAIN),
    ],
)
def test_what_was_before_decides_who_may_be_invited(past, expected):
    assert refusal(past, cap=2, trigger=7) is expected


def test_an_agent_may_ask_again_where_a_trigger_may_not():
    assert refusal(Past(triggers=frozenset({7}), invitations=1), cap=2) is None


ASKERS = st.one_of(st.none(), st.integers(1, 4))
WHAT_HAPPENS = st.sampled_from(["ask", "ignore", "decline", "never", "accept", "end"])


@given(st.lists(st.tuples(WHAT_HAPPENS, ASKERS), max_size=40), st.integers(1, 4))
def test_whoever_asks_and_whatever_happens_the_cap_holds(story, cap):
    """One visit's story: agents (no number) and triggers ask in any order."""
    made: list[int | None] = []
    has_open = declined = never = talking = False
    for what, asker in story:
        past = Past(
            invitations=len(made),
            has_open=has_open,
            declined=declined,
            never=never,
            in_conversation=talking,
            triggers=frozenset(each for each in made if each is not None),
        )
        if what == "ask":
            if refusal(past, cap=cap, trigger=asker) is None:
                assert not (has_open or declined or never or talking)
                made.append(asker)
                has_open = True
        elif has_open and what != "end":
            has_open = False
            declined |= what == "decline"
            never |= what == "never"
            talking |= what == "accept"
        elif what == "end":
            talking = False
    assert len(made) <= cap
    triggers = [each for each in made if each is not None]
    assert len(triggers) == len(set(triggers))


def _after(answers: list[bool], after: int = 10) -> Score:
    score = Score()
    for dismissed in answers:
        score = counted(score, dismissed=dismissed, after=after)
    return score


def test_a_trigger_that_is_always_dismissed_pauses_as_soon_as_enough_have_answered():
    assert not must_pause(_after([True] * 9), percent=80, after=10)
    assert must_pause(_after([True] * 10), percent=80, after=10)


def test_a_trigger_that_is_welcome_goes_on():
    assert not must_pause(_after([True, False] * 30), percent=80, after=10)


def test_what_is_long_ago_fades():
    liked_then_not = [False] * 200 + [True] * 40
    assert must_pause(_after(liked_then_not), percent=80, after=10)


@given(st.lists(st.booleans(), max_size=200))
def test_the_score_never_counts_more_dismissals_than_answers(answers):
    score = _after(answers)
    assert 0 <= score.dismissals <= score.answers < 20
