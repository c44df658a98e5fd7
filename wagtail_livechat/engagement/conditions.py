"""The conditions of triggers: a tree of ``all`` and ``any``, and what may stand in it.

A tree is stored as JSON: ``{"all": [...]}``, ``{"any": [...]}``, and leaves such as
``{"is": "dwell", "least": 30}``. :func:`parse` turns it into the types below, or says what
is wrong with it and where.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from wagtail_livechat.protocol.values import Device, StuckReason

MOST_LEAVES: Final = 40
DEEPEST: Final = 4
"""Groups within groups; the builder makes two levels."""

Seconds = Annotated[int, Meta(ge=0, le=3_600)]
Times = Annotated[int, Meta(ge=1, le=1_000)]
PageId = Annotated[int, Meta(ge=1, le=2**53 - 1)]
Model = Annotated[str, Meta(pattern=r"^[a-z0-9_]+\.[a-z0-9_]+\Z", max_length=150)]
Code = Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{2,20}\Z")]
Tag = Annotated[str, Meta(min_length=1, max_length=100)]
Origin = Annotated[str, Meta(pattern=r"^[a-z0-9.-]{1,180}(:[0-9]{1,5})?\Z")]
Minutes = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]\Z|^24:00\Z")]
Weekday = Annotated[int, Meta(ge=0, le=6)]


class Leaf(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="is"):
    """Base of all conditions."""

    @classmethod
    def needs_consent(cls) -> bool:
        """Whether it can only be known of somebody who agreed to live assistance."""
        return True

    @property
    def asks_consent(self) -> bool:
        """The same of one condition."""
        return self.needs_consent()

    @property
    def kind(self) -> str:
        """The name under which it is stored."""
        return str(self.__struct_config__.tag)


class _OfThePage(Leaf, frozen=True, kw_only=True):
    """What can be told from the page and the clock alone, of anybody."""

    @classmethod
    def needs_consent(cls) -> bool:
        """No: nothing of a visitor is needed."""
        return False


class OnPage(_OfThePage, frozen=True, kw_only=True, tag="page"):
    """The page, in whatever language, or with ``below`` any page under it."""

    page: PageId
    below: bool = False


class OfType(_OfThePage, frozen=True, kw_only=True, tag="page_type"):
    """A page of one of these types."""

    types: Annotated[tuple[Model, ...], Meta(min_length=1, max_length=50)]


class InLanguage(_OfThePage, frozen=True, kw_only=True, tag="locale"):
    """A page in one of these languages."""

    locales: Annotated[tuple[Code, ...], Meta(min_length=1, max_length=50)]


class Tagged(_OfThePage, frozen=True, kw_only=True, tag="tags"):
    """A page with one of these tags."""

    tags: Annotated[tuple[Tag, ...], Meta(min_length=1, max_length=50)]


class Dwelt(_OfThePage, frozen=True, kw_only=True, tag="dwell"):
    """The page has been open for so many seconds: the browser can count them itself."""

    least: Seconds


class Range(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Some days of the week (0: Monday), from one time to another; past midnight if earlier."""

    days: Annotated[tuple[Weekday, ...], Meta(min_length=1, max_length=7)]
    begins: Minutes
    ends: Minutes


class WithinHours(_OfThePage, frozen=True, kw_only=True, tag="hours"):
    """The clock of the site is within one of these ranges."""

    ranges: Annotated[tuple[Range, ...], Meta(min_length=1, max_length=20)]


class Viewed(Leaf, frozen=True, kw_only=True, tag="pages"):
    """The visitor has seen so many pages in this visit."""

    least: Times


class CameFrom(Leaf, frozen=True, kw_only=True, tag="origin"):
    """The visit began with a link on one of these hosts (or below one)."""

    hosts: Annotated[tuple[Origin, ...], Meta(min_length=1, max_length=50)]


class IsReturning(Leaf, frozen=True, kw_only=True, tag="returning"):
    """The visitor was here before, and agreed then."""


class IsNew(Leaf, frozen=True, kw_only=True, tag="new"):
    """The visitor was not here before, as far as we were allowed to know."""


class Scored(Leaf, frozen=True, kw_only=True, tag="stuck_score"):
    """The visitor seems stuck with so many points."""

    least: Annotated[int, Meta(ge=1, le=20)]


class StuckBecause(Leaf, frozen=True, kw_only=True, tag="stuck_reasons"):
    """The visitor seems stuck for one of these reasons."""

    reasons: Annotated[tuple[StuckReason, ...], Meta(min_length=1, max_length=20)]


