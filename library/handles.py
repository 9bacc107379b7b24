"""The grammar of handles. Pure: text in, text out.

A handle is written `@Mara` in prompts: an ASCII letter, then ASCII letters, digits, `_` or `-`, 2 to 32 characters in
total, unique ignoring case. Providers compare tags by substring (skyreels-api.md, section 1), so complete handles are
matched here, and pairs of which one is a prefix of the other are reported.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

MIN_LENGTH, MAX_LENGTH = 2, 32
HANDLE_PATTERN = rf"\A[A-Za-z][A-Za-z0-9_-]{{{MIN_LENGTH - 1},{MAX_LENGTH - 1}}}\Z"
RULE = "A handle starts with a letter and has 2 to 32 letters, digits, _ or -, without blanks."

# An @ inside a word (an e-mail address) does not start a handle. Only ASCII characters form words here, since scripts
# without spaces may be adjacent to a handle.
_MENTION = re.compile(r"(?<![A-Za-z0-9_@])@([A-Za-z][A-Za-z0-9_-]*)")

# Latin letters that do not decompose into a base character and a mark.
_TRANSLITERATION = str.maketrans(
    {
        "ß": "ss",
        "æ": "ae",
        "Æ": "Ae",
        "œ": "oe",
        "Œ": "Oe",
        "ø": "o",
        "Ø": "O",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
    }
)


@dataclass(frozen=True)
class Mention:
    """A handle in a text: its name without the `@`, and the start and end of `@name`."""

    name: str
    start: int
    end: int


def fold(name: str) -> str:
    """Return the handle in the form used for comparison: without the `@`, in lower case."""
    return name.removeprefix("@").lower()


def is_handle(name: str) -> bool:
    """Return whether a name without the `@` is a valid handle."""
    return re.match(HANDLE_PATTERN, name) is not None


def find_handles(text: str) -> list[Mention]:
    """Return all mentions in order, including names that are too long or too short for a handle, so that they can be
    reported as unknown."""
    return [Mention(found[1], found.start(), found.end()) for found in _MENTION.finditer(text)]


def replace_handles(text: str, names: Mapping[str, str]) -> str:
    """Return the text with handles replaced; `names` maps folded names to new ones, all without the `@`."""
    parts, at = [], 0
    for mention in find_handles(text):
        if new := names.get(fold(mention.name)):
            parts += [text[at : mention.start], f"@{new}"]
            at = mention.end
    return "".join([*parts, text[at:]])


def prefix_clashes(names: list[str]) -> list[tuple[str, str]]:
    """Return pairs (shorter, longer) of handles of which the first is a prefix of the second, ignoring case."""
    folded = sorted({fold(name): name for name in names}.items())
    return [
        (short, long)
        for index, (short_key, short) in enumerate(folded)
        for long_key, long in folded[index + 1 :]
        if long_key.startswith(short_key)
    ]


def suggest(title: str) -> str:
    """Derive a handle from a title or file name: `Mara Voss.png` gives `Mara_Voss_png`, `Zoë Łoś` gives `Zoe_Los`.
    Return an empty string if no valid handle remains."""
    words = re.findall(r"[A-Za-z0-9]+", _without_accents(title))
    name = "_".join(words).lstrip("0123456789_")[:MAX_LENGTH].rstrip("_")
    return name if is_handle(name) else ""


def _without_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.translate(_TRANSLITERATION))
    return "".join(char for char in decomposed if not unicodedata.combining(char))
