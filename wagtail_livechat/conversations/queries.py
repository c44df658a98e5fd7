"""Reads of conversations and threads, as rows; :mod:`.presentation` words them for the wire."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    Max,
    OuterRef,
    QuerySet,
    Subquery,
    When,
)

from wagtail_livechat.agents import queries as agent_queries
from wagtail_livechat.agents.permissions import user_ids_who_may_reply
from wagtail_livechat.agents.rules import Load, has_free_place
from wagtail_livechat.protocol.values import MAX_BATCH
from wagtail_livechat.worded import Worded, as_models, columns_of

from .models import Conversation, Message, Note
from .states import State

CLOSED_PAGE = 50
WAITING_PAGE = 200
SIGNPOST_PAGE = 100
ACTIVE_PAGE = 300
"""Far more than the conversations of one agent, who can take fifty at most."""


def latest_of_visitor(site_id: int, key_hash: str) -> Conversation | None:
    """The visitor's newest conversation."""
    return (
        Conversation.objects.filter(visitor__key_hash=key_hash, site_id=site_id)
        .select_related("agent__avatar")
        .order_by("-pk")
        .first()
    )


_LATEST_OF_VISITORS = Worded(
    lambda keys: (
        Conversation.objects.filter(visitor_id__in=keys)
        .order_by("pk")
        .values_list("visitor_id", "pk", "public_id")
    )
)


def latest_of_visitors(visitor_ids: Iterable[int]) -> dict[int, tuple[int, str]]:
    """Key and name of each visitor's newest conversation, by visitor."""
    return {
        visitor_id: (pk, str(public_id))
        for visitor_id, pk, public_id in _LATEST_OF_VISITORS.ask(visitor_ids)
    }


_LATEST_BY_KEYS = Worded(
    lambda names: (
        Conversation.objects.filter(visitor__key_hash__in=names)
        .order_by("pk")
        .values_list("visitor__key_hash", *columns_of(Conversation))
    ),
    keys=str,
)


def latest_by_keys(key_hashes: Iterable[str]) -> dict[tuple[int, str], Conversation]:
    """The newest conversation of each of these keys' visitors, by site and key hash."""
    found = _LATEST_BY_KEYS.ask(key_hashes)
    rows = as_models(Conversation, (row[1:] for row in found))
    # A few agents answer all of them: each is read once.
    agent_ids = {row.agent_id for row in rows if row.agent_id is not None}
    agents = agent_queries.profiles(agent_ids)
    for row in rows:
        if row.agent_id is not None:
            row.agent = agents.get(row.agent_id)
    return {(row.site_id, key): row for (key, *_), row in zip(found, rows, strict=True)}


def conversation_by_id(conversation_id: str, site_ids: Iterable[int]) -> Conversation | None:
    """A conversation of one of these sites."""
    return Conversation.objects.filter(
        public_id=conversation_id, site_id__in=list(site_ids)
    ).first()


def messages_after(
    conversation_pk: int, since: int, limit: int = MAX_BATCH
) -> tuple[list[Message], bool]:
    """Entries in order of ``seq``, and whether more follow."""
    rows = list(
        Message.objects.filter(conversation_id=conversation_pk, seq__gt=since)
        .select_related("agent__avatar", "agent__user")
        .order_by("seq")[: limit + 1]
    )
    return rows[:limit], len(rows) > limit


class Entry(NamedTuple):
    """What a visitor is shown of a message, without the cost of a model."""

    conversation_id: int
    seq: int
    ref: UUID
    kind: str
    text: str
    notice: str
    at: datetime
    agent_id: int | None
    alias: str
    card: dict[str, Any] | None
    guidance: dict[str, Any] | None


