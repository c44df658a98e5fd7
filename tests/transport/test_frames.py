"""What is not a command: refused with a code, never with a crash."""

import json

import pytest

from tests.factories import new_ref
from tests.transport.browsers import StaffBrowser, VisitorBrowser, in_database, polls, post, story
from wagtail_livechat.conversations.models import Conversation, Message
from wagtail_livechat.protocol.values import MAX_FRAME, MAX_TEXT, VERSION

NOT_JSON = ["{", "", "[]", '"x"', "null", "true", "NaN", '{"type":', "\x00"]


@pytest.mark.parametrize("text", NOT_JSON)
@story
async def test_what_is_no_command_is_refused_and_the_socket_lives(site, text):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    visitor.say_raw(text)
    assert (await visitor.hears("refused"))["code"] == "bad_frame"
    assert (await visitor.sends("Still here"))["seq"] == 1


@story
async def test_a_binary_frame_is_no_command(site):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    visitor.say_raw(None, b"\x00\xff")
    assert (await visitor.hears("refused"))["code"] == "bad_frame"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"type": "message.send", "text": "x" * MAX_FRAME}, "too_big"),
        ({"type": "message.send", "text": 1}, "bad_frame"),
        ({"type": "reply.send", "text": "x"}, "unknown_type"),
    ],
)
@story
async def test_a_refusal_names_the_command_so_that_the_next_may_follow(site, said, code):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    ref = new_ref()
    visitor.say(**said, ref=ref)
    assert (await visitor.hears("refused", ref=ref))["code"] == code
    assert (await visitor.sends("The next one"))["seq"] == 1


@story
async def test_the_third_strike_ends_it_with_a_word_before(site):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    for _ in range(3):
        visitor.say_raw("{")
    assert await visitor.is_closed() == 4400
    last = await visitor.hears("error")
    assert (last["code"], last["close_code"]) == ("bad_frame", 4400)
    assert visitor.told[-1] == last
    assert len(visitor.all_of("refused")) == 3


@pytest.mark.parametrize("deep", ["[" * 100_000, '{"a":' * 100_000, '{"type":' + "[" * 8_000])
@story
async def test_deep_nesting_is_refused(site, deep):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    visitor.say_raw(deep)
    refused = await visitor.hears("error" if len(deep) > 4 * MAX_FRAME else "refused")
    assert refused["code"] in ("bad_frame", "too_big")


@pytest.mark.parametrize(
    "number", ["1" * 5_000, str(2**63), str(2**53), "-1", "1.5", "true", '"1"', "1e999", "null"]
)
@story
async def test_odd_numbers_are_refused(site, number):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    await visitor.sends("1")
    visitor.say_raw('{"type":"read.mark","seq":%s}' % number)
    assert (await visitor.hears("refused"))["code"] == "bad_frame"
    visitor.say_raw('{"type":"messages.fetch","ref":"%s","since":%s}' % (new_ref(), number))
    await visitor.hears_number("refused", 2)
    raw = (
        '{"hello":{"type":"hello","v":1,"language":"en"},'
        '"commands":[{"type":"read.mark","seq":%s}]}' % number
    )
    answer = await post(site, "/livechat/exchange/", raw.encode(), ("Cookie", visitor.cookie))
    assert answer.of("refused")[0]["code"] == "bad_frame"


EXTRA_FIELDS = (
    "site status visitor_key key author internal id seq created_at __proto__ constructor".split()
)


@pytest.mark.parametrize("name", EXTRA_FIELDS)
@story
async def test_unknown_fields_are_refused_and_nothing_is_assigned(site, name):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    command = {"type": "message.send", "ref": new_ref(), "text": "Hello", name: 1}
    visitor.say(**command)
    assert (await visitor.hears("refused"))["code"] == "bad_frame"
    answer = await polls(visitor, command)
    assert answer.of("refused")[0]["code"] == "bad_frame"
    assert await in_database(Message.objects.count) == 0


STRANGE_TYPES = [
    "reply.send",
    "note.add",
    "conversation.pick_up",
    "staff.hello",
    "chat.message",
    "chat_message",
    "_x",
    "websocket.close",
    "websocket.disconnect",
    "livechat.wake",
    "message.sent",
    "__init__",
    "",
]


@pytest.mark.parametrize("kind", STRANGE_TYPES)
@story
async def test_a_visitor_has_no_commands_but_a_visitors(site, kind):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    command = {"type": kind, "ref": new_ref(), "conversation": new_ref(), "text": "x"}
    visitor.say(**command)
    assert (await visitor.hears("refused"))["code"] == "unknown_type"
    answer = await polls(visitor, command)
    assert answer.of("refused")[0]["code"] == "unknown_type"


@pytest.mark.parametrize("kind", ["message.send", "hello", "page.share", "conversation.end"])
@story
async def test_staff_have_no_commands_of_visitors(site, alice, kind):
    console = await StaffBrowser.of(site, alice)
    await console.says_hello()
    console.say(type=kind, ref=new_ref(), text="x")
    assert (await console.hears("refused"))["code"] == "unknown_type"


@story
async def test_before_the_hello_there_is_nothing_to_say(site):
    visitor = VisitorBrowser(site)
    await visitor.open()
    visitor.say(type="message.send", ref=new_ref(), text="x")
    assert (await visitor.hears("refused"))["code"] == "bad_frame"
    assert await in_database(Message.objects.count) == 0


