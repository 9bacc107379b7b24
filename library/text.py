"""Whether a text shows anything. Pure: text in, text out."""

import re
import unicodedata

# Letters and symbols by their category, and yet nothing is seen of them: Hangul fillers, the empty Braille pattern.
_UNSEEN = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_PLAIN = re.compile(r"[!-~]")


def is_blank(text: str) -> bool:
    """Whether nothing of a text is seen: no letter, digit, sign or symbol, however many blanks, zero-width characters,
    control characters and marks there are."""
    if _PLAIN.search(text):
        return False
    return not any(unicodedata.category(char)[0] in "LNPS" and char not in _UNSEEN for char in text)


def visible(text: str) -> str:
    """The text without blanks at its ends; empty when nothing of it is seen."""
    return "" if is_blank(text) else text.strip()
