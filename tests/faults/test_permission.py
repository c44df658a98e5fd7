"""The checker finds each way in which somebody is watched without a yes, or unannounced."""

from __future__ import annotations

from typing import Any

import pytest

from tests.faults.checker import Kind, check
from tests.faults.history import (
    Agreed,
    AnyRecord,
    Board,
    Entry,
    Forgot,
    Heard,
    Here,
    Invited,
    Kept,
    KeptVisit,
    KeptWatch,
    Looks,
    Opened,
    Person,
    Place,
    Role,
    Saw,
    Withdrew,
    Wrote,
    origin_of,
)

SHOP, QUAY = "localhost", "127.0.0.1"
VISIT, OTHER = "vera-1", "paul-1"
NOON = 1_800_000_000_000
INVITATION = "00000000-0000-4000-8000-000000000001"
CONVERSATION = "00000000-0000-4000-8000-000000000002"


class Story:
    """Vera agreed; Ada looks, is announced, and is told where Vera is."""

    def __init__(self) -> None:
        self.people: list[AnyRecord] = [
            self.person("vera", "visitor", SHOP),
            self.person("paul", "visitor", SHOP),
            self.person("ada", "agent", SHOP),
            self.person("emile", "agent", SHOP),
            self.person("noor", "agent", QUAY),
            Agreed(who="vera", visit=VISIT, host=SHOP),
            Agreed(who="paul", visit=OTHER, host=SHOP),
        ]
        self.happened: list[AnyRecord] = [
            Opened(who="vera", tab="vera", by="socket", visit=VISIT),
            self.ready(0),
            Opened(who="ada", tab="ada", by="socket"),
            self.looks("ada"),
            self.window("ada", self.row(VISIT)),
            self.announced(1, "Ada"),
            self.saw(1),
            self.window("ada", self.row(VISIT, "Books", at=1)),
            self.trail("ada", self.row(VISIT, "Books", at=1), 1),
        ]
        self.ends: list[AnyRecord] = [
            Here(who="vera", host=SHOP, place=Place(visit=VISIT, page="Books")),
            Board(who="ada", tab="ada", full=True, places=[Place(visit=VISIT, page="Books")]),
            KeptVisit(visit=VISIT, host=SHOP, agreed=True, forgotten=False),
            KeptWatch(host=SHOP, number=1, alias="Ada"),
        ]

    def person(self, who: str, role: Role, host: str) -> Person:
        return Person(who=who, role=role, hosts=[host])

    # What a visit's tab hears and says.

    def ready(self, number: int, *aliases: str) -> Heard:
        frame = {
            "type": "visit.ready",
            "now": NOON,
            "recorded": True,
            "number": number,
            "watchers": self.watchers(aliases),
            "invitation": None,
            "poll_ms": 1,
        }
        return Heard(who="vera", tab="vera", frame=frame, line="visit")

    def announced(self, number: int, *aliases: str) -> Heard:
        watchers = self.watchers(aliases)
        frame = {"type": "watchers.changed", "number": number, "watchers": watchers}
        return Heard(who="vera", tab="vera", frame=frame, line="visit")

    def watchers(self, aliases: tuple[str, ...]) -> list[dict[str, Any]]:
        return [{"alias": alias, "avatar": None} for alias in aliases]

    def saw(self, number: int) -> Saw:
        return Saw(who="vera", tab="vera", visit=VISIT, number=number)

    def is_shown(self, visit: str) -> Heard:
        frame = {
            "type": "visit.shown",
            "visit": self.row(visit),
            "steps": [],
            "watchers": [],
            "ref": None,
        }
        return Heard(who="vera", tab="vera", frame=frame, line="visit")

    # What a console asks and hears.

    def looks(self, who: str, *, still: bool = True) -> Looks:
        return Looks(who=who, tab=who, host=SHOP, alias=who.title(), still=still)

    def row(
        self, visit: str, page: str | None = None, *, at: int = 0, talks: bool = False
    ) -> dict[str, Any]:
        card = {"kind": "page", "title": page, "type": None, "section": None, "url": None}
        return {
            "id": visit,
            "label": "",
            "began_at": NOON,
            "page": card if page else None,
            "page_since": NOON + at,
            "pages": 1 if page else 0,
            "language": "en",
            "device": "desktop",
            "origin": origin_of(visit),
            "returning": False,
            "idle_since": None,
            "stuck": [],
            "score": 0,
            "in_conversation": talks,
            "conversation": None,
            "invitation": None,
            "left_at": None,
        }

    def window(self, who: str, *rows: dict[str, Any], now: int = 2) -> Heard:
        frame = {"type": "visitors.window", "now": NOON + now, "rows": list(rows)}
        return Heard(who=who, tab=who, frame=frame)

    def trail(self, who: str, row: dict[str, Any], *at: int) -> Heard:
        steps = [{"number": 1, "at": NOON + each, "page": row["page"]} for each in at]
        return Heard(who=who, tab=who, frame={"type": "visit.trail", "visit": row, "steps": steps})

    # What becomes of it.

    def says_no(self, at: int = 10) -> None:
        """Vera says no, and is gone from the screen and the database."""
        self.happened.append(Withdrew(who="vera", visit=VISIT, at=NOON + at))
        self.ends = [
            Board(who="ada", tab="ada", full=True, places=[]),
            KeptWatch(host=SHOP, number=1, alias="Ada"),
        ]

    def broken(self) -> set[Kind]:
        records = [*self.people, *self.happened, *self.ends]
        return {violation.kind for violation in check(records)}


