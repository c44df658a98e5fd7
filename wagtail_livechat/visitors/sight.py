"""Which pages a member of staff may know by name: those that they could open themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from wagtail.models import PageViewRestriction

if TYPE_CHECKING:
    from .pages import PageFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """The places in the tree that a reader may not look into.

    Two readers with the same sight can be told the same.
    """

    closed: frozenset[str] = frozenset()
    sees_all: bool = False

    def may_see(self, page: PageFacts) -> bool:
        """Whether this reader may know the page's name."""
        if self.sees_all or page.public:
            return True
        return not any(page.path.startswith(path) for path in self.closed)


ALL: Final = Sight(sees_all=True)
"""The sight of superusers, and of a visitor on what that visitor has opened."""


def sight_of(user: Any) -> Sight:
    """What this member of staff could open without a password that we do not know."""
    if user.is_superuser:
        return ALL
    restrictions = list(
        PageViewRestriction.objects.select_related("page").prefetch_related("groups")
    )
    if not restrictions:
        return Sight()
    groups = set(user.groups.values_list("pk", flat=True))
    closed = set()
    for restriction in restrictions:
        match restriction.restriction_type:
            case PageViewRestriction.LOGIN:
                continue
            case PageViewRestriction.GROUPS:
                if groups & {group.pk for group in restriction.groups.all()}:
                    continue
        closed.add(str(restriction.page.path))
    return Sight(closed=frozenset(closed))
