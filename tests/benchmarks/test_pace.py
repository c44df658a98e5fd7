"""Half as fast is a pace of a half, whatever it is told by."""

from tests.benchmarks import pace


def test_what_is_half_as_fast_goes_at_half_the_pace() -> None:
    assert pace.of_echoes(pace.ECHOES / 2) == 0.5
    assert pace.of_handshakes(pace.ACCEPTED / 2) == 0.5
    assert pace.of_answers(pace.ANSWER * 2) == 0.5
