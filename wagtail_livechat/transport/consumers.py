"""The three consumers, for a host that routes by hand instead of using ``livechat()``."""

from __future__ import annotations

from .staff_socket import StaffSocket
from .visit_socket import VisitSocket
from .visitor_socket import VisitorSocket

__all__ = ["StaffSocket", "VisitSocket", "VisitorSocket"]
