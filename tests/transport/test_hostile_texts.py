"""Four thousand characters made to be dear: stored, told and shown like any others."""

import html
import json

from django.test import Client

from tests.factories import new_ref
from tests.transport.browsers import StaffBrowser, VisitorBrowser, in_database, story
from wagtail_livechat.protocol.values import MAX_TEXT

DEAR = [
    "(" * MAX_TEXT,
    "<" * MAX_TEXT,
    "http://" + "&:" * 1_990,
    "a@" * 2_000,
    "&#" * 2_000,
    "[" * MAX_TEXT,
    # Marks in an order that must be turned round: the worst for normalising.
    "a" + "\u0327\u0301" * 1_990,
    "\u202e" + "{{ settings.SECRET_KEY }}{0.__class__}%(x)s" * 90,
    "<img src=x onerror=alert(1)><!--" * 120,
]
NOTHING = ["\u2028" * MAX_TEXT, "\n" * MAX_TEXT, "\x07" * 2_000]


@story
async def test_the_dearest_messages_are_stored_told_and_shown(site, alice, settings):
    settings.WAGTAIL_LIVECHAT = {"INLINE_DATABASE": True, "MESSAGE_BURST": 50}
    visitor = VisitorBrowser(site)
    await visitor.says_hello()

    def says(text):
        """As a browser does: what is not ASCII goes unescaped, or it would be too big."""
        command = {"type": "message.send", "ref": new_ref(), "text": text}
        visitor.say_raw(json.dumps(command, ensure_ascii=False))
        return command["ref"]

    for text in DEAR:
        conversation = (await visitor.hears("ack", ref=says(text)))["conversation"]
    for text in NOTHING:
        assert (await visitor.hears("refused", ref=says(text)))["code"] == "empty_message"
    console = await StaffBrowser.of(site, alice)
    ready = await console.says_hello()
    thread = await console.opens(conversation)
    assert len(ready["cards"][0]["excerpt"]) <= 140
    told = [entry["text"] for entry in thread["messages"]]
    assert len(told) == len(DEAR) and told[:6] == DEAR[:6] and told[7:] == DEAR[7:]
    assert 0 < len(told[6]) <= len(DEAR[6])

    def read_transcript():
        browser = Client()
        browser.force_login(alice.user)
        return browser.get(f"/admin/livechat/transcripts/{conversation}/").content.decode()

    page = await in_database(read_transcript)
    assert "<img src=x" not in page and "{{ settings" in page
    shown = html.unescape(page)
    assert all(text in shown for text in told)
