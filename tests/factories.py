"""People and places for tests: a site, its agents, a visitor with a key."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission, User
from wagtail.models import GroupSitePermission, Locale, Page, Site

from wagtail_livechat import tokens
from wagtail_livechat.agents import actions as agent_actions
from wagtail_livechat.agents.models import AgentProfile
from wagtail_livechat.agents.permissions import REPLY, VIEW_TRANSCRIPT, StaffRights, rights_of
from wagtail_livechat.consent import actions as consent_actions
from wagtail_livechat.consent.actions import Answered
from wagtail_livechat.consent.models import ConsentBanner
from wagtail_livechat.consent.queries import banner_for
from wagtail_livechat.conversations import actions
from wagtail_livechat.conversations.models import Conversation
from wagtail_livechat.conversations.writing import Sent
from wagtail_livechat.errors import LiveChatError
from wagtail_livechat.protocol.values import Card
from wagtail_livechat.site_settings.memory import forget
from wagtail_livechat.site_settings.models import LiveChatSettings
from wagtail_livechat.workers.actions import enlist


def new_ref() -> str:
    """What a browser makes for each command."""
    return str(uuid.uuid4())


def make_site(hostname: str = "a.test", port: int = 80) -> Site:
    """A Wagtail site with an empty home page of its own."""
    root = Page.objects.get(depth=1)
    home = root.add_child(instance=Page(title=f"Home of {hostname}", slug=uuid.uuid4().hex))
    return Site.objects.create(
        hostname=hostname, port=port, root_page=home, site_name=hostname, is_default_site=False
    )


def make_user(username: str, *, superuser: bool = False) -> User:
    """Somebody who may enter the admin, and nothing more."""
    if superuser:
        return get_user_model().objects.create_superuser(username, f"{username}@a.test", "pass")
    user = get_user_model().objects.create_user(username, f"{username}@a.test", "pass")
    user.user_permissions.add(
        Permission.objects.get(codename="access_admin", content_type__app_label="wagtailadmin")
    )
    return user


def allow(user: User, site: Site, *codenames: str) -> User:
    """Give rights on one site, through a group as an administrator would."""
    group, _ = Group.objects.get_or_create(name=f"Team {site.hostname} {'+'.join(codenames)}")
    for codename in codenames:
        GroupSitePermission.objects.get_or_create(
            group=group,
            site=site,
            permission=Permission.objects.get(
                codename=codename, content_type__app_label="wagtail_livechat"
            ),
        )
    user.groups.add(group)
    # Django keeps a user's rights on the instance.
    return get_user_model().objects.get(pk=user.pk)


@dataclass
class Agent:
    """A member of staff who replies on one site."""

    user: User
    profile: AgentProfile

    @property
    def rights(self) -> StaffRights:
        return rights_of(get_user_model().objects.get(pk=self.user.pk))

    def arrives(self) -> None:
        """Opens the console: present from now on."""
        worker = uuid.uuid4()
        enlist(worker)
        agent_actions.connect(
            profile_id=self.profile.pk, key=uuid.uuid4(), worker_id=worker, session_hash=""
        )

    def chooses(self, availability: str, capacity: int | None = None) -> None:
        agent_actions.set_availability(
            profile_id=self.profile.pk, availability=availability, capacity=capacity
        )

    def _in(self, conversation: Conversation) -> dict[str, Any]:
        """Who acts, and in which conversation."""
        return {
            "rights": self.rights,
            "profile_id": self.profile.pk,
            "conversation_id": str(conversation.public_id),
        }

    def picks_up(self, conversation: Conversation) -> None:
        actions.pick_up(**self._in(conversation))

    def replies(
        self, conversation: Conversation, text: str, ref: str | None = None, attempt: int = 1
    ) -> Sent:
        return _said(
            actions.reply(
                **self._in(conversation),
                ref=ref or new_ref(),
                text=text,
                attempt=attempt,
            )
        )

    def sends(self, conversation: Conversation, card: Card, ref: str | None = None) -> Sent:
        return _said(
            actions.send_card(
                **self._in(conversation),
                ref=ref or new_ref(),
                card=card,
            )
        )

    def closes(self, conversation: Conversation) -> None:
        actions.close_conversation(**self._in(conversation))

    def reopens(self, conversation: Conversation) -> None:
        actions.reopen(**self._in(conversation))


def _said(outcome: Sent | LiveChatError) -> Sent:
    """Raise what was handed back, as whoever answers the agent does."""
    if isinstance(outcome, LiveChatError):
        raise outcome
    return outcome


def make_agent(username: str, site: Site, *, alias: str | None = None, capacity: int = 3) -> Agent:
    """An agent of this site, away until told otherwise."""
    user = allow(make_user(username), site, REPLY, VIEW_TRANSCRIPT)
    profile = agent_actions.ensure_profile(user.pk)
    if alias:
        from wagtail_livechat.agents.rules import skeleton

        profile.alias, profile.alias_skeleton = alias, skeleton(alias)
    profile.capacity = capacity
    profile.save()
    return Agent(user, profile)


@dataclass
class VisitorInBrowser:
    """Somebody with a browser that holds a key for one site."""

    site: Site
    key: str

    @property
    def key_hash(self) -> str:
        found = tokens.hash_visitor_key(self.site.pk, self.key)
        assert found is not None
        return found

    def says(self, text: str, ref: str | None = None) -> Sent:
        return actions.send_message(
            site_id=self.site.pk,
            key_hash=self.key_hash,
            language="en",
            ref=ref or new_ref(),
            text=text,
        )

    @property
    def conversation(self) -> Conversation:
        return Conversation.objects.filter(visitor__key_hash=self.key_hash).latest("pk")


def make_visitor(site: Site) -> VisitorInBrowser:
    """A visitor who has not written yet: there is no row."""
    return VisitorInBrowser(site, tokens.new_visitor_key(site.pk))


def make_banner(site: Site, language: str = "en", **fields: Any) -> ConsentBanner:
    """A banner that asks on this site, published."""
    values = {
        "name": f"Banner of {site.hostname}",
        "heading": "May we see your pages?",
        "body": "<p>People of our team can see them live. Refusing changes nothing.</p>",
        "asks_statistics": True,
    }
    banner = ConsentBanner(site=site, locale=make_locale(language), live=False, **(values | fields))
    banner.save()
    publish(banner)
    return banner


def make_locale(language: str) -> Locale:
    locale, _ = Locale.objects.get_or_create(language_code=language)
    return locale


def publish(banner: ConsentBanner) -> None:
    """Publish what the instance says, as an editor does."""
    banner.save_revision().publish()
    banner.refresh_from_db()


def let_assist(site: Site) -> Site:
    """Switch live assistance on, as an editor does."""
    LiveChatSettings.objects.update_or_create(
        site=site, defaults={"enabled": True, "mode": "proactive"}
    )
    forget()
    return site


def choose(
    site: Site,
    *,
    assistance: bool = True,
    statistics: bool = False,
    cookie: str = "",
    interface: str = "banner",
    **more: Any,
) -> Answered:
    """A visitor answers the banner in English that stands; the answer has the cookie."""
    if "version" not in more:
        banner = banner_for(site.pk, "en")
        more["version"] = banner.version if banner else None
    return consent_actions.answer(
        site_id=site.pk,
        cookie=cookie,
        assistance=assistance,
        statistics=statistics,
        interface=interface,
        language="en",
        **more,
    )
