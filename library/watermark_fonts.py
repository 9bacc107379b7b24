"""PURE. The fonts of watermarks, installed with the application, so that a text looks the same on every machine.

Noto Sans has Latin, Greek, Cyrillic and Devanagari; Noto Sans CJK Chinese, Japanese and Korean; Noto Sans Arabic the
Arabic script.
"""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from itertools import groupby
from pathlib import Path

from fontTools.ttLib import TTFont

_FONTS = (
    ("fontpkg_noto_sans", "files/NotoSans[wdth,wght].ttf"),
    ("noto_cjk_sans_jp_regular", "NotoSansCJKjp-Regular.otf"),
    ("fontpkg_noto_sans_arabic", "files/NotoSansArabic[wdth,wght].ttf"),
)
_NOT_DRAWN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def undrawable(text: str) -> list[str]:
    """Return the characters of the text that none of these fonts has, without duplicates, in order."""
    return list(dict.fromkeys(char for char in text if _font_of(char) is None))


def runs(text: str) -> Iterator[tuple[Path, str]]:
    """Yield runs of the text with one font each; spaces and marks stay with the character before them."""
    chosen: list[tuple[int, str]] = []
    for char in text:
        number = _font_of(char) or 0
        if chosen and (char.isspace() or unicodedata.combining(char)):
            number = chosen[-1][0]
        chosen.append((number, char))
    for number, group in groupby(chosen, key=lambda pair: pair[0]):
        yield _path(number), "".join(char for _, char in group)


def _font_of(char: str) -> int | None:
    if unicodedata.category(char) in _NOT_DRAWN:
        return None
    return next((number for number, has in enumerate(_characters()) if ord(char) in has), None)


@lru_cache(maxsize=1)
def _characters() -> tuple[frozenset[int], ...]:
    """Return the code points that each font has."""
    found = []
    for number in range(len(_FONTS)):
        with TTFont(_path(number), lazy=True) as font:
            found.append(frozenset(font.getBestCmap()))
    return tuple(found)


def _path(number: int) -> Path:
    package, name = _FONTS[number]
    return Path(str(files(package).joinpath(name)))
