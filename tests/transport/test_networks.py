"""Many addresses that are one network, many people behind one address, keys that are none."""

import pytest

from tests.factories import new_ref
from tests.transport.browsers import VisitorBrowser, in_database, polls, post, story
from tests.transport.test_identity import asked
from wagtail_livechat.conversations.models import Conversation
from wagtail_livechat.transport import identity, limits
from wagtail_livechat.transport.identity import bucket_of


def test_all_addresses_of_one_customer_are_one_network():
    addresses = (f"2001:db8:1:2::{number:x}" for number in range(65_536))
    assert {bucket_of(address) for address in addresses} == {"2001:db8:1:2::/64"}
    assert bucket_of("2001:db8:1:3::1") != bucket_of("2001:db8:1:2::1")


@story
async def test_another_address_of_the_same_network_is_no_fresh_start(site, settings):
    settings.WAGTAIL_LIVECHAT = {"INLINE_DATABASE": True, "CONVERSATIONS_PER_MINUTE": 3}
    said = {"type": "message.send", "text": "x"}
    codes = []
    for number in range(5):
        browser = VisitorBrowser(site)
        client = f"2001:db8:1:2:{number:x}::1"
        answer = await polls(browser, said | {"ref": new_ref()}, client=client)
        codes += [update.get("code", "ack") for update in answer.updates[:1]]
    assert codes == ["ack"] * 3 + ["rate_limited"] * 2
    answer = await polls(VisitorBrowser(site), said | {"ref": new_ref()}, client="2001:db8:1:3::1")
    assert answer.of("ack")


@story
async def test_a_flood_by_one_leaves_the_others_at_the_same_address_their_say(site):
    people = [VisitorBrowser(site) for _ in range(5)]
    said = {"type": "message.send", "text": "x"}
    for person in people:
        assert (await polls(person, said | {"ref": new_ref()})).of("ack")
    flood = await polls(people[0], *(said | {"ref": new_ref()} for _ in range(20)))
    assert flood.of("refused")[-1]["code"] == "rate_limited"
    for person in people[1:]:
        assert (await polls(person, said | {"ref": new_ref()})).of("ack")
    assert await in_database(Conversation.objects.count) == len(people)


@story
async def test_forgetting_again_and_again_is_slowed_down(site):
    visitor = VisitorBrowser(site)
    answers = [
        await post(site, "/livechat/forget/", {}, ("Cookie", visitor.cookie))
        for _ in range(int(limits.ACT.burst) + 20)
    ]
    refused = [answer for answer in answers if answer.status == 429]
    assert answers[0].status == 200 and refused
    assert refused[0].of("refused")[0]["code"] == "rate_limited"
    assert int(refused[0].headers["retry-after"]) >= 1


@pytest.mark.parametrize("cookie", [r'sessionid="abc\000def"', r'sessionid="a\012b"', "sessionid="])
def test_a_session_that_no_database_could_hold_is_none(cookie):
    assert identity.session_key_of(asked(cookie=cookie)) is None
    assert identity.session_key_of(asked(cookie="sessionid=abcdefgh")) == "abcdefgh"