@pytest.fixture
def story() -> Story:
    return Story()


def test_a_visit_with_permission_keeps_every_promise(story: Story) -> None:
    assert story.broken() == set()


def test_one_that_was_taken_back_in_time_keeps_every_promise_too(story: Story) -> None:
    story.says_no()
    assert story.broken() == set()


# D6


def test_a_visit_on_a_screen_after_a_no_is_found(story: Story) -> None:
    story.says_no()
    story.ends[0] = Board(who="ada", tab="ada", full=True, places=[Place(visit=VISIT, page=None)])
    assert story.broken() == {Kind.RESURRECTED}


def test_a_visit_in_the_database_after_a_no_is_found(story: Story) -> None:
    story.says_no()
    story.ends.append(KeptVisit(visit=VISIT, host=SHOP, agreed=True, forgotten=False))
    assert story.broken() == {Kind.RESURRECTED}


def test_a_visit_whose_receipt_was_ended_is_found(story: Story) -> None:
    story.ends[2] = KeptVisit(visit=VISIT, host=SHOP, agreed=False, forgotten=False)
    assert story.broken() == {Kind.RESURRECTED}


def test_a_visit_that_leads_to_somebody_forgotten_is_found(story: Story) -> None:
    story.ends[2] = KeptVisit(visit=VISIT, host=SHOP, agreed=True, forgotten=True)
    assert story.broken() == {Kind.RESURRECTED}


def test_who_left_for_good_is_not_in_conversation(story: Story) -> None:
    story.happened.append(Forgot(who="vera", visit=VISIT, at=NOON))
    talks = story.row(VISIT, "Books", at=1, talks=True)
    story.happened.append(story.window("ada", talks, now=1_000))
    assert story.broken() == set()  # it was under way
    story.happened.append(story.window("ada", talks, now=9_000))
    assert story.broken() == {Kind.RESURRECTED}


def test_who_left_for_good_may_begin_another_conversation(story: Story) -> None:
    accepted = {"type": "invitation.ended", "invitation": INVITATION, "accepted": True}
    story.happened += [
        Forgot(who="vera", visit=VISIT, at=NOON),
        Heard(who="vera", tab="vera", frame=accepted, line="visit"),
        story.window("ada", story.row(VISIT, "Books", at=1, talks=True), now=9_000),
    ]
    assert story.broken() == set()


# D7


def test_a_page_that_was_opened_after_a_no_is_found_however_soon(story: Story) -> None:
    story.says_no(10)
    story.happened.append(story.window("ada", story.row(VISIT, "Novels", at=11), now=11))
    assert story.broken() == {Kind.TOLD_AFTER_NO}


def test_a_step_that_was_made_after_a_no_is_found(story: Story) -> None:
    story.says_no(10)
    story.happened.append(story.trail("ada", story.row(VISIT, "Books", at=1), 1, 11))
    assert story.broken() == {Kind.TOLD_AFTER_NO}


def test_what_was_made_before_a_no_may_arrive_after_it(story: Story) -> None:
    story.says_no(10)
    story.happened.append(story.window("ada", story.row(VISIT, "Books", at=1), now=9))
    story.happened.append(story.trail("ada", story.row(VISIT, "Books", at=1), 1))
    assert story.broken() == set()


