"""The browsers that poll, known again by their headers without a look at their keys."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from .speakers import VisitSpeaker

MOST: Final = 20_000

Name = bytes
"""The headers by which a request is judged, as they came; in one piece, since thousands of them
are asked for in no order."""

_TELLING: Final = frozenset({b"host", b"origin", b"cookie", b"content-type", b"prefer"})


def name_of(scope: Mapping[str, Any]) -> Name:
    """What tells one browser's requests from another's, in an ASGI scope."""
    told = [part for header in scope["headers"] if header[0] in _TELLING for part in header]
    # No header has a line's end in it: a server that lets one in would let in a second header.
    return b"\n".join(told)


class Pollers:
    """Who polled with which headers; the longest known goes first."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._known: OrderedDict[Name, VisitSpeaker] = OrderedDict()

    def known(self, name: Name) -> VisitSpeaker | None:
        """Who polled with these very headers before."""
        return self._known.get(name)

    def remember(self, name: Name, speaker: VisitSpeaker) -> None:
        self._known[name] = speaker
        while len(self._known) > self._most:
            self._known.popitem(last=False)
