"""The words of the widget."""

from wagtail_livechat.widget.texts import TEXT_KEYS, TEXTS, fill, privacy_notice


def test_a_placeholder_is_replaced_and_nothing_else_is_special() -> None:
    text = fill("{team} says {alias}: {0} %s {days}", days=3, team="The {days} %(x)s")

    assert text == "The {days} %(x)s says {alias}: {0} %s 3"


def test_the_notice_counts_its_days() -> None:
    assert "{days} day after" in privacy_notice(1)
    assert "{days} days after" in privacy_notice(30)


def test_the_notice_is_one_of_the_words() -> None:
    assert "privacy" in TEXT_KEYS
    assert "privacy" not in TEXTS
