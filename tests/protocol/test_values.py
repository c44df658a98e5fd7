"""The bounds of what commands carry."""

import json

import pytest

from wagtail_livechat.protocol.codec import BadFrame, agent_commands, visitor_commands
from wagtail_livechat.protocol.values import MAX_FRAME, MAX_SAFE_INTEGER, MAX_TEXT

REF = "00000001-1c5e-4a7b-9d2f-3b8a6c0e4f11"


def _refused(body: dict[str, object]) -> str:
    with pytest.raises(BadFrame) as refusal:
        visitor_commands.decode(json.dumps(body, ensure_ascii=False))
    return refusal.value.code


def test_a_message_is_one_to_four_thousand_code_points() -> None:
    def say(text: str) -> dict[str, object]:
        return {"type": "message.send", "ref": REF, "text": text}

    longest = visitor_commands.decode(json.dumps(say("é" * MAX_TEXT), ensure_ascii=False))
    assert len(longest.text) == MAX_TEXT
    assert _refused(say("é" * (MAX_TEXT + 1))) == "bad_frame"
    assert _refused(say("")) == "bad_frame"


def test_the_longest_message_fits_into_a_frame_whatever_is_written() -> None:
    """Four bytes for each code point, and the quotation marks escaped."""
    for character in ("🦉", '"', "\n"):
        frame = json.dumps(
            {"type": "message.send", "ref": REF, "text": character * MAX_TEXT},
            ensure_ascii=False,
        )
        assert len(frame.encode()) <= MAX_FRAME
        assert len(visitor_commands.decode(frame).text) == MAX_TEXT


@pytest.mark.parametrize(
    "ref", ["", "1", REF.upper(), REF + "0", REF + "\n", f" {REF}", REF.replace("-", "")]
)
def test_a_ref_is_a_uuid_in_lower_case(ref: str) -> None:
    assert _refused({"type": "message.send", "ref": ref, "text": "x"}) == "bad_frame"


@pytest.mark.parametrize("seq", [-1, 1.5, True, "1", None, MAX_SAFE_INTEGER + 1, 2**63, 1e300])
def test_a_cursor_is_a_whole_number_that_browsers_keep(seq: object) -> None:
    assert _refused({"type": "read.mark", "seq": seq}) == "bad_frame"


def test_a_number_of_five_thousand_digits_is_refused() -> None:
    with pytest.raises(BadFrame) as refusal:
        visitor_commands.decode('{"type":"read.mark","seq":' + "9" * 5_000 + "}")
    assert refusal.value.code == "bad_frame"


@pytest.mark.parametrize("language", ["", "e", "x" * 21, "en_GB", "fr\n", "../fr", "fr;q=1"])
def test_a_language_is_a_tag(language: str) -> None:
    assert _refused({"type": "hello", "v": 1, "language": language}) == "bad_frame"


@pytest.mark.parametrize("capacity", [0, 51, -1, 1.5, "3"])
def test_an_agent_takes_one_to_fifty_conversations(capacity: object) -> None:
    body = {"type": "availability.set", "ref": REF, "availability": "busy", "capacity": capacity}
    with pytest.raises(BadFrame):
        agent_commands.decode(json.dumps(body))


def test_an_agent_is_available_busy_or_away_and_nothing_else() -> None:
    body = {"type": "availability.set", "ref": REF, "availability": "invisible"}
    with pytest.raises(BadFrame):
        agent_commands.decode(json.dumps(body))


def test_a_console_follows_fifty_conversations_at_most() -> None:
    cursors = [{"conversation": REF}] * 51
    with pytest.raises(BadFrame):
        agent_commands.decode(json.dumps({"type": "staff.hello", "v": 1, "open": cursors}))
