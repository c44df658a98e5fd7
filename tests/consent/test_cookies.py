"""The cookie of a choice: written by us alone, for one site."""

from datetime import date

from wagtail_livechat.consent.cookies import choice_name, flagged, read, sign, visit_name
from wagtail_livechat.consent.rules import Choice

REFUSED = Choice(version=3, assistance=False, statistics=False, day=date(2027, 3, 1))


def test_its_name_is_that_of_one_host():
    assert choice_name(5, plain=False) == "__Host-livechat-choice-5"
    assert visit_name(5, plain=False) == "__Host-livechat-visit-5"
    assert choice_name(5, plain=True) == "livechat-choice-5"


def test_what_we_wrote_is_read_on_its_site_alone():
    assert read(5, sign(5, REFUSED)) == REFUSED
    assert read(6, sign(5, REFUSED)) is None


def test_two_browsers_that_refused_hold_the_same():
    assert sign(5, REFUSED) == sign(5, REFUSED)


def test_a_rotated_secret_still_knows_its_choices(settings):
    value = sign(5, REFUSED)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "newer", [settings.SECRET_KEY]
    assert read(5, value) == REFUSED
    settings.SECRET_KEY_FALLBACKS = []
    assert read(5, value) is None


def test_nothing_that_was_tampered_with_is_read():
    value = sign(5, REFUSED)
    hostile = [
        value.replace(".nn.", ".yn."),
        value.replace("20270301", "20270302"),
        value[:-1] + ("A" if value[-1] != "A" else "B"),
        value + "=",
        value.rpartition(".")[0],
        "é" + value,
        "." * 200,
        "x" * 100_000,
    ]
    for text in hostile:
        assert read(5, text) is None


def test_a_flag_makes_nothing_hold_longer():
    never = read(5, flagged(5, sign(5, REFUSED), never=True))
    assert never.never and never.day == REFUSED.day
    both = read(5, flagged(5, sign(5, never), returning=True))
    assert both.never and both.returning
    assert flagged(5, "nonsense", never=True) is None
