"""One conversation as this process follows it: what its listeners here have been told.

Messages reach the listeners in order of ``seq`` without a gap, whatever order the wakes
come in: what is early waits until what is missing was read from the database.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from .listeners import StaffListener, VisitorListener

T = TypeVar("T")

MOST_HELD = 500


class Stream(Generic[T]):
    """A numbered stream: hands on what is next, keeps what is early, forgets what is late."""

    __slots__ = ("_held", "known", "newest")

    def __init__(self) -> None:
        self.known: int | None = None
        """Up to here everything was handed on; ``None`` before the first read."""
        self.newest = 0
        """The highest number heard of."""
        self._held: dict[int, T] = {}

    @property
    def has_gap(self) -> bool:
        """Whether something is known to exist that was not handed on."""
        return self.known is not None and self.newest > self.known

    def read_up_to(self, newest: int) -> None:
        """Everything there is was read, when ``newest`` was the highest number heard of.

        What was named and is not there was a false alarm.
        """
        if self.known is not None and self.newest == newest > self.known and not self._held:
            self.newest = self.known

    def is_next(self, number: int) -> bool:
        """The plain case: ``number`` follows what was handed on, and nothing waits.

        It then counts as handed on.
        """
        if self.known is None or number != self.known + 1 or self._held:
            return False
        self.known = number
        self.newest = max(self.newest, number)
        return True

    def offer(self, number: int, item: T | None) -> Iterator[T]:
        """Take one item (``None``: it exists, its words must be read); yield what is due."""
        self.newest = max(self.newest, number)
        if self.known is not None and number <= self.known:
            return
        if item is not None and len(self._held) < MOST_HELD:
            self._held[number] = item
        yield from self._due()

    def caught_up(self, number: int) -> Iterator[T]:
        """Everything up to ``number`` was read and handed on another way; yield what is due."""
        self.newest = max(self.newest, number)
        if self.known is None or number > self.known:
            self.known = number
        for early in [n for n in self._held if n <= self.known]:
            del self._held[early]
        yield from self._due()

    def _due(self) -> Iterator[T]:
        while self.known is not None and self._held:
            item = self._held.pop(self.known + 1, None)
            if item is None:
                return
            self.known += 1
            yield item


class Following:
    """A conversation with listeners in this process."""

    __slots__ = ("id", "messages", "notes", "pk", "revision", "staff", "visitors")

    def __init__(self, conversation_id: str) -> None:
        self.id = conversation_id
        self.pk: int | None = None
        self.revision = 0
        self.visitors: set[VisitorListener] = set()
        self.staff: set[StaffListener] = set()
        self.messages: Stream[tuple[str, str]] = Stream()
        self.notes: Stream[str] = Stream()

    @property
    def is_empty(self) -> bool:
        return not self.visitors and not self.staff
