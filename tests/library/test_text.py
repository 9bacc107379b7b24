"""Texts that show nothing."""

import pytest

from library.forms.text import VisibleCharField
from library.text import is_blank, visible

UNSEEN = [
    "",
    " \t\n",
    "\u200b",
    "\u200b\u200d\ufeff \u2060",
    "\u00ad",
    "\u3164",
    "\u2800 \u115f",
    "\u202e",
    "\u0301",
    "\U000e0041\ufe0f",
    "\x07",
]
SEEN = ["a", " ü ", "海", "🙂", "...", "\u200bx", "٣", "ก็", "e\u0301"]


@pytest.mark.parametrize("text", UNSEEN)
def test_nothing_of_it_is_seen(text: str) -> None:
    assert is_blank(text)
    assert visible(text) == ""
    assert VisibleCharField(required=False).clean(text) == ""


@pytest.mark.parametrize("text", SEEN)
def test_something_of_it_is_seen(text: str) -> None:
    assert not is_blank(text)
    assert visible(text) == text.strip()
