"""Who speaks: the site that is addressed, the page that may speak for it, the key, the session.

Nothing here trusts what a browser can choose freely: the site comes from the ``Host`` by
match with Wagtail's own records, the page must carry that site's origin, the visitor key
carries our signature, and staff are whoever the session says, loaded freshly each time.
"""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from time import monotonic
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from django.conf import settings
from django.contrib import auth
from django.core.signals import setting_changed
from django.db import InterfaceError, OperationalError
from django.http import parse_cookie
from django.utils.crypto import constant_time_compare
from wagtail.models import Site

from wagtail_livechat import tokens
from wagtail_livechat.conf import configuration
from wagtail_livechat.consent import cookies as consent_cookies
from wagtail_livechat.consent.rules import Signals
from wagtail_livechat.errors import Forbidden, SessionEnded

SITES_KEPT_SECONDS: Final = 5.0
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
LONGEST_HOST: Final = 255
MOST_VERDICTS: Final = 1_000
NO_SIGNAL: Final = Signals()

logger = logging.getLogger(__name__)
_warned: set[str] = set()
_warned_origins: set[tuple[str, str]] = set()


class WrongOrigin(Forbidden):
    """The page that asks does not belong to the site that it asks."""

    code = "wrong_origin"


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRecord:
    """What we need of one of Wagtail's sites."""

    id: int
    hostname: str
    port: int
    origin: str
    is_default: bool


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a request or a handshake says of itself, before any of it is believed."""

    hosts: tuple[str, ...]
    origins: tuple[str, ...]
    cookie: str
    forwarded_for: tuple[str, ...]
    peer: str | None
    signals: Signals = NO_SIGNAL

    @property
    def host(self) -> str:
        """The one host that is asked; empty if there is none or more than one."""
        return self.hosts[0].strip().lower() if len(self.hosts) == 1 else ""

    @property
    def origin(self) -> str:
        """The one origin that asks; empty if there is none or more than one."""
        return self.origins[0].strip().lower() if len(self.origins) == 1 else ""

    @property
    def cookies(self) -> dict[str, str]:
        return parse_cookie(self.cookie)


class Headers:
    """The headers of an ASGI scope by name."""

    __slots__ = ("_all", "_last")

    def __init__(self, scope: Mapping[str, Any]) -> None:
        self._all: Sequence[tuple[bytes, bytes]] = scope["headers"]
        self._last = dict(self._all)

    def one(self, name: bytes) -> str:
        """The header of this name, the last one if it is repeated; empty without any."""
        value = self._last.get(name)
        return "" if value is None else value.decode("latin-1")

    def every(self, name: bytes) -> tuple[str, ...]:
        """All headers of this name."""
        value = self._last.get(name)
        if value is None:
            return ()
        if len(self._last) == len(self._all):  # no name is repeated, as almost always
            return (value.decode("latin-1"),)
        return tuple(value.decode("latin-1") for each, value in self._all if each == name)


def asked_in(scope: Mapping[str, Any]) -> Asked:
    """Read an ASGI scope."""
    return asked_with(Headers(scope), scope)


def asked_with(headers: Headers, scope: Mapping[str, Any]) -> Asked:
    """The same, where the headers of the scope are read already."""
    client = scope.get("client")
    return Asked(
        hosts=headers.every(b"host"),
        origins=headers.every(b"origin"),
        cookie="; ".join(headers.every(b"cookie")),
        forwarded_for=headers.every(b"x-forwarded-for"),
        peer=client[0] if client else None,
        signals=signals_of(headers.one(b"sec-gpc"), headers.one(b"dnt")),
    )


def signals_of(gpc: str, dnt: str) -> Signals:
    """What the headers ``Sec-GPC`` and ``DNT`` say for the browser's user."""
    if not gpc and not dnt:
        return NO_SIGNAL
    return Signals(gpc=gpc.strip() == "1", dnt=dnt.strip() == "1")


def asked_by(meta: Mapping[str, Any]) -> Asked:
    """Read the ``META`` of a Django request. WSGI joins repeated headers by commas."""

    def one(name: str) -> tuple[str, ...]:
        return (str(meta[name]),) if meta.get(name) else ()

    return Asked(
        hosts=one("HTTP_HOST"),
        origins=one("HTTP_ORIGIN"),
        cookie=str(meta.get("HTTP_COOKIE", "")),
        forwarded_for=one("HTTP_X_FORWARDED_FOR"),
        peer=str(meta.get("REMOTE_ADDR") or "") or None,
        signals=signals_of(str(meta.get("HTTP_SEC_GPC", "")), str(meta.get("HTTP_DNT", ""))),
    )


# The site.


@dataclass(frozen=True, slots=True, eq=False)
class Sites:
    """The table of sites as it was read, and whom it has let in: a verdict that was found
    by this very table holds as long as it is kept."""

    records: tuple[SiteRecord, ...] = ()
    let_in: dict[tuple[tuple[str, ...], tuple[str, ...]], SiteRecord] = field(default_factory=dict)