class OnDevice(Leaf, frozen=True, kw_only=True, tag="device"):
    """The visitor's device is of one of these families."""

    devices: Annotated[tuple[Device, ...], Meta(min_length=1, max_length=3)]


AnyLeaf = (
    OnPage
    | OfType
    | InLanguage
    | Tagged
    | Dwelt
    | WithinHours
    | Viewed
    | CameFrom
    | IsReturning
    | IsNew
    | Scored
    | StuckBecause
    | OnDevice
)
LEAVES: Final[tuple[type[Leaf], ...]] = (
    OnPage,
    OfType,
    InLanguage,
    Tagged,
    Dwelt,
    WithinHours,
    Viewed,
    CameFrom,
    IsReturning,
    IsNew,
    Scored,
    StuckBecause,
    OnDevice,
)
KINDS: Final[Mapping[str, type[Leaf]]] = {str(leaf.__struct_config__.tag): leaf for leaf in LEAVES}


@dataclass(frozen=True, slots=True)
class All:
    """True where every part is."""

    of: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True where one part is."""

    of: tuple[Node, ...]


Node = All | AnyOf | Leaf
"""A tree, or a part of one."""


class BadConditions(ValueError):
    """A tree that is none: what is wrong (a stable ``code``), and where."""

    def __init__(self, code: str, where: str, detail: str = "") -> None:
        super().__init__(f"{where}: {code} {detail}".strip())
        self.code = code
        self.where = where
        self.detail = detail


def parse(tree: Any) -> Node:
    """The tree in its types. Raises :class:`BadConditions`."""
    node = _node(tree, "conditions", 1)
    if sum(1 for _ in leaves(node)) > MOST_LEAVES:
        raise BadConditions("too_many", "conditions", str(MOST_LEAVES))
    return node


def _node(value: Any, where: str, depth: int) -> Node:
    if not isinstance(value, dict):
        raise BadConditions("no_condition", where)
    if not value:
        raise BadConditions("empty", where)
    for word, group in (("all", All), ("any", AnyOf)):
        if word in value:
            if set(value) != {word} or not isinstance(value[word], list):
                raise BadConditions("bad_group", where)
            if not value[word]:
                raise BadConditions("empty", where)
            if depth >= DEEPEST:
                raise BadConditions("too_deep", where, str(DEEPEST))
            return group(
                tuple(
                    _node(part, f"{where}.{word}[{number}]", depth + 1)
                    for number, part in enumerate(value[word])
                )
            )
    return _leaf(value, where)


def _leaf(value: dict[str, Any], where: str) -> Leaf:
    kind = value.get("is")
    if not isinstance(kind, str) or kind not in KINDS:
        raise BadConditions("unknown_condition", where, str(kind)[:40])
    try:
        leaf: Leaf = msgspec.convert(value, KINDS[kind])
    except msgspec.ValidationError as error:
        raise BadConditions("bad_value", where, str(error)) from error
    return leaf


def dump(node: Node) -> dict[str, Any]:
    """The tree as it is stored."""
    match node:
        case All(of):
            return {"all": [dump(part) for part in of]}
        case AnyOf(of):
            return {"any": [dump(part) for part in of]}
        case _:
            stored: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(node))
            return stored


def leaves(node: Node) -> Iterator[Leaf]:
    """The conditions of a tree, in order."""
    if isinstance(node, All | AnyOf):
        for part in node.of:
            yield from leaves(part)
    else:
        yield node


def page_ids(node: Node) -> frozenset[int]:
    """The pages that a tree is about."""
    return frozenset(leaf.page for leaf in leaves(node) if isinstance(leaf, OnPage))


_HOST = re.compile(r"^(?:https?://)?([^/?#]+)")


def host_of(text: str) -> str:
    """The host in what an editor, or a browser, gave as an address."""
    found = _HOST.match(text.strip().lower())
    return found[1] if found else ""


_PLACE = re.compile(r"conditions(?:\.(?:all|any)\[(\d+)\])?(?:\.(?:all|any)\[(\d+)\])?")


def place_of(where: str) -> tuple[int, int] | None:
    """Group and number, from 1, of a place in a tree of groups; ``None`` for a whole tree.

    In a tree of one group the places are within that.
    """
    found = _PLACE.match(where)
    if found is None or found[1] is None:
        return None
    if found[2] is None:
        return 1, int(found[1]) + 1
    return int(found[1]) + 1, int(found[2]) + 1
