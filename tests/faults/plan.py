"""What happens in one seed: drawn from the seed, and from nothing else.

Faults are dealt like cards, one of each kind to ten seeds, so that each ten in a row (0–9,
10–19, …) meet every kind; more come by chance.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from typing import Literal

from tests.faults import signpost_plan, visits_plan
from tests.faults.signpost_plan import SignpostPlan
from tests.faults.visits_plan import VisitsPlan

Server = Literal["uvicorn", "daphne"]
Database = Literal["sqlite", "postgres"]

SEEDS_A_DEAL = 10
FAULTS_A_SEED = 2
"""At the least."""
WARM_UP = 1.0
WINDOW = 5.0
"""Seconds during which faults begin and people write."""


class Kind(StrEnum):
    """The kinds of fault."""

    KILL_BEFORE_COMMIT = "kill before commit"
    KILL_AFTER_COMMIT = "kill after commit, before the acknowledgement"
    KILL_AFTER_ACK = "kill after the acknowledgement, before the fan-out"
    KILL_ANY_TIME = "kill at any time"
    FREEZE = "freeze a worker"
    LAYER_DOWN = "layer down"
    LAYER_FROZEN = "layer frozen"
    LAYER_FLUSHED = "layer flushed"
    LAYER_CUT = "layer connections cut"
    LAYER_DROPS = "layer drops half"
    DATABASE_LOCKED = "database locked"
    DATABASE_DOWN = "database down"
    DATABASE_FROZEN = "database frozen"
    CUT_MID_FRAME = "cut mid-frame"
    STALL = "stalled network"
    DROP_TO_SERVER = "nothing reaches the server"
    DROP_TO_BROWSER = "nothing reaches the browser"
    DOUBLE_TABS = "double tabs"
    RELOADS = "reload during send"
    RACE = "two agents pick up at once"
    ROLLING_RESTART = "rolling restart"


ON_SQLITE = frozenset({Kind.DATABASE_LOCKED})
ON_POSTGRES = frozenset({Kind.DATABASE_DOWN, Kind.DATABASE_FROZEN})
ON_REDIS = frozenset(
    {Kind.LAYER_DOWN, Kind.LAYER_FROZEN, Kind.LAYER_FLUSHED, Kind.LAYER_CUT, Kind.LAYER_DROPS}
)
WITH_TWO = ON_REDIS | {Kind.ROLLING_RESTART}
ALL_THE_TIME = frozenset({Kind.LAYER_DROPS, Kind.DOUBLE_TABS, Kind.RELOADS, Kind.RACE})
"""These are how the seed is, rather than something that begins and ends in it."""


@dataclass(frozen=True, slots=True)
class Blow:
    """A fault that begins at ``at`` seconds and lasts ``lasts``, if it is one that lasts."""

    kind: Kind
    at: float
    lasts: float
    countdown: int
    """A crash comes at the so-manieth commit with a message."""


@dataclass(frozen=True, slots=True)
class Act:
    """Somebody does something at ``at`` seconds."""

    at: float
    what: Literal["say", "burst", "end", "reply", "note", "reopen", "typing", "read", "reload"]


@dataclass(frozen=True, slots=True)
class Part:
    """One person, with what they do in each of their tabs."""

    name: str
    host: str
    is_agent: bool
    tabs: tuple[tuple[Act, ...], ...]
    by_http: tuple[bool, ...]
    at_once: int
    """How many messages a tab sends before it waits for an answer; a browser: one."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One seed."""

    seed: int
    database: Database
    servers: int
    server: Server
    redis: bool
    kinds: frozenset[Kind]
    blows: tuple[Blow, ...]
    people: tuple[Part, ...]
    lock_patience: float
    """How many seconds SQLite waits for a lock before it gives up."""
    layer_seed: int | None = field(default=None)
    visits: VisitsPlan = field(default=VisitsPlan())
    signpost: SignpostPlan = field(default=SignpostPlan())

    def __str__(self) -> str:
        where = f"{self.servers} {self.server}, {self.database}{', redis' if self.redis else ''}"
        visitors = sum(not part.is_agent for part in self.people)
        whom = (
            f"{visitors} visitors, {len(self.people) - visitors} agents, "
            f"{len(self.visits.guests)} visits"
        )
        if self.signpost.askers:
            whom += f", {len(self.signpost.askers)} who ask the signpost"
        return f"{where}; {whom}; {', '.join(sorted(self.kinds))}"


SHOP, QUAY = "localhost", "127.0.0.1"
AGENTS = (("ada", SHOP), ("emile", SHOP), ("noor", QUAY))


