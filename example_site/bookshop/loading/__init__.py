"""Fills an empty database with the bookshop, once.

Each part is loaded in one transaction and remembered, so a second start adds what is missing and touches nothing
that the owner has changed or taken out since.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from example_site.bookshop.loading import chat, past, people, replies, shops, signpost, watching
from example_site.bookshop.models import LoadedPart

# In this order: people and chat need the two sites.
PARTS: dict[str, Callable[[int], None]] = {
    "shops": shops.open_shops,
    "people": people.open_accounts,
    "chat": chat.switch_on,
    "signpost": signpost.put_up,
    "replies": replies.write_down,
}
# What the demo shows besides: who loads the bookshop alone begins without a past, and watches nobody.
LIVED_IN: dict[str, Callable[[int], None]] = {
    "watching": watching.begin,
    "past": past.remember,
}


def load_bookshop(port: int, *, lived_in: bool = False) -> list[str]:
    """Load whatever is missing, let both sites listen on `port`, and name the parts that are new.

    `lived_in` adds a banner, a trigger and a team that may watch, and conversations of the last weeks.
    """
    fresh = []
    for name, load in (PARTS | LIVED_IN if lived_in else PARTS).items():
        with transaction.atomic():
            if not LoadedPart.objects.filter(name=name).exists():
                load(port)
                LoadedPart.objects.create(name=name)
                fresh.append(name)
    shops.listen_on(port)
    people.add_surnames()
    return fresh
