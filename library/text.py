"""Find out whether a text has visible characters. Pure: text in, text out."""

import re
import unicodedata

# Letters and symbols by category, but invisible: Hangul fillers, the empty Braille pattern.
_UNSEEN = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_PLAIN = re.compile(r"[!-~]")


def is_blank(text: str) -> bool:
    """Return whether a text has no visible character: no letter, digit, punctuation or symbol, only whitespace,
    zero-width characters, control characters and marks."""
    if _PLAIN.search(text):
        return False
    return not any(unicodedata.category(char)[0] in "LNPS" and char not in _UNSEEN for char in text)


def visible(text: str) -> str:
    """Return the stripped text, or an empty string if it has no visible character."""
    return "" if is_blank(text) else text.strip()