class _Kept:
    """The table of sites that is kept, another one as soon as any of them changed; until
    ``until``, by the clock of ``monotonic``, it may be asked without a query."""

    def __init__(self) -> None:
        self.sites, self.until = Sites(), 0.0


kept: Final = _Kept()


def are_sites_known() -> bool:
    """Whether the kept table of sites is young enough to be asked without a query."""
    return monotonic() < kept.until


def learn_sites() -> None:
    """Read the table of sites, if what is kept has grown old."""
    if are_sites_known():
        return
    try:
        rows = list(Site.objects.all())
    except (OperationalError, InterfaceError):
        if not kept.sites.records:
            raise
        return  # what was known a moment ago will do
    records = tuple(
        SiteRecord(
            id=site.pk,
            hostname=site.hostname.lower(),
            port=site.port,
            origin=site.root_url.lower(),
            is_default=site.is_default_site,
        )
        for site in rows
    )
    if records != kept.sites.records:
        kept.sites = Sites(records)
    kept.until = monotonic() + SITES_KEPT_SECONDS


def forget_sites(**kwargs: object) -> None:
    """Read the table again next time: a site changed."""
    kept.until = 0.0


def _judge_anew(**kwargs: object) -> None:
    """Who is let in depends on ``DEBUG`` and on our own settings as well."""
    kept.sites = Sites(kept.sites.records)


setting_changed.connect(_judge_anew, dispatch_uid="wagtail_livechat.judge_anew")


