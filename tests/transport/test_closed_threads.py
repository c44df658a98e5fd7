"""What has ended is read by those who may read transcripts, and by the agent whose it was."""

from tests.factories import Agent, allow, make_user
from tests.transport.browsers import StaffBrowser, VisitorBrowser, in_database, story
from wagtail_livechat.agents import actions as agents
from wagtail_livechat.agents.permissions import REPLY


def somebody_who_may_only_reply(site):
    user = allow(make_user("newcomer"), site, REPLY)
    return Agent(user, agents.ensure_profile(user.pk))


@story
async def test_who_may_only_reply_reads_what_is_open_and_of_what_has_ended_their_own(site, alice):
    newcomer = await in_database(somebody_who_may_only_reply, site)
    visitor = VisitorBrowser(site)
    await visitor.says_hello()
    conversation = (await visitor.sends("Is anybody there?"))["conversation"]
    colleague = await StaffBrowser.of(site, alice)
    await colleague.says_hello()
    await colleague.opens(conversation)
    await colleague.picks_up(conversation)
    console = await StaffBrowser.of(site, newcomer)
    await console.says_hello()
    await console.opens(conversation)

    await colleague.asks("conversation.close", conversation=conversation)
    refusal = await console.asks("conversation.open", conversation=conversation)
    assert refusal["code"] == "not_found"
    await colleague.opens(conversation)

    await visitor.sends("One more thing")
    await console.opens(conversation)