def plan(seed: int) -> Plan:
    """The plan of this seed: the same each time."""
    dice = random.Random(f"plan {seed}")
    kinds = set(_deal(seed // SEEDS_A_DEAL)[seed % SEEDS_A_DEAL])
    database: Database
    if kinds & ON_SQLITE:
        database = "sqlite"
    elif kinds & ON_POSTGRES:
        database = "postgres"
    else:
        database = dice.choice(("sqlite", "postgres", "postgres"))
    servers = 2 if kinds & WITH_TWO or dice.random() < 0.4 else 1
    kinds |= {kind for kind in (Kind.DOUBLE_TABS, Kind.RELOADS, Kind.RACE) if dice.random() < 0.3}
    striking = sorted(kinds - ALL_THE_TIME)
    possible = [
        kind for kind in Kind if kind not in ALL_THE_TIME and _fits(kind, database, servers)
    ]
    while len(striking) < FAULTS_A_SEED:
        striking.append(dice.choice([kind for kind in possible if kind not in striking]))
    drawn = Plan(
        seed=seed,
        database=database,
        servers=servers,
        server=dice.choice(("uvicorn", "uvicorn", "daphne")),
        redis=servers > 1,
        kinds=frozenset(kinds) | frozenset(striking),
        blows=_blows(striking, dice),
        people=_people(frozenset(kinds), dice),
        lock_patience=dice.choice((0.5, 20.0)),
        layer_seed=dice.randrange(1_000_000) if Kind.LAYER_DROPS in kinds else None,
    )
    return replace(
        drawn,
        visits=visits_plan.draw(seed, drawn.people, WARM_UP + WINDOW),
        signpost=signpost_plan.draw(seed, drawn.people, WARM_UP + WINDOW),
    )


@cache
def _deal(number: int) -> tuple[tuple[Kind, ...], ...]:
    """Which kinds each of ten seeds must meet."""
    dice = random.Random(f"deal {number}")
    hands: list[list[Kind]] = [[] for _ in range(SEEDS_A_DEAL)]
    # The choosy ones first: they fit the fewest neighbours.
    cards = sorted(Kind, key=lambda kind: (kind not in ON_SQLITE | ON_POSTGRES, dice.random()))
    for card in cards:
        fitting = [
            hand
            for hand in hands
            if not (card in ON_SQLITE and ON_POSTGRES & set(hand))
            and not (card in ON_POSTGRES and ON_SQLITE & set(hand))
        ]
        fewest = min(len(hand) for hand in fitting)
        dice.choice([hand for hand in fitting if len(hand) == fewest]).append(card)
    dice.shuffle(hands)
    return tuple(map(tuple, hands))


def _fits(kind: Kind, database: Database, servers: int) -> bool:
    if kind in ON_SQLITE:
        return database == "sqlite"
    if kind in ON_POSTGRES:
        return database == "postgres"
    return servers > 1 or kind not in WITH_TWO


def _blows(kinds: Sequence[Kind], dice: random.Random) -> tuple[Blow, ...]:
    blows = []
    for kind in kinds:
        # What restarts servers needs the time for it: it begins early.
        latest = WARM_UP + WINDOW * (0.3 if "kill" in kind or "rolling" in kind else 0.6)
        blows.append(
            Blow(
                kind=kind,
                at=round(dice.uniform(WARM_UP, latest), 3),
                lasts=round(dice.uniform(0.5, 3.0), 3),
                countdown=dice.randint(1, 6),
            )
        )
    return tuple(sorted(blows, key=lambda blow: blow.at))


def _people(kinds: frozenset[Kind], dice: random.Random) -> tuple[Part, ...]:
    people = []
    for number in range(1, dice.randint(3, 6) + 1):
        # The first two are on the same site, so that each could hear the other.
        host = SHOP if number < 3 or dice.random() < 0.7 else QUAY
        two_tabs = Kind.DOUBLE_TABS in kinds and (number == 1 or dice.random() < 0.4)
        tabs = 2 if two_tabs else 1
        reloads = Kind.RELOADS in kinds and (number == 1 or dice.random() < 0.5)
        people.append(
            Part(
                name=f"visitor{number}",
                host=host,
                is_agent=False,
                tabs=tuple(_visit(dice, reloads=reloads) for _ in range(tabs)),
                by_http=tuple(dice.random() < 0.2 for _ in range(tabs)),
                at_once=dice.choice((1, 1, 1, 5)),
            )
        )
    hosts = {part.host for part in people}
    for name, host in AGENTS:
        needed = host == SHOP and (name == "ada" or Kind.RACE in kinds)
        # Who works for a site where nothing happens shall hear nothing.
        if needed or (host in hosts and name != "emile") or dice.random() < 0.5:
            people.append(
                Part(
                    name=name,
                    host=host,
                    is_agent=True,
                    tabs=(_shift(dice, reloads=Kind.RELOADS in kinds and dice.random() < 0.5),),
                    by_http=(dice.random() < 0.15,),
                    at_once=dice.choice((1, 1, 5)),
                )
            )
    return tuple(people)


def _moments(dice: random.Random, number: int) -> list[float]:
    return sorted(round(dice.uniform(0.0, WARM_UP + WINDOW), 3) for _ in range(number))


def _visit(dice: random.Random, *, reloads: bool) -> tuple[Act, ...]:
    acts = [Act(round(dice.uniform(0.0, 0.8), 3), "say")]
    for at in _moments(dice, dice.randint(8, 16)):
        acts.append(Act(at, dice.choices(("say", "burst", "typing", "read"), (8, 2, 1, 2))[0]))
    if dice.random() < 0.25:
        acts.append(Act(round(dice.uniform(2.0, WARM_UP + WINDOW), 3), "end"))
    if reloads:
        acts += [Act(at, "reload") for at in _moments(dice, 3)]
    return tuple(sorted(acts, key=lambda act: act.at))


def _shift(dice: random.Random, *, reloads: bool) -> tuple[Act, ...]:
    acts = []
    for at in _moments(dice, dice.randint(15, 30)):
        what = dice.choices(("reply", "burst", "note", "typing", "read"), (8, 1, 2, 1, 2))[0]
        acts.append(Act(at, what))  # type: ignore[arg-type]
    if dice.random() < 0.4:
        acts.append(Act(round(dice.uniform(2.0, WARM_UP + WINDOW), 3), "end"))
        acts.append(Act(round(dice.uniform(3.0, WARM_UP + WINDOW), 3), "reopen"))
    if reloads:
        acts += [Act(at, "reload") for at in _moments(dice, 2)]
    return tuple(sorted(acts, key=lambda act: act.at))
