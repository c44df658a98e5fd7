"""What a process keeps for a moment."""

from unittest import mock

from wagtail_livechat.site_settings import memory
from wagtail_livechat.site_settings.memory import KEPT_SECONDS, MOST_KEYS, Memory


def test_a_value_is_read_once_and_kept() -> None:
    read = mock.Mock(return_value="value")
    kept = Memory(read)

    assert [kept(1), kept(1), kept(2)] == ["value"] * 3
    assert read.mock_calls == [mock.call(1), mock.call(2)]


def test_nothing_is_a_value_too() -> None:
    read = mock.Mock(return_value=None)
    kept = Memory(read)

    assert (kept(1), kept(1)) == (None, None)
    assert read.call_count == 1


def test_after_a_while_it_is_read_again() -> None:
    read = mock.Mock(side_effect=["old", "new"])
    kept = Memory(read)
    with mock.patch.object(memory, "monotonic", return_value=100.0) as clock:
        assert kept(1) == "old"
        clock.return_value += KEPT_SECONDS - 0.1
        assert kept(1) == "old"
        clock.return_value += 0.2
        assert kept(1) == "new"


def test_what_changes_while_it_is_read_is_not_kept() -> None:
    values = iter(["old", "new"])

    def read(key: int) -> str:
        value = next(values)
        if value == "old":
            kept.forget()  # somebody saved meanwhile
        return value

    kept: Memory[int, str] = Memory(read)

    assert kept(1) == "old"
    assert kept(1) == "new"


def test_a_stranger_cannot_fill_the_memory() -> None:
    kept: Memory[int, int] = Memory(lambda key: key)
    for key in range(MOST_KEYS * 2 + 5):
        kept(key)

    assert len(kept._kept) <= MOST_KEYS


def test_all_memories_can_be_told_to_forget() -> None:
    read = mock.Mock(side_effect=["old", "new"])
    kept = Memory(read)
    kept(1)

    memory.forget()

    assert kept(1) == "new"


def test_several_values_are_read_at_once_and_only_those_that_are_not_kept() -> None:
    kept: Memory[int, str] = Memory(lambda key: f"one {key}")
    read = mock.Mock(side_effect=lambda keys: {key: f"many {key}" for key in keys})
    kept(1)

    assert kept.many([1, 2, 3, 2], read) == {1: "one 1", 2: "many 2", 3: "many 3"}
    assert kept.many([3, 2], read) == {2: "many 2", 3: "many 3"}
    assert read.mock_calls == [mock.call([2, 3])]
    assert kept(3) == "many 3"


def test_several_values_that_change_while_they_are_read_are_not_kept() -> None:
    kept: Memory[int, str] = Memory(lambda key: "new")

    def read(keys: list[int]) -> dict[int, str]:
        kept.forget()
        return dict.fromkeys(keys, "old")

    assert kept.many([1], read) == {1: "old"}
    assert kept(1) == "new"
