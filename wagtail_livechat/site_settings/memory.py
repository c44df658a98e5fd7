"""Answers that a process keeps for a moment, so that a page costs no query."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from time import monotonic
from typing import Any, Final, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

KEPT_SECONDS: Final = 30.0
"""How late another process hears of a change at most."""

MOST_KEYS: Final = 1_000


_all: list[Memory[Any, Any]] = []


def forget() -> None:
    """Read everything again: something that is kept has changed."""
    for memory in _all:
        memory.forget()


class Memory(Generic[K, V]):
    """Values by key, read again after :data:`KEPT_SECONDS` or when told to forget."""

    def __init__(self, read: Callable[[K], V]) -> None:
        self._read = read
        self._kept: dict[K, tuple[float, V]] = {}
        self._age = 0
        _all.append(self)

    def __call__(self, key: K) -> V:
        """The value of ``key``: kept, or read now."""
        found = self._kept.get(key)
        now = monotonic()
        if found is not None and now < found[0]:
            return found[1]
        age = self._age
        value = self._read(key)
        if age == self._age:  # else it changed while we read: good for once only
            self._keep(key, value, now)
        return value

    def many(self, keys: Iterable[K], read: Callable[[list[K]], Mapping[K, V]]) -> dict[K, V]:
        """The values of several keys; those that are not kept are read all at once.

        ``read`` answers for every key that it is given.
        """
        now, age = monotonic(), self._age
        values: dict[K, V] = {}
        missing: list[K] = []
        for key in dict.fromkeys(keys):
            found = self._kept.get(key)
            if found is not None and now < found[0]:
                values[key] = found[1]
            else:
                missing.append(key)
        if missing:
            for key, value in read(missing).items():
                values[key] = value
                if age == self._age:
                    self._keep(key, value, now)
        return values

    def _keep(self, key: K, value: V, now: float) -> None:
        if len(self._kept) >= MOST_KEYS:
            self._kept.clear()
        self._kept[key] = (now + KEPT_SECONDS, value)

    def forget(self) -> None:
        """Read these again."""
        self._age += 1
        self._kept.clear()