@lru_cache(maxsize=1_024)
def _split_host(host: str) -> tuple[str, int | None]:
    """``shop.example:8000`` as name and port; an empty name for what is no host."""
    if not host or len(host) > LONGEST_HOST or any(c in host for c in "/@?#\\ \t"):
        return "", None
    try:
        parts = urlsplit(f"//{host}")
        return (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return "", None


def site_of(asked: Asked) -> SiteRecord | None:
    """The one site whose record matches the host that was asked. There is no default.

    A host without a port is that of the site on 80 or 443. Where only one site has the
    name, its port need not match: a proxy may listen elsewhere. The origin then decides.
    """
    name, port = _split_host(asked.host)
    if not name:
        return None
    named = [site for site in kept.sites.records if site.hostname == name]
    ports = (80, 443) if port is None else (port,)
    exact = [site for site in named if site.port in ports]
    if len(exact) > 1:
        exact = [site for site in exact if site.origin == asked.origin] or exact[:1]
    if exact:
        return exact[0]
    if len(named) == 1:
        return named[0]
    if settings.DEBUG and name in LOOPBACK:
        # A fresh project: its only site is still called localhost.
        return next((site for site in kept.sites.records if site.is_default), None)
    return None


def origins_of(site_id: int) -> frozenset[str]:
    """The origins that are this site itself."""
    return frozenset(site.origin for site in kept.sites.records if site.id == site_id)


def _host_origins(host: str) -> frozenset[str]:
    """The origins that may speak for a host besides the site's own."""
    listed = configuration().extra_origins
    name, _ = _split_host(host)
    allowed = {*listed.get(host, ()), *listed.get(name, ())}
    if settings.DEBUG:
        allowed |= {f"http://{host}", f"https://{host}"}
    return frozenset(allowed)


def demand_visitor_site(asked: Asked) -> SiteRecord:
    """The site that a visitor's page speaks to. Raises :class:`WrongOrigin`.

    Whoever was let in once need not be judged again while the table of sites is kept.
    """
    let_in = kept.sites.let_in
    named = (asked.hosts, asked.origins)
    site = let_in.get(named)
    if site is None:
        site = _judge(asked)
        if len(let_in) >= MOST_VERDICTS:
            let_in.clear()
        let_in[named] = site
    return site


def _judge(asked: Asked) -> SiteRecord:
    site = site_of(asked)
    if site is None:
        _warn(asked.host)
        raise WrongOrigin
    if not asked.origin or (
        asked.origin != site.origin and asked.origin not in _host_origins(asked.host)
    ):
        _warn_of_origin(asked)
        raise WrongOrigin
    return site


def demand_staff_origin(asked: Asked) -> None:
    """Staff may also work on the admin's own host. Raises :class:`WrongOrigin`."""
    site = site_of(asked)
    allowed = _host_origins(asked.host)
    if site is not None:
        allowed |= {site.origin}
    admin = urlsplit(getattr(settings, "WAGTAILADMIN_BASE_URL", None) or "")
    if admin.netloc and admin.netloc.lower() == asked.host:
        allowed |= {f"{admin.scheme}://{admin.netloc}".lower()}
    if not asked.origin or asked.origin not in allowed:
        if allowed:
            _warn_of_origin(asked)
        raise WrongOrigin


def _warn(host: str) -> None:
    """Say once for each host why its pages have no chat."""
    if host and host not in _warned and len(_warned) < 20:
        _warned.add(host)
        logger.warning("No Wagtail site has the host name %r: its chat is refused.", host)


def _warn_of_origin(asked: Asked) -> None:
    """Say once for each pair how pages of this origin would be let in."""
    host, origin = asked.host, asked.origin[:LONGEST_HOST]
    if origin and (host, origin) not in _warned_origins and len(_warned_origins) < 50:
        _warned_origins.add((host, origin))
        logger.warning(
            "A page of %r asked %r, which is another origin: its chat is refused. If both are "
            'yours, set "EXTRA_ORIGINS": {%r: [%r]} in WAGTAIL_LIVECHAT.',
            origin,
            host,
            host,
            origin,
        )


# The network.


def network_of(asked: Asked) -> str:
    """The network that a request comes from: what the limits count by.

    With ``trusted_proxies`` set, the right-most address that none of them wrote is the
    client's; whatever stands left of it may be invented.
    """
    address = asked.peer
    hops = configuration().trusted_proxies
    if hops:
        chain = [part.strip() for line in asked.forwarded_for for part in line.split(",")]
        chain = [part for part in chain if part]
        if chain:
            address = chain[-min(hops, len(chain))]
    return bucket_of(address)


@lru_cache(maxsize=4_096)
def bucket_of(address: str | None) -> str:
    """A /24 or a /64: one customer of a provider, as far as that can be told."""
    try:
        ip = ipaddress.ip_address((address or "").strip("[]").split("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return str(ipaddress.ip_network((ip, 24 if ip.version == 4 else 64), strict=False))


# Visitors.


def is_plain(asked: Asked) -> bool:
    """Whether cookies must do without TLS: in development, on plain http."""
    return bool(settings.DEBUG) and asked.origin.startswith("http://")


def cookie_name(site_id: int, *, plain: bool) -> str:
    """What the visitor key's cookie is called. Only one host can set a ``__Host-`` cookie."""
    return f"livechat-{site_id}" if plain else f"__Host-livechat-{site_id}"


def visitor_key_hash(asked: Asked, site_id: int) -> str | None:
    """The hash of the visitor key that came along, if we made it for this site."""
    key = asked.cookies.get(cookie_name(site_id, plain=is_plain(asked)))
    return tokens.hash_visitor_key(site_id, key) if key else None


def choice_cookie(asked: Asked, site_id: int) -> str:
    """The visitor's choice as it came along, for the gate to judge; empty if there is none."""
    return asked.cookies.get(consent_cookies.choice_name(site_id, plain=is_plain(asked)), "")


def visit_key_hash(asked: Asked, site_id: int) -> str | None:
    """The hash of the visit's key that came along, if we made it for this site."""
    name = consent_cookies.visit_name(site_id, plain=is_plain(asked))
    key = asked.cookies.get(name)
    return tokens.hash_visit_key(site_id, key) if key else None


def key_hashes_in(cookies: Mapping[str, str]) -> list[tuple[int, str]]:
    """Every visitor key of ours among some cookies, as site and hash."""
    found = []
    for name, value in cookies.items():
        _, marker, site = name.rpartition("livechat-")
        if marker and site.isascii() and site.isdigit() and len(site) < 19:
            key_hash = tokens.hash_visitor_key(int(site), value)
            if key_hash is not None:
                found.append((int(site), key_hash))
    return found


# Staff.


def session_key_of(asked: Asked) -> str | None:
    """The key of the staff's session; none that a database could choke on."""
    key = asked.cookies.get(settings.SESSION_COOKIE_NAME, "")
    return key if key and key.isprintable() else None


def user_of_session(session_key: str) -> Any:
    """The active user of a session, loaded freshly. Raises :class:`SessionEnded`.

    Django's ``get_user()`` reads a session once; here it may have ended, expired or lost
    its password since.
    """
    store: Any = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    data: Mapping[str, Any] = store.load()
    path = data.get(auth.BACKEND_SESSION_KEY)
    if path is None or path not in settings.AUTHENTICATION_BACKENDS:
        raise SessionEnded
    model = auth.get_user_model()
    user_id = model._meta.pk.to_python(data[auth.SESSION_KEY])
    user: Any = auth.load_backend(path).get_user(user_id)
    if user is None or not user.is_active:
        raise SessionEnded
    held = str(data.get(auth.HASH_SESSION_KEY, ""))
    if not any(constant_time_compare(held, proof) for proof in _proofs(user)):
        raise SessionEnded
    return user


def _proofs(user: Any) -> Iterable[str]:
    yield user.get_session_auth_hash()
    yield from user.get_session_auth_fallback_hash()


def language_of(user: Any) -> str:
    """The language that a member of staff reads the admin in."""
    profile = getattr(user, "wagtail_userprofile", None)
    return str(profile.get_preferred_language()) if profile else settings.LANGUAGE_CODE
