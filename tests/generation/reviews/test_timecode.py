"""Frames, seconds and time codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.reviews import timecode

RATES = [23.976, 24.0, 25.0, 29.97, 30.0, 32.0, 60.0]


@pytest.mark.parametrize(
    ("frame", "fps", "code"),
    [
        (0, 24, "00:00.00"),
        (58, 24, "00:02.10"),
        (58, 25, "00:02.08"),
        (31, 32, "00:00.31"),
        (1800, 30, "01:00.00"),
    ],
)
def test_a_code_names_a_frame(frame: int, fps: float, code: str) -> None:
    assert (timecode.from_frame(frame, fps), timecode.to_frame(code, fps)) == (code, frame)


@given(frame=st.integers(0, 200_000), fps=st.sampled_from(RATES))
def test_there_and_back(frame: int, fps: float) -> None:
    assert timecode.to_frame(timecode.from_frame(frame, fps), fps) == frame
    assert timecode.frame_at(timecode.middle_of_frame(frame, fps), fps) == frame
    assert timecode.frame_at(frame / fps, fps) == frame


@given(
    lasting=st.lists(st.floats(0.005, 2), min_size=1, max_size=40),
    begin=st.floats(0, 1),
    fps=st.sampled_from(RATES),
)
def test_there_and_back_in_a_clip_that_does_not_keep_to_its_rate(
    lasting: list[float], begin: float, fps: float
) -> None:
    times = [begin + sum(lasting[:frame]) for frame in range(len(lasting))]
    for frame, second in enumerate(times):
        assert timecode.frame_at(second, fps, times) == frame
        assert timecode.frame_at(timecode.middle_of_frame(frame, fps, times), fps, times) == frame
    assert timecode.frame_at(0, fps, times) == 0


@pytest.mark.parametrize("text", ["", "x", "00:02.24", "-1", "1:2:3", "2.", "٢"])
def test_other_text_is_not_a_time_code(text: str) -> None:
    with pytest.raises(timecode.InvalidTimecode):
        timecode.to_frame(text, 24)
