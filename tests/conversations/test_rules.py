"""What becomes of a text before it is stored, and how staff call whom they do not know."""

import pytest

from wagtail_livechat.conversations.rules import excerpt, label, may_reply, normalise


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("  hello \n", "hello"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("a\x00b\x1b[2Jc\x7fd\x9b", "ab[2Jcd"),
        ("tab\tstays", "tab\tstays"),
        ("e\u0301", "é"),
        ("x\ufffey\U0001ffffz", "x\ufffdy\ufffdz"),
        ("a" + "\n" * 50 + "b", "a\n\n\nb"),
        ("👩‍👩‍👧 \u202eabc", "👩‍👩‍👧 \u202eabc"),
        ("\x00 \n\t", ""),
    ],
)
def test_a_text_has_one_spelling(written: str, stored: str) -> None:
    assert normalise(written) == stored


def test_what_is_stored_is_stored_again_unchanged() -> None:
    text = normalise("é \r\n x\u2028\x01")
    assert normalise(text) == text


def test_an_excerpt_is_one_short_line() -> None:
    assert excerpt("a\n\nb  c") == "a b c"
    assert len(excerpt("word " * 500)) == 140


def test_a_label_is_stable_and_differs_between_neighbours() -> None:
    assert label(7) == label(7)
    assert len({label(n) for n in range(1, 2_000)}) == 1_999


@pytest.mark.parametrize(
    ("state", "agent_id", "allowed"),
    [("waiting", None, True), ("active", 1, True), ("active", 2, False), ("closed", 1, False)],
)
def test_an_agent_replies_only_where_it_is_theirs(
    state: str, agent_id: int | None, allowed: bool
) -> None:
    assert may_reply(state=state, agent_id=agent_id, profile_id=1) is allowed
