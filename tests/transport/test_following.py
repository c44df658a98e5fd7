"""A stream hands on in order and without gap, whatever order things come in."""

import random

from wagtail_livechat.transport.following import MOST_HELD, Following, Stream


def offered(stream, *numbers):
    return [item for number in numbers for item in stream.offer(number, f"#{number}")]


def test_before_the_first_read_everything_waits():
    stream = Stream()
    assert offered(stream, 7, 6) == []
    assert not stream.has_gap
    assert list(stream.caught_up(5)) == ["#6", "#7"]
    assert stream.known == 7


def test_what_was_read_is_not_handed_on_again():
    stream = Stream()
    offered(stream, 4, 5)
    assert list(stream.caught_up(5)) == []
    assert offered(stream, 5, 3) == []


def test_what_is_early_waits_for_what_is_missing():
    stream = Stream()
    list(stream.caught_up(1))
    assert offered(stream, 3) == []
    assert stream.has_gap
    assert offered(stream, 2) == ["#2", "#3"]
    assert not stream.has_gap


def test_a_number_without_words_shows_a_gap():
    stream = Stream()
    list(stream.caught_up(1))
    assert list(stream.offer(2, None)) == []
    assert stream.has_gap


def test_a_number_that_does_not_exist_is_forgotten_once_everything_was_read():
    stream = Stream()
    list(stream.caught_up(1))
    list(stream.offer(1_000_000, None))
    asked = stream.newest
    stream.read_up_to(asked)
    assert not stream.has_gap


def test_what_came_while_reading_is_not_forgotten():
    stream = Stream()
    list(stream.caught_up(1))
    list(stream.offer(2, None))
    asked = stream.newest
    list(stream.offer(3, None))
    stream.read_up_to(asked)
    assert stream.has_gap


def test_no_more_than_so_many_wait_in_memory():
    stream = Stream()
    list(stream.caught_up(0))
    for number in range(2, 2 * MOST_HELD):
        list(stream.offer(number, "x"))
    assert len(stream._held) == MOST_HELD
    assert stream.has_gap


def test_any_order_with_repeats_becomes_the_one_order():
    for seed in range(200):
        dice = random.Random(seed)
        numbers = list(range(1, 30)) * 2
        dice.shuffle(numbers)
        stream = Stream()
        start = dice.randrange(5)
        told = list(range(1, start + 1)) if start else []
        for number in numbers[: dice.randrange(10)]:
            list(stream.offer(number, number))
        told += list(stream.caught_up(start))
        for number in numbers:
            told += stream.offer(number, number)
        assert told == list(range(1, 30)), seed


def test_a_following_without_listeners_is_empty():
    following = Following("c")
    assert following.is_empty
    following.staff.add(object())
    assert not following.is_empty
