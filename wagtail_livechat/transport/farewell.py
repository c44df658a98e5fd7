"""A last word before a restart.

No server tells its application of SIGTERM before it cuts the connections; by then it is
too late to say when to come back. So we listen for the signal first, and hand it on when
the words have had time to leave. A second signal is handed on at once.
"""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .process import Process

_MARK: Final = "_is_livechat_farewell"
HEARD_WITHIN: Final = 0.25


def announce_restarts(process: Process) -> None:
    """Say goodbye on SIGTERM, then let the server do what it would have done."""
    if threading.current_thread() is not threading.main_thread():
        return  # only there signals can be listened to
    before = signal.getsignal(signal.SIGTERM)
    if not callable(before) or getattr(before, _MARK, False):
        return  # the server leaves it to the system: there is no time for words

    has_said = False

    def say(number: int, frame: FrameType | None) -> None:
        process.upkeep.say_goodbye()
        process.loop.call_later(HEARD_WITHIN, before, number, frame)

    def goodbye(number: int, frame: FrameType | None) -> None:
        nonlocal has_said
        if has_said or not process.loop.is_running():
            before(number, frame)
            return
        has_said = True
        process.loop.call_soon_threadsafe(say, number, frame)

    setattr(goodbye, _MARK, True)
    signal.signal(signal.SIGTERM, goodbye)
