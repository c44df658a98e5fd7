"""The visitor's choice over HTTP: what was answered, and the cookies that follow from it.

Only a page of the site itself is heard, and only as JSON: a form of another site can say
no yes for anybody.
"""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from wagtail_livechat import clock, tokens
from wagtail_livechat.consent import actions
from wagtail_livechat.consent import cookies as names
from wagtail_livechat.consent.actions import Answered
from wagtail_livechat.consent.gate import consent_in
from wagtail_livechat.consent.rules import Interface, Signals
from wagtail_livechat.errors import BadCommand, NoConsent, ReplayedReceipt

from . import exchange, identity, limits
from .identity import Asked
from .requests import JSON_HEADERS, Request, Response, cookie, demand_empty, demand_post, refusal

LONGEST_REFERENCE: Final = 200


class _Choice(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The body of ``POST consent/``. ``version`` 0: no banner of ours was answered."""

    version: Annotated[int, Meta(ge=0, le=2**63 - 1)]
    assistance: bool
    statistics: bool
    interface: Interface
    gpc: bool = False
    dnt: bool = False
    reference: Annotated[str, Meta(max_length=LONGEST_REFERENCE)] = ""


def _read(body: bytes) -> _Choice:
    try:
        return msgspec.json.decode(body, type=_Choice, strict=True)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadCommand from error


def _charge(asked: Asked, site_id: int, choice: str) -> None:
    """Whoever has a choice of ours is counted apart: a crowded network does not keep
    anybody from taking a yes back."""
    known = names.read(site_id, choice)
    owner = (known.receipt if known else None) or identity.network_of(asked)
    limits.charge(limits.CONSENT, owner)


def serve_choice(request: Request) -> Response:
    """``POST consent/``: write down what was chosen.

    A yes to live assistance comes with the key of a visit, anything else takes it away.
    """
    site_id, body = demand_post(request)
    asked = request.asked
    before = identity.choice_cookie(asked, site_id)
    _charge(asked, site_id, before)
    said = _read(body)
    language = request.language
    try:
        answered: Answered = exchange.write(
            lambda: actions.answer(
                site_id=site_id,
                cookie=before,
                version=said.version or None,
                assistance=said.assistance,
                statistics=said.statistics,
                interface=said.interface,
                language=language,
                signals=Signals(
                    gpc=said.gpc or asked.signals.gpc, dnt=said.dnt or asked.signals.dnt
                ),
                reference=said.reference,
                visit_key_hash=identity.visit_key_hash(asked, site_id),
            )
        )
    except ReplayedReceipt as error:
        # What the browser holds is worth nothing any more: the next answer is a first one.
        refused = refusal(error, language)
        refused.cookies.extend([_choice(asked, site_id, "", 0), _visit(asked, site_id, None)])
        return refused
    key = None
    if answered.choice.assistance:
        key = _visit_key(asked, site_id) or tokens.new_visit_key(site_id)
    receipt = answered.choice.receipt
    return Response(
        status=200,
        body=msgspec.json.encode({"ok": True, "receipt": str(receipt) if receipt else None}),
        headers=JSON_HEADERS,
        cookies=[
            _choice(asked, site_id, answered.cookie, answered.seconds),
            _visit(asked, site_id, key),
        ],
    )


def serve_visit(request: Request) -> Response:
    """``POST visit/``: the key of a visit for a browser that agreed on another day.

    A visit's key ends with the browser, a yes does not. Who comes with one and without
    the other has been here before.
    """
    site_id, body = demand_post(request)
    demand_empty(body)
    asked = request.asked
    choice = identity.choice_cookie(asked, site_id)
    _charge(asked, site_id, choice)
    if not consent_in(site_id, choice, clock.now()).assistance:
        raise NoConsent
    key = _visit_key(asked, site_id)
    cookies = [_visit(asked, site_id, key or tokens.new_visit_key(site_id))]
    flagged = None if key else actions.flag(site_id=site_id, cookie=choice, returning=True)
    if flagged is not None:
        cookies.append(_choice(asked, site_id, flagged.cookie, flagged.seconds))
    return Response(
        status=200,
        body=b'{"ok":true}',
        headers=JSON_HEADERS,
        cookies=cookies,
    )


def remember_never(asked: Asked, site_id: int) -> list[str]:
    """The cookie of somebody who never wants to be invited again: the choice that is
    there with a flag more. Empty where there is no choice to remember it in."""
    flagged = actions.flag(
        site_id=site_id, cookie=identity.choice_cookie(asked, site_id), never=True
    )
    return [_choice(asked, site_id, flagged.cookie, flagged.seconds)] if flagged else []


def _visit_key(asked: Asked, site_id: int) -> str | None:
    """The visit's key that came along, if we made it."""
    if identity.visit_key_hash(asked, site_id) is None:
        return None
    return asked.cookies[names.visit_name(site_id, plain=identity.is_plain(asked))]


def _choice(asked: Asked, site_id: int, value: str, seconds: int) -> str:
    name = names.choice_name(site_id, plain=identity.is_plain(asked))
    return cookie(asked, name, value, seconds, is_readable=True)


def _visit(asked: Asked, site_id: int, key: str | None) -> str:
    """The cookie of the visit's key, for as long as the browser is open; ``None``: none."""
    name = names.visit_name(site_id, plain=identity.is_plain(asked))
    return cookie(asked, name, key or "", None if key else 0)