def test_what_is_made_long_after_a_no_is_found(story: Story) -> None:
    story.says_no(10)
    story.happened.append(story.window("ada", story.row(VISIT), now=5_000))
    assert story.broken() == {Kind.TOLD_AFTER_NO}


def test_a_trail_that_comes_behind_a_late_window_is_late(story: Story) -> None:
    story.says_no(10)
    story.happened.append(story.window("ada", story.row(OTHER), now=5_000))
    story.happened.append(story.trail("ada", story.row(VISIT, "Books", at=1), 1))
    assert story.broken() == {Kind.TOLD_AFTER_NO}


def test_after_a_no_nobody_else_is_told_either(story: Story) -> None:
    story.says_no(10)
    story.happened += [
        Opened(who="emile", tab="emile", by="socket"),
        story.looks("emile"),
        story.window("emile", story.row(VISIT), now=5_000),
    ]
    assert story.broken() == {Kind.TOLD_AFTER_NO}


# D8


def test_a_page_before_the_tab_has_shown_who_watches_is_found(story: Story) -> None:
    del story.happened[6]
    assert story.broken() == {Kind.UNANNOUNCED}


def test_a_page_told_in_a_trail_alone_is_found(story: Story) -> None:
    story.happened[6:8] = []
    assert story.broken() == {Kind.UNANNOUNCED}


@pytest.mark.parametrize("field", [{"pages": 3}, {"stuck": ["same_page"]}, {"score": 4}])
def test_whatever_follows_from_pages_counts_as_one(story: Story, field: dict[str, Any]) -> None:
    story.happened[4] = story.window("ada", story.row(VISIT) | field)
    assert story.broken() == {Kind.UNANNOUNCED}


def test_a_tab_that_shows_somebody_else_is_no_announcement(story: Story) -> None:
    story.happened[5] = story.announced(1, "Emile")
    assert story.broken() == {Kind.UNANNOUNCED}


def test_what_a_tab_was_never_told_it_cannot_have_shown(story: Story) -> None:
    story.happened[5:6] = []
    assert story.broken() == {Kind.UNANNOUNCED}


def test_another_visits_tab_does_not_speak_for_this_one(story: Story) -> None:
    story.happened[6] = Saw(who="vera", tab="vera", visit=OTHER, number=1)
    assert story.broken() == {Kind.UNANNOUNCED}


def test_a_new_line_of_a_console_is_announced_anew(story: Story) -> None:
    story.happened += [
        Opened(who="ada", tab="ada", by="socket"),
        story.looks("ada"),
        story.window("ada", story.row(VISIT, "Books", at=1)),
    ]
    assert story.broken() == {Kind.UNANNOUNCED}
    story.happened[-1:-1] = [story.announced(2, "Ada"), story.saw(2)]
    assert story.broken() == set()


def test_a_colleagues_watch_does_not_stand_for_ones_own(story: Story) -> None:
    # Ada's old watch is still announced when Émile's begins; her new one comes after it.
    story.happened += [
        Opened(who="ada", tab="ada", by="socket"),
        story.looks("ada"),
        story.announced(2, "Ada", "Emile"),
        story.saw(2),
        story.window("ada", story.row(VISIT, "Books", at=1)),
    ]
    story.ends += [
        KeptWatch(host=SHOP, number=2, alias="Emile"),
        KeptWatch(host=SHOP, number=3, alias="Ada"),
    ]
    assert story.broken() == {Kind.UNANNOUNCED}


def test_who_looked_away_is_told_nothing_more(story: Story) -> None:
    story.happened.append(story.looks("ada", still=False))
    assert story.broken() == set()
    story.happened.append(story.window("ada", story.row(VISIT, "Books", at=1)))
    assert story.broken() == {Kind.UNANNOUNCED}


def test_who_looks_again_is_announced_again(story: Story) -> None:
    story.happened += [
        story.looks("ada", still=False),
        story.looks("ada"),
        story.window("ada", story.row(VISIT, "Books", at=1)),
    ]
    assert story.broken() == {Kind.UNANNOUNCED}


def test_who_never_asked_to_look_is_told_nothing(story: Story) -> None:
    story.happened.append(story.window("emile", story.row(VISIT, "Books", at=1)))
    assert story.broken() == {Kind.UNANNOUNCED}


