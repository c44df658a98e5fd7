"""Journeys that somebody thought of: the plain ones, the tricky ones, the ones that are missed."""

from __future__ import annotations

from typing import Final

from wagtail_livechat.protocol.values import StuckReason

from .journey import Journey, journey

BACK_AND_FORTH = StuckReason.BACK_AND_FORTH
SIBLING_LOOP = StuckReason.SIBLING_LOOP
NOT_FOUND_SEARCH = StuckReason.NOT_FOUND_SEARCH
EMPTY_SEARCH = StuckReason.EMPTY_SEARCH
FORM_LEFT = StuckReason.FORM_LEFT
ORDER_DWELL = StuckReason.ORDER_DWELL
SAME_PAGE = StuckReason.SAME_PAGE

STUCK: Final[list[Journey]] = [
    journey(
        "to and fro between delivery and the questions",
        "home:6 delivery:25 questions:30 delivery:18 questions:22",
        BACK_AND_FORTH,
    ),
    journey(
        "two books, by way of their shelf each time",
        "novels:9 pride:14 novels:3 persuasion:16 novels:2 pride:12 novels:3 persuasion:10",
        BACK_AND_FORTH,
    ),
    journey(
        "basket and delivery, and back, and back",
        "pride:40 basket:15 delivery:25 basket:12 delivery:30 basket:9",
        BACK_AND_FORTH,
    ),
    journey(
        "twice round the pages of information",
        "home:5 hours:12 delivery:10 gift-cards:9 about:8 hours:7 delivery:6 gift-cards:8 about:9",
        SIBLING_LOOP,
    ),
    journey(
        "twice round the shelves, with the list in between",
        "books:6 novels:8 books:3 mystery:7 books:4 ideas:6 books:2 novels:5 books:3 "
        "mystery:6 books:2 ideas:7",
        SIBLING_LOOP,
    ),
    journey("an old bookmark, then the search", "404:8 search(3):12", NOT_FOUND_SEARCH),
    journey("a broken link in the middle", "home:8 news:20 404:15 search(0):20", NOT_FOUND_SEARCH),
    journey(
        "nothing, nothing, nothing", "home:5 search(0):9 search(0):11 search(0):8", EMPTY_SEARCH
    ),
    journey("two spellings of one name", "authors:30 search(0):10 search(0):14", EMPTY_SEARCH),
    journey("a long letter that was not sent", "hours:20 contact:170 questions:15", FORM_LEFT),
    journey("twice at the form, twice away", "contact:45 about:12 contact:38 hours:10", FORM_LEFT),
    journey(
        "the form, then a search that finds nothing",
        "contact:40 search(0):15",
        FORM_LEFT,
        EMPTY_SEARCH,
    ),
    journey("stuck at the payment", "pride:30 basket:12 address:40 payment:130", ORDER_DWELL),
    journey("what is a house number in a village", "basket:10 address:240", ORDER_DWELL),
    journey(
        "payment, left once for a coffee, still not done",
        "basket:15 address:35 payment:200~60",
        ORDER_DWELL,
    ),
    journey(
        "the opening hours, from everywhere",
        "hours:20 events:15 hours:14 about:9 hours:12 news:14 hours:18",
        SAME_PAGE,
    ),
    journey(
        "delivery again and again",
        "delivery:30 pride:20 basket:8 delivery:20 persuasion:25 delivery:15 women:20 delivery:20",
        SAME_PAGE,
    ),
    # Missed today: each is a known limit.
    journey(
        "to and fro, but slowly",
        "delivery:95 questions:110 delivery:90 questions:100 delivery:80",
        BACK_AND_FORTH,
    ),
    journey(
        "one and a half rounds, and already lost",
        "hours:14 delivery:12 gift-cards:15 about:10 questions:12 hours:8 gift-cards:9 about:8",
        SIBLING_LOOP,
    ),
]

FINE: Final[list[Journey]] = [
    journey("one page, read", "pride:80"),
    journey("the only page, just opened", "home:1"),
    journey(
        "a linear reader",
        "home:15 books:20 novels:30 pride:90 austen:60 persuasion:120 women:70",
    ),
    journey(
        "a fast expert who knows the shelves",
        "books:2 novels:2 pride:3 novels:1 women:3 novels:1 bovary:2 novels:1 eyre:3 novels:1 "
        "middlemarch:2 basket:4",
    ),
    journey(
        "an author as a list of books",
        "austen:5 pride:20 austen:3 persuasion:25 austen:4 women:15 austen:3",
    ),
    journey("a tab left open over lunch", "home:5 pride:3600~3580"),
    journey("the basket left open in the background", "pride:30 basket:2400~2370"),
    journey("the payment left open, and nobody said so", "basket:12 address:30 payment:2700"),
    journey(
        "the form open in the background, then the next page",
        "contact:900~885 hours:20",
    ),
    journey(
        "a happy order",
        "pride:40 basket:12 address:55 payment:45 thank-you:20",
    ),
    journey("the thanks, read for long", "basket:10 address:50 payment:50 thank-you:300"),
    journey(
        "three books into the basket, one after the other",
        "pride:20 basket:12 persuasion:25 basket:14 women:18 basket:11 eyre:20 basket:13",
    ),
    journey("an address put right", "basket:12 address:40 payment:20 address:15 payment:30"),
    journey("a letter that was sent", "contact:140 contact:12 home:8"),
    journey("a look at the telephone number", "home:5 contact:12 hours:20"),
    journey("a search that finds, and a page that is read", "search(12):8 pride:60"),
    journey("one typing error", "search(0):6 search(9):7 pride:45"),
    journey("two empty searches, then found", "search(0):8 search(0):9 search(4):6 eyre:50"),
    journey("a missing page, found at once", "404:4 search(5):7 dracula:90"),
    journey("a missing page, and home", "404:5 home:8 books:12"),
    journey("one look back", "delivery:30 gift-cards:25 delivery:10"),
    journey("two shelves compared once", "novels:15 mystery:12 novels:9"),
    journey(
        "lost long ago, reading since",
        "delivery:10 questions:9 delivery:8 questions:10 home:5 books:20 novels:30 pride:120",
    ),
    journey(
        "lost, then quiet for ten minutes",
        "delivery:10 questions:9 delivery:8 questions:10 wuthering:620",
    ),
    journey(
        "home by the logo, again and again",
        "home:4 books:9 home:3 events:8 home:3 news:10 home:5 about:9",
    ),
    journey(
        "along the shelves, and back by the browser's button",
        "novels:8 adventure:7 mystery:9 poetry:12 mystery:2 adventure:2 novels:3",
    ),
    journey("out of the tree and back", "home:5 other:20 home:6 other:15 home:7"),
    # Taken for stuck today: each is a known limit.
    journey(
        "two prices compared with pleasure",
        "pride:25 persuasion:30 pride:20 persuasion:25",
    ),
    journey("an order with a telephone at the ear", "basket:12 address:100"),
]