def messages_of_many_after(since_by_pk: Mapping[int, int]) -> dict[int, list[Entry]]:
    """The entries after each conversation's cursor, in order, one batch and one more.

    ``seq`` has no gaps, so that a range of it is a number of rows.
    """
    by_since: dict[int, list[int]] = {}
    for pk, since in since_by_pk.items():
        by_since.setdefault(since, []).append(pk)
    found: dict[int, list[Entry]] = {pk: [] for pk in since_by_pk}
    for since, pks in by_since.items():
        rows = Message.objects.filter(
            conversation_id__in=pks, seq__gt=since, seq__lte=since + MAX_BATCH + 1
        )
        for values in rows.order_by("conversation_id", "seq").values_list(*Entry._fields):
            entry = Entry(*values)
            found[entry.conversation_id].append(entry)
    return found


def notes_after(conversation_pk: int, number: int) -> list[Note]:
    """Internal notes in order. Never for a visitor."""
    return list(
        Note.objects.filter(conversation_id=conversation_pk, number__gt=number)
        .select_related("author")
        .order_by("number")[:MAX_BATCH]
    )


_CARD_FIELDS = ("last_text", "last_kind", "unread")


MOST_UNREAD = 100
"""So many are counted: what nobody reads would be counted anew at each message."""


def with_card_fields(rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
    """Adds what a card shows beside the row: last words and unread count."""
    said = Message.objects.filter(conversation=OuterRef("pk")).exclude(kind="notice")
    last = said.order_by("-seq")
    unread = Message.objects.filter(
        conversation=OuterRef("pk"), kind="visitor", seq__gt=OuterRef("read_by_staff")
    ).order_by()
    return rows.select_related("agent__avatar").annotate(
        last_text=Subquery(last.values("text")[:1]),
        last_kind=Subquery(last.values("kind")[:1]),
        unread=_Number(unread.values("pk")[:MOST_UNREAD]),
    )


class _Number(Subquery):
    """How many rows a query finds: no more of them are looked at than it is cut to."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS found)"
    output_field = IntegerField()


_FIELDS = [field.attname for field in Conversation._meta.concrete_fields]
_CARDS = Worded(
    lambda keys: with_card_fields(Conversation.objects.filter(pk__in=keys)).values_list(
        *_FIELDS, *_CARD_FIELDS
    )
)


def cards_by_pk(pks: Iterable[int]) -> list[Conversation]:
    """These conversations, with the fields of their cards.

    Asked whenever a card changes, many times a second where many write.
    """
    rows = []
    for values in _CARDS.ask(pks):
        row = Conversation.from_db(DEFAULT_DB_ALIAS, _FIELDS, values[: len(_FIELDS)])
        for name, value in zip(_CARD_FIELDS, values[len(_FIELDS) :], strict=True):
            setattr(row, name, value)
        rows.append(row)
    agents = agent_queries.profiles({row.agent_id for row in rows if row.agent_id is not None})
    for row in rows:
        row.agent = agents.get(row.agent_id) if row.agent_id is not None else None
    return rows


def open_conversations(
    site_ids: Iterable[int], profile_id: int | None
) -> tuple[list[Conversation], int]:
    """What is not closed on these sites, and how many more wait than are in the list.

    Those that wait come first, the longest waiting of them; then this agent's own, all of
    them, and those of the team; then what the signpost holds, the newest of it. A list that is
    longer than anybody reads is cut.
    """
    rows = Conversation.objects.filter(site_id__in=list(site_ids))
    waits = rows.filter(state=State.WAITING)
    longest_first = F("waiting_since").asc(nulls_last=True), "-last_at"
    waiting = list(with_card_fields(waits).order_by(*longest_first)[: WAITING_PAGE + 1])
    more = waits.count() - WAITING_PAGE if len(waiting) > WAITING_PAGE else 0
    is_own = Case(When(agent_id=profile_id, then=0), default=1, output_field=IntegerField())
    active = with_card_fields(rows.filter(state=State.ACTIVE)).order_by(is_own, *longest_first)
    guided = with_card_fields(rows.filter(state=State.SIGNPOST)).order_by("-last_at")
    return [*waiting[:WAITING_PAGE], *active[:ACTIVE_PAGE], *guided[:SIGNPOST_PAGE]], max(more, 0)


def closed_conversations(
    site_ids: Iterable[int], *, before: datetime | None
) -> tuple[list[Conversation], bool]:
    """Closed ones, newest first, and whether more follow."""
    rows = Conversation.objects.filter(site_id__in=list(site_ids), state=State.CLOSED)
    if before is not None:
        rows = rows.filter(closed_at__lt=before)
    found = list(with_card_fields(rows).order_by("-closed_at", "-pk")[: CLOSED_PAGE + 1])
    return found[:CLOSED_PAGE], len(found) > CLOSED_PAGE


_HEADS = Worded(
    lambda keys: Conversation.objects.filter(pk__in=keys).values_list(
        "pk", "last_seq", "last_note", "revision"
    )
)


def heads(pks: Iterable[int]) -> dict[int, tuple[int, int, int]]:
    """``last_seq``, ``last_note`` and ``revision`` by conversation: what a receiver should have."""
    return {
        pk: (last_seq, last_note, revision) for pk, last_seq, last_note, revision in _HEADS.ask(pks)
    }


def answered_by(profile_id: int) -> list[Conversation]:
    """The conversations that this agent has now."""
    return list(Conversation.objects.filter(agent_id=profile_id, state=State.ACTIVE))


_LOADS = Worded(
    lambda keys: (
        Conversation.objects.filter(agent_id__in=keys, state=State.ACTIVE)
        .order_by()
        .values_list("agent_id")
        .annotate(Count("pk"))
    )
)


def loads(profile_ids: Iterable[int]) -> dict[int, int]:
    """How many active conversations each of these agents has."""
    return dict(_LOADS.ask(profile_ids))


def is_site_answering(site_id: int) -> bool:
    """Whether somebody is present, willing, allowed here, and has a free place."""
    candidates = agent_queries.willing_agents(
        agent_queries.present_profile_ids(), user_ids_who_may_reply(site_id)
    )
    ids = [profile.pk for profile in candidates]
    active, held = loads(ids), agent_queries.held_places(ids)
    return any(
        has_free_place(
            Load(
                present=True,
                available=True,
                active=active.get(profile.pk, 0) + held.get(profile.pk, 0),
                capacity=profile.capacity,
            )
        )
        for profile in candidates
    )


def unread_counts(site_ids: Iterable[int], profile_id: int | None) -> tuple[int, int]:
    """How many conversations wait, and how many of this agent's have unread messages.

    Where the agent is gone and the visitor has no answer, the visitor waits again.
    """
    rows = Conversation.objects.filter(site_id__in=list(site_ids))
    waiting = rows.filter(state=State.WAITING).count()
    unanswered = rows.filter(state=State.ACTIVE, waiting_since__isnull=False)
    holders = list(unanswered.exclude(agent_id=profile_id).values_list("agent_id", flat=True))
    present = agent_queries.present_profile_ids({pk for pk in holders if pk is not None})
    waiting += sum(pk not in present for pk in holders)
    unread = Message.objects.filter(
        conversation=OuterRef("pk"), kind="visitor", seq__gt=OuterRef("read_by_staff")
    )
    mine = rows.filter(Exists(unread), state=State.ACTIVE, agent_id=profile_id).count()
    return waiting, mine


def conversations_by_pk(pks: Iterable[int]) -> list[Conversation]:
    """These conversations, with the agent that their visitor sees."""
    wanted = list(pks)
    if not wanted:
        return []
    return list(Conversation.objects.filter(pk__in=wanted).select_related("agent__avatar"))


def open_heads(site_ids: Iterable[int]) -> dict[int, tuple[int, int, int, int]]:
    """Site, ``last_seq``, ``last_note`` and ``revision`` of all that is not closed there."""
    rows = Conversation.objects.filter(site_id__in=list(site_ids)).exclude(state=State.CLOSED)
    return {
        row[0]: (row[1], row[2], row[3], row[4])
        for row in rows.values_list("pk", "site_id", "last_seq", "last_note", "revision")
    }


def visitors_with_open(visitor_ids: Iterable[int]) -> frozenset[int]:
    """Which of these visitors have a conversation that is not closed."""
    rows = Conversation.objects.filter(visitor_id__in=list(visitor_ids)).exclude(state=State.CLOSED)
    return frozenset(rows.values_list("visitor_id", flat=True))


def open_of_visitors(visitor_ids: Iterable[int]) -> list[tuple[int, int]]:
    """Site and key of the conversations that these visitors have open."""
    rows = Conversation.objects.filter(visitor_id__in=list(visitor_ids)).exclude(state=State.CLOSED)
    return list(rows.values_list("site_id", "pk"))


# The signpost.


class Unanswered(NamedTuple):
    """A message of a visitor that the signpost has to answer, with what it goes by."""

    conversation_pk: int
    site_id: int
    language: str
    seq: int
    text: str
    page_id: int | None
    place: dict[str, Any] | None
    failures: int
    asks_about: int | None
    choices: list[str]
    asked_before: list[str]


ASKED_BEFORE = 5
"""So many questions back, asking the same again is a repetition."""


def next_unanswered(conversation_pk: int) -> Unanswered | None:
    """The oldest message that the signpost has not dealt with, if the conversation is its own."""
    row = Conversation.objects.filter(pk=conversation_pk, state=State.SIGNPOST).first()
    if row is None:
        return None
    messages = Message.objects.filter(conversation_id=conversation_pk)
    asked = messages.filter(kind="visitor", seq__gt=row.guided_to).order_by("seq").first()
    if asked is None:
        return None
    earlier = messages.filter(seq__lt=asked.seq)
    # What was asked of a person, or before the end of the conversation, is asked anew.
    began = earlier.filter(kind="notice").aggregate(seq=Max("seq"))["seq"] or 0
    before = earlier.filter(kind="visitor", seq__gt=began).order_by("-seq")
    last = messages.filter(kind="signpost", seq__lt=asked.seq).order_by("-seq").first()
    return Unanswered(
        conversation_pk=row.pk,
        site_id=row.site_id,
        language=row.language,
        seq=asked.seq,
        text=asked.text,
        page_id=asked.page_id,
        place=row.place,
        failures=row.failures,
        asks_about=row.asks_about,
        choices=last.guidance["choices"] if last and last.guidance else [],
        asked_before=list(before.values_list("text", flat=True)[:ASKED_BEFORE]),
    )


def left_unanswered(before: datetime) -> list[int]:
    """Conversations in which the signpost owes an answer since before this moment."""
    rows = Conversation.objects.filter(state=State.SIGNPOST, waiting_since__lt=before)
    return list(rows.order_by("waiting_since").values_list("pk", flat=True)[:SIGNPOST_PAGE])


def idle_with_signpost(before: datetime) -> list[int]:
    """What the signpost holds, owes nothing in, and nobody wrote in since this moment."""
    rows = Conversation.objects.filter(
        state=State.SIGNPOST, waiting_since__isnull=True, last_at__lt=before
    )
    return list(rows.values_list("pk", flat=True)[:SIGNPOST_PAGE])


def failed_answers(conversation_pks: Iterable[int]) -> dict[int, list[int]]:
    """The signpost's messages that did not help, by conversation."""
    found: dict[int, list[int]] = {}
    rows = Message.objects.filter(
        conversation_id__in=list(conversation_pks), kind="signpost", helped=False
    )
    for pk, seq in rows.order_by("seq").values_list("conversation_id", "seq"):
        found.setdefault(pk, []).append(seq)
    return found
