"""A conversation as a tab shows it: the counterpart of `static_src/thread.ts`."""

from __future__ import annotations

from collections.abc import Iterable

from tests.faults.history import Entry
from wagtail_livechat.protocol.values import Message


class Screen:
    """Keeps what follows without a gap, holds what came too early, and knows what is missing."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.head = 0
        self._held: dict[int, Entry] = {}

    @property
    def last(self) -> int:
        """Everything up to here is shown."""
        return len(self.entries)

    @property
    def is_behind(self) -> bool:
        return self.head > self.last

    def receive(self, messages: Iterable[Message]) -> None:
        for message in messages:
            self.know_head(message.seq)
            if message.seq > self.last:
                self._held.setdefault(message.seq, entry_of(message))
            while (following := self._held.pop(self.last + 1, None)) is not None:
                self.entries.append(following)

    def know_head(self, seq: int) -> None:
        self.head = max(self.head, seq)


def entry_of(message: Message) -> Entry:
    return Entry(
        seq=message.seq,
        ref=message.ref,
        kind=message.kind.value,
        text=message.text,
        notice=message.notice.value if message.notice else None,
    )