def test_a_polling_console_goes_on_with_the_watch_of_its_session(story: Story) -> None:
    for number, _ in enumerate(("one page", "the next"), start=1):
        tab = f"ada/{number}"
        story.happened.insert(2, Opened(who="ada", tab=tab, by="http", session="s"))
        story.happened.insert(3, Looks(who="ada", tab=tab, host=SHOP, alias="Ada"))
    told = story.window("ada", story.row(VISIT, "Books", at=1))
    story.happened += [
        Heard(who="ada", tab="ada/2", frame=told.frame),
        Opened(who="ada", tab="ada/3", by="http", session="s"),
        Looks(who="ada", tab="ada/3", host=SHOP, alias="Ada"),
        Heard(who="ada", tab="ada/3", frame=told.frame),
    ]
    assert story.broken() == set()
    story.happened += [
        Opened(who="ada", tab="ada/4", by="http", session="another"),
        Looks(who="ada", tab="ada/4", host=SHOP, alias="Ada"),
        Heard(who="ada", tab="ada/4", frame=told.frame),
    ]
    assert story.broken() == {Kind.UNANNOUNCED}


# Beside the three


def test_an_agent_of_another_site_hears_nothing_of_a_visit(story: Story) -> None:
    story.happened.append(story.window("noor", story.row(VISIT)))
    assert story.broken() == {Kind.LEAKED}


def test_a_visitor_who_is_shown_another_visit_has_a_leak(story: Story) -> None:
    story.happened.append(story.is_shown(OTHER))
    assert story.broken() == {Kind.LEAKED}


def test_what_is_for_staff_on_a_visits_line_is_a_leak(story: Story) -> None:
    frame = story.window("ada", story.row(VISIT)).frame
    story.happened.append(Heard(who="vera", tab="vera", frame=frame, line="visit"))
    assert Kind.LEAKED in story.broken()


def test_an_invitation_on_another_visitors_line_is_a_leak(story: Story) -> None:
    story.happened += [
        Invited(who="ada", ref=INVITATION, visit=OTHER),
        Wrote(who="ada", ref=INVITATION, text=f"{INVITATION} May I help?"),
    ]
    asked = {
        "type": "invitation.made",
        "invitation": {
            "id": INVITATION,
            "text": f"{INVITATION} May I help?",
            "sender": {"alias": "Ada", "avatar": None},
            "automatic": False,
            "expires_at": NOON,
        },
    }
    story.happened.append(Heard(who="paul", tab="paul", frame=asked, line="visit"))
    assert story.broken() == set()
    story.happened.append(Heard(who="vera", tab="vera", frame=asked, line="visit"))
    assert story.broken() == {Kind.LEAKED}


def test_a_conversation_that_an_invitation_began_is_its_visitors(story: Story) -> None:
    story.happened += [
        Invited(who="ada", ref=INVITATION, visit=VISIT),
        Wrote(who="ada", ref=INVITATION, text="May I help?"),
    ]
    entry = Entry(seq=1, ref=INVITATION, kind="agent", text="May I help?")
    story.ends.append(
        Kept(
            conversation=CONVERSATION,
            host=SHOP,
            state="active",
            last_seq=1,
            entries=[entry],
            notes=[],
        )
    )
    assert story.broken() == set()
    shown = story.is_shown(VISIT)
    shown.frame["visit"]["conversation"] = CONVERSATION
    story.happened.append(shown)
    assert story.broken() == set()
    story.happened.append(Heard(who="paul", tab="paul", frame=shown.frame, line="visit"))
    assert story.broken() == {Kind.LEAKED}


def test_who_is_here_and_on_no_screen_is_found(story: Story) -> None:
    story.ends[1] = Board(who="ada", tab="ada", full=True, places=[])
    assert story.broken() == {Kind.UNSEEN}


def test_who_is_shown_without_a_page_although_announced_is_found(story: Story) -> None:
    places = [Place(visit=VISIT, page=None)]
    story.ends[1] = Board(who="ada", tab="ada", full=True, places=places)
    assert story.broken() == {Kind.UNSEEN}


def test_who_is_shown_where_they_were_before_is_found(story: Story) -> None:
    story.ends[0] = Here(who="vera", host=SHOP, place=Place(visit=VISIT, page="Novels"))
    assert story.broken() == {Kind.UNSEEN}


def test_a_console_that_shows_a_part_may_lack_somebody(story: Story) -> None:
    story.ends[1] = Board(who="ada", tab="ada", full=False, places=[])
    assert story.broken() == set()
