"""The grammar of handles. Pure: text in, text out.

A handle is written `@Mara` in prompts: a letter, then letters, digits, `_` or `-`, 2 to 32 characters in all,
unique whatever the case. Providers compare tags by substring (skyreels-api.md, section 1), so whole handles are
matched here and two handles of which one starts the other are reported.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

MIN_LENGTH, MAX_LENGTH = 2, 32
HANDLE_PATTERN = rf"\A[A-Za-z][A-Za-z0-9_-]{{{MIN_LENGTH - 1},{MAX_LENGTH - 1}}}\Z"
RULE = "A handle starts with a letter and has 2 to 32 letters, digits, _ or -, without blanks."

# An @ inside a word (an e-mail address) starts no handle; a handle ends where its characters end. Only ASCII counts as
# a word here: scripts that are written without blanks may touch a handle.
_MENTION = re.compile(r"(?<![A-Za-z0-9_@])@([A-Za-z][A-Za-z0-9_-]*)")

# Latin letters that no mark can be taken off.
_WHOLE_LETTERS = str.maketrans(
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
    """A handle as written in a text: its name without the `@`, and where `@name` starts and ends."""

    name: str
    start: int
    end: int


def fold(name: str) -> str:
    """The form in which handles are compared: without the `@`, in lower case."""
    return name.removeprefix("@").lower()


def is_handle(name: str) -> bool:
    """Whether a name without the `@` follows the grammar."""
    return re.match(HANDLE_PATTERN, name) is not None


def find_handles(text: str) -> list[Mention]:
    """Every mention in order, repeated ones included; a name too long or too short to be a handle too, so that it
    can be named as unknown instead of being passed over."""
    return [Mention(found[1], found.start(), found.end()) for found in _MENTION.finditer(text)]


def replace_handles(text: str, names: Mapping[str, str]) -> str:
    """The text with whole handles replaced: `names` maps folded names to new ones, all without the `@`."""
    pieces, at = [], 0
    for mention in find_handles(text):
        if new := names.get(fold(mention.name)):
            pieces += [text[at : mention.start], f"@{new}"]
            at = mention.end
    return "".join([*pieces, text[at:]])


def prefix_clashes(names: list[str]) -> list[tuple[str, str]]:
    """Pairs (shorter, longer) of different handles of which the first starts the second, whatever the case."""
    folded = sorted({fold(name): name for name in names}.items())
    return [
        (short, long)
        for place, (short_key, short) in enumerate(folded)
        for long_key, long in folded[place + 1 :]
        if long_key.startswith(short_key)
    ]


def suggest(title: str) -> str:
    """A handle made from a title or file name: `Mara Voss.png` gives `Mara_Voss_png`, `Zoë Łoś` gives `Zoe_Los`; empty
    when nothing is left."""
    words = re.findall(r"[A-Za-z0-9]+", _without_accents(title))
    name = "_".join(words).lstrip("0123456789_")[:MAX_LENGTH].rstrip("_")
    return name if is_handle(name) else ""


def _without_accents(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.translate(_WHOLE_LETTERS))
    return "".join(letter for letter in parts if not unicodedata.combining(letter))