@pytest.mark.parametrize("version", [0, 2, 999])
@story
async def test_another_version_is_asked_to_reload(site, alice, version):
    visitor = VisitorBrowser(site)
    await visitor.open()
    visitor.say(type="hello", v=version, language="en")
    assert await visitor.is_closed() == 4426
    last = await visitor.hears("error")
    assert last["code"] == "unsupported_version"
    assert f"version {VERSION}." in last["message"]
    console = await StaffBrowser.of(site, alice)
    await console.open()
    console.say(type="staff.hello", v=version, ticket=console.ticket)
    assert await console.is_closed() == 4426
    body = {"hello": {"type": "hello", "v": version, "language": "en"}, "commands": []}
    answer = await post(site, "/livechat/exchange/", body, ("Cookie", visitor.cookie))
    assert (answer.status, answer.of("refused")[0]["code"]) == (426, "unsupported_version")
    assert f"version {VERSION}." in answer.of("refused")[0]["message"]


@story
async def test_a_hello_without_version_is_no_hello(site):
    visitor = VisitorBrowser(site)
    await visitor.open()
    visitor.say(type="hello", language="en")
    assert (await visitor.hears("refused"))["code"] == "bad_frame"


def filled(bytes_wanted: int) -> str:
    frame = {"type": "message.send", "ref": new_ref(), "text": "x"}
    room = bytes_wanted - len(json.dumps(frame))
    return json.dumps(frame) + " " * room


@story
async def test_a_frame_of_exactly_the_limit_is_stored_and_one_byte_more_is_too_big(site):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    visitor.say_raw(filled(MAX_FRAME))
    await visitor.hears("ack")
    visitor.say_raw(filled(MAX_FRAME + 1))
    assert (await visitor.hears("refused"))["code"] == "too_big"
    assert await in_database(Message.objects.count) == 1
    assert (await visitor.sends("Still here"))["seq"] == 2


@story
async def test_a_frame_far_too_big_ends_it(site):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    visitor.say_raw("x" * 1_000_000)
    assert await visitor.is_closed() == 4413
    assert (await visitor.hears("error"))["code"] == "too_big"
    assert await in_database(Conversation.objects.count) == 0


@story
async def test_length_is_counted_in_characters_and_wide_ones_count_once(site):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()

    def says(text):
        command = {"type": "message.send", "ref": new_ref(), "text": text}
        visitor.say_raw(json.dumps(command, ensure_ascii=False))

    says("\N{GRINNING FACE}" * MAX_TEXT)
    await visitor.hears("ack", seq=1)
    says("e" * MAX_TEXT)
    await visitor.hears("ack", seq=2)
    says("e" * (MAX_TEXT + 1))
    assert (await visitor.hears("refused"))["code"] == "bad_frame"


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("a\x00b\x07c\x85d", "abc\nd"),
        ("tab\tand\nline", "tab\tand\nline"),
        ("\ufffe\uffff", "\ufffd\ufffd"),
        ("e\u0301", "\u00e9"),
        ("\u202eabc", "\u202eabc"),
        ("👩‍👩‍👧‍👦 שלום مرحبا", "👩‍👩‍👧‍👦 שלום مرحبا"),
        ("x\r\ny", "x\ny"),
    ],
)
@story
async def test_text_is_normalised_in_one_way_by_both_doors(site, text, stored):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    await visitor.sends("first: the conversation begins another way than it goes on")
    await visitor.sends(text)
    await polls(visitor, {"type": "message.send", "ref": new_ref(), "text": text})
    texts = await in_database(
        lambda: list(Message.objects.order_by("seq").values_list("text", flat=True))
    )
    assert texts[1:] == [stored, stored]


@pytest.mark.parametrize("escape", [r"\ud800", r"\udc00x", r"\ud800\ud800"])
@story
async def test_half_a_character_is_refused(site, escape):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    raw = '{"type":"message.send","ref":"%s","text":"%s"}' % (new_ref(), escape)
    visitor.say_raw(raw)
    assert (await visitor.hears("refused"))["code"] == "bad_frame"
    body = '{"hello":{"type":"hello","v":1,"language":"en"},"commands":[%s]}' % raw
    answer = await post(site, "/livechat/exchange/", body.encode(), ("Cookie", visitor.cookie))
    assert answer.status == 400 or answer.of("refused")[0]["code"] == "bad_frame"
    assert await in_database(Message.objects.count) == 0


@pytest.mark.parametrize("text", [" ", "\n\n", "\x07", "\u200b\n".replace("\u200b", "")])
@story
async def test_nothing_is_not_sent(site, text):
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    ref = new_ref()
    visitor.say(type="message.send", ref=ref, text=text)
    assert (await visitor.hears("refused", ref=ref))["code"] == "empty_message"
    answer = await polls(visitor, {"type": "message.send", "ref": new_ref(), "text": text})
    assert answer.of("refused")[0]["code"] == "empty_message"


@story
async def test_refusals_are_worded_in_the_readers_language(site, settings):
    visitor = VisitorBrowser(site)
    await visitor.open()
    visitor.say(type="hello", v=1, language="fr-CA")
    await visitor.hears("ready")
    visitor.say_raw("{")
    from django.utils import translation

    from wagtail_livechat.errors import BadCommand

    with translation.override("fr"):
        expected = BadCommand().sentence()
    assert (await visitor.hears("refused"))["message"] == expected
