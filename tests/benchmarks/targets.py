"""The targets, by the name of the figure. A figure without one is there to be compared with."""

from __future__ import annotations

from typing import Final

from .figures import Target


def _ratio_at_least(bound: float) -> Target:
    return Target("ratio", "at least", bound)


def _ratio_at_most(bound: float) -> Target:
    return Target("ratio", "at most", bound)


def _at_least(bound: float) -> Target:
    return Target("value", "at least", bound)


def _at_most(bound: float) -> Target:
    return Target("value", "at most", bound)


def _time_at_most(bound: float) -> Target:
    return Target("time", "at most", bound)


TARGETS: Final = {
    # A command through the consumer, decoded, limited and answered, against a bare echo.
    "echo.100": _ratio_at_least(0.60),
    "echo.1000": _ratio_at_least(0.50),
    "echo.100.cpu": _ratio_at_most(1.7),
    # A stored message: acknowledged after the commit, and an agent told.
    "messages.sqlite.local": _ratio_at_least(0.13),
    "messages.sqlite.redis": _ratio_at_least(0.13),
    "messages.postgres.local": _ratio_at_least(0.10),
    "messages.postgres.redis": _ratio_at_least(0.10),
    "messages.sqlite.local.told": _ratio_at_least(1.0),
    "messages.sqlite.redis.told": _ratio_at_least(1.0),
    "messages.postgres.local.told": _ratio_at_least(1.0),
    "messages.postgres.redis.told": _ratio_at_least(1.0),
    "messages.sqlite.redis.gain": _ratio_at_least(20),
    "messages.postgres.redis.gain": _ratio_at_least(20),
    "ack.sqlite.300.p50": _time_at_most(2),
    "ack.sqlite.300.p99": _time_at_most(10),
    "ack.sqlite.closed.p99": _time_at_most(30),
    "ack.postgres.300.p50": _time_at_most(3),
    "ack.postgres.300.p99": _time_at_most(15),
    "ack.postgres.closed.p99": _time_at_most(40),
    # Connections that say nothing.
    "idle.visitor.memory": _at_most(26),
    "idle.visitor.cpu": _time_at_most(3),
    "idle.conversation.memory": _at_most(32),
    "idle.conversations.memory": _at_most(50),
    # Coming and coming back.
    "connects.accepted": _ratio_at_least(0.6),
    "reconnects.seconds": _time_at_most(6),
    "reconnects.resumed": _ratio_at_least(1.0),
    # Without WebSockets.
    "poll.cpu": _at_most(2),
    "poll.delivery.p95": _at_most(2.5),
    # Who agreed opens a page: without a socket, then written down with many others.
    "views.http": _ratio_at_least(0.5),
    "views.http.cpu": _time_at_most(40),
    "views.sqlite.stored": _time_at_most(25),
    "views.postgres.stored": _time_at_most(25),
    "views.http.memory": _at_most(12),
    # The table of visitors: one reading, and what an agent sees of a thousand who move.
    "visitors.window": _time_at_most(25),
    "visitors.entering.p95": _at_most(2),
    "visitors.moving.p95": _at_most(2),
    "visitors.leaving": _at_most(30),
    "visitors.sends": _at_most(4),
    "visitors.seen": _ratio_at_least(1.0),
    # On the host's pages.
    "tag.first_page": _at_most(200),
    "tag.time": _time_at_most(50),
    "tag.queries": _at_most(0),
    "weight.loader": _at_most(6),
    "weight.panel": _at_most(30),
    # Of those who seem stuck so many are, and of those who are so many are found.
    "stuck.precision": _at_least(0.9),
    "stuck.recall": _at_least(0.9),
    # What visitors ask is put together: beside the best that counting words can do.
    "study.en.purity": _at_least(0.85),
    "study.en.recall": _at_least(0.70),
    "study.en.f1": _ratio_at_least(1.5),
    "study.fr.purity": _at_least(0.85),
    "study.fr.recall": _at_least(0.65),
    "study.fr.f1": _ratio_at_least(1.5),
    "study.seconds": _at_most(300),
    "study.memory": _at_most(200),
    # The signpost: far more than Wagtail's search, and at once among thousands of pages.
    "signpost.sqlite.recall": _ratio_at_least(1.25),
    "signpost.postgres.recall": _ratio_at_least(1.1),
    "signpost.sqlite.rank": _ratio_at_least(1.4),
    "signpost.postgres.rank": _ratio_at_least(1.15),
    "signpost.sqlite.false": _ratio_at_most(0.3),
    "signpost.postgres.false": _ratio_at_most(0.3),
    "signpost.sqlite.p95": _at_most(150),
    "signpost.postgres.p95": _at_most(150),
    "signpost.sqlite.first": _at_most(2_000),
    "signpost.postgres.first": _at_most(2_000),
    # What else happens must not be felt.
    "blocked.delay": _at_most(20),
    "growth.stored": _ratio_at_most(1.3),
    "growth.sockets": _ratio_at_most(1.3),
    # A full house, and what people see.
    "delivered.rate": _at_least(1_200),
    "screen.visitor_to_agent.p95": _time_at_most(60),
    "screen.agent_to_visitor.p95": _time_at_most(60),
}
