"""What was asked and not yet answered, as a browser's outbox keeps it.

The counterpart of `static_src/connection/outbox.ts`, with shorter times: commands of one
lane leave one after the other, each is sent again until it is answered, and everything is
due at once when the line is new.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from wagtail_livechat.protocol.commands import Command

RESEND_AFTER = 1.5
"""Three seconds in a browser."""

LONGEST = 6.0


@dataclass(slots=True)
class Item:
    """One command on its way."""

    ref: str
    lane: str
    command: Command
    tries: int = 0
    due: float = 0.0


class Outbox:
    """Belongs to a tab; after a reload the next page takes it over as it is."""

    def __init__(self, *, at_once: int = 1) -> None:
        self.items: dict[str, Item] = {}
        self._at_once = at_once

    @property
    def in_order(self) -> bool:
        """Whether what is written here is stored in the order of writing."""
        return self._at_once == 1

    def __len__(self) -> int:
        return len(self.items)

    def add(self, ref: str, lane: str, command: Command) -> None:
        self.items[ref] = Item(ref, lane, command)

    def settle(self, ref: str) -> None:
        self.items.pop(ref, None)

    def hold(self, ref: str, seconds: float) -> None:
        """Refused for now: ask again later."""
        if ref in self.items:
            self.items[ref].due = time.monotonic() + seconds

    def reopened(self) -> None:
        """The line is new: whatever was on its way may be lost."""
        for item in self.items.values():
            item.tries = 0
            item.due = 0.0

    def take(self, limit: int = 1_000) -> list[Command]:
        """What to send now; it counts as sent."""
        now = time.monotonic()
        due = [item for item in self._heads() if item.due <= now][:limit]
        for item in due:
            item.due = now + min(LONGEST, RESEND_AFTER * 2**item.tries)
            item.tries += 1
        return [item.command for item in due]

    def next_due(self) -> float | None:
        """In how many seconds `take` has something."""
        dues = [item.due for item in self._heads()]
        return max(0.0, min(dues) - time.monotonic()) if dues else None

    def _heads(self) -> list[Item]:
        """The first of each lane; where a tab sends several at once, the first few."""
        found: dict[str, list[Item]] = {}
        for item in self.items.values():
            lane = found.setdefault(item.lane, [])
            if len(lane) < self._at_once:
                lane.append(item)
        return [item for lane in found.values() for item in lane]
