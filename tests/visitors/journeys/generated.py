"""Journeys by the dozen: people of several tempers, played with a fixed seed.

The label comes from what the person is up to, never from the rules that are tested. Some
are hard on purpose: they hesitate near a threshold, or are lost in a way of their own.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Final

from wagtail_livechat.protocol.values import PageKind, StuckReason

from .journey import Journey, Stay
from .shop import below, keys_of, parent_of

SEED: Final = 20_260_302
EACH: Final = 16

BOOKS: Final = keys_of("book")
SHELVES: Final = keys_of("genre")
AUTHORS: Final = keys_of("author")
HELP: Final = keys_of("information")
ORDER: Final = keys_of("order")
ANY: Final = [*BOOKS, *AUTHORS, *HELP, *keys_of("news"), *keys_of("event")]

Dice = random.Random
Play = Callable[[Dice], list[Stay]]


def on(key: str, seconds: float, away: float = 0.0) -> Stay:
    return Stay(PageKind.PAGE, seconds + away, key, away=away)


def search(results: int, seconds: float) -> Stay:
    return Stay(PageKind.SEARCH, seconds, results=results)


def missing(seconds: float) -> Stay:
    return Stay(PageKind.NOT_FOUND, seconds)


def reading(dice: Dice) -> float:
    """Seconds on a page that is read: most often half a minute, sometimes minutes."""
    return min(dice.lognormvariate(3.4, 0.6), 240)


def glance(dice: Dice) -> float:
    return dice.uniform(2, 9)


def arrival(dice: Dice, *, besides: list[str] | None = None) -> list[Stay]:
    """How a visit often begins: nothing, the home page, a page or two that are read."""
    pages = [key for key in ANY if key not in (besides or [])]
    first = [on("home", glance(dice))] if dice.random() < 0.6 else []
    return first + [on(key, reading(dice)) for key in dice.sample(pages, dice.randint(0, 2))]


# People who are fine.


def linear_reader(dice: Dice) -> list[Stay]:
    """Shelf after shelf, book after book, never back."""
    shelf = dice.choice(SHELVES)
    books = below(shelf)
    more = [on(key, reading(dice)) for key in dice.sample(HELP, 2)]
    return [
        *arrival(dice, besides=[*books, *HELP]),
        on(shelf, reading(dice)),
        *[on(key, reading(dice)) for key in books[: dice.randint(2, 5)]],
        *more,
    ]


def fast_expert(dice: Dice) -> list[Stay]:
    """Many pages in little time: a list, a book, the list, another book, the basket."""
    path = [on("books", glance(dice))]
    for shelf in dice.sample(SHELVES, 2):
        path.append(on(shelf, dice.uniform(1, 4)))
        for book in dice.sample(below(shelf), min(len(below(shelf)), dice.randint(2, 4))):
            path += [on(book, dice.uniform(2, 7)), on(shelf, dice.uniform(1, 3))]
        path.append(on("books", dice.uniform(1, 3)))
    return [*path[:-1], on("basket", glance(dice))]


def expert_by_authors(dice: Dice) -> list[Stay]:
    """The page of an author as a list of books that stand elsewhere in the tree."""
    author = dice.choice(AUTHORS)
    path = [on("authors", glance(dice)), on(author, reading(dice))]
    for book in dice.sample(BOOKS, dice.randint(2, 4)):
        path += [on(book, reading(dice)), on(author, dice.uniform(2, 12))]
    return path


def background_tab(dice: Dice) -> list[Stay]:
    """A page that waits behind another one: a book, the basket, a form, a step of the order."""
    page = dice.choice([*BOOKS[:6], "basket", "contact", "address", "payment"])
    return [*arrival(dice, besides=[page]), on(page, glance(dice), away=dice.uniform(120, 3000))]


def background_form(dice: Dice) -> list[Stay]:
    """The form, opened beside, forgotten; then on to other pages."""
    others = dice.sample(HELP, 2)
    return [
        on("contact", dice.uniform(3, 20), away=dice.uniform(60, 900)),
        *[on(key, reading(dice)) for key in others],
    ]


def happy_order(dice: Dice) -> list[Stay]:
    """From a book to the thanks, with one look at something on the way."""
    book = dice.choice(BOOKS)
    path = [on(book, reading(dice)), on("basket", dice.uniform(6, 30))]
    if dice.random() < 0.4:
        path += [on("delivery", dice.uniform(8, 30)), on("basket", dice.uniform(4, 12))]
    path.append(on("address", dice.uniform(20, 85)))
    reached = dice.randint(0, 2)
    if reached:
        path.append(on("payment", dice.uniform(15, 80)))
    if reached == 2:
        path.append(on("thank-you", dice.uniform(5, 400)))
    return [*arrival(dice, besides=["delivery", book]), *path]


def collector(dice: Dice) -> list[Stay]:
    """Each book goes into the basket, which is shown each time."""
    path = []
    for book in dice.sample(BOOKS, dice.randint(3, 6)):
        path += [on(book, reading(dice)), on("basket", dice.uniform(4, 20))]
    return path


def happy_searcher(dice: Dice) -> list[Stay]:
    """Searches, opens, searches again; now and then a word that nothing has."""
    path = arrival(dice, besides=BOOKS)
    for book in dice.sample(BOOKS, dice.randint(1, 4)):
        if dice.random() < 0.3:
            path.append(search(0, glance(dice)))
        path += [search(dice.randint(1, 20), glance(dice)), on(book, reading(dice))]
    return path


def found_after_all(dice: Dice) -> list[Stay]:
    """A missing page, a search, and the page that was meant: read."""
    path = [missing(glance(dice)), search(dice.randint(1, 9), glance(dice))]
    return [*path, on(dice.choice(BOOKS), dice.uniform(35, 200))]


def writer(dice: Dice) -> list[Stay]:
    """A letter that is sent: the form is loaded once more, with the thanks."""
    path = [on("contact", dice.uniform(40, 200)), on("contact", dice.uniform(4, 20))]
    after = [on(dice.choice(HELP), reading(dice))] if dice.random() < 0.6 else []
    return [*arrival(dice, besides=HELP), *path, *after]


def looks_at_the_number(dice: Dice) -> list[Stay]:
    """The contact page for its telephone number."""
    path = [on("contact", dice.uniform(5, 28)), on(dice.choice(HELP), reading(dice))]
    return [*arrival(dice, besides=HELP), *path]


def comparer(dice: Dice) -> list[Stay]:
    """Two books, looked at once more before one is chosen."""
    one, other = dice.sample(BOOKS, 2)
    path = [on(one, reading(dice)), on(other, reading(dice)), on(one, reading(dice))]
    return [*arrival(dice, besides=[one, other]), *path, on("basket", glance(dice))]


def on_the_way_again(dice: Dice) -> list[Stay]:
    """Lost for a moment, then four new pages."""
    new = dice.sample(BOOKS, 4)
    return [*to_and_fro(dice, besides=new), *[on(key, reading(dice)) for key in new]]


# People who are stuck.


def to_and_fro(dice: Dice, *, besides: list[str] | None = None) -> list[Stay]:
    one, other = dice.sample([key for key in ANY if key not in (besides or [])], 2)
    path = [on(one, dice.uniform(8, 55)), on(other, dice.uniform(8, 55))] * 2
    tail = [on(one, dice.uniform(5, 40))] if dice.random() < 0.5 else []
    return [*arrival(dice, besides=[one, other]), *path, *tail]


def by_way_of_the_list(dice: Dice) -> list[Stay]:
    shelf = dice.choice([key for key in SHELVES if len(below(key)) >= 2])
    one, other = dice.sample(below(shelf), 2)
    path = []
    for book in (one, other, one, other):
        path += [on(book, dice.uniform(6, 25)), on(shelf, dice.uniform(2, 6))]
    return [on(shelf, glance(dice)), *path[:-1]]


def round_and_round(dice: Dice) -> list[Stay]:
    pages = dice.sample(dice.choice([HELP, SHELVES, AUTHORS]), dice.randint(3, 5))
    above = parent_of(pages[0])
    path = []
    for _round in range(2):
        # People do not keep to an order, and of many they forget one now and then.
        forgotten = int(len(pages) > 3 and dice.random() < 0.25)
        for key in dice.sample(pages, len(pages) - forgotten):
            path.append(on(key, dice.uniform(4, 25)))
            if dice.random() < 0.3:
                path.append(on(above, dice.uniform(1, 5)))
    return [*arrival(dice, besides=pages), *path]


def old_bookmark(dice: Dice) -> list[Stay]:
    results = dice.choice([0, 0, 2, 40])
    path = [missing(dice.uniform(3, 40)), search(results, dice.uniform(5, 30))]
    tail = [on(dice.choice(BOOKS), dice.uniform(3, 15))] if results and dice.random() < 0.5 else []
    return [*arrival(dice), *path, *tail]


def nothing_found(dice: Dice) -> list[Stay]:
    path = [search(0, dice.uniform(4, 20)) for _ in range(dice.randint(2, 4))]
    if dice.random() < 0.3:
        path.insert(1, on(dice.choice(SHELVES), glance(dice)))
    return [*arrival(dice), *path]


def gave_up_writing(dice: Dice) -> list[Stay]:
    left = dice.choice(HELP)
    path = [on("contact", dice.uniform(50, 260)), on(left, dice.uniform(5, 60))]
    return [*arrival(dice, besides=HELP), *path]


def at_the_till(dice: Dice) -> list[Stay]:
    step = dice.choice(["address", "payment"])
    path = [on("basket", dice.uniform(5, 30))]
    if step == "payment":
        path.append(on("address", dice.uniform(20, 80)))
    return [on(dice.choice(BOOKS), reading(dice)), *path, on(step, dice.uniform(95, 400))]


def the_same_again(dice: Dice) -> list[Stay]:
    page = dice.choice(HELP)
    others = dice.sample([key for key in ANY if key != page], 4)
    path = [on(page, dice.uniform(12, 40))]
    for other in others[: dice.randint(3, 4)]:
        path += [on(other, dice.uniform(5, 30)), on(page, dice.uniform(11, 40))]
    return path


FINE: Final[tuple[Play, ...]] = (
    linear_reader,
    fast_expert,
    expert_by_authors,
    background_tab,
    background_form,
    happy_order,
    collector,
    happy_searcher,
    found_after_all,
    writer,
    looks_at_the_number,
    comparer,
    on_the_way_again,
)
STUCK: Final[tuple[tuple[Play, StuckReason], ...]] = (
    (to_and_fro, StuckReason.BACK_AND_FORTH),
    (by_way_of_the_list, StuckReason.BACK_AND_FORTH),
    (round_and_round, StuckReason.SIBLING_LOOP),
    (old_bookmark, StuckReason.NOT_FOUND_SEARCH),
    (nothing_found, StuckReason.EMPTY_SEARCH),
    (gave_up_writing, StuckReason.FORM_LEFT),
    (at_the_till, StuckReason.ORDER_DWELL),
    (the_same_again, StuckReason.SAME_PAGE),
)


def generated(seed: int = SEED, each: int = EACH) -> Iterator[Journey]:
    """The same journeys for the same seed."""
    for play in FINE:
        for number in range(each):
            yield Journey(_name(play, number), play(_dice(seed, play, number)))
    for play, reason in STUCK:
        for number in range(each):
            stays = play(_dice(seed, play, number))
            yield Journey(_name(play, number), stays, frozenset({reason}))


def _dice(seed: int, play: Play, number: int) -> Dice:
    return random.Random(f"{seed}.{_name(play, number)}")


def _name(play: Play, number: int) -> str:
    return f"{play.__name__.replace('_', ' ')} {number + 1}"
