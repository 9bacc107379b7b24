"""The messages for refused files."""

import pytest

from library.probe import Refusal, UnreadableMedia
from library.refusal_text import TEXTS, refusal_text

VALUES = {
    "format": "HEIC",
    "size": 12_400_000,
    "limit": 10_000_000,
    "width": 20_000,
    "height": 20_000,
    "frames": 60,
    "readable": 1.0,
    "declared": 4.0,
    "samples": 2_000_000,
    "edits": 3,
}


def test_every_refusal_has_a_text() -> None:
    assert set(TEXTS) == set(Refusal)


@pytest.mark.parametrize("code", Refusal)
def test_a_refusal_survives_json_and_names_the_file(code: Refusal) -> None:
    refusal = UnreadableMedia(code, "mara.png", **VALUES)
    again = UnreadableMedia.from_json(**refusal.to_json())
    assert refusal_text(again) == refusal_text(refusal)
    assert refusal_text(again).startswith("mara.png ")


def test_figures_have_the_units_of_their_limit() -> None:
    assert "12.4 MB" in refusal_text(
        UnreadableMedia(Refusal.IMAGE_TOO_LARGE, "a", size=12_400_000, limit=10_000_000)
    )
    assert "10 MB" in refusal_text(
        UnreadableMedia(Refusal.IMAGE_TOO_LARGE, "a", size=12_400_000, limit=10_000_000)
    )
    assert "60 minutes" in refusal_text(UnreadableMedia(Refusal.TOO_LONG, "a", limit=3600))
    assert "2,000 frames" in refusal_text(UnreadableMedia(Refusal.TOO_MANY_FRAMES, "a", limit=2000))
