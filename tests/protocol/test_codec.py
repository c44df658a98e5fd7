"""What arrives is read strictly, and no bad frame raises anything but its refusal."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_livechat.protocol.codec import (
    MAX_COMMANDS,
    BadFrame,
    agent_commands,
    visit_exchanges,
    visitor_commands,
    visitor_exchanges,
)
from wagtail_livechat.protocol.values import MAX_EXCHANGE, MAX_FRAME

REF = "00000001-1c5e-4a7b-9d2f-3b8a6c0e4f11"
SAY = f'{{"type":"message.send","ref":"{REF}","text":%s}}'


def _code(frame: str | bytes | None) -> str:
    with pytest.raises(BadFrame) as refusal:
        visitor_commands.decode(frame)
    return refusal.value.code


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "{",
        "[]",
        '"x"',
        "null",
        "1",
        "{}",
        '{"type":null}',
        '{"type":["hello"]}',
        '{"TYPE":"pong"}',
        '{"type":"pong"} {"type":"pong"}',
        '{"type":"pong",}',
        "{'type':'pong'}",
        '\ufeff{"type":"pong"}',
        '{"type":"pong"}\x00',
    ],
)
def test_what_is_no_frame_is_refused(frame: str) -> None:
    assert _code(frame) == "bad_frame"


def test_a_binary_frame_is_refused() -> None:
    assert _code(None) == "bad_frame"
    assert _code(b"\x00\xff") == "bad_frame"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "0x10", "1_000", "01"])
def test_a_number_that_browsers_cannot_read_is_refused(number: str) -> None:
    assert _code(f'{{"type":"read.mark","seq":{number}}}') == "bad_frame"


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
@pytest.mark.parametrize("depth", [200, 3_000])
def test_deep_nesting_is_refused(opening: str, closing: str, depth: int) -> None:
    deep = opening * depth + "1" + closing * depth
    assert _code(f'{{"type":"pong","x":{deep}}}') in {"bad_frame", "too_big"}
    assert _code(SAY % deep) in {"bad_frame", "too_big"}


def test_a_hundred_thousand_levels_are_refused_unread() -> None:
    assert _code("[" * 100_000) == "too_big"


def test_half_a_surrogate_pair_is_refused() -> None:
    assert _code(SAY % '"\\ud800"') == "bad_frame"
    assert _code(SAY % '"\ud800"') == "bad_frame"


def test_a_control_character_may_not_stand_bare_in_a_text() -> None:
    assert _code(SAY % '"a\x00b"') == "bad_frame"


def test_a_key_that_comes_twice_has_one_value_that_was_checked() -> None:
    frame = f'{{"type":"message.send","ref":"{REF}","text":"first","text":"second"}}'
    assert visitor_commands.decode(frame).text in {"first", "second"}
    assert _code(f'{{"type":"message.send","ref":"{REF}","text":"first","text":1}}') == "bad_frame"


def test_a_frame_that_is_too_big_is_told_apart() -> None:
    assert _code("x" * (MAX_FRAME + 1)) == "too_big"
    assert _code("é" * (MAX_FRAME // 2 + 1)) == "too_big"
    assert _code(b"x" * 1_000_000) == "too_big"


def test_a_frame_of_exactly_the_limit_is_read() -> None:
    text = "🦉" * 3_900
    frame = SAY % json.dumps(text, ensure_ascii=False)
    frame += " " * (MAX_FRAME - len(frame.encode()))
    assert len(frame.encode()) == MAX_FRAME
    assert visitor_commands.decode(frame).text == text
    assert _code(frame + " ") == "too_big"


@given(st.text(max_size=200))
def test_no_text_makes_the_decoder_fail(frame: str) -> None:
    for decoder in (visitor_commands, agent_commands):
        try:
            decoder.decode(frame)
        except BadFrame as refusal:
            assert refusal.code in {"bad_frame", "unknown_type", "too_big"}


@given(st.binary(max_size=200))
def test_no_bytes_make_the_decoder_fail(frame: bytes) -> None:
    for decoder in (visitor_commands, agent_commands):
        try:
            decoder.decode(frame)
        except BadFrame as refusal:
            assert refusal.code in {"bad_frame", "unknown_type", "too_big"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda children: (
        st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=10), children, max_size=3)
    ),
    max_leaves=10,
)


@given(
    st.sampled_from(sorted(visitor_commands.tags)),
    st.dictionaries(st.text(max_size=8), json_values),
)
def test_no_value_in_a_field_makes_the_decoder_fail(tag: str, fields: dict[str, object]) -> None:
    try:
        visitor_commands.decode(json.dumps({**fields, "type": tag}, ensure_ascii=False))
    except BadFrame as refusal:
        assert refusal.code in {"bad_frame", "unknown_type", "too_big"}


# One request of the HTTP fallback.


HELLO: dict[str, object] = {"type": "hello", "v": 1, "language": "en"}


def _exchange(**body: object) -> bytes:
    return json.dumps(body).encode()


def test_an_exchange_carries_a_hello_and_commands() -> None:
    exchange = visitor_exchanges.decode(_exchange(hello=HELLO, commands=[{"type": "pong"}]))
    assert exchange.hello.language == "en"
    assert visitor_commands.decode(exchange.commands[0]).__class__.__name__ == "Pong"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        _exchange(hello={}),
        _exchange(hello={"type": "pong"}),
        _exchange(hello=HELLO | {"no_such": 1}),
        _exchange(hello=HELLO, commands={}),
        _exchange(hello=HELLO, extra=1),
        b"hello=1&commands=2",
        b"\xff\xfe",
    ],
)
def test_what_is_no_exchange_is_refused(body: bytes) -> None:
    with pytest.raises(BadFrame) as refusal:
        visitor_exchanges.decode(body)
    assert refusal.value.code == "bad_frame"


def test_an_exchange_carries_so_many_commands_and_no_more() -> None:
    most = [{"type": "pong"}] * MAX_COMMANDS
    assert (
        len(visitor_exchanges.decode(_exchange(hello=HELLO, commands=most)).commands)
        == MAX_COMMANDS
    )
    with pytest.raises(BadFrame):
        visitor_exchanges.decode(_exchange(hello=HELLO, commands=[*most, {"type": "pong"}]))


def test_a_body_that_is_too_big_is_told_apart() -> None:
    with pytest.raises(BadFrame) as refusal:
        visitor_exchanges.decode(b" " * (MAX_EXCHANGE + 1))
    assert refusal.value.code == "too_big"


# What it was asked under.


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (f'{{"type":"message.send","ref":"{REF}","text":1}}', "bad_frame"),
        (f'{{"type":"message.send","ref":"{REF}"}}', "bad_frame"),
        (f'{{"type":"message.sent","ref":"{REF}"}}', "unknown_type"),
        (f'{{"type":"message.send","ref":"{REF}","text":"{"語" * 6_000}"}}', "too_big"),
    ],
)
def test_what_is_refused_says_what_it_was_asked_under(frame: str, code: str) -> None:
    with pytest.raises(BadFrame) as refusal:
        visitor_commands.decode(frame)
    assert (refusal.value.code, refusal.value.ref) == (code, REF)


@pytest.mark.parametrize("ref", ["1", "null", '"x"', '"<script>"', "[[[1]]]", f'"{REF}x"'])
def test_what_is_no_ref_is_not_repeated(ref: str) -> None:
    with pytest.raises(BadFrame) as refusal:
        visitor_commands.decode(f'{{"type":"message.send","ref":{ref},"text":"a"}}')
    assert (refusal.value.code, refusal.value.ref) == ("bad_frame", None)


def test_what_is_far_too_long_is_not_read_for_its_ref() -> None:
    frame = f'{{"type":"message.send","ref":"{REF}","text":"{"x" * MAX_EXCHANGE}"}}'
    with pytest.raises(BadFrame) as refusal:
        visitor_commands.decode(frame)
    assert (refusal.value.code, refusal.value.ref) == ("too_big", None)


def test_an_exchange_is_no_longer_than_its_role_may_send() -> None:
    hello = {"type": "visit.hello", "v": 1, "language": "en", "device": "phone"}
    for decoder, greeting, most in (
        (visitor_exchanges, HELLO, MAX_EXCHANGE),
        (visit_exchanges, hello, MAX_FRAME),
    ):
        body = _exchange(hello=greeting)
        decoder.decode(body.ljust(most))
        with pytest.raises(BadFrame) as refusal:
            decoder.decode(body.ljust(most + 1))
        assert refusal.value.code == "too_big"
