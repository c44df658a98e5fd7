"""How fast this machine goes now, against the one on which the targets in time were set.

A machine that is shared is twice as fast in one minute as in the next. What it can do at the
best is measured beside each figure anyway; the same was measured when the targets were set
(two cores, loopback, uvicorn with uvloop).
"""

from __future__ import annotations

from typing import Final

ECHOES: Final = 56_200
"""Answers a second of the bare machine, with a hundred connections."""

ACCEPTED: Final = 2_830
"""Handshakes a second of the bare machine."""

ANSWER: Final = 21.0
"""Microseconds of the bare machine for an empty answer to a POST."""


def of_echoes(rate: float) -> float:
    """The pace at which so many are echoed a second."""
    return rate / ECHOES


def of_handshakes(rate: float) -> float:
    """The pace at which so many are let in a second."""
    return rate / ACCEPTED


def of_answers(cpu_us: float) -> float:
    """The pace at which an empty answer takes so long."""
    return ANSWER / cpu_us
