"""Which site, which network, which key, which session."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session

from tests.factories import make_site, make_user, make_visitor
from tests.transport.browsers import make_session
from wagtail_livechat import clock
from wagtail_livechat.errors import SessionEnded
from wagtail_livechat.transport import identity
from wagtail_livechat.transport.identity import Asked, WrongOrigin


def asked(host="a.test", origin="http://a.test", cookie="", forwarded=(), peer="203.0.113.9"):
    return Asked(
        hosts=(host,),
        origins=(origin,),
        cookie=cookie,
        forwarded_for=tuple(forwarded),
        peer=peer,
    )


class TestTheSite:
    def test_it_is_the_one_whose_name_and_port_are_asked(self, site):
        special = make_site("a.test", port=8443)
        identity.learn_sites()
        assert identity.site_of(asked("a.test")).id == site.pk
        assert identity.site_of(asked("A.TEST")).id == site.pk
        assert identity.site_of(asked("a.test:8443")).id == special.pk
        assert identity.site_of(asked("a.test:9")) is None

    def test_where_only_one_has_the_name_a_proxy_may_listen_on_another_port(self, site):
        identity.learn_sites()
        assert identity.site_of(asked("a.test:8000")).id == site.pk
        with pytest.raises(WrongOrigin):
            identity.demand_visitor_site(asked("a.test:8000", "http://a.test:8000"))
        assert identity.demand_visitor_site(asked("a.test:8000")).id == site.pk

    def test_of_two_on_the_usual_ports_the_origin_decides(self, site):
        secure = make_site("a.test", port=443)
        identity.learn_sites()
        assert identity.demand_visitor_site(asked(origin="http://a.test")).id == site.pk
        assert identity.demand_visitor_site(asked(origin="https://a.test")).id == secure.pk

    @pytest.mark.parametrize(
        "host", ["", "b.test", "a.test.evil", "a.test@b", "[::1", "a test", "a.test:x"]
    )
    def test_there_is_no_default(self, site, host):
        identity.learn_sites()
        assert identity.site_of(asked(host)) is None

    def test_a_change_is_seen_at_once_in_this_process(self, site):
        identity.learn_sites()
        site.hostname = "renamed.test"
        site.save()
        identity.learn_sites()
        assert identity.site_of(asked("a.test")) is None
        assert identity.site_of(asked("renamed.test")).id == site.pk

    def test_who_was_let_in_is_let_in_no_longer_than_the_site_is_there(self, site):
        identity.learn_sites()
        assert identity.demand_visitor_site(asked()).id == site.pk
        site.hostname = "renamed.test"
        site.save()
        identity.learn_sites()
        with pytest.raises(WrongOrigin):
            identity.demand_visitor_site(asked())

    def test_a_host_that_goes_to_another_site_is_that_sites_at_once(self, site):
        identity.learn_sites()
        assert identity.demand_visitor_site(asked()).id == site.pk
        site.hostname = "renamed.test"
        site.save()
        other = make_site("a.test", port=80)
        identity.learn_sites()
        assert identity.demand_visitor_site(asked()).id == other.pk

    def test_who_was_let_in_by_the_settings_is_so_while_they_say_it(self, site, settings):
        identity.learn_sites()
        alias = asked(origin="https://alias.test")
        settings.WAGTAIL_LIVECHAT = {"EXTRA_ORIGINS": {"a.test": ["https://alias.test"]}}
        assert identity.demand_visitor_site(alias).id == site.pk
        settings.WAGTAIL_LIVECHAT = {}
        with pytest.raises(WrongOrigin):
            identity.demand_visitor_site(alias)

    def test_to_be_let_in_is_remembered_of_this_host_and_this_origin_alone(self, site):
        other = make_site("b.test")
        identity.learn_sites()
        assert identity.demand_visitor_site(asked()).id == site.pk
        assert identity.demand_visitor_site(asked("b.test", "http://b.test")).id == other.pk
        for host, origin in (("a.test", "http://b.test"), ("b.test", "http://a.test")):
            for _ in range(2):
                with pytest.raises(WrongOrigin):
                    identity.demand_visitor_site(asked(host, origin))

    def test_what_is_remembered_is_bounded(self, site, monkeypatch):
        monkeypatch.setattr(identity, "MOST_VERDICTS", 3)
        identity.learn_sites()
        for port in range(1, 20):
            assert identity.demand_visitor_site(asked(f"a.test:{port}")).id == site.pk
            assert len(identity.kept.sites.let_in) <= 3

    def test_in_development_the_origin_is_the_host(self, site, settings):
        settings.DEBUG = True
        identity.learn_sites()
        assert (
            identity.demand_visitor_site(asked("a.test:8000", "http://a.test:8000")).id == site.pk
        )
        with pytest.raises(WrongOrigin):
            identity.demand_visitor_site(asked("a.test:8000", "http://evil.test:8000"))

    def test_a_fresh_project_answers_on_this_machine(self, db, settings):
        settings.DEBUG = True
        identity.learn_sites()
        found = identity.demand_visitor_site(asked("127.0.0.1:8000", "http://127.0.0.1:8000"))
        assert found.is_default
        with pytest.raises(WrongOrigin):
            identity.demand_visitor_site(asked("unknown.test:8000", "http://unknown.test:8000"))

    def test_what_is_refused_for_its_host_is_named_once_in_the_log(self, site, caplog):
        identity.learn_sites()
        for _ in range(3):
            with pytest.raises(WrongOrigin):
                identity.demand_visitor_site(asked("nowhere\n.test", "http://x"))
        assert len([r for r in caplog.records if "nowhere" in r.getMessage()]) == 1
        assert "\n" not in caplog.records[-1].getMessage()


class TestTheHeaders:
    def scope(self, *headers):
        named = [(name.encode(), value.encode()) for name, value in headers]
        return {"headers": named, "client": ("203.0.113.9", 1)}

    def test_each_is_read_by_its_name(self):
        found = identity.asked_in(
            self.scope(
                ("host", "A.test"), ("origin", "http://a.test"), ("cookie", "a=1"), ("dnt", "1")
            )
        )
        assert (found.host, found.origin, found.cookies) == ("a.test", "http://a.test", {"a": "1"})
        assert (found.signals.gpc, found.signals.dnt) == (False, True)

    def test_two_hosts_or_two_origins_are_none(self):
        found = identity.asked_in(
            self.scope(
                ("host", "a.test"),
                ("host", "b.test"),
                ("origin", "http://a.test"),
                ("origin", "http://a.test"),
            )
        )
        assert (found.host, found.origin) == ("", "")

    def test_cookies_and_proxies_may_be_said_in_pieces(self):
        found = identity.asked_in(
            self.scope(
                ("cookie", "a=1"),
                ("x-forwarded-for", "1.2.3.4"),
                ("cookie", "b=2"),
                ("x-forwarded-for", "5.6.7.8"),
            )
        )
        assert found.cookies == {"a": "1", "b": "2"}
        assert found.forwarded_for == ("1.2.3.4", "5.6.7.8")

    def test_nothing_is_said_where_there_is_none(self):
        found = identity.asked_in(self.scope())
        assert (found.host, found.origin, found.cookie) == ("", "", "")
        assert found.signals is identity.NO_SIGNAL


class TestTheNetwork:
    @pytest.mark.parametrize(
        ("address", "network"),
        [
            ("203.0.113.9", "203.0.113.0/24"),
            ("203.0.113.250", "203.0.113.0/24"),
            ("::ffff:203.0.113.9", "203.0.113.0/24"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
            ("fe80::1%eth0", "fe80::/64"),
            (None, "unknown"),
            ("", "unknown"),
            ("nonsense", "unknown"),
        ],
    )
    def test_a_network_is_one_bucket(self, address, network):
        assert identity.bucket_of(address) == network

    def test_what_a_client_says_of_itself_is_not_believed(self, settings):
        spoofed = asked(forwarded=["1.2.3.4"])
        assert identity.network_of(spoofed) == "203.0.113.0/24"

    @pytest.mark.parametrize(
        ("hops", "forwarded", "network"),
        [
            (1, ["9.9.9.9, 198.51.100.7"], "198.51.100.0/24"),
            (1, ["9.9.9.9", "198.51.100.7"], "198.51.100.0/24"),
            (2, ["9.9.9.9, 198.51.100.7, 10.0.0.1"], "198.51.100.0/24"),
            (3, ["198.51.100.7"], "198.51.100.0/24"),
            (1, [], "203.0.113.0/24"),
            (1, ["garbage"], "unknown"),
        ],
    )
    def test_behind_proxies_it_is_what_the_outermost_of_ours_wrote(
        self, settings, hops, forwarded, network
    ):
        settings.WAGTAIL_LIVECHAT = {"TRUSTED_PROXIES": hops}
        assert identity.network_of(asked(forwarded=forwarded)) == network


class TestTheKey:
    def test_it_is_found_in_the_cookie_of_this_site(self, site):
        visitor = make_visitor(site)
        with_key = asked(cookie=f"x=1; __Host-livechat-{site.pk}={visitor.key}")
        assert identity.visitor_key_hash(with_key, site.pk) == visitor.key_hash
        assert identity.visitor_key_hash(with_key, site.pk + 1) is None

    def test_all_keys_of_a_browser_are_found_and_nothing_else(self, site, other_site):
        one, two = make_visitor(site), make_visitor(other_site)
        cookies = {
            f"__Host-livechat-{site.pk}": one.key,
            f"livechat-{other_site.pk}": two.key,
            "livechat-x": one.key,
            "livechat-": one.key,
            f"livechat-{site.pk}": "forged",
            "sessionid": "s",
            "livechat-" + "9" * 50: one.key,
        }
        assert set(identity.key_hashes_in(cookies)) == {
            (site.pk, one.key_hash),
            (other_site.pk, two.key_hash),
        }


class TestTheSession:
    @pytest.fixture
    def user(self, commits):
        return make_user("ursula")

    def test_its_user_is_found(self, user):
        assert identity.user_of_session(make_session(user).session_key) == user

    def test_a_session_nobody_opened_is_none(self, user):
        with pytest.raises(SessionEnded):
            identity.user_of_session("invented")

    def test_an_anonymous_session_is_none(self, commits):
        from django.contrib.sessions.backends.db import SessionStore

        store = SessionStore()
        store["basket"] = 1
        store.create()
        with pytest.raises(SessionEnded):
            identity.user_of_session(store.session_key)

    def test_an_expired_one_is_over(self, user):
        key = make_session(user).session_key
        past = clock.now() - timedelta(seconds=1)
        Session.objects.filter(session_key=key).update(expire_date=past)
        with pytest.raises(SessionEnded):
            identity.user_of_session(key)

    def test_one_from_before_a_new_password_is_over(self, user):
        key = make_session(user).session_key
        user.set_password("new")
        user.save()
        with pytest.raises(SessionEnded):
            identity.user_of_session(key)

    def test_the_session_of_an_inactive_or_deleted_user_is_over(self, user):
        key = make_session(user).session_key
        get_user_model().objects.filter(pk=user.pk).update(is_active=False)
        with pytest.raises(SessionEnded):
            identity.user_of_session(key)
        user.delete()
        with pytest.raises(SessionEnded):
            identity.user_of_session(key)

    def test_a_changed_secret_with_the_old_one_as_fallback_keeps_it(self, user, settings):
        key = make_session(user).session_key
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "another"
        assert identity.user_of_session(key) == user
