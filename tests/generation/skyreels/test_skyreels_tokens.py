"""Bounds of a prompt's length: the tokenizer is not published."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generation.skyreels.schemas import MAX_PROMPT_TOKENS, estimate_tokens


@pytest.mark.parametrize(
    ("prompt", "surely", "maybe"),
    [
        ("", False, False),
        ("@Mara walks along a neon street", False, False),
        ("sea " * 1280, False, False),
        ("sea " * 1281, True, True),
        ("harbour " * 426, False, False),
        ("harbour " * 427, False, True),
        ("海" * 640, False, False),
        ("海" * 641, False, True),
        ("海" * 3840, False, True),
        ("海" * 3841, True, True),
        ("!" * 500, False, True),
    ],
    ids=lambda value: f"{value[:3]}x{len(value)}" if isinstance(value, str) else str(value),
)
def test_where_the_limit_surely_or_maybe_is_passed(prompt: str, surely: bool, maybe: bool) -> None:
    estimate = estimate_tokens(prompt)
    assert (estimate.surely_too_long, estimate.maybe_too_long) == (surely, maybe)
    assert estimate.surely_too_long == (estimate.low > MAX_PROMPT_TOKENS)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=300))
def test_the_bounds_are_in_order(prompt: str) -> None:
    estimate = estimate_tokens(prompt)
    assert 0 <= estimate.low <= estimate.likely <= estimate.high
