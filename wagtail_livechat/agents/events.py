"""What happened to agents."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentChanged:
    """Availability, capacity, alias, picture or presence of an agent changed."""

    profile_id: int
    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffRevoked:
    """What this user may do changed, or the session ended: look again before obeying.

    ``session_hash`` names one session; ``None`` means all of this user's.
    """

    user_id: int
    session_hash: str | None = None
