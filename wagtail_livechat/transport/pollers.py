"""The browsers that poll, known again by their headers without a look at their keys."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from .speakers import VisitSpeaker

MOST: Final = 20_000

Name = bytes
"""The headers by which a request is judged, as they came; in one piece, since thousands of them
are asked for in no order."""

_TELLING: Final = (b"cookie", b"host", b"origin", b"content-type", b"prefer")
_told: Final = itemgetter(*_TELLING)


def name_of(scope: Mapping[str, Any]) -> Name:
    """What tells one browser's requests from another's, in an ASGI scope."""
    headers = scope["headers"]
    by_name = dict(headers)
    # No header has a line's end in it: a server that lets one in would let in a second header.
    if len(by_name) == len(headers):
        try:
            return b"\n".join(_told(by_name))
        except KeyError:
            pass
    # Headers that stand twice, or not at all, with their names: an even number of lines.
    return b"\n".join([part for header in headers if header[0] in _TELLING for part in header])


class Pollers:
    """Who polled with which headers; the longest known goes first."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._known: OrderedDict[Name, VisitSpeaker] = OrderedDict()
        self.known: Callable[[Name], VisitSpeaker | None] = self._known.get
        """Who polled with these very headers before."""

    def remember(self, name: Name, speaker: VisitSpeaker) -> None:
        self._known[name] = speaker
        while len(self._known) > self._most:
            self._known.popitem(last=False)
